"""Everything that the pages show of a round's agreement, as one plain object: for JSON, for CSV, and for the paragraph that
goes into a paper. In English, whatever the reader's language; reviewers are numbers in it.
"""

from collections.abc import Iterator

from django.utils import translation

from review import reports
from review.agreeing import leaving_marks, leaving_more, named, versions
from review.agreeing.figures import said, told
from review.agreeing.kept import Kept
from review.agreeing.telling import hidden
from review.extending import extensions
from review.models import Round

CUTS = ("pair", "readers", "recipe", "model", "time")
ARMS = {
    "aided": "read with the draft",
    "unaided": "read without the draft",
    "rated": "rated",
    "pair": "compared",
    "revised": "rated, then with a rewriting",
}
REFERENCES = {
    "krippendorff_alpha": "Krippendorff (2019), Content Analysis, 4th ed., chapter 12",
    "gwet_ac": "Gwet (2014), Handbook of Inter-Rater Reliability, 4th ed.",
    "specific_agreement": "Cicchetti & Feinstein (1990); Uebersax (1982)",
    "random_effects": "ten Hove, Jorgensen & van der Ark (2024, 2025), restricted maximum likelihood",
    "masi": "Passonneau (2006), Measuring Agreement on Set-valued Items",
    "bland_altman": "Bland & Altman (1986, 1999, 2007)",
    "shares": "Wilson (1927); Rao & Scott (1992); Kleinman (1973); Benjamini & Hochberg (1995)",
    "f1": "Hripcsak & Rothschild (2005)",
    "bands": "Krippendorff's marks of .667 and .80 are read on the lower bound of an interval only",
}


def document(kept: Kept, *, parts: bool, judges: bool = False) -> dict:
    """`parts`: with the round cut into parts, for whom these are; `judges`: with what judges say, for whom that is."""
    with translation.override("en"):
        found = _whole(kept) | leaving_more.whole(kept, judges=judges)
        if parts:
            found |= _parts(kept)
    return found


def _whole(kept: Kept) -> dict:
    round, beside = kept.round, kept.part("beside")
    return {
        "round": _about(round),
        "computed": {"at": kept.at.isoformat(), "judgements": kept.judgements, "decisions": kept.decisions,
                     "is_current": kept.is_current},
        "confidence_percent": 95,
        "agreement": _titled(told(round, kept.part("whole"))),
        "rates": kept.part("rates")["all"],
        "manifestation": said(beside["manifestation"]["all"]),
        "anchoring": said(beside["anchoring"]),
        "repeats": beside["repeats"],
        "marks": leaving_marks.whole(kept),
        "closed_rounds_of_the_same_versions": _together(round),
        "agreement_with_oneself": _titled(told(round, beside["with_herself"])),
        "left_out_as_informed": beside["informed"],
        "references": REFERENCES,
    }  # fmt: skip


def _together(round: Round) -> dict | None:
    """Of all closed rounds of the versions of this one; None where it is alone, or they were never computed together."""
    own = versions.same_versions(round)
    found = versions.known([own]).get(own[0].pk) if own else None
    if not found or not found["is_current"]:
        return None
    rounds = [{"id": str(one.public_id), "name": one.name} for one in own]
    return {"rounds": rounds, "agreement": said(found["figures"])}


def _titled(tables: dict) -> dict:
    return {
        arm: {name: figures | {"title": str(figures["title"])} for name, figures in found.items()}
        for arm, found in tables.items()
    }


def _about(round: Round) -> dict:
    return {
        "id": str(round.public_id), "name": round.name, "state": round.state, "rehearsal": round.rehearsal,
        "interim": round.state == "open", "opened_at": round.opened_at.isoformat(),
        "closed_at": round.closed_at and round.closed_at.isoformat(),
        "guideline": str(round.pairs_version), "rubric": str(round.rubric_version),
        "readers_per_session": round.overlap, "doubly_read_percent": _percent(round.doubly_read),
        "unaided_percent": _percent(round.unaided_share), "repeat_percent": _percent(round.repeat_share),
        "extensions": [one | {"at": one["at"].isoformat()} for one in extensions(round)],
        "weighed_by_inclusion": reports.is_weighed(round),
    }  # fmt: skip


def _percent(share: float) -> float:
    return float(f"{100 * share:.6g}")


def _parts(kept: Kept) -> dict:
    round, rates = kept.round, kept.part("rates")
    calls = {cut: _called(kept, cut) for cut in (*CUTS, "named")}
    found = {
        cut: {
            arm: {question: _lines(round, parts, calls[cut]) for question, parts in questions.items()}
            for arm, questions in kept.part(cut).items()
        }
        for cut in CUTS
    }
    return {
        "parts": found,
        "marks_by": leaving_marks.parts(kept),
        "named": {arm: _lines(round, parts, calls["named"]) for arm, parts in kept.part("named").items()},
        "rates_by": {
            by: _rates(round, one, calls[by]) for by, one in rates.items() if by != "all"
        },
        "manifestation_by_pair": {
            key: {"n_sessions": one["n_sessions"], "not_told": "fewer sessions than are told yet"}
            if hidden(round, one["n_sessions"])
            else said(one)
            for key, one in kept.part("beside")["manifestation"]["by_pair"].items()
        },
    } | leaving_more.parts(kept)  # fmt: skip


