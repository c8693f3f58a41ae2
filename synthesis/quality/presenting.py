"""A report as a page shows it: sections with words, a chart in words and drawn, and the tables behind it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from synthesis.quality import drawing, means, naming
from synthesis.quality.naming import in_figures, percent
from synthesis.quality.own import measures_of
from synthesis.quality.telling import ABOUT
from synthesis.recipes import RECIPES


@dataclass
class Table:
    """`rows` hold texts; `session` cells are ("session", public id)."""

    heads: list[str]
    rows: list[list]
    caption: str = ""


@dataclass
class Section:
    """`chart`: an SVG, with `in_words` its text alternative. `why_not`: why there is nothing to show."""

    key: str
    title: str
    about: str
    chart: str = ""
    in_words: str = ""
    tables: list[Table] = field(default_factory=list)
    why_not: str = ""


def sections(report: dict, names: dict[str, str] | None = None) -> list[Section]:
    """`names`: what mistakes and clients are called, by their keys, which a report holds."""
    report = naming.in_order(report) | {"names": names or {}}
    parts = (_talking, _held, _own, _balance, _spread, _lengths, _diversity, _duplicates, _languages, _labels, _validators,
             _endings, _safety, _refusals, _verdicts)  # fmt: skip
    how = RECIPES.get(report.get("recipe"))
    if how and not how.plays_mistakes:  # then nobody names, labels or checks any
        parts = [part for part in parts if part not in (_spread, _labels, _validators)]
    return [section for part in parts for section in part(report)]


def _absent(section: Section, part: dict) -> bool:
    section.why_not = part.get("not_recorded") or part.get("withheld") or ""
    return bool(section.why_not)


def _rates(section: Section, rates: list[tuple[str, dict]], axis: str) -> None:
    """A chart of rates with their intervals, told in words, and the table behind it."""
    known = [(label, rate) for label, rate in rates if rate["n"]]
    if known:
        rows = tuple((label, rate["low"], rate["share"], rate["high"]) for label, rate in known)
        section.chart = drawing.intervals(rows, axis)
        highest = max(known, key=lambda one: one[1]["share"])
        section.in_words = _("%(axis)s. The highest: %(label)s, %(rate)s.") % {
            "axis": axis[0].upper() + axis[1:], "label": highest[0], "rate": in_figures(highest[1]),
        }  # fmt: skip
    heads = ["", _("of"), _("share"), _("95 % interval")]
    section.tables.append(Table(heads, [[label, *_cells(rate)] for label, rate in rates]))


def _cells(rate: dict) -> list[str]:
    if not rate["n"]:
        return ["0", _("none to count"), "–"]
    interval = f"{percent(rate['low'])} – {percent(rate['high'])}"
    return [f"{rate['part']:,} / {rate['n']:,}", percent(rate["share"]), interval]


def _talking(report) -> Iterator[Section]:
    talking = report["talking"]
    section = Section(
        "talking",
        _("The talk itself"),
        ABOUT["talking"],
    )
    kinds = talking["kinds"].items()
    _rates(section, [(str(naming.KINDS.get(k, k)), v["sessions"]) for k, v in kinds], _("share of sessions"))
    examples = [
        [str(naming.KINDS.get(kind, kind)), ("session", one["session"]), ", ".join(map(str, one["where"]))]
        for kind, found in kinds
        for one in found.get("examples", [])[:5]
    ]
    if examples:
        heads = [_("What"), _("Session"), _("Turns")]
        section.tables.append(Table(heads, examples, _("The first of each kind")))
    yield section


def _held(report) -> Iterator[Section]:
    held, talking = report["held"], report["talking"]
    about = ABOUT["held" if held["policy"] == "hold" else "reported"]
    section = Section("held", _("Held back for a person"), about)
    rows = [
        [_("with a reason to be held back"), in_figures(talking["with_a_reason_to_hold"])],
        [_("held back now"), f"{held['all']:,}"],
        [_("… by a rule"), f"{held['by_rule']:,}"],
        [_("… by a person"), f"{held['by_people']:,}"],
        [_("released"), f"{held['released']:,}"],
    ]
    section.tables.append(Table(["", _("sessions")], rows))
    if first := talking.get("first_with_a_reason"):
        rows = [[("session", one["session"]), " ".join(one["reasons"])] for one in first]
        section.tables.append(Table([_("Session"), _("Reason")], rows, _("The first with a reason")))
    yield section


def _own(report) -> Iterator[Section]:
    """What the recipe measures by itself (Recipe.measures); a report of an older release holds none of it."""
    own = report.get("own", {})
    if "withheld" in own:
        yield Section(
            "own", _("What this kind of session is measured by besides"), "", why_not=own["withheld"]
        )
        return
    for measure in measures_of(report["recipe"]):
        if measure.name not in own:
            continue
        found, called = own[measure.name]["found"], {k: str(v) for k, v in measure.choices.items()}
        section = Section(f"own-{measure.name}", str(measure.label), str(measure.about))
        if measure.kind in ("rate", "share"):
            rates = [(called[choice], found[choice]) for choice in called if choice in found]
            _rates(section, rates, _("share of sessions") if measure.kind == "rate" else _("share of all"))
        elif measure.kind == "means":
            heads = ["", _("sessions"), _("mean"), _("95 % interval")]
            section.why_not = "" if found else _("There is none in this run.")
            section.tables += [Table(heads, means.rows(found, called))] if found else []
        elif measure.kind == "number":
            heads = ["", _("n"), _("mean"), _("least"), "5 %", _("median"), "95 %", _("most")]
            section.tables.append(Table(heads, [_distribution(str(measure.label), found)]))
        else:
            _spread_over(section, found, called)
        yield section


def _spread_over(section: Section, found: dict, called: dict[str, str]) -> None:
    if not found["n"]:
        section.why_not = _("There is none in this run.")
        return
    evenness = "–" if found["evenness"] is None else f"{found['evenness']:.2f}"
    section.about += " " + _("%(bits).2f bits, %(evenness)s of the widest; %(seen)s of %(levels)s occur.") % {
        "bits": found["entropy_bits"], "evenness": evenness, "seen": found["levels_seen"], "levels": found["levels"],
    }  # fmt: skip
    times = {choice: found["counts"].get(choice, 0) for choice in called}
    rows = sorted(times.items(), key=lambda one: -one[1])
    cells = [[called[choice], f"{n:,}", percent(n / found["n"])] for choice, n in rows]
    section.tables.append(Table(["", _("times"), _("share")], cells))


def _balance(report) -> Iterator[Section]:
    balance, names = report["balance"], report["names"]
    if "withheld" in balance:
        section = Section("balance", _("As planned and as made"), "")
        _absent(section, balance)
        yield section
        return
    for factor, found in balance["factors"].items():
        levels = found["levels"]
        test = found["test"]
        said = test["note"] or _("Failing by level: chi-square %(x).1f, %(d)d degrees, p = %(p).3f.") % {
            "x": test["statistic"], "d": test["degrees"], "p": test["p"],
        }  # fmt: skip
        title = _("As planned and as made: %s") % naming.FACTORS.get(factor, factor)
        section = Section(f"balance-{factor}", title, said[0].upper() + said[1:])
        rows = sorted(levels, key=lambda row: -row["planned"])
        section.chart = drawing.planned_and_made(
            tuple((naming.level(factor, row["level"], names), row["planned"], row["made"]) for row in rows)
        )
        least = min(levels, key=lambda row: (row["made"] / row["planned"], row["level"]))
        section.in_words = _("%(n)s levels; the least made of is “%(level)s”: %(made)s of %(planned)s planned.") % {
            "n": len(levels), "level": naming.level(factor, least["level"], names), "made": least["made"],
            "planned": least["planned"],
        }  # fmt: skip
        heads = [
            _("Level"),
            _("planned"),
            _("made"),
            _("failed"),
            _("share planned"),
            _("share made"),
            _("made of those ended"),
        ]
        section.tables.append(Table(heads, [[
            naming.level(factor, row["level"], names), f"{row['planned']:,}", f"{row['made']:,}", f"{row['failed']:,}",
            percent(row["share_planned"]), percent(row["share_made"]), in_figures(row["of_ended"]),
        ] for row in rows]))  # fmt: skip
        yield section
    if balance["constant"]:
        rows = [
            [str(naming.FACTORS.get(name, name)), naming.level(name, level, names)]
            for name, level in sorted(balance["constant"].items())
        ]
        about = _("Of these the run has one level only.")
        yield Section(
            "constant", _("The same in every session"), about, tables=[Table([_("Factor"), _("Level")], rows)]
        )


def _spread(report) -> Iterator[Section]:
    labels = report["labels"]
    parts = [
        (_("mistakes that were meant"), report["intended"]),
        (_("mistakes that the supervisor names"), labels.get("mistakes") or labels),
        (_("severity"), labels.get("severity") or labels),
    ]
    about, called = ABOUT["spread"], report["names"]
    section = Section("spread", _("How widely choices are spread"), about)
    rows = []
    for name, found in parts:
        absent = found.get("not_recorded") or found.get("withheld")
        if absent or found["evenness"] is None:
            rows.append([name, absent or _("none to count"), "–", "–", "–"])
            continue
        most = called.get(found["most_common"], found["most_common"])
        rows.append([
            name, f"{found['n']:,}", f"{found['levels_seen']} / {found['levels']}", f"{found['entropy_bits']:.2f}",
            f"{found['evenness']:.2f} · {most} {percent(found['share_of_most_common'])}",
        ])  # fmt: skip
    heads = ["", _("n"), _("levels seen"), _("bits"), _("of the widest · most frequent")]
    section.tables.append(Table(heads, rows))
    yield section


def _lengths(report) -> Iterator[Section]:
    lengths = report["lengths"]
    section = Section("lengths", _("Lengths"), ABOUT["lengths"])
    speakers = {name: found for name, found in lengths["words"].items() if found["n"]}
    if speakers:
        rows = tuple(
            (str(naming.SPEAKERS.get(name, name)), start, times)
            for name, found in speakers.items()
            for start, times in drawing.binned(found["counts"])
        )
        section.chart = drawing.histogram(rows, _("words of a turn, in fives"))
        section.in_words = "; ".join(
            _("%(who)s: median %(median)s words, from %(least)s to %(most)s")
            % {"who": naming.SPEAKERS.get(name, name), **found}
            for name, found in speakers.items()
        )
    heads = ["", _("n"), _("mean"), _("least"), "5 %", _("median"), "95 %", _("most")]
    named = [(_("turns of a session"), lengths["turns"])]
    named += [(_("words of a turn, %s") % naming.SPEAKERS.get(k, k), v) for k, v in lengths["words"].items()]
    section.tables.append(Table(heads, [_distribution(name, found) for name, found in named]))
    yield section


def _distribution(name: str, found: dict) -> list[str]:
    if not found["n"]:
        return [name, "0", *["–"] * 6]
    quantiles = [found[key] for key in ("least", "p5", "median", "p95", "most")]
    return [name, f"{found['n']:,}", f"{found['mean']:.1f}", *map(str, quantiles)]


def _diversity(report) -> Iterator[Section]:
    about = ABOUT["diversity"]
    rows = [
        [
            naming.SPEAKERS.get(who, who),
            n,
            f"{v['distinct']:,} / {v['n']:,}",
            f"{v['share']:.3f}",
            f"{v['adjusted']:.3f}",
        ]
        if v["n"]
        else [naming.SPEAKERS.get(who, who), n, "0", "–", "–"]
        for who, found in report["diversity"].items()
        for n, v in found.items()
    ]
    heads = ["", _("words in a run"), _("different / all"), "distinct-n", _("adjusted")]
    yield Section("diversity", _("How varied the words are"), about, tables=[Table(heads, rows)])


def _duplicates(report) -> Iterator[Section]:
    found = report["duplicates"]
    about = ABOUT["duplicates"]
    section = Section("duplicates", _("Sessions that are alike"), about % {"n": f"{found['earlier']:,}"})
    rates = [
        (_("word for word like another of this run"), found["within"]["exact"]),
        (_("nearly like another of this run"), found["within"]["near"]),
        (_("word for word like one of an earlier run"), found["against"]["exact"]),
        (_("nearly like one of an earlier run"), found["against"]["near"]),
        (_("first words the same as another’s"), found["same_opening_as_another"]),
    ]
    how = RECIPES.get(report.get("recipe"))
    # Where everybody is greeted in the same words, these say nothing.
    _rates(section, rates[:-1] if how and how.aloud else rates, _("share of sessions"))
    pairs = [*found["within"].get("pairs", []), *found["against"].get("pairs", [])]
    if pairs:
        rows = [[("session", p["session"]), ("session", p["of"]), percent(p["likeness"])] for p in pairs[:20]]
        section.tables.append(
            Table([_("Session"), _("is like"), _("likeness")], rows, _("The first of them"))
        )
    yield section


def _languages(report) -> Iterator[Section]:
    """Of a run in other languages than the guideline's."""
    if found := report["languages"]:
        rows = [
            [naming.level("language", code, {}), f"{v['sessions']:,}", in_figures(v["names_in_it"])]
            for code, v in found.items()
        ]
        heads = [_("Language"), _("sessions"), _("mistakes whose name is in it")]
        yield Section("languages", _("Languages"), ABOUT["languages"], tables=[Table(heads, rows)])


