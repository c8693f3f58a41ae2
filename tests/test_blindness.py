"""Blindness, attacked: whoever still judges asks for every address there is, with everybody's ids, and sends whatever she
likes; she learns nothing of a colleague's judgement, of what the machine intended, or of what is known already, and
changes nothing that is another's. At the gateway: tests/review/gateway/test_every_address.py.
"""

import itertools
import re
import uuid

import pytest
from django.apps import apps
from django.core import serializers
from django.core.cache import cache
from django.db import models, transaction
from django.test import Client

from accounts.models import Role, User
from exports.models import Dataset, TrainingRun
from review.flags.raising import raise_flag
from review.models import Decision, Flag, Item, Reading
from review.workflow import adjudicate
from synthesis.models import Call, Instance, Profile, Run
from tests.access_table import PUBLIC, TABLE
from tests.conftest import person
from tests.review.factories import (
    carries,
    client_profile,
    judge,
    made_instances,
    mistake,
    published_pairs,
    published_rubric,
    reading,
    round_of,
    says,
)
from tests.review.gold.factories import agreed, answers
from tests.test_access import ALL, SAMPLES, path_of

pytestmark = pytest.mark.django_db

# Each is said in one place, which nobody who still judges may reach.
SECRETS = {
    "a colleague's edit": "ZEDIT", "a colleague's reason": "ZREASON", "a colleague's comment": "ZCOMMENT",
    "what a colleague flagged": "ZFLAG", "the adjudicator's reason": "ZSETTLED", "what is known": "ZGOLD",
    "the model": "zmodel", "what a check found": "VALIDATOR-MARK",
}  # fmt: skip
WORDS = {"slug": ["novice-mistakes", "feedback-quality"], "key": ["premature-advice", "specific", "a-call"],
         "form": ["aided", "unaided"], "name": ["1", "draft"], "format": ["csv"], "language": ["fa"],
         "part": ["database"], "server": ["environment"], "a": ["1"], "b": ["1"], "token": ["x"]}  # fmt: skip
# Of these places the ids are known; everywhere else every id is tried.
NOT_REVIEW = {"runs": Run, "instances": Instance, "profiles": Profile, "datasets": Dataset, "training": TrainingRun,
              "people": User, "guidelines": User, "settings": User, "me": User}  # fmt: skip
LISTS = (
    "rounds/",
    "agreement/",
    "agreement/by/pair/",
    "agreement/by/named/",
    "agreement/reviewers/",
    "agreement/sessions/",
    "agreement/rates/",
    "agreement/figures.json",
    "agreement/ratings.csv",
    "trail/",
    "desk/",
    "disputes/",
    "corrections/",
    "gold/",
    "road/",
    "api/rounds/",
)
# Different at each look, and no answer to anything: what a page is signed with, and the clock.
VARYING = re.compile(
    r"""csrfmiddlewaretoken" value="[^"]*"|X-CSRFToken[^,};]*|'(?:Content-Length|Expires)': '[^']*'|<time.*?</time>"""
    r"""|name="(?:seed|once)" value="[^"]*"|measured_at":\s*"[^"]*"|password-link/[^"<]*|join/[^"<]*""",
    re.I | re.S,
)


@pytest.fixture
def everybody(ben, chloe, dan, lena, ana, amir):
    """Reva holds every role that there is."""
    reva = person("Reva", Role.LEAD, Role.ANNOTATOR, Role.ADJUDICATOR, Role.CLINICIAN)
    return {one.name: one for one in (ben, chloe, dan, lena, ana, amir, reva)}


