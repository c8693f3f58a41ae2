"""The smallest rows that tests of several apps need."""

from django.utils import timezone

from accounts.identity import public_id
from accounts.models import User
from guidelines.models import (
    Entry,
    Guideline,
    Pair,
    PairRevision,
    Translation,
    TranslationState,
    TranslationStep,
    Version,
)
from guidelines.translating.segments import FIELDS
from synthesis.identity import digest
from synthesis.models import Instance, Intended, Profile

PAIRS = (
    {
        "key": "forcing-change",
        "name": "Forcing change",
        "shows": "Argues, urges and overrides.",
        "corrections": ["Work with the ambivalence.", "Ask what she wants herself."],
    },
    {
        "key": "poor-listening",
        "name": "Poor listening",
        "shows": "Interrupts.",
        "corrections": ["Let her finish."],
    },
    {
        "key": "good-practice",
        "name": "Good practice",
        "shows": "Listens.",
        "corrections": [],
        "positive": True,
    },
)


def published_guideline(slug: str = "novice-mistakes", pairs=PAIRS) -> Version:
    """A guideline of pairs with one published version."""
    guideline = Guideline.objects.create(slug=slug, kind="pairs", title=slug)
    version = Version.objects.create(guideline=guideline, serial=1)
    for position, texts in enumerate(pairs, start=1):
        texts = dict(texts)
        pair = Pair.objects.create(guideline=guideline, key=texts.pop("key"))
        revision = PairRevision.objects.create(pair=pair, n=1, digest=digest(texts), **texts)
        Entry.objects.create(version=version, position=position, pair_revision=revision)
    Version.objects.filter(pk=version.pk).update(
        state="published", number=1, published_at=timezone.now(), digest=digest(slug), imported=True
    )
    version.refresh_from_db()
    return version


def approved_translation(version: Version, key: str, language: str, **texts) -> Translation:
    """A pair of the version in another language, approved; fields that are not given are as in the source."""
    revision = PairRevision.objects.get(entries__version=version, pair__key=key)
    whole = {field: getattr(revision, field) for field in FIELDS["pairs"]} | texts
    n = Translation.objects.of(revision, language).count() + 1
    made = Translation.objects.create(
        pair_revision=revision, language=language, n=n, texts=whole, digest=digest(whole)
    )
    by, _new = User.objects.get_or_create(email="tilda@example.org")
    TranslationStep.objects.create(translation=made, n=1, state=TranslationState.APPROVED, by=by)
    return made


def session_showing(*revisions: PairRevision, state: str = "made", **fields) -> Instance:
    """A session that is to show all of these: planned first, as what it shows is frozen from then on."""
    made = {name: fields.pop(name) for name in ("content", "digest", "made_at") if name in fields}
    factors = {"mistakes": ("none", "one", "two", "three")[len(revisions)], **fields.pop("factors", {})}
    first = revisions[0] if revisions else None
    session = Instance.objects.create(pair_revision=first, factors=factors, **fields)
    Intended.objects.bulk_create(
        Intended(instance=session, pair_revision=one, position=n)
        for n, one in enumerate(revisions[1:], start=2)
    )
    Instance.objects.filter(pk=session.pk).update(state=state, **made)
    session.refresh_from_db()
    return session


def client_profile(key: str = "joana", **changes) -> Profile:
    """A client, as load_profiles would store it."""
    content = {
        "age": 31,
        "gender": "woman",
        "culture": "Portuguese",
        "problem": "worry",
        "history": "Moved often as a child.",
        "core_beliefs": {"helpless": ["I cannot cope."], "unlovable": [], "worthless": []},
        "intermediate_beliefs": "If I plan for everything, nothing can go wrong.",
        "coping_strategies": "Lists.",
        "situation": "A letter from the landlord.",
        "automatic_thought": "We will lose the flat.",
        "emotions": ["anxious"],
        "behaviour": "Leaves the letter closed.",
        "presenting": "I worry all day.",
        **changes.pop("content", {}),
    }
    fields = {
        "key": key,
        "kind": "conceptualisation",
        "name": key.capitalize(),
        "style": "guarded",
        "content": content,
        "base_case": key,
        "origin": "invented",
        "licence": "Apache-2.0",
        "n": (n := changes.pop("n", 1)),
        "public_id": public_id("synthesis.profile", key, n),
        **changes,
    }
    profile = Profile(digest=digest(content), **fields)
    profile.save()
    return profile