def _called(kept: Kept, cut: str):
    """Key → what it is called: a mistake by its key, two reviewers by their numbers."""
    if cut in ("pair", "named"):
        keys = map(str, kept.table.names["pair"])
        known = named.pairs(kept.round, keys)
        return lambda key: known[key]["key"] if key in known else ""
    return lambda key: key


def _lines(round: Round, parts: list[dict], call) -> list[dict]:
    return [
        {"part": call(one["key"]), "n_items": one["n_items"], "not_told": "fewer sessions than are told yet"}
        if hidden(round, one["n_items"])
        else said({name: value for name, value in one.items() if name != "key"}) | {"part": call(one["key"])}
        for one in parts
    ]


def _rates(round: Round, found: dict, call) -> dict:
    def told(parts: list[dict]) -> list[dict]:
        return [
            {name: value for name, value in one.items() if name != "key"} | {"part": call(one["key"])}
            for one in parts
            if not hidden(round, one.get("sessions", one["n"]))
        ]

    return {
        "verdicts": told(found["verdicts"]),
        "mistakes": {arm: told(parts) for arm, parts in found["mistakes"].items()},
        "seconds": {arm: told(parts) for arm, parts in found["seconds"].items()},
    }


HEADER = (
    "section", "arm", "question", "part", "statistic", "estimate", "low", "high", "n_items", "n_raters",
    "n_ratings", "n_clusters", "n_paired", "n_paired_clusters", "missing_share", "method", "note",
)  # fmt: skip
COUNTS = HEADER[8:15]


def lines(found: dict) -> Iterator[tuple]:
    """The same figures, one a line, as HEADER says."""
    for section in ("agreement", "agreement_with_oneself"):
        for arm, questions in found[section].items():
            for question, figures in questions.items():
                yield from _of(figures, (section, arm, question, ""))
    together = found["closed_rounds_of_the_same_versions"] or {"agreement": {}}
    for arm, questions in together["agreement"].items():
        for question, figures in questions.items():
            yield from _of(figures, ("closed rounds of the same versions", arm, question, ""))
    for cut, arms in found.get("parts", {}).items():
        for arm, questions in arms.items():
            for question, parts in questions.items():
                for one in parts:
                    yield from _of(one, (f"by {cut}", arm, question, one["part"]))
    for arm, parts in found.get("named", {}).items():
        for one in parts:
            yield from _of(one, ("named", arm, "is it named?", one["part"]))
    yield from leaving_marks.lines(found, _of)
    yield from leaving_more.lines(found, _of)
    for by, rates in {"all": found["rates"], **found.get("rates_by", {})}.items():
        yield from _rate_lines(by, rates)


def _of(figures: dict, place: tuple) -> Iterator[tuple]:
    counts = tuple(figures.get(name) for name in COUNTS)
    if "not_told" in figures:
        yield (*place, "", None, None, None, *counts, "", figures["not_told"])
    for name, one in _coefficients(figures).items():
        low, high = one["ci"] or (None, None)
        yield (*place, name, one["estimate"], low, high, *counts, one["method"], one["note"])
        if analytic := one.get("ci_analytic"):
            ends = (analytic["low"], analytic["high"])
            yield (*place, f"{name}, by formula", one["estimate"], *ends, *counts, analytic["name"], "")
    if effects := figures.get("random_effects"):
        for name in ("k", "k_hat", "q"):
            yield (*place, f"{name}, random effects", effects[name], None, None, *counts, "", "")
    for level, share in figures.get("prevalence", ()):
        yield (*place, f"prevalence of {named.level(level)}", share, None, None, *counts, "", "")


def _coefficients(figures: dict) -> dict[str, dict]:
    """{statistic: object}, those of levels and the two kinds of ICC by what they are."""
    found = {name: one for name, one in figures.items() if _is_coefficient(one)} | figures.get("icc", {})
    found |= {f"specific agreement on {level}": one
              for level, one in figures.get("specific_agreement", {}).items()}  # fmt: skip
    if effects := figures.get("random_effects"):
        found |= {f"{name}, random effects": one for name, one in effects["icc"].items()}
        found |= {f"variance of {name}": one for name, one in effects["variances"].items()}
    return found


def _is_coefficient(one) -> bool:
    return isinstance(one, dict) and {"estimate", "ci", "method"} <= one.keys()


def _rate_lines(by: str, rates: dict) -> Iterator[tuple]:
    wilson = "Wilson's interval on counts over their design effect (Rao & Scott 1992)"
    told = [("aided", one, verdict) for one in rates["verdicts"] for verdict in ("accept", "edit", "reject")]
    told += [(arm, one, "yes") for arm, parts in rates["mistakes"].items() for one in parts]
    for arm, one, name in told:
        share = one[name]
        low, high = share["ci"] or (None, None)
        question = "any_mistake" if name == "yes" else "verdict"
        counts = (one["sessions"], None, share["n"], share["clients"], None, None, None)
        place = (f"rates by {by}", arm, question, one.get("part", ""))
        yield (*place, name, share["share"], low, high, *counts, wilson, "")
        if by != "all":
            drawn = "drawn toward the mean of all (Kleinman 1973)"
            yield (*place, f"{name}, drawn", share["shrunken"], None, None, *counts, drawn, "")
    for arm, parts in rates["seconds"].items():
        for one in parts:
            low, middle, high = one["quartiles"]
            counts = (None, one["readers"], one["n"], None, None, None, None)
            place = (f"time by {by}", arm, "", one.get("part", ""), "seconds, median")
            yield (*place, middle, low, high, *counts, "low and high are the quartiles", "")