@pytest.fixture
def open_round(everybody):
    """Four sessions of a run, which Ben, Chloe and Reva read, and one with known answers before each of them; the first
    sessions are judged by Ben and Reva.
    """
    pairs, rubric = published_pairs(), published_rubric()
    lena, ana, amir = everybody["Lena"], everybody["Ana"], everybody["Amir"]
    given = answers()
    given["verdict"]["why"] = SECRETS["what is known"]
    agreed(3, (ana, amir, lena), pairs, rubric, given=given)
    run = Run.objects.create(serial=1, recipe="supervised_dialogue", version=pairs)
    instances = made_instances(4, pairs, run=run, origin="run", profiles=[client_profile()], trace=["a-call"])
    Call.objects.create(
        key="a-call", instance=instances[0], endpoint="environment", model=SECRETS["the model"], role="client",
        step="client 1", seed=1, messages_digest="", messages=[], reply={}, text="Hello.", latency_ms=5,
    )  # fmt: skip
    readers = [everybody[name] for name in ("Ben", "Chloe", "Reva")]
    round = round_of(
        4, readers, lena, overlap=3, instances=instances, pairs_version=pairs, rubric_version=rubric,
        known_answers=1, unaided_share=0,
    )  # fmt: skip
    carries(instances[3], "none")
    for item in round.items.counted()[:2]:
        for name in ("Ben", "Reva"):
            judge(item, everybody[name], says("accept"))
    return round


def chloe_judges(round, chloe, *, finds: bool, dan) -> None:
    """One way or the other, and what follows from it."""
    first, second, third, fourth = round.items.counted()
    if not finds:
        for item in (first, second, third):
            judge(item, chloe, says("accept", findings=[]))
        return
    reason, comment = SECRETS["a colleague's reason"], SECRETS["a colleague's comment"]
    found = [mistake("interrupting", (3, 5), 3), mistake("minimising")]
    judge(first, chloe, says("edit", SECRETS["a colleague's edit"], rationale=reason, findings=found))
    judge(second, chloe, says("reject", comment=comment, ratings={"specific": 1, "supportive": 1}))
    judge(third, chloe, says("reject", unsafe=True, comment=SECRETS["what a colleague flagged"]))
    raise_flag(
        reading=reading(fourth, chloe), kind="unsafe", words=SECRETS["what a colleague flagged"], by=chloe
    )
    adjudicate(item=second, by=dan, verdict="accept", reason=SECRETS["the adjudicator's reason"])


def ids() -> list[str]:
    """Of one row of every kind that has an id to be named by, and of all that is another's in what is judged."""
    found = {SAMPLES["uuid"], str(User.objects.get(name="Chloe").public_id)}
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, models.UUIDField):
                first = model.objects.order_by("pk").values_list(field.name, flat=True).first()
                found |= {str(first)} - {"None"}
    hers = Reading.objects.filter(seat__rater__user__name="Chloe").order_by("order")
    for name in ("external_id", "item__public_id", "seat__public_id", "item__instance__public_id"):
        found |= {str(value) for value in hers.values_list(name, flat=True)[:3]}
    found |= {str(value) for value in Decision.objects.values_list("public_id", flat=True)}
    return sorted(found)


def asked() -> dict[str, str]:
    """What a page may be asked for behind its question mark."""
    item = Item.objects.counted().first()
    return {
        "round": item.round.public_id, "run": item.instance.run.public_id, "item": item.public_id,
        "instance": item.instance.public_id, "by": User.objects.get(name="Chloe").public_id, "show": "differ",
        "only": "all", "view": "all", "state": "all", "on": item.public_id, "q": "Z", "ordering": "-verdict",
        "page": "1", "format": "json",
    }  # fmt: skip