def _labels(report) -> Iterator[Section]:
    about = ABOUT["labels"]
    section = Section("labels", _("Labels against each other"), about)
    if not _absent(section, report["labels"]):
        named = [(str(words), report["labels"][name]) for name, words in naming.LABELS.items()]
        _rates(section, named, _("share"))
    yield section


def _validators(report) -> Iterator[Section]:
    section = Section("validators", _("The validator’s checks"), ABOUT["validators"])
    found = report["validators"]
    if not _absent(section, found):
        named = [(str(naming.OUTCOMES[name]), rate) for name, rate in found["outcomes"].items()]
        for which, checks in found["checks"].items():
            named += [
                (f"{naming.CHECKS[name]} · {naming.WHICH[which]}", rate) for name, rate in checks.items()
            ]
        _rates(section, named, _("share"))
    yield section


def _endings(report) -> Iterator[Section]:
    found = report["endings"]
    section = Section("endings", _("How turns end"), "")
    rows = [(_("turns that stop without an end of sentence"), found["turns_without_an_end"])]
    _rates(section, rows, _("share"))
    yield section


def _safety(report) -> Iterator[Section]:
    found = report["safety"]
    about = ABOUT["safety"]
    section = Section("safety", _("Words of risk"), about)
    tiers = [(str(naming.tier(tier)), v["sessions"]) for tier, v in found["tiers"].items()]
    _rates(section, [(_("any"), found["any"]), *tiers], _("share of sessions"))
    for part, measured in found["rule"].items():
        rows = [[_("any"), in_figures(measured["any"]["recall"]), in_figures(measured["any"]["precision"])]]
        for tier, v in measured["tiers"].items():
            rows.append([str(naming.tier(tier)), in_figures(v["recall"]), in_figures(v["precision"])])
        heads = ["", _("found (recall)"), _("rightly raised (precision)")]
        section.tables.append(Table(heads, rows, naming.PARTS[part] % {"n": measured["n"]}))
    yield section


