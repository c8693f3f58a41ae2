"""Simulated reviewers: real Label Studio users who follow a script. They never call our verbs.

By position of the item: 1st both accept; 2nd both edit, differently, and a simulated third reader judges on our
disputes page over HTTP that the two are not equivalent and approves one; 3rd both reject; and so on again.
"""

import re
import time

import httpx

from review.label_studio import keeping, planning
from review.label_studio.reading_results import Answers
from review.label_studio.signing_in import ReviewerSession
from review.label_studio.writing_results import write
from review.models import Account, Item, Reading, Round

SCRIPT = ("accept", "edit", "reject")
EDITS = (
    "Before the details: the client was brave to speak, and the reply could have stayed with that first. "
    "Next time, reflect the feeling in one short sentence and wait for the answer before you ask anything.",
    "I would put one thing first. Name what the client feels in her own words, check whether you heard her "
    "rightly, and only then choose a direction together. The rest of this feedback can follow from there.",
)


def plan_for(item: Item) -> str:
    return SCRIPT[item.position % len(SCRIPT)] if item.arm == "aided" else "unaided"


def answers_for(reading: Reading, *, reader: int, draft: str, dimensions: list[dict]) -> Answers:
    """What the `reader`-th reader of the item says; every field the screen asks for is answered."""
    plan = plan_for(reading.item)
    common = {
        "any_mistake": False,
        "findings": [],
        "believable": 3,
        "unsafe": False,
        "comment": "",
    }
    if plan == "unaided":
        return Answers(**common)
    ratings = {d["key"]: d["levels"][min(2 + reader, len(d["levels"]) - 1)]["value"] for d in dimensions}
    return Answers(
        **common,
        verdict=plan,
        # Only the beginning of the draft is kept, or the edit of a long draft would count as a small one.
        edited_text=f"{EDITS[reader % 2]}\n\n{' '.join(draft.split()[:60])}" if plan == "edit" else None,
        reject_reasons=["vague"] if plan == "reject" else [],
        ratings=ratings,
    )


class Person:
    """Somebody logged in to our own pages over HTTP, as a browser would be."""

    def __init__(self, url: str, email: str, password: str):
        self.browser = httpx.Client(base_url=url, follow_redirects=True, timeout=60)
        page = self.browser.get("/login/")
        answer = self.submit("/login/", page, username=email, password=password)
        if "/login/" in str(answer.url):
            raise RuntimeError(f"{email} could not log in")

    def submit(self, address: str, page: httpx.Response, **fields) -> httpx.Response:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        if token is None:
            raise RuntimeError(f"{page.url} has no form (HTTP {page.status_code})")
        headers = {"Referer": str(page.url)}
        return self.browser.post(address, data={"csrfmiddlewaretoken": token[1], **fields}, headers=headers)


def settle_disputes(round: Round, *, url: str, email: str, password: str) -> int:
    """The third reader, on our pages: first of the texts alone, then with all before her, the wordings are not equivalent,
    the first of them stands. Return how many.
    """
    person, settled = Person(url, email, password), 0
    for item in Item.objects.disputed().filter(round=round).order_by("position"):
        address = f"/disputes/{item.public_id}/"
        page = person.browser.get(address)
        texts = list(dict.fromkeys(re.findall(r'name="(text-[0-9a-f]+)"', page.text)))
        answers = dict.fromkeys(texts, "no") | {texts[0]: "yes", "unsafe": "no"}
        if 'name="equivalent"' in page.text:
            answers["equivalent"] = "no"
        about = re.search(r'name="about" value="([0-9a-f]+)"', page.text)
        shown = person.submit(address, page, step="first", about=about[1], **answers)
        answers["error_type"] = "wording"
        answers["reason"] = "They advise different things; the first stays closer to the session."
        after = person.submit(address, shown, **answers)
        if after.status_code != 200 or str(after.url).endswith(address):
            raise RuntimeError(
                f"the dispute of item {item.position} was not settled (HTTP {after.status_code})"
            )
        settled += 1
    return settled


def judge_everything(
    round: Round, *, studio_url: str, seen: dict[int, int] | None = None, pause: float = 0.0
) -> int:
    """Every seat's reviewer logs in to Label Studio and judges all that waits for her; return how many.

    `seen` collects {reading id: annotation id} of what Label Studio acknowledged and is not judged again.
    """
    seen = {} if seen is None else seen
    choices = planning.choices_of(round)
    done = 0
    for seat in round.seats.select_related("rater").order_by("id"):
        account = Account.objects.filter(rater=seat.rater, server__projects__seat=seat).distinct().get()
        session = ReviewerSession(studio_url, account.email, keeping.password_of(account))
        for project in seat.projects.exclude(project_id=None):
            for task in session.tasks(project.project_id):
                reading = Reading.objects.select_related("item").get(external_id=task["data"]["external_id"])
                if reading.pk in seen or task.get("total_annotations"):
                    continue
                earlier = Reading.objects.filter(item=reading.item, pass_number=1, seat_id__lt=seat.pk)
                answers = answers_for(
                    reading,
                    reader=earlier.count(),
                    draft=task["data"].get("feedback", ""),
                    dimensions=choices["dimensions"],
                )
                asked = {"form": project.form, "config": project.config, **choices}
                result = write(answers, dialogue=task["data"]["dialogue"], **asked)
                seen[reading.pk] = session.submit(task["id"], result, lead_time_seconds=60.0)
                done += 1
                time.sleep(pause)
    return done
