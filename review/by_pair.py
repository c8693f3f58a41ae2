"""What closed rounds of people say about each pair of a guideline. Queries only; fills guidelines.coverage.

What a closed round holds is frozen, so its figures are computed once and kept in this process until a round is
opened or closed. A session that is judged again in an open round is left out: its old verdict would tell. One that
was to show several mistakes counts for each of them, and one that was to show none for no pair.
"""

from collections import Counter, OrderedDict
from collections.abc import Collection
from dataclasses import dataclass, field
from threading import Lock
from typing import NamedTuple
from urllib.parse import urlencode

from django.db.models import Count, Exists, Max, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.digesting import digest
from guidelines.coverage import Agreement, Coverage, Figure
from guidelines.models import Entry, Guideline
from review import feedback, releasing
from review.agreement.wording import spoken
from review.models import Arm, Aspect, Decision, Finding, Item, Round, RoundState, Standing
from review.settled import NOTHING, Settled, read
from synthesis.models import Instance, Intended

VERDICTS = ("accept", "edit", "reject")
FOUND = ("no", "yes")
SHOWN = ("krippendorff_alpha", "gwet_ac", "percent_agreement")
# From what belongs to an item to the mistake that its session was to show: the first, and what else.
PAIR, BESIDES = "item__instance__pair_revision__pair", "item__instance__others__pair_revision__pair"
BASE, CHANCE = "item__instance__profile__base_case", "item__inclusion_probability"
BOOTSTRAP = 1000
MOST_KNOWN = 8  # guidelines


@dataclass
class Figures:
    """What is known of one guideline: `settled` of all its pairs; of agreement what was looked at."""

    settled: Settled
    corrections: dict[str, int]
    alphas: dict[str, float] | None = None
    agreements: dict[str, tuple[dict | None, dict | None]] = field(default_factory=dict)


_known: OrderedDict[tuple, Figures] = OrderedDict()
_lock = Lock()


def coverage(
    guideline: Guideline, keys: Collection[str] | None = None, alphas: bool = False
) -> dict[str, Coverage]:
    """As guidelines.coverage.of. The number of queries does not grow with pairs or sessions."""
    figures, made = _figures(guideline), _made(guideline, keys)
    if keys is None:
        wanted = sorted({*made, *figures.settled.keys})
        if alphas and figures.alphas is None:
            figures.alphas = _alphas(guideline)
        agreements = {key: Agreement(Figure(value)) for key, value in (figures.alphas or {}).items()}
        return {key: _of(guideline, key, figures, made, agreements.get(key), None) for key in wanted}
    if figures.settled is not NOTHING:
        _compute_agreements(guideline, figures, keys)
    found = {}
    for key in keys:
        if key in made or key in figures.settled.keys:
            aided, unaided = figures.agreements.get(key, (None, None))
            found[key] = _of(guideline, key, figures, made, _agreement(aided), _agreement(unaided))
    return found


def _of(guideline, key, figures, made, aided, unaided) -> Coverage:
    corrections = figures.corrections.get(key, 0)
    query = urlencode({"guideline": guideline.slug, "pair": key})
    return Coverage(
        made=made.get(key, 0),
        agreement=aided,
        agreement_unaided=unaided,
        corrections=corrections,
        url=f"{reverse('corrections')}?{query}" if corrections else "",
        **figures.settled.of(key),
    )


def standing_out(guideline: Guideline) -> list[str]:
    """As guidelines.coverage.standing_out."""
    return _figures(guideline).settled.standing_out


def _corrections(guideline) -> dict[str, int]:
    """How many approved edits there are of sessions made from each pair."""
    approved, found = feedback.approved(guideline).order_by(), Counter()
    for pair in (PAIR, BESIDES):
        mine = approved.filter(**{f"{pair}__guideline": guideline})
        found.update(dict(mine.values_list(f"{pair}__key").annotate(n=Count("pk"))))
    return found


def _made(guideline, keys) -> dict[str, int]:
    found: Counter = Counter()
    for pair in ("pair_revision__pair", "others__pair_revision__pair"):
        mine = {f"{pair}__guideline": guideline} | ({f"{pair}__key__in": keys} if keys is not None else {})
        made = Instance.objects.listed().made().filter(**mine).order_by()
        found.update(dict(made.values_list(f"{pair}__key").annotate(n=Count("id"))))
    return found


class Besides(NamedTuple):
    """A further mistake that a session was to show."""

    key: str
    pair: int