def addresses(client, uuids) -> list[str]:
    """Every path whose door is open to whoever is logged in, with everybody's ids."""
    found, numbers = [], [*map(str, Flag.objects.values_list("pk", flat=True)[:2]), "1"]
    for route, pattern in ALL:
        if TABLE[route] is PUBLIC or client.get(path_of(route, pattern)).status_code in (401, 403):
            continue
        names = re.findall(r"<(?:(\w+):)?(\w+)>", route)
        if not names:
            found.append("/" + route)
            if route.startswith(LISTS):
                found += [f"/{route}?{name}={value}" for name, value in asked().items()]
        elsewhere = NOT_REVIEW.get(route.removeprefix("api/").split("/")[0])
        of = {"uuid": uuids, "int": numbers}
        if elsewhere:
            of["uuid"] = [
                str(one) for one in elsewhere.objects.values_list("public_id", flat=True)[:2]
            ] or uuids[:1]
        choices = [of.get(kind) or WORDS.get(name, ["x"]) for kind, name in names]
        # Of two ids in one address the second is the same as the first, or its neighbour.
        many = (
            [zip(*choices, strict=False)]
            if len(names) > 1
            else [itertools.product(*choices)]
            if names
            else []
        )
        for values in itertools.chain(*many):
            path = route
            for (kind, name), value in zip(names, values, strict=True):
                path = path.replace(f"<{kind}:{name}>" if kind else f"<{name}>", value)
            found.append("/" + path)
    return found


def told(answer) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return VARYING.sub("", f"{answer.status_code} {answer.headers} {body.decode(errors='replace')}")


def logged_in(user) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


@pytest.mark.parametrize("name", ["Ben", "Reva"])
def test_whatever_a_colleague_says_a_reviewers_pages_are_the_same(open_round, everybody, name):
    """No word of it, and no count, order, colour or missing link that tells of it either."""
    client = logged_in(everybody[name])
    seen, paths = [], []
    for finds in (True, False):
        cache.clear()  # what was added up there, and of what is undone here
        with transaction.atomic():
            chloe_judges(open_round, everybody["Chloe"], finds=finds, dan=everybody["Dan"])
            # The ids that there are when she has found something, also where there are none.
            paths = paths or addresses(client, ids())
            seen.append({path: told(client.get(path)) for path in paths})
            transaction.set_rollback(True)
    found, nothing = seen
    for path in paths:
        assert not found[path].startswith("5"), path
        for what, secret in SECRETS.items():
            assert secret not in found[path], f"{path} tells {what}"
    assert [path for path in paths if found[path] != nothing[path]] == []
    assert sum(said.startswith("200") for said in found.values()) > 20, "nothing was attacked"


def of_others(user) -> list:
    """Rows that are not hers, of everything that reviewing writes."""
    hers = {"rater__user": user, "seat__rater__user": user, "by": user, "user": user}
    found = []
    for model in apps.get_app_config("review").get_models():
        names = {field.name for field in model._meta.get_fields()}
        rows = model.objects.order_by("pk")
        for path, value in hers.items():
            if path.split("__")[0] in names:
                rows = rows.exclude(**{path: value})
        found += serializers.serialize("python", rows)
    return found


BODY = {
    "step": "first", "reason": "x", "words": "x", "kind": "unsafe", "holds": "yes", "error_type": "other", "name": "x",
    "lead": str(uuid.UUID(int=0)), "reviewers": "1", "client": "mira", "verdict": "reject", "answer": "x", "sure": "on",
    "anyway": "on", "any_mistake": "no", "unsafe": "no", "text": "x", "email": "eve@example.org", "roles": "lead",
}  # fmt: skip


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_that_a_reviewer_sends_changes_what_is_anothers(open_round, everybody, method):
    ben = everybody["Ben"]
    chloe_judges(open_round, everybody["Chloe"], finds=True, dan=everybody["Dan"])
    client, uuids = logged_in(ben), ids()
    paths = [path for path in addresses(client, uuids) if "?" not in path]
    before, people = of_others(ben), User.objects.count()
    flags = {"flag": Flag.objects.first().pk, "about": "x", "public_id": uuids[0]}
    for path in paths:
        send = getattr(client, method.lower())
        answer = (
            send(path, BODY | flags) if method == "POST" else send(path, BODY | flags, "application/json")
        )
        assert answer.status_code < 500, path
    after = of_others(ben)
    changed = [row for row in before if row not in after]
    assert not changed and User.objects.count() == people
    assert set(ben.roles) == {Role.ANNOTATOR}
