from uuid import uuid4

import pytest

from accounts.models import TrailEvent
from guidelines import trail
from guidelines.content import EntryContent, GuidelineContent
from guidelines.models import Guideline
from guidelines.proposals import origins
from guidelines.publishing import import_version, open_draft
from guidelines.texts import tidy


def pair_texts(name="Forcing change", **more) -> dict:
    texts = {
        "name": name,
        "shows": "Argues, urges and overrides.",
        "harms": "The client digs in.",
        "corrections": ["Work with the ambivalence.", "Ask what she wants herself."],
    }
    return tidy("pairs", texts | more)


def dimension_texts(name="Clarity", **more) -> dict:
    levels = [{"value": 1, "anchor": "Cannot be followed."}, {"value": 2, "anchor": "Can be followed."}]
    texts = {"name": name, "definition": "How well it can be followed.", "scale": "ordinal", "levels": levels}
    return tidy("rubric", texts | more)


def content(*entries, kind="pairs", slug="novice-mistakes") -> GuidelineContent:
    entries = tuple(EntryContent(key, texts) for key, texts in entries)
    return GuidelineContent(guideline=slug, kind=kind, title=slug.capitalize(), entries=entries)


def many(n: int) -> GuidelineContent:
    return content(*((f"mistake-{i}", pair_texts(f"Mistake {i}")) for i in range(n)))


@pytest.fixture
def mistakes(db):
    """A published version with two mistakes and one good practice."""
    version, _created = import_version(
        content=content(
            ("forcing-change", pair_texts(confused_with=["poor-listening"])),
            ("poor-listening", pair_texts("Poor listening", shows="Interrupts.")),
            ("good-practice", pair_texts("Good practice", corrections=[], positive=True)),
        )
    )
    return version


@pytest.fixture
def rubric(db):
    version, _created = import_version(
        content=content(("clarity", dimension_texts()), kind="rubric", slug="feedback-quality")
    )
    return version


@pytest.fixture
def draft(mistakes, ana):
    return open_draft(guideline=mistakes.guideline, by=ana)


@pytest.fixture
def edited(draft, ana):
    """Ana's draft with one change of hers."""
    change(draft, ana)
    return draft


def revision_in(version, key):
    entry = version.entries.select_related("pair_revision").get(pair_revision__pair__key=key)
    return entry.pair_revision


def change(version, by, key="forcing-change", **more):
    from guidelines.publishing import save_entry

    base = revision_in(version, key)
    texts = base.texts | {"shows": f"Argues and urges ({by.name})."} | more
    return save_entry(version=version, key=key, texts=texts, by=by, base=base)


@pytest.fixture
def replayed(db):
    """After the test the trail of every guideline replays to what is stored."""
    yield
    told = 0
    for guideline in Guideline.objects.filter(slug__in=TrailEvent.objects.values("name")):
        assert trail.differences(guideline) == []
        told += 1
    assert told


@pytest.fixture
def judged_by_amir():
    """A session that Amir, who also reviews, has still to judge."""
    session = uuid4()
    before = origins.connect(
        lambda user, proposal: None,
        lambda user: {session} if user.name == "Amir" else set(),
        lambda user, guideline: None,
    )
    yield session
    origins.connect(*before)
