"""The dataset card: every field of methods §8. An empty field prints "not recorded", it never vanishes."""

from collections import Counter

import markdown
import nh3
from django.utils.safestring import SafeString, mark_safe

from exports import sampled
from exports.sampled import NOT_RECORDED
from review.models import Item, Seat

SMALL_CELL = 3


def _or_not(value) -> str:
    return str(value) if value not in (None, "", [], {}) else NOT_RECORDED


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({100 * part / whole:.0f} %)" if whole else NOT_RECORDED


def _qualifications(records: list[dict]) -> str:
    """Professions with their counts; cells under three people are not shown by name."""
    counts = Counter(record["profession"] for record in records if record["profession"])
    shown = [f"{n} × {profession}" for profession, n in sorted(counts.items()) if n >= SMALL_CELL]
    hidden = sum(n for n in counts.values() if n < SMALL_CELL)
    if hidden:
        shown.append(f"{hidden} in groups of fewer than {SMALL_CELL}, not shown")
    return ", ".join(shown)


def fields(dataset, rounds, facts: dict) -> list[tuple[str, str]]:
    """(field, text) in the order of methods §8; only counts and names of versions, no transcript."""
    seats = Seat.objects.filter(round__in=rounds, observer=False).select_related("rater")
    kinds = Counter(seat.rater.kind for seat in seats)
    verdicts = Counter(sampled.counted(rounds).exclude(verdict="").values_list("verdict", flat=True))
    total = sum(verdicts.values())
    versions = sorted({f"{r.pairs_version}, {r.rubric_version}" for r in rounds})
    raters = ", ".join(f"{n} {kind}" for kind, n in sorted(kinds.items()))
    rates = (
        f"{total} judgements: "
        + "; ".join(f"{v} {_share(verdicts[v], total)}" for v in ("accept", "edit", "reject"))
        if total
        else ""
    )
    return [
        ("Rehearsal", "yes: simulated or model raters counted; not for use" if dataset.rehearsal else "no"),
        ("Raters", _or_not(raters)),
        ("Reviewers' qualifications", _or_not(_qualifications(sampled.records(rounds)))),
        ("Items", f"{facts['items']} released in {facts['groups']} groups"),
        ("Left out", _or_not("; ".join(f"{n} × {why}" for why, n in sorted(facts["left_out"].items())))),
        ("Sampling", sampled.sampling(rounds)),
        ("Planned n and why", sampled.planned(rounds)),
        ("Readers per item", _or_not(", ".join(sorted({_readers(r) for r in rounds})))),
        ("Independence and blinding", "each reader in a project of her own, without names, model or intended "
         "mistake; separated by projects, not enforced by the labelling tool"),
        ("Replicates", sampled.replicates(rounds)),
        ("Uncertainty", "agreement with intervals: see the agreement page of each round"),
        ("Guideline versions", _or_not("; ".join(versions))),
        ("Manifestation rate", sampled.manifestation(rounds)),
        ("Anchoring effect", sampled.anchoring(rounds)),
        *_not_low(facts),
        ("Edits too small to prefer", f"{facts['edits_too_small_for_preference']} approved edits changed "
         "under 10 % or 3 words; they are not in `preference`"),
        ("Edited turns", _edited_turns(facts)),
        *_graded(facts),
        ("Verdicts of the readers", _or_not(rates)),
        ("Second adjudication", sampled.second_adjudication(rounds)),
        ("Machine share of the texts", _machine_share(rounds)),
        ("Reviewers' pay and consent", sampled.consent(rounds)),
        ("Ethics approval or exemption", NOT_RECORDED),
        ("Risk tiers", f"only tier {', '.join(facts['named_tiers'])}; released: "
         + ", ".join(f"{n} of tier {tier}" for tier, n in sorted(facts["tiers"].items()))),
        ("Culture and language gaps", sampled.languages(rounds)),
        ("Split", facts["split"]),
        ("Intended use", "education of counsellors under qualified supervision; research on it"),
        ("Prohibited use", "contact with patients, diagnosis, summative grading of trainees"),
    ]  # fmt: skip


