"""What a demo begins with: the shipped guidelines and clients, and invented people with fresh passwords."""

import secrets
import sys

from django.core.management import call_command

from accounts.models import Grant, ReviewerRecord, Role, User
from review.welfare.choosing import choose
from review.welfare.notices import NOTICES
from synthesis import cast
from synthesis.models import ModelRole

PEOPLE = [
    ("Lena", [Role.LEAD]),
    ("Ana", [Role.CLINICIAN]),
    ("Amir", [Role.CLINICIAN]),
    ("Dan", [Role.ADJUDICATOR]),
]
# Something to start from for every recipe but that of real excerpts, which nobody ships.
PROFILES = ("shipped", "shipped-intakes", "shipped-speeches")
REVIEWERS = ["Ben", "Chloe", "Priya", "Tomasz", "Ifeoma", "Yuki", "Sofia", "Omar"]


def fill() -> None:
    """Load what is shipped; loading it again makes nothing new."""
    # Stdout belongs to the logins and the JSON.
    call_command("load_guideline", "shipped", verbosity=0, stdout=sys.stderr)
    call_command("load_profiles", *PROFILES, verbosity=0, stdout=sys.stderr)


def speakers(model: str) -> None:
    """Let the demo's own small model pay for words that were said already: without it, it repeats whole turns.

    Rows, and no default of ours: some endpoints refuse these settings.
    """
    endpoint = cast.environment_endpoint()
    sampling = {"temperature": 0.7, "frequency_penalty": 0.7, "presence_penalty": 0.5}
    for role in ("counsellor", "client"):
        ModelRole.objects.create(role=role, endpoint=endpoint, model=model, sampling=sampling)


def people(*, simulated_reviewers: int) -> dict[str, tuple[User, str]]:
    """Make the demo's people; return {name: (user, password)}. All of them are invented."""
    count = max(2, simulated_reviewers)
    names = REVIEWERS[:count] + [f"Reviewer {n}" for n in range(len(REVIEWERS) + 1, count + 1)]
    made = {}
    for name, roles in [*PEOPLE, *((name, [Role.ANNOTATOR]) for name in names)]:
        password = secrets.token_urlsafe(12)
        user = User.objects.create_user(f"{name.lower().replace(' ', '-')}@example.org", password, name=name)
        for role in roles:
            Grant.objects.create(user=user, role=role)
        if Role.ANNOTATOR in roles or Role.ADJUDICATOR in roles:
            ReviewerRecord.objects.create(
                user=user, n=1, profession="invented for the demo", languages=["en"], terms_version="demo",
                risk_qualified=True, simulated=simulated_reviewers > 0,
            )  # fmt: skip
        if Role.ANNOTATOR in roles:
            choose(reads=NOTICES, daily_cap=None, by=user)
        made[name] = (user, password)
    return made


def login_lines(url: str, made: dict[str, tuple[User, str]]) -> list[str]:
    lines = [f"One-Way Mirror is at {url}/ — log in as:"]
    for user, password in made.values():
        roles = ", ".join(sorted(user.roles))
        lines.append(f"  {user.email:28} {password:20} {roles}")
    return lines