def _besides(guideline, keys=None) -> dict[int, list[Besides]]:
    """{session: what it was to show besides its first mistake}, for those that were; one query."""
    rows = Intended.objects.filter(pair_revision__pair__guideline=guideline).order_by("instance", "position")
    if keys is not None:
        rows = rows.filter(pair_revision__pair__key__in=keys)
    found: dict[int, list[Besides]] = {}
    for session, *which in rows.values_list(
        "instance_id", "pair_revision__pair__key", "pair_revision__pair_id"
    ):
        found.setdefault(session, []).append(Besides(*which))
    return found


def closed_rounds_of_people() -> dict:
    """A filter for what belongs to an item."""
    return {"item__round__state": RoundState.CLOSED, "item__round__rehearsal": False, "item__gold": None}


def judged_again():
    """Open items on the same session."""
    again = Item.objects.counted().filter(instance=OuterRef("item__instance"), round__state=RoundState.OPEN)
    return Exists(again)


def _state(guideline, rounds) -> tuple:
    """Changes whenever a figure may: closed rounds are frozen, and sessions enter a round when it is made."""
    last = Item.objects.aggregate(last=Max("pk"))["last"]
    return guideline.pk, digest([[str(part) for part in one] for one in rounds]), last


def _figures(guideline) -> Figures:
    columns = ("pk", "state", "opened_at", "closed_at", "rehearsal")
    rounds = list(Round.objects.order_by("pk").values_list(*columns))
    if not any(state == RoundState.CLOSED and not rehearsal for _pk, state, *_times, rehearsal in rounds):
        return Figures(NOTHING, {}, {})
    state = _state(guideline, rounds)
    with _lock:
        if state in _known:
            _known.move_to_end(state)
            return _known[state]
    settled = read(
        _standings(guideline).filter(aspect=Aspect.VERDICT, **{f"{PAIR}__guideline": guideline}),
        _standings(guideline).filter(aspect=Aspect.FINDINGS, item__round__pairs_version__guideline=guideline),
        guideline,
        {session: [one.key for one in others] for session, others in _besides(guideline).items()},
    )
    figures = Figures(settled, _corrections(guideline))
    with _lock:
        for old in [known for known in _known if known[0] == guideline.pk]:
            del _known[old]
        _known[state] = figures
        while len(_known) > MOST_KNOWN:
            _known.popitem(last=False)
    return figures


def _standings(guideline):
    return Standing.objects.filter(~judged_again(), **closed_rounds_of_people()).order_by("item_id")


def _judgements(guideline, arm):
    """Readers' judgements that count for agreement, of sessions made from this guideline's pairs: none of which its
    reader could see before how another of the round was resolved.
    """
    decisions = Decision.objects.in_force().counting().filter(~judged_again(), **closed_rounds_of_people())
    return (
        decisions.filter(item__arm=arm, **{f"{PAIR}__guideline": guideline})
        .exclude(releasing.informed())
        .order_by("id")
    )


def _alphas(guideline) -> dict[str, float]:
    """Krippendorff's alpha on the verdict, of every pair where it is defined."""
    items, groups, group_of, weight, item, level = {}, {}, [], [], [], []
    rows, besides = _judgements(guideline, Arm.AIDED).exclude(verdict=""), _besides(guideline)
    columns = (f"{PAIR}__key", "item_id", "item__instance_id", CHANCE, "verdict")
    for first, item_id, session, chance, verdict in rows.values_list(*columns):
        for key in (first, *(one.key for one in besides.get(session, ()))):
            if (key, item_id) not in items:
                items[key, item_id] = len(items)
                group_of.append(groups.setdefault(key, len(groups)))
                weight.append(1 / chance)
            item.append(items[key, item_id])
            level.append(VERDICTS.index(verdict))
    if not items:
        return {}
    from review.agreement.groups import alpha_of_groups  # it loads SciPy

    found = alpha_of_groups(item, level, group_of, groups=len(groups), levels=len(VERDICTS), weight=weight)
    return {key: float(found[n]) for key, n in groups.items() if found[n] == found[n]}