def write(dataset, rounds, facts: dict) -> str:
    rows = "\n".join(f"| {name} | {_in_a_cell(text)} |" for name, text in fields(dataset, rounds, facts))
    counts = "\n".join(f"- `{kind}`: {n} rows" for kind, n in sorted(facts["rows"].items()))
    return (
        "# A One-Way Mirror dataset\n\n"
        f"{_about(rounds)}\n\n"
        f"{counts}\n\n| field | |\n| --- | --- |\n{rows}\n\n"
        f"*{'Real' if _are_real(rounds) else 'Synthetic'} sessions. Education under qualified supervision. "
        "Not for patients.*\n"
    )


def _are_real(rounds) -> bool:
    """Whether words of real people are among what was judged."""
    return Item.objects.filter(round__in=rounds, instance__profile__source_text__isnull=False).exists()


def _about(rounds) -> str:
    if _are_real(rounds):
        return "Excerpts of real counselling sessions, with what expert readers judged; consent stands in every row."
    if any(round.screen != "supervised_dialogue" for round in rounds):
        return "Synthetic counselling sessions and replies, with what expert readers judged of them."
    return "Synthetic counselling sessions with supervisor feedback that expert readers approved."


def _machine_share(rounds) -> str:
    if all(round.screen == "supervised_dialogue" for round in rounds):
        return (
            "sessions: all by models; feedback: by a model, a model's edited by a reviewer or an adjudicator, or an "
            "adjudicator's own (`text_by` in every row)"
        )
    said = (
        "excerpts: by the people who spoke"
        if _are_real(rounds)
        else "what clients say: invented, or by models"
    )
    return f"{said}; replies and rewritings: `text_by` in every row; ratings and reasons: by the readers"


def _not_low(facts) -> list[tuple[str, str]]:
    """Of replies alone: without any the card says nothing of them."""
    n = facts.get("rewritings_of_replies_not_low")
    said = f"{n} approved rewritings of replies that no reader found low: the judge of the loop alone did"
    return [("Rewritings not preferred", said)] if n else []


def _graded(facts: dict) -> list[tuple[str, str]]:
    """Of what was rated or compared alone: without any the card says nothing of it."""
    if "margin" not in facts:
        return []
    pairs, replies = (
        "; ".join(f"{n} × {why}" for why, n in sorted(facts.get(name, {}).items())) or "none"
        for name in ("pairs_left_out", "replies_left_out")
    )
    return [
        ("Rated texts", "in `rating` the words are as they were rated, good and bad: for a model that judges, "
         "not to be imitated; nobody approved them"),
        ("Pairs by margin", f"means at least {facts['margin']:g} levels apart, of replies to the same words, rated in "
         "the same way under one rubric; the better one above the middle of its scale and not less safe"),
        ("No pairs", pairs),
        ("No better replies", replies),
    ]  # fmt: skip


def _edited_turns(facts: dict) -> str:
    """Preferences between counsellors' turns, and the edits that give none, by reason."""
    if facts["edited_turns"] is None:
        return "not asked for in this release"
    left_out = "; ".join(f"{n} × {why}" for why, n in sorted(facts["edited_turns_left_out"].items()))
    found = f"{facts['edited_turns']} beside the turns that they replace, no mistake found there by two readers or more"
    return f"{found}; left out: {left_out or 'none'}; compared blind with what they replace: {NOT_RECORDED}"


def _in_a_cell(text: str) -> str:
    """A profession is free text: a bar or a new line in it would end the cell."""
    return " ".join(text.split()).replace("|", "\\|")


def as_html(text: str) -> SafeString:
    """The card for a page: its headings below the page's own, and nothing in it but plain marks."""
    html = markdown.markdown(text, extensions=["tables", "toc"], extension_configs={"toc": {"baselevel": 3}})
    return mark_safe(nh3.clean(html))


def _readers(round) -> str:
    if round.doubly_read == 1:
        return str(round.overlap)
    return (
        f"{round.overlap} for {round.doubly_read:.0%} of the sessions, drawn at random, and 1 for the others"
    )
