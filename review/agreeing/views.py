"""The agreement of a round for its lead: in short, cut into parts, and reviewer by reviewer."""

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts import asking, roles
from review import grading, tasks
from review.agreeing import access, drawing, named, paradox, telling
from review.agreeing.cuts import date_of
from review.agreeing.figures import said, told, with_herself
from review.agreeing.heat import heat_map
from review.agreeing.looking import address, chosen, context, looked, required
from review.agreeing.over_rounds import rounds_beside
from review.agreement.values import in_words
from review.judges import comparing
from review.judges.access import may_see_judges

# Of each two reviewers there are many; the table of all of them stands above.
MOST_LINES = 40


def _look(request):
    return looked(request, required(chosen(request)), tasks.wake_agreeing)


def agreement(request):
    round = chosen(request)
    if round is None:
        hidden = access.rounds_she_judges(request.user)
        return render(request, "review/agreeing/none.html", {"hidden": hidden})
    look = looked(request, round, tasks.wake_agreeing)
    more = {"arm": grading.arm_of(round)}
    if look.kept:
        beside, tables = look.kept.part("beside"), told(round, look.kept.part("whole"))
        more |= {
            "tables": tables,
            "paradoxes": _paradoxes(tables),
            "anchoring": said(beside["anchoring"]),
            "anchored": _anchored(look, said(beside["anchored"])),
            "compared": _compared(look),
            "repeats": beside["repeats"],
            "informed": beside["informed"],
            "with_herself": with_herself(look.kept) if beside["with_herself"] else {},
            "judges": comparing.judges(round, beside["judges"])
            if may_see_judges(request.user, round)
            else [],
            "axis": drawing.axis(),
        }
    return render(request, "review/agreeing/in_short.html", context(request, look, **more))


def _anchored(look, found: dict) -> list[dict]:
    """What the draft does besides: lines with what is compared, in words."""
    called = {
        "krippendorff_alpha": _("how far readers agree, guessing taken out (α)"),
        "gwet_ac": _("the same, taking guessing to be rare (AC)"),
        "percent_agreement": _("same answer"), "mistakes_named": _("mistakes that a reader names"),
        "turns_marked": _("share of the counsellor's turns that she marks"),
        "f1_turns": _("how far two mark the same turns (F1)"),
    }  # fmt: skip
    return [
        one | {
            "title": look.scales[one["question"]]["title"] if one["question"] else _("Marks"),
            "name": called[one["statistic"]],
        }
        for one in (*found["marks"], *found["agreement"])
    ]  # fmt: skip


def _compared(look) -> list[dict]:
    """Of two texts: win, tie and loss, question by question."""
    found = said(look.kept.part("preferred"))
    return [one | {"title": look.scales[name]["title"]} for name, one in found.items() if name in look.scales]


def _paradoxes(tables: dict) -> list[tuple[str, str, str]]:
    """[(arm, what is asked, why its kappa is low though readers agree)]."""
    found = []
    for arm, dimensions in tables.items():
        for figures in dimensions.values():
            if words := paradox.in_words(figures, named.level):
                found.append((arm, figures["title"], words))
    return found


def agreement_by(request, cut):
    """One question cut into parts, those first on which readers differ most often."""
    look = _look(request)
    if cut not in telling.CUT_TITLES:
        raise Http404
    roles.require(access.may_see_parts(request.user, look.round))
    more = {
        "cut": cut,
        "title": telling.CUT_TITLES[cut](),
        "filters": address(request),
        "axis": drawing.axis(),
    }
    if look.kept and look.arm:
        part = look.kept.part(cut)
        parts = part.get(look.arm, []) if cut == "named" else part.get(look.arm, {}).get(look.question, [])
        found = telling.lines(look, cut, parts, request.user)
        more["lines"] = found if cut == "time" else telling.worst_first(found)
        more["over_time"] = _over_time(look) if cut == "time" else None
    return render(request, "review/agreeing/parts.html", context(request, look, **more))


def agreement_answers(request):
    look = _look(request)
    roles.require(access.may_see_agreement(request.user))
    more: dict = {}
    if look.kept and look.arm:
        figures = look.kept.part("whole")[look.arm][look.question]
        more = {
            "figures": said(figures),
            "matrix": _matrix(look, figures["confusion"]),
            "paradox": paradox.in_words(figures, named.level),
            "prevalence": [(named.level(level), share) for level, share in figures["prevalence"]],
            "specific": _specific(figures),
            "axis": drawing.axis(drawing.SHARE),
        }
    return render(request, "review/agreeing/answers.html", context(request, look, **more))


def _specific(figures: dict) -> list[dict]:
    """How far readers agree on each answer, in the order of the levels."""
    found = said(figures["specific_agreement"])
    return [
        {"name": named.level(level), "share": share, "agreement": found[in_words(level)]}
        for level, share in figures["prevalence"]
        if in_words(level) in found
    ]


def _matrix(look, found: dict | None) -> list[dict]:
    """Rows of {"name", "cells": [{"share", "pairs", "url"}]}."""
    if found is None:
        return []
    names = [named.level(level) for level in found["levels"]]
    return [
        {
            "name": name,
            "cells": [
                {
                    "column": names[j], "share": found["shares"][i][j], "pairs": found["pairs"][i][j],
                    "same": i == j,
                    "url": telling.behind(look.round, arm=look.arm, question=look.question,
                                          one=found["levels"][i], other=found["levels"][j]),
                }
                for j in range(len(names))
            ],
        }
        for i, name in enumerate(names)
    ]  # fmt: skip


