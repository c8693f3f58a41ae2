"""What the readers of a session said, beside each other. Queries only, as many for a page as for one session."""

from dataclasses import dataclass, field

from guidelines.word_diff import as_html
from review import access, reports, who_settles
from review.agreeing import named
from review.models import Decision, Item, Round, Standing, StandingState
from review.workflow.storing import OTHER, key_of


@dataclass(frozen=True)
class Said:
    """One reader's judgement. `named`: [(mistake, its turns, how serious, its key or "")]; `ratings`: [(dimension, level)];
    `changed`: her edit of the draft, word by word.
    """

    who: str
    decision: Decision
    named: list[tuple[str, str, int, str]]
    ratings: list[tuple[str, str]]
    changed: str = ""


@dataclass
class Row:
    """`hidden`: whoever looks judges the session, or may settle it, in an open round. `apart`: from 0 to 1, None where one
    read it. `mistakes`: {key: name} of what any reader named, or the session was to show. `may_settle`: for the link.
    """

    item: Item
    apart: float | None
    hidden: bool = False
    said: list[Said] = field(default_factory=list)
    disputed: bool = False
    may_settle: bool = False
    intended: str = ""
    mistakes: dict[str, str] = field(default_factory=dict)


def side_by_side(round: Round, items: list[int], apart: list[float], user) -> list[Row]:
    """In the order of these items."""
    instance = ("instance__pair_revision__pair", "instance__profile")
    found = Item.objects.filter(pk__in=items).select_related(*instance).defer("instance__trace")
    by_pk = {item.pk: item for item in found}
    hidden = access.hidden_instances(user, [item.instance_id for item in by_pk.values()])
    disputed = set(
        Standing.objects.filter(item__in=items, state=StandingState.DISPUTED).values_list("item", flat=True)
    )
    mine = Item.objects.filter(pk__in=disputed).filter(who_settles.settled_by(user))
    to_settle = set(mine.values_list("pk", flat=True)) if disputed else set()
    said = _said(round, [pk for pk in items if by_pk[pk].instance_id not in hidden])
    rows = []
    for pk, score in zip(items, apart, strict=True):
        item = by_pk[pk]
        row = Row(item, None if score != score else score, hidden=item.instance_id in hidden)
        if not row.hidden:
            row.said, row.disputed, row.may_settle = said.get(pk, []), pk in disputed, pk in to_settle
            revision = item.instance.pair_revision
            if revision and not revision.positive:
                row.intended = revision.name
                row.mistakes[revision.pair.key] = revision.name
            row.mistakes |= {key: name for one in row.said for name, _t, _s, key in one.named if key}
        rows.append(row)
    return rows


def _said(round: Round, items: list[int]) -> dict[int, list[Said]]:
    given = reports.judgements(round).filter(item__in=items).order_by("item", "rater")
    given = given.select_related("rater__user").prefetch_related(
        "findings__pair_revision__pair", "ratings__dimension_revision"
    )
    found: dict[int, list[Said]] = {}
    for one in given:
        draft = one.judged.get("draft", "")
        found.setdefault(one.item_id, []).append(
            Said(
                who=str(one.rater), decision=one, named=[_named(finding) for finding in one.findings.all()],
                ratings=[
                    (rating.dimension_revision.name, named.level(rating.value)) for rating in one.ratings.all()
                ],
                changed=as_html(draft, one.edited_text) if one.edited_text and draft else one.edited_text,
            )
        )  # fmt: skip
    return found


def _named(finding) -> tuple[str, str, int, str]:
    key = key_of(finding)
    revision = finding.pair_revision
    turns = ", ".join(str(turn) for turn in finding.utterances)
    return (revision.name if revision else "", turns, finding.severity, "" if key == OTHER else key)
