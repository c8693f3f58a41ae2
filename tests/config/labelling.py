"""What people do with an installation and its Label Studio; run as a process on the home that the environment names.

Each argument is one act: "open", "judge WHO POSITION VERDICT", "pull", "reread", "unknow WHO", "look"; the answer of the
last one is printed.
"""

import json
import os
import sys

import django
from django.core.management import call_command


def open_round():
    """Three sessions, each to be read by Ben and by Chloe, in Label Studio."""
    from tests.conftest import person
    from tests.review.factories import round_of

    call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
    readers = [person(name, "annotator") for name in ("Ben", "Chloe")]
    round_of(3, readers, person("Lena", "lead"), unaided_share=0)
    pull()


def judge(who: str, position: str, verdict: str):
    """She logs in to Label Studio with the credentials kept here, and submits."""
    from accounts.models import User
    from review.label_studio.connecting import connected
    from review.models import Item
    from tests.review.factories import says
    from tests.review.studio import desk, submit

    reader, item = User.objects.get(name=who), Item.objects.get(position=position)
    submit(desk(connected(), reader), item, reader, says(verdict, f"{who} would say it more softly."))


def pull():
    call_command("sync_reviews")


def reread():
    """Pull everything once more from the beginning."""
    from review.models import SeatProject

    SeatProject.objects.update(watermark=None)
    pull()


def unknow(who: str):
    """As our copy is when her tasks were sent after it was made, and before Label Studio's."""
    from review.models import Reading

    Reading.objects.filter(seat__rater__user__name=who).update(send_state="planned", task_id=None)


def look() -> dict:
    """What Label Studio holds, as our client gets it, and what is stored here."""
    from django.contrib.auth import authenticate

    from review.label_studio.connecting import connected
    from review.models import Decision, RawAnnotation, Reading, SeatProject
    from tests.conftest import PASSWORD

    studio = connected()
    projects = {p.project_id: p.config_hash for p in SeatProject.objects.all()}
    assert projects == {id: studio.project(id)["config_hash"] for id in projects}
    return {
        "version": studio.ready(),
        "studio": {id: list(studio.changed_tasks(id)) for id in projects},
        "sent": list(Reading.objects.filter(send_state="sent").values_list("task_id", flat=True)),
        "decisions": list(Decision.objects.order_by("id").values()),
        "raw": list(RawAnnotation.objects.order_by("id").values()),
        "logs in here": bool(authenticate(username="ben@example.org", password=PASSWORD)),
    }


ACTS = {"open": open_round, "judge": judge, "pull": pull, "reread": reread, "unknow": unknow, "look": look}

if __name__ == "__main__":
    # With the whole address table: what is sent names the address of the webhook.
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.base"
    django.setup()
    for act in sys.argv[1:]:
        name, *words = act.split()
        answer = ACTS[name](*words)
    print(json.dumps(answer, default=str))