def agreement_reviewers(request):
    look = _look(request)
    roles.require(access.may_see_parts(request.user, look.round))
    more: dict = {"axis": drawing.axis()}
    if look.kept and look.arm:
        parts = look.kept.part("readers").get(look.arm, {}).get(look.question, [])
        lines = telling.lines(look, "readers", parts, request.user)
        who = named.readers(look.kept.table.names["by"])
        people = look.kept.part("people")[look.arm]
        more |= {
            "map": heat_map(look, who, people, lines),
            "lines": telling.worst_first(lines)[:MOST_LINES],
            "left_out": max(0, len(lines) - MOST_LINES),
            "people": [
                {"name": name, "judged": n, "missing": 1 - n / people["sessions"]}
                for name, n in zip(who, people["judged"], strict=True)
                if people["sessions"]
            ],
            "over_time": _over_time(look),
            "scores": _scores(look, people, who),
            "apart": [
                line
                for line in lines
                if line.figures and line.figures.get("bias", {}).get("estimate") is not None
            ],
        }
    return render(request, "review/agreeing/reviewers.html", context(request, look, **more))


def _scores(look, people: dict, who: list[str]) -> list[dict]:
    """Of a dimension that is rated in numbers: who scores higher or lower than the others."""
    found = said(people["scores"].get(look.question, []))
    return [
        one | {"name": who[one["by"]], "few": telling.hidden(look.round, one["n_items"])} for one in found
    ]


def _over_time(look) -> dict | None:
    """Whose answers move away from those of the others, period by period."""
    found = look.kept.part("people")[look.arm]
    course = found["over_time"]
    if not course:
        return None
    who = named.readers(look.kept.table.names["by"])
    return {
        "question": look.scales[found["question"]]["title"],
        "share": course["share"],
        "false_alarm": course["false_alarm"],
        "horizon": course["horizon"],
        "periods": [named.period(one) for one in course["periods"]],
        "readers": [
            {
                "name": who[one["by"]], "n": one["n"], "share": one["share"],
                "since": None if one["since"] is None else date_of(one["since"]),
                "periods": [{"n": n, "same": same, "share": same / n if n else None} for n, same in one["periods"]],
            }
            for one in course["readers"]
        ],
    }  # fmt: skip


def agreement_rates(request):
    look = _look(request)
    roles.require(access.may_see_parts(request.user, look.round))
    by = asking.words(request, "by")
    by = by if by in ("pair", "recipe", "model", "time") else "all"
    more = {"by": by, "axis": drawing.axis(drawing.SHARE)}
    if look.kept and look.arm:
        more |= _rates(look, by)
    more["cuts"] = [("all", _("all sessions")), ("pair", _("by mistake")), ("recipe", _("by recipe")),
                    ("model", _("by model")), ("time", _("by time"))]  # fmt: skip
    return render(request, "review/agreeing/rates.html", context(request, look, **more))


def _rates(look, by: str) -> dict:
    found = look.kept.part("rates")[by]
    told_of = [*found["verdicts"], *found["mistakes"].get(look.arm, ()), *found["seconds"].get(look.arm, ())]
    called, _about = telling.names_of(look, "time" if by == "time" else by, [one["key"] for one in told_of])

    def lines(parts: list[dict]) -> list[dict]:
        return [
            one | {
                "name": _("all sessions") if by == "all" else called(one["key"]),
                "url": telling.behind(look.round, arm=look.arm, everyone="yes",
                                      **({} if by == "all" else {"cut": by, "key": one["key"]})),
                "few": by != "all" and telling.hidden(look.round, one.get("sessions", one["n"])),
            }
            for one in parts
        ]  # fmt: skip

    more = {}
    if by in ("all", "pair") and look.arm == "unaided":
        more["manifested"] = _manifested(look, by)
    if by == "all" and look.arm == "aided":
        more["edits"] = said(look.kept.part("edits"))
    verdicts = lines(found["verdicts"]) if look.arm == "aided" else []
    verdicts.sort(key=lambda one: one["accept"]["shrunken"])
    return more | {
        "verdicts": verdicts,
        "mistakes": lines(found["mistakes"].get(look.arm, [])),
        "seconds": lines(found["seconds"].get(look.arm, [])),
    }


def _manifested(look, by: str) -> list[dict]:
    """How often a mistake is there that sessions were made to show; of each mistake, those first that show it least."""
    found = look.kept.part("beside")["manifestation"]
    if by == "all":
        return (
            [found["all"] | {"name": _("all sessions"), "few": False}] if found["all"]["n_sessions"] else []
        )
    names = {
        one["key"]: one["name"] for one in named.pairs(look.round, look.kept.table.names["pair"]).values()
    }
    told = [
        one | {"name": names.get(key, key), "few": telling.hidden(look.round, one["n_sessions"])}
        for key, one in found["by_pair"].items()
    ]
    return sorted(told, key=lambda one: one["shrunken"])


def agreement_rounds(request):
    """Rounds beside each other, and by the version of the guideline that they were judged by."""
    look = _look(request)
    asked = {name: asking.words(request, name) for name in ("question", "arm")}
    asked = {"question": asked["question"] or look.question, "arm": asked["arm"] or look.arm}
    more = rounds_beside(request.user, look, **asked, wake=tasks.wake_version)
    return render(request, "review/agreeing/rounds.html", context(request, look, axis=drawing.axis(), **more))
