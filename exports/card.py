"""The dataset card: every field of methods §8. An empty field prints "not recorded", it never vanishes."""

from collections import Counter

import markdown
import nh3
from django.utils.safestring import SafeString, mark_safe

from accounts.models import ReviewerRecord
from review.models import Decision, RaterKind, Seat

NOT_RECORDED = "not recorded"
SMALL_CELL = 3


def _or_not(value) -> str:
    return str(value) if value not in (None, "", [], {}) else NOT_RECORDED


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({100 * part / whole:.0f} %)" if whole else NOT_RECORDED


def _qualifications(users) -> str:
    """Professions with their counts; cells under three people are not shown by name."""
    newest = {}
    for record in ReviewerRecord.objects.filter(user__in=users, simulated=False).order_by("user", "n"):
        newest[record.user_id] = record
    counts = Counter(record.profession for record in newest.values())
    shown = [f"{n} × {profession}" for profession, n in sorted(counts.items()) if n >= SMALL_CELL]
    hidden = sum(n for n in counts.values() if n < SMALL_CELL)
    if hidden:
        shown.append(f"{hidden} in groups of fewer than {SMALL_CELL}, not shown")
    return ", ".join(shown)


def fields(dataset, rounds, facts: dict) -> list[tuple[str, str]]:
    """(field, text) in the order of methods §8; only counts and names of versions, no transcript."""
    seats = Seat.objects.filter(round__in=rounds).select_related("rater")
    kinds = Counter(seat.rater.kind for seat in seats)
    users = [seat.rater.user_id for seat in seats if seat.rater.kind == RaterKind.HUMAN]
    decisions = Decision.objects.filter(item__round__in=rounds).in_force().readers().filter(
        reading__pass_number=1, reading__seat__observer=False
    )  # fmt: skip
    verdicts = Counter(decisions.exclude(verdict="").values_list("verdict", flat=True))
    total = sum(verdicts.values())
    versions = sorted({f"{r.pairs_version}, {r.rubric_version}" for r in rounds})
    raters = ", ".join(f"{n} {kind}" for kind, n in sorted(kinds.items()))
    rates = (
        "; ".join(f"{v} {_share(verdicts[v], total)}" for v in ("accept", "edit", "reject")) if total else ""
    )
    return [
        ("Rehearsal", "yes: simulated or model raters counted; not for use" if dataset.rehearsal else "no"),
        ("Raters", _or_not(raters)),
        ("Reviewers' qualifications", _or_not(_qualifications(users))),
        ("Items", f"{facts['items']} released in {facts['groups']} groups"),
        ("Left out", _or_not("; ".join(f"{n} × {why}" for why, n in sorted(facts["left_out"].items())))),
        ("Sampling", _or_not(None)),
        ("Planned n and why", _or_not(None)),
        ("Readers per item", _or_not(", ".join(sorted({str(r.overlap) for r in rounds})))),
        ("Independence and blinding", "each reader in a project of her own, without names, model or intended "
         "mistake; separated by projects, not enforced by the labelling tool"),
        ("Replicates", _or_not(None)),
        ("Uncertainty", "agreement with intervals: see the agreement page of each round"),
        ("Guideline versions", _or_not("; ".join(versions))),
        ("Manifestation rate", _or_not(None)),
        ("Anchoring effect", _or_not(None)),
        ("Edits too small to prefer", f"{facts['edits_too_small_for_preference']} approved edits changed "
         "under 10 % or 3 words; they are not in `preference`"),
        ("Verdicts of the readers", _or_not(rates)),
        ("Machine share of the texts", "sessions: all by models; feedback: by a model, or a model's edited "
         "by a reviewer (`text_by` in every row)"),
        ("Reviewers' pay and consent", _or_not(None)),
        ("Ethics approval or exemption", _or_not(None)),
        ("Risk tiers", "only tier " + ", ".join(facts["named_tiers"])),
        ("Culture and language gaps", _or_not(None)),
        ("Split", facts["split"]),
        ("Intended use", "education of counsellors under qualified supervision; research on it"),
        ("Prohibited use", "contact with patients, diagnosis, summative grading of trainees"),
    ]  # fmt: skip


def write(dataset, rounds, facts: dict) -> str:
    rows = "\n".join(f"| {name} | {text} |" for name, text in fields(dataset, rounds, facts))
    counts = "\n".join(f"- `{kind}`: {n} rows" for kind, n in sorted(facts["rows"].items()))
    return (
        "# A One-Way Mirror dataset\n\n"
        "Synthetic counselling sessions with supervisor feedback that expert readers approved.\n\n"
        f"{counts}\n\n| field | |\n| --- | --- |\n{rows}\n\n"
        "*Synthetic sessions. Education under qualified supervision. Not for patients.*\n"
    )


def as_html(text: str) -> SafeString:
    """The card for a page: its headings below the page's own, and nothing in it but plain marks."""
    html = markdown.markdown(text, extensions=["tables", "toc"], extension_configs={"toc": {"baselevel": 3}})
    return mark_safe(nh3.clean(html))
