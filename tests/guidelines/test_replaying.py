"""Whatever people do with a guideline: its trail replays to how it stands, and what was published stays as it was."""

from dataclasses import replace

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.models import TrailEvent
from accounts.roles import Refused
from guidelines import drafts, entries, publishing, trail
from guidelines.kinds import key_of, shape_of
from guidelines.models import Guideline, Version
from guidelines.picturing import present
from guidelines.publishing import BadTexts, StaleEdit, StillReferred, WrongState
from guidelines.replaying import replay
from tests.conftest import person
from tests.guidelines.conftest import content, dimension_texts, pair_texts

REFUSALS = (Refused, WrongState, BadTexts, StaleEdit, StillReferred)
SLUG = "novice-mistakes"
KEYS = ["forcing-change", "poor-listening", "good-practice", "rushing"]
NAMES = ["Forcing change", "Poor listening", "Good practice", "Rushing"]
PEOPLE = {"ana": "clinician", "amir": "clinician", "asha": "clinician", "lena": "lead", "ben": "annotator"}

who, keys = st.sampled_from([*PEOPLE, "ana", "amir"]), st.sampled_from(KEYS)
writers = st.sampled_from(["ana", "amir"])
said = st.sampled_from(["Interrupts.", "Urges; overrides.", "説得する ☂", "Argues\nand argues."])
near = st.lists(keys, max_size=2, unique=True)
# Mostly the newest version, which may be a draft; sometimes an older one.
which = st.sampled_from([0, 0, 0, 1, 2])


