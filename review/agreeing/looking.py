"""What every page of agreement begins with: which round, how old its figures are, and what else there is to look at."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import asking, roles
from review import extending, reports
from review.agreeing import access, kept
from review.agreeing.questions import ARMS, scales, told_first
from review.models import Arm, Round

PAGE = 50
TABS = (
    ("agreement", None, _("In short")),
    ("agreement_by", "pair", _("Mistakes")),
    ("agreement_marks", None, _("Marks")),
    ("agreement_reviewers", None, _("Reviewers")),
    ("agreement_answers", None, _("Answers")),
    ("agreement_by", "recipe", _("Recipes")),
    ("agreement_by", "model", _("Models")),
    ("agreement_by", "time", _("Over time")),
    ("agreement_rates", None, _("Rates and time")),
    ("agreement_sessions", None, _("Disagreements")),
    ("agreement_methods", None, _("For a paper")),
    ("agreement_rounds", None, _("Rounds")),
)
WHOLE_ONLY = ("agreement", "agreement_methods", "agreement_rounds")


@dataclass(frozen=True)
class Looked:
    """`kept`: what is known, or None; `waits`: newer figures are being computed, by a worker; `newer`: decisions that have
    come since. `arm`, `question`: those asked for, or the first that there are.
    """

    round: Round
    kept: kept.Kept | None
    waits: bool
    newer: int
    scales: dict
    arm: str = ""
    question: str = ""


def chosen(request) -> Round | None:
    """The round that the address names, or the latest; None where there is none. 404: not for her, or none at all."""
    roles.require(access.may_see_agreement(request.user))
    rounds = access.rounds_open_to(request.user)
    if request.GET.get("round"):
        return get_object_or_404(rounds, public_id=asking.public_id(request, "round"))
    return rounds.first()


def figures(round: Round, wake) -> tuple[kept.Kept | None, bool, int]:
    """(what is known, whether newer is being computed, how many decisions came since). Few decisions are computed at once;
    many by a worker, which `wake(round)` asks, False where there is none.
    """
    state = kept.state_of(round)
    known = kept.kept(round, state)
    if known and known.is_current:
        return known, False, 0
    if kept.needs_a_worker(state) and wake(round):
        return known, True, state.decisions - known.decisions if known else 0
    return kept.renew(round), False, 0


def looked(request, round: Round, wake) -> Looked:
    known, waits, newer = figures(round, wake)
    about = scales(round)
    if known is None:
        return Looked(round, None, waits, newer, about)
    there = known.asked
    arms = [arm for arm in ARMS if arm in there]
    arm = asking.words(request, "arm")
    arm = arm if arm in there else next(iter(arms), "")
    questions = told_first([name for name in about if name in there.get(arm, ())])
    question = asking.words(request, "question")
    if question not in questions:
        question = next(iter(questions), "")
    return Looked(round, known, waits, newer, about, str(arm), question)


def context(request, look: Looked, **more) -> dict:
    """What the head of every page shows."""
    there = look.kept.asked if look.kept else {}
    return {
        "chosen": look.round,
        "look": look,
        "rounds": access.rounds_open_to(request.user)[:PAGE],
        "hidden": access.rounds_she_judges(request.user),
        "tabs": tabs(request, look),
        "arms": [(arm, Arm(arm).label, address(request, arm=arm)) for arm in ARMS if arm in there],
        "questions": [
            (name, look.scales[name]["title"], address(request, question=name))
            for name in told_first(list(look.scales))
            if name in there.get(look.arm, ())
        ],
        "is_weighed": reports.is_weighed(look.round),
        "extensions": extending.extensions(look.round),
        **more,
    }


def tabs(request, look: Looked) -> list[dict]:
    """Each place with its address, the round and the question kept."""
    about = {"round": str(look.round.public_id)}
    asked = {name: request.GET[name] for name in ("question", "arm") if request.GET.get(name)}
    match = request.resolver_match
    return [
        {
            "label": label,
            "url": f"{reverse(name, args=[part] if part else [])}?"
            + urlencode(about if name in WHOLE_ONLY else about | asked),
            "active": match.url_name == name and match.kwargs.get("cut") == part,
        }
        for name, part, label in TABS
    ]  # fmt: skip


def address(request, **changes) -> str:
    """This page with other filters; None takes one away."""
    asked = {name: value for name, value in request.GET.items() if name != "after"}
    asked |= {name: str(value) for name, value in changes.items() if value is not None}
    for name in [name for name, value in changes.items() if value is None]:
        asked.pop(name, None)
    return "?" + urlencode(asked)


def behind(round: Round, **about) -> str:
    """The sessions behind a number."""
    asked = {"round": str(round.public_id)} | {name: value for name, value in about.items() if value != ""}
    return f"{reverse('agreement_sessions')}?{urlencode(asked)}"


def required(round: Round | None) -> Round:
    if round is None:
        raise Http404
    return round