def _compute_agreements(guideline, figures: Figures, keys) -> None:
    """Fill in the agreement of these pairs where it is not known yet; three queries and, where sessions were to show
    several mistakes, four more; none when all is known.
    """
    left = [key for key in keys if key not in figures.agreements]
    if not left:
        return
    own = {f"{PAIR}__key__in": left}
    columns = (f"{PAIR}__key", "item_id", "rater_id", BASE, "item__instance_id", CHANCE)
    verdicts: dict[str, list] = {}
    weights: dict[int, float] = {}
    aided = _judgements(guideline, Arm.AIDED).filter(**own).exclude(verdict="")
    for key, item, rater, base, session, chance, verdict in aided.values_list(*columns, "verdict"):
        weights[item] = 1 / chance
        verdicts.setdefault(key, []).append((item, rater, verdict, base or f"session {session}"))
    marks: dict[str, list] = {}
    for key, item, rater, base, session, chance, named in (
        _named(guideline).filter(**own).values_list(*columns, "named")
    ):
        weights[item] = 1 / chance
        marks.setdefault(key, []).append((item, rater, FOUND[named], base or f"session {session}"))
    besides = _besides(guideline, left)
    for row, verdict in _verdicts_besides(guideline, besides):
        key, item, rater, base, chance, session = row
        weights[item] = 1 / chance
        verdicts.setdefault(key, []).append((item, rater, verdict, base or f"session {session}"))
    for row, named in _named_besides(guideline, besides):
        key, item, rater, base, chance, session = row
        weights[item] = 1 / chance
        marks.setdefault(key, []).append((item, rater, FOUND[named], base or f"session {session}"))
    for key in left:
        figures.agreements[key] = tuple(
            _computed(key, rows, levels, weights) for rows, levels in ((verdicts, VERDICTS), (marks, FOUND))
        )


def _named(guideline):
    """Judgements without the draft, each with whether it names the planned mistake, where it could be named."""
    planned = OuterRef(PAIR)
    offered = Entry.objects.filter(
        version=OuterRef("item__round__pairs_version"), pair_revision__pair=planned
    )
    named = Finding.objects.filter(decision=OuterRef("pk"), pair_revision__pair=planned)
    decisions = _judgements(guideline, Arm.UNAIDED).filter(
        Exists(offered), item__instance__pair_revision__positive=False
    )
    return decisions.annotate(named=Exists(named))


def _judged_besides(guideline, arm, besides: dict[int, list[Besides]]):
    if not besides:
        return Decision.objects.none()
    # By the same question again, not by their ids, of which there may be more than a statement takes.
    sessions = Intended.objects.filter(pair_revision__pair__guideline=guideline).values("instance")
    return _judgements(guideline, arm).filter(item__instance__in=sessions)


def _verdicts_besides(guideline, besides: dict[int, list[Besides]]):
    """(key, item, rater, client, chance, session) and verdict, for each further mistake of a session."""
    rows = _judged_besides(guideline, Arm.AIDED, besides).exclude(verdict="")
    for *judged, session, verdict in rows.values_list(
        "item_id", "rater_id", BASE, CHANCE, "item__instance_id", "verdict"
    ):
        for one in besides.get(session, ()):
            yield (one.key, *judged, session), verdict


def _named_besides(guideline, besides: dict[int, list[Besides]]):
    """The same with whether the judgement names the mistake, where it could be named."""
    decisions = _judged_besides(guideline, Arm.UNAIDED, besides)
    columns = (
        "pk",
        "item__round__pairs_version_id",
        "item_id",
        "rater_id",
        BASE,
        CHANCE,
        "item__instance_id",
    )
    rows = list(decisions.values_list(*columns))
    if not rows:
        return
    found = Finding.objects.filter(decision__in=decisions.order_by().values("pk"))
    named = set(found.values_list("decision_id", "pair_revision__pair_id"))
    offered = Entry.objects.filter(version__in={row[1] for row in rows}, pair_revision__isnull=False)
    offered = set(offered.values_list("version_id", "pair_revision__pair_id"))
    for decision, version, *judged, session in rows:
        for one in besides.get(session, ()):
            if (version, one.pair) in offered:
                yield (one.key, *judged, session), (decision, one.pair) in named


def _computed(key: str, rows: dict[str, list], levels: tuple, weights: dict[int, float]) -> dict | None:
    if key not in rows:
        return None
    from review.agreement.report import agreement  # it loads SciPy

    seed = int(digest(key)[:7], 16)
    how = {"bootstrap": BOOTSTRAP, "seed": seed, "only": SHOWN, "weights": weights}
    return agreement(rows[key], scale="nominal", levels=levels, **how)


def _agreement(figures: dict | None) -> Agreement | None:
    if figures is None:
        return None
    alpha, ac, same = (_figure(figures[name]) for name in SHOWN)
    return Agreement(
        alpha,
        ac,
        same,
        n=figures["n_items"],
        clients=figures["n_clusters"],
        raters=figures["n_raters"],
        ratings=figures["n_ratings"],
        missing=figures["missing_share"],
    )


def _figure(found: dict) -> Figure:
    said = spoken(found["note"], _)
    return Figure(found["estimate"], found["ci"] and tuple(found["ci"]), str(said))
