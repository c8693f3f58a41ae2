"""Small published versions, made sessions and rounds. Nothing here goes round a constraint or a trigger."""

import hashlib
from datetime import timedelta
from itertools import count

from django.utils import timezone

from accounts.models import ReviewerRecord
from guidelines.models import (
    Dimension,
    DimensionRevision,
    Entry,
    Guideline,
    Pair,
    PairRevision,
    Version,
)
from review import disputes
from review.choosing.fitting import Wanted
from review.choosing.opening import Choosing, make_chosen_round
from review.label_studio.reading_results import Answers
from review.models import Reading
from review.raters import rater_for
from review.rounds import make_round
from review.welfare.choosing import choose
from review.workflow import decide
from synthesis.models import Instance, Mark, Profile

PAIRS = {
    "premature-advice": "Gives advice too soon",
    "minimising": "Plays the problem down",
    "interrupting": "Interrupts the client",
}
LEVELS = [{"value": n, "anchor": f"anchor {n}"} for n in range(1, 6)]
DIMENSIONS = {"specific": "Specific", "supportive": "Supportive"}
RECIPE = "supervised_dialogue"
_cells = count(1)


def published_pairs(slug="novice-mistakes") -> Version:
    guideline = Guideline.objects.create(slug=slug, kind="pairs", title="Mistakes of novices")
    revisions = []
    for key, name in PAIRS.items():
        pair = Pair.objects.create(guideline=guideline, key=key)
        revisions.append(
            PairRevision.objects.create(
                pair=pair,
                n=1,
                digest=_hex(key),
                name=name,
                shows=f"how {key} shows",
                corrections=["reflect first"],
            )
        )
    return published(guideline, [{"pair_revision": revision} for revision in revisions])


def published_rubric(slug="feedback-quality", *, scale="ordinal", levels=LEVELS) -> Version:
    guideline = Guideline.objects.create(slug=slug, kind="rubric", title="Quality of feedback")
    revisions = []
    for key, name in DIMENSIONS.items():
        dimension = Dimension.objects.create(guideline=guideline, key=key)
        revisions.append(
            DimensionRevision.objects.create(
                dimension=dimension,
                n=1,
                digest=_hex(key),
                name=name,
                definition=name,
                scale=scale,
                levels=levels,
            )
        )
    return published(guideline, [{"dimension_revision": revision} for revision in revisions])


def published(guideline, entries) -> Version:
    version = Version.objects.create(guideline=guideline, serial=1)
    for position, entry in enumerate(entries):
        Entry.objects.create(version=version, position=position, **entry)
    version.state, version.number, version.digest = "published", 1, _hex(guideline.slug)
    version.published_at = timezone.now()
    version.save()
    return version


def client_profile(key="mira", **fields) -> Profile:
    values = {"kind": "conceptualisation", "name": "Mira", "base_case": key, "origin": "invented",
              "licence": "CC0-1.0", "digest": _hex(key)}  # fmt: skip
    there = Profile.objects.filter(key=key).first()
    return there or Profile.objects.create(key=key, **(values | fields))


def content(n=0, *, findings=True) -> dict:
    """What a made instance of `supervised_dialogue` holds."""
    said = [
        ("counsellor", f"What brings you here today, after week {n}?"),
        ("client", "I keep putting off a call to my brother."),
        ("counsellor", "You should simply ring him tonight."),
        ("client", "That is what everybody says."),
        ("counsellor", "It is only a call."),
        ("client", "I suppose so."),
    ]
    finding = {
        "utterances": [3], "quotes": ["You should simply ring him"], "mistake": "premature-advice",
        "why": "The client has not been heard yet.", "severity": 2,
        "correction": "Stay with the hesitation first.",
        "better": "Something holds you back each time.",
    }  # fmt: skip
    return {
        "client_name": "Mira",
        "utterances": [{"id": i, "speaker": s, "text": t} for i, (s, t) in enumerate(said, start=1)],
        "feedback": {"strengths": ["Opens with a question."], "findings": [finding] if findings else []},
        "supervisor": "told",
        "refinement": {"outcome": "needs_manual_check", "rounds": [{"marker": "VALIDATOR-MARK-7"}]},
        "manual_check": ["VALIDATOR-MARK-8"],
    }


