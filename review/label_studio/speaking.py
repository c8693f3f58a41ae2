"""What a screen offers, in the language of the sessions: by the approved translations, as a guideline's readers see it."""

from guidelines.models import Translation
from review.models import Round
from synthesis.factors import LANGUAGES


def translated(offered: dict, round: Round, language: str) -> dict:
    """`offered` (planning.choices_of) with names, definitions and anchors in this language, where they are approved and
    no two entries would be called the same. Keys and values stay: the answers are the same ones.
    """
    if language == LANGUAGES[0]:
        return offered
    pairs = _said(round.pairs_version, "pair_revision", language)
    rubric = _said(round.rubric_version, "dimension_revision", language)
    return offered | {
        "pairs": _named(
            [_pair(one, pairs.get(one["revision_id"])) for one in offered["pairs"]], offered["pairs"]
        ),
        "dimensions": _named(
            [_dimension(one, rubric.get(one["revision_id"])) for one in offered["dimensions"]],
            offered["dimensions"],
        ),
    }


def _said(version, field: str, language: str) -> dict[int, dict]:
    """{id of a revision: its translated texts}; one query."""
    here = Translation.objects.filter(language=language, **{f"{field}__entries__version": version})
    return dict(here.shown(field).values_list(f"{field}_id", "texts"))


def _pair(pair: dict, said: dict | None) -> dict:
    return pair | {"name": said["name"]} if said else pair


def _dimension(dimension: dict, said: dict | None) -> dict:
    if not said:
        return dimension
    levels = [
        level | {"anchor": of["anchor"] or level["anchor"]}
        for level, of in zip(dimension["levels"], said["levels"], strict=True)
    ]
    return dimension | {"name": said["name"], "definition": said["definition"], "levels": levels}


def _named(spoken: list[dict], source: list[dict]) -> list[dict]:
    """Two entries may be called the same in a translation; on the screen nobody could tell them apart."""
    return spoken if len({one["name"] for one in spoken}) == len(spoken) else source