class Workshop(RuleBasedStateMachine):
    """Five people and one guideline. Each rule is one verb with whatever they might hand it."""

    @initialize(kind=st.sampled_from(["pairs", "rubric"]), older=st.booleans(), begun=st.booleans())
    def begin(self, kind, older, begun):
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.kind, self.published = kind, {}
        self.people = {name: person(name.capitalize(), role) for name, role in PEOPLE.items()}
        slug = "older" if older else SLUG
        version, _new = publishing.import_version(content=self._content(KEYS[:3], slug=slug))
        self.guideline = version.guideline
        if begun:
            draft = publishing.open_draft(guideline=self.guideline, by=self.people["ana"])
            publishing.drop_entry(version=draft, key=KEYS[0], by=self.people["ana"])
        # The trail knows a guideline by its slug: under another one it is as old as one from before the trail.
        Guideline.objects.update(slug=SLUG)
        self.guideline.refresh_from_db()
        self.now = present(self.guideline)

    def teardown(self):
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)

    def _texts(self, name, said, near=()) -> dict:
        if self.kind == "pairs":
            return pair_texts(name, shows=said, confused_with=list(near))
        return dimension_texts(name, definition=said, reverse=bool(near))

    def _content(self, wanted, said="Argues.", title="Mistakes", slug=SLUG):
        entries = [(key, self._texts(NAMES[KEYS.index(key)], said)) for key in wanted]
        return replace(content(*entries, kind=self.kind, slug=slug), title=title)

    def _version(self, which) -> Version:
        versions = list(self.guideline.versions.order_by("-serial"))
        return versions[min(which, len(versions) - 1)]

    def _do(self, verb, **given):
        """An act that changed something is one event, whose parts are the texts it wrote; any other is none."""
        acts = TrailEvent.objects.acts().exclude(verb="guidelines.snapshot")
        parts = TrailEvent.objects.filter(verb="guidelines.import_entry")
        before, told, written = self.now, acts.count(), parts.count()
        refused = False
        try:
            verb(**given)
        except REFUSALS:
            refused = True
        after = self.now = present(self.guideline)
        assert acts.count() - told == (after != before)
        new = len(after.wordings) - len(before.wordings)
        assert parts.count() - written == (new if verb is publishing.import_version else 0)
        assert not (refused and after != before)

    @rule(by=who)
    def open_draft(self, by):
        self._do(publishing.open_draft, guideline=self.guideline, by=self.people[by])

    @rule(by=writers, key=keys, said=said)
    def write(self, by, key, said):
        """As pages send it: into the newest version, on the entry as it stands there, under its own name."""
        self._save(by, self._version(0), key, NAMES[KEYS.index(key)], said)

    @rule(
        by=who,
        which=which,
        key=keys,
        name=st.sampled_from(NAMES),
        said=st.sampled_from(["Interrupts.", "  ", "\x07"]),
        near=near,
        stale=st.booleans(),
    )
    def write_oddly(self, by, which, key, name, said, near, stale):
        self._save(by, self._version(which), key, name, said, near, stale)

    def _save(self, by, version, key, name, said, near=(), stale=False):
        present_now = {key_of(revision): revision for revision in entries.revisions(version)}
        base = None if stale else present_now.get(key)
        given = {"texts": self._texts(name, said, near), "by": self.people[by], "base": base}
        self._do(publishing.save_entry, version=version, key=key, **given)

    @rule(by=who, which=which, data=st.data())
    def restore(self, by, which, data):
        shape, version = shape_of(self.guideline), self._version(which)
        mine = {f"{shape.identity_field}__guideline": self.guideline}
        revisions = list(
            shape.revision.objects.filter(**mine).select_related(shape.identity_field).order_by("pk")
        )
        revision = data.draw(st.sampled_from(revisions))
        present_now = {key_of(one): one for one in entries.revisions(version)}
        base = present_now.get(key_of(revision))
        self._do(publishing.restore, version=version, revision=revision, by=self.people[by], base=base)

    @rule(by=who, which=which, key=keys)
    def drop(self, by, which, key):
        self._do(publishing.drop_entry, version=self._version(which), key=key, by=self.people[by])

    @rule(by=who, which=which, data=st.data())
    def reorder(self, by, which, data):
        version = self._version(which)
        order = data.draw(st.permutations([key_of(revision) for revision in entries.revisions(version)]))
        self._do(publishing.reorder, version=version, keys=order, by=self.people[by])

    @rule(by=who, which=which, verb=st.sampled_from(["submit", "send_back", "discard", "approve", "retire"]))
    def step(self, by, which, verb):
        self._do(getattr(publishing, verb), version=self._version(which), by=self.people[by])

    @rule(by=who, which=which, meaning=st.sampled_from(["semantic", "editorial", ""]))
    def publish(self, by, which, meaning):
        given = {"meaning": meaning, "note": "Clearer."}
        self._do(publishing.publish, version=self._version(which), by=self.people[by], **given)

    @rule(key=keys, said=said, meaning=st.sampled_from(["semantic", "editorial"]))
    def carry_through(self, key, said, meaning):
        """What a study does on a good day; by chance alone it would hardly come to pass."""
        self._do(publishing.open_draft, guideline=self.guideline, by=self.people["ana"])
        self._save("ana", self._version(0), key, NAMES[KEYS.index(key)], said)
        version = self._version(0)
        self._do(publishing.submit, version=version, by=self.people["ana"])
        self._do(publishing.approve, version=version, by=self.people["asha"])
        self._do(publishing.approve, version=version, by=self.people["amir"])
        self.publish(by="lena", which=0, meaning=meaning)

    @rule(
        by=st.sampled_from([None, None, "ana", "ben"]),
        wanted=st.lists(keys, min_size=1, unique=True),
        said=st.sampled_from(["Argues.", "Interrupts."]),
        title=st.sampled_from(["Mistakes", "Mistakes of novices"]),
        draft=st.booleans(),
    )
    def import_file(self, by, wanted, said, title, draft):
        given = {"content": self._content(wanted, said, title), "draft": draft}
        self._do(publishing.import_version, by=by and self.people[by], **given)

    @invariant()
    def the_trail_leads_to_how_it_stands(self):
        told = list(trail.of(self.guideline).in_order())
        if not told:
            return  # older than the trail, and nothing was done with it since
        replayed = replay(told)
        assert replayed == self.now
        newest = self._version(0)
        assert replayed.digest(newest.serial) == drafts.digest(newest)
        assert replayed.approvals_in_force(newest.serial) == drafts.approvers(newest)
        texts = [(key_of(r), r.n, r.texts) for r in entries.revisions(newest)]
        assert replayed.entries(newest.serial) == texts

    @invariant()
    def what_was_published_stays_as_it_was(self):
        now = self.now
        for serial, (was, held) in self.published.items():
            assert now.versions[serial] == replace(was, state=now.versions[serial].state)
            assert was.state == "published" or now.versions[serial].state == "retired"
            assert now.entries(serial) == held
        for serial, version in now.versions.items():
            if version.number is not None:
                assert version.state in ("published", "retired") and version.digest == now.digest(serial)
                self.published[serial] = (version, now.entries(serial))


@pytest.mark.django_db
def test_whatever_people_do_the_trail_leads_to_how_it_stands_and_published_stays_as_it_was():
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    chosen = settings(
        max_examples=20, stateful_step_count=20, deadline=None, database=None, suppress_health_check=slow
    )
    run_state_machine_as_test(Workshop, settings=chosen)
