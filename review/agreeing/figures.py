"""The agreement of a round, as pages, the API and the demo read it: {arm: {question: figures}}, never pooled."""

from django.utils.translation import gettext as _

from review.agreeing.kept import Kept, current
from review.agreeing.questions import scales, told_first
from review.agreement.wording import spoken
from review.models import Round, RoundState


def agreements(round: Round) -> dict[str, dict[str, dict]]:
    """{arm: {name: figures of review.agreement.report}}, each with `title`, `scale` and `interim`."""
    return told(round, current(round).part("whole"))


def anchoring_effect(round: Round) -> dict | None:
    """As review.agreeing.anchoring.effect."""
    return said(current(round).part("beside")["anchoring"])


def with_herself(kept: Kept) -> dict[str, dict[str, dict]]:
    """How far readers agree with themselves, as `agreements` does of readers with one another."""
    return told(kept.round, kept.part("beside")["with_herself"])


def told(round: Round, whole: dict) -> dict[str, dict[str, dict]]:
    """Figures as they are kept, with what they are called."""
    known, interim = scales(round), round.state == RoundState.OPEN
    return {
        arm: {
            name: said(found[name])
            | {"title": known[name]["title"], "scale": known[name]["scale"], "interim": interim}
            for name in told_first(known)
            if name in found
        }
        for arm, found in sorted(whole.items())
    }


def said(value):
    """Plain data, its sentences in the language of whoever reads them."""
    if isinstance(value, dict):
        return {name: said(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [said(part) for part in value]
    return spoken(value, _)