def _refusals(report) -> Iterator[Section]:
    about = ABOUT["refusals"]
    heads = [_("Tier"), _("planned"), _("refused"), _("failed")]
    rows = [
        [str(naming.tier(tier)), f"{v['cells']:,}", in_figures(v["refused"]), in_figures(v["failed"])]
        for tier, v in report["refusals"].items()
    ]
    yield Section("refusals", _("Refusals"), about, tables=[Table(heads, rows)])


def _verdicts(report) -> Iterator[Section]:
    about = ABOUT["verdicts"]
    section = Section("verdicts", _("What became of it, and what an accepted session cost"), about)
    found = report["verdicts"]
    if not _absent(section, found):
        named = [(_("accepted as it was"), found["accepted"]), (_("accepted after an edit"), found["edited"]),
                 (_("rejected"), found["rejected"])]  # fmt: skip
        _rates(section, named, _("share of the settled"))
        rows = [
            [_("before readers now"), f"{found['waiting']:,}"],
            [_("closed undecided"), f"{found['undecided']:,}"],
        ]
        section.tables.append(Table(["", _("sessions")], rows))
        cost = found["cost"]
        if "not_recorded" in cost:
            section.tables.append(
                Table(["", ""], [[_("cost of an accepted session"), cost["not_recorded"]]], _("The cost"))
            )
        else:
            money = _("not recorded: not every reply has a price") if cost["money"] is None else (
                f"{cost['money']:,.4f} {cost['currency']}"
            )  # fmt: skip
            rows = [
                [_("money"), money],
                [_("tokens"), f"{cost['tokens']:,.0f}"],
                [_("model replies"), f"{cost['calls']:,.1f}"],
            ]
            section.tables.append(Table(["", _("per accepted session")], rows, _("The cost")))
    yield section