def made_instances(n, version, *, profiles=None, **fields) -> list[Instance]:
    profiles = profiles or [client_profile()]
    pair = version.entries.first().pair_revision
    made = []
    for index in range(n):
        values = {"recipe": RECIPE, "version": version, "pair_revision": pair,
                  "profile": profiles[index % len(profiles)],
                  "cell": _hex(f"cell {next(_cells)}"), "state": "made", "content": content(index),
                  "digest": _hex(str(index)), "made_at": timezone.now(), "origin": "import"}  # fmt: skip
        made.append(Instance.objects.create(**(values | fields)))
    return made


def round_of(n, people, lead, **options):
    """An open round of `n` new sessions read by these people (by two of them unless said)."""
    pairs = options.pop("pairs_version", None) or published_pairs()
    rubric = options.pop("rubric_version", None) or published_rubric()
    instances = options.pop("instances", None) or made_instances(n, pairs)
    raters = [rater_for(person) for person in people]
    given = {"name": "November", "seed": 7} | options
    return make_round(
        instances=instances, raters=raters, by=lead, pairs_version=pairs, rubric_version=rubric, **given
    )


def chosen_round(people, lead):
    """An open round of two sessions drawn from four."""
    pairs = published_pairs()
    made_instances(4, pairs)
    choosing = Choosing(Wanted(), asked={"pairs": ["SECRET"]}, most=2, weights={"coverage": 1})
    return make_chosen_round(
        choosing=choosing, raters=[rater_for(person) for person in people], by=lead, name="Chosen",
        pairs_version=pairs, rubric_version=published_rubric(),
    )  # fmt: skip


def mistake(pair="premature-advice", turns=(2,), severity=2) -> dict:
    return {"pair": pair, "utterances": list(turns), "severity": severity}


def says(
    verdict="accept", text=None, *, findings=None, unsafe=False, comment="", ratings=None, rationale=""
) -> Answers:
    """What a reviewer of the aided form answers; `verdict=None` for the unaided form."""
    findings = [mistake()] if findings is None else findings
    rated = dict.fromkeys(DIMENSIONS, 4) if ratings is None else ratings
    return Answers(
        any_mistake=bool(findings),
        findings=findings,
        believable=4,
        verdict=verdict,
        edited_text=text if verdict == "edit" else None,
        reject_reasons=["vague"] if verdict == "reject" else [],
        ratings=rated if verdict else {},
        unsafe=unsafe,
        rationale=rationale,
        comment=comment,
    )


def reading(item, person) -> Reading:
    return Reading.objects.get(item=item, seat__rater__user=person, pass_number=1)


def judge(item, person, answers, *, minutes=0):
    at = timezone.now() + timedelta(minutes=minutes)
    return decide(reading=reading(item, person), answers=answers, decided_at=at, lead_time=30.0)


def settle(item, person, given=(), *, reason="Read blind.", **more):
    """Both steps of the disputes page: what she would give, `given` texts (words) or findings (keys of mistakes), is what
    she said first. `more`: of Dispute.settle.
    """
    dispute = disputes.of(item, person)
    first, then = {}, {}
    if dispute.texts:
        first["approved"] = {text.token: text.words in given for text in dispute.texts}
    if dispute.first_asked.equivalent:
        first["equivalent"] = more.pop("equivalent", False)
    if dispute.asks_findings:
        first["mistakes"] = [p.mistake for p in dispute.proposed if p.mistake in given]
        then["found"] = [p.token for p in dispute.proposed if p.mistake in given]
    first["unsafe"] = more.pop("unsafe", False)
    dispute.judge_first(by=person, **first)
    first.pop("mistakes", None)
    return dispute.settle(by=person, reason=reason, **{**first, **then, "error_type": "other", **more})


def standings(item) -> dict:
    return {s.aspect: (s.state, s.outcome) for s in item.standings.all()}


def reads(user, *tiers) -> None:
    """She is qualified to assess risk, and says that she reads sessions of these tiers."""
    last = user.reviewer_records.order_by("-n").first()
    ReviewerRecord.objects.create(
        user=user, n=last.n + 1, profession="psychiatrist", terms_version="1", risk_qualified=True
    )
    choose(reads=tiers, daily_cap=None, by=user)


def carries(instance, tier="ideation") -> Mark:
    """Somebody, or a rule, raises a tier of this session."""
    return Mark.objects.create(instance=instance, kind="tier", tier=tier, by_machine="rule", reason="words")


def _hex(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
