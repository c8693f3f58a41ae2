"""How the sessions of a release were drawn and read, in words for its card. Counts only, no transcript."""

from collections import Counter

from django.db.models import Max, Min

from review import manifestation as intended
from review import overturning
from review.agreeing.figures import anchoring_effect
from review.models import Arm, Decision, Item, RaterKind, Reading
from synthesis.factors import LANGUAGES
from synthesis.models import Profile

NOT_RECORDED = "not recorded"
# In one language, whoever freezes: the same release has the same bytes.
GRADED = {Arm.RATED: "rated", Arm.REVISED: "rated beside a rewriting", Arm.PAIR: "compared with another"}


def counted(rounds):
    """The readers' judgements that count, in force, of sessions whose answers are not known."""
    return Decision.objects.in_force().counting().filter(item__round__in=rounds, item__gold=None)


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({100 * part / whole:.0f} %)"


def planned(rounds) -> str:
    arms = Counter(Item.objects.counted().filter(round__in=rounds).values_list("arm", flat=True))
    read = f"{arms[Arm.AIDED]} with the draft and {arms[Arm.UNAIDED]} without"
    if graded := [f"{arms[arm]} {how}" for arm, how in GRADED.items() if arms[arm]]:
        read = ", ".join(graded)
    return f"{arms.total()} sessions put before readers, {read}; why so many: {NOT_RECORDED}"


def sampling(rounds) -> str:
    items = Item.objects.counted().filter(round__in=rounds)
    runs = sorted(items.order_by().exclude(instance__run=None).values_list(
        "instance__run__serial", "instance__run__seed"
    ).distinct())  # fmt: skip
    of = "; ".join(f"run {serial}, seed {seed}" for serial, seed in runs) or NOT_RECORDED
    least, most = items.aggregate(a=Min("inclusion_probability"), b=Max("inclusion_probability")).values()
    chance = f"{least:g}" if least == most else f"{least:g} to {most:g}"
    drawn = ", ".join(str(round.seed) for round in rounds)
    left_out = sum(round.left_out_risk for round in rounds)
    without = (
        f", but 0 for {left_out} that carry a risk tier and were left out on purpose" if left_out else ""
    )
    return (
        f"sessions of {of}; probability of being put before readers {chance}{without}; who reads what, in which order and "
        f"which of them without the draft drawn at random (seed {drawn})"
    )


def replicates(rounds) -> str:
    repeats = Reading.objects.of_people().filter(item__round__in=rounds, pass_number=2, judged=True)
    n = repeats.count()
    return f"{n} hidden repeats" if n else "none: no reader read a session twice"


def second_adjudication(rounds) -> str:
    """How often a second adjudicator, who did not know that it was settled, settled a dispute otherwise (methods §5)."""
    found = [one for one in map(overturning.of, rounds) if one]
    n, overturned = sum(one.n for one in found), sum(one.overturned for one in found)
    drawn, read = sum(one.drawn for one in found), sum(one.read for one in found)
    if not n:
        return f"{NOT_RECORDED}: {drawn} settled disputes drawn for it, {read} judged"
    low, high = overturning.interval(overturned, n)
    return (
        f"{_share(overturned, n)} settled otherwise, 95 % interval by Wilson {low:.2f} to {high:.2f}; "
        f"{drawn} drawn, {read} judged, {read - n} not comparable"
    )


def manifestation(rounds) -> str:
    """How often an intended mistake is named by those who had no draft (review.manifestation; methods §1). A session that
    was to show several counts for each.
    """
    found = intended.manifestation(*rounds)
    if not found["all"]["n_sessions"]:
        return f"{NOT_RECORDED}: no session meant to show a mistake was read without the draft"
    by_pair = ", ".join(f"{key} {_rate(one)}" for key, one in sorted(found["by_pair"].items()))
    whole = found["all"]
    return (
        f"readers without the draft named it in {_rate(whole)} ({whole['n_found']} of {whole['n_readings']} readings; "
        f"mean over sessions); by pair: {by_pair}"
    )


def _rate(one: dict) -> str:
    ci = one["rate"]["ci"]
    between = f", 95 % interval {100 * ci[0]:.0f} to {100 * ci[1]:.0f}" if ci else ""
    return f"{100 * one['rate']['estimate']:.0f} % of {one['n_sessions']} sessions{between}"


def anchoring(rounds) -> str:
    """A mistake found with the draft and without it, round by round; the interval and how it was made."""
    found = []
    for number, round in enumerate(rounds, 1):
        if effect := anchoring_effect(round):
            between = " [{:.2f}, {:.2f}]".format(*effect["ci"]) if effect["ci"] else ""
            which = f"round {number} of {len(rounds)}: " if len(rounds) > 1 else ""
            found.append(
                f"{which}a mistake is found in {effect['aided']:.2f} of {effect['n_aided']} sessions with the draft "
                f"and in {effect['unaided']:.2f} of {effect['n_unaided']} without, difference "
                f"{effect['difference']:.2f}{between} ({effect['note']})"
            )
    return "; ".join(found) or f"{NOT_RECORDED}: no round was judged both with the draft and without"


def records(rounds) -> list[dict]:
    """The reviewer record of every human reader that was in force at her last judgement: later ones change
    nothing of a release.
    """
    newest: dict[int, tuple] = {}
    rows = counted(rounds).filter(rater__kind=RaterKind.HUMAN).order_by()
    columns = ("rater", "record__n", "record__profession", "record__terms_version")
    for rater, n, profession, terms in rows.values_list(*columns).distinct():
        newest[rater] = max(newest.get(rater, (0, "", "")), (n or 0, profession or "", terms or ""))
    return [{"profession": profession, "terms": terms} for _n, profession, terms in newest.values()]


def consent(rounds) -> str:
    accepted = Counter(record["terms"] or f"terms {NOT_RECORDED}" for record in records(rounds))
    terms = ", ".join(f"{name}: {n} readers" for name, n in sorted(accepted.items()))
    return f"participation terms accepted: {terms or NOT_RECORDED}; pay: {NOT_RECORDED}"


def languages(rounds) -> str:
    items = Item.objects.counted().filter(round__in=rounds)
    clients = Profile.objects.filter(pk__in=items.values("instance__profile"))
    rows = list(clients.values_list("language", "content__culture"))
    spoken = Counter(language for language, _culture in rows)
    named = sum(bool(culture) for _language, culture in rows)
    what = _counted(spoken) or NOT_RECORDED
    # A run may hold a session in another language than its client's record is written in.
    chosen = items.filter(instance__factors__has_key="language")
    held = Counter(chosen.values_list("instance__factors__language", flat=True))
    del held[LANGUAGES[0]]
    other = f"; sessions held in another: {_counted(held)}" if held else ""
    return f"languages of the clients: {what}{other}; a culture is named for {named} of {len(rows)}; gaps: {NOT_RECORDED}"


def _counted(found: Counter) -> str:
    return ", ".join(f"{name} {n}" for name, n in sorted(found.items()))
