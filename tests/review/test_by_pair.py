"""What closed rounds of people say about each pair, worked by hand on a few sessions."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from sklearn.metrics import recall_score

from accounts.digesting import digest
from accounts.models import Grant, ReviewerRecord, Role
from guidelines import coverage
from guidelines.models import Version
from review import access, feedback
from review.agreement.report import agreement
from review.models import Item
from review.rounds import close_round
from review.workflow import adjudicate
from synthesis.models import Instance, Run
from tests.factories import session_showing
from tests.review.factories import (
    client_profile,
    content,
    judge,
    made_instances,
    mistake,
    published_pairs,
    published_rubric,
    round_of,
    says,
)

ADVICE, MINIMISING = "premature-advice", "minimising"


@pytest.fixture
def pairs(db):
    return published_pairs()


def sessions(version, key, n, *, clients=6, drafts=None, supervisor="untold", factors=None):
    """`n` sessions made to show this mistake, of these many clients; `drafts`: the mistakes that each draft names."""
    revision = version.entries.get(pair_revision__pair__key=key).pair_revision
    profiles = [client_profile(f"client-{i}") for i in range(clients)]
    made = []
    for number in range(n):
        text = content(number)
        finding = text["feedback"]["findings"][0]
        named = drafts[number] if drafts else [key]
        text["feedback"]["findings"] = [finding | {"mistake": one} for one in named]
        text["supervisor"] = supervisor
        more = {"profiles": [profiles[number % clients]], "pair_revision": revision, "content": text,
                "factors": factors or {}}  # fmt: skip
        made += made_instances(1, version, **more)
    return made


def judged(version, made, people, lead, answers, *, close=True, **options):
    """A round in which both people answer the nth session by the nth of `answers` (one, or one for each)."""
    round = round_of(
        0, people, lead, pairs_version=version, instances=made, rubric_version=rubric(), **options
    )
    items = {item.instance_id: item for item in round.items.all()}
    for session, answer in zip(made, answers, strict=True):
        both = answer if isinstance(answer, tuple) else (answer, answer)
        for person, own in zip(people, both, strict=True):
            judge(items[session.pk], person, own)
    return close_round(round=round, by=lead) if close else round


def rubric():
    return Version.objects.filter(guideline__kind="rubric").first() or published_rubric()


def verdicts(text):
    """One answer for each letter: a accept, e edit, r reject; two letters with a bar between: each reader her own."""
    named = {"a": says("accept"), "e": says("edit", "Other words."), "r": says("reject")}
    return [tuple(named[sign] for sign in part) if len(part) == 2 else named[part] for part in text.split()]


def finds(*keys):
    return says(None, findings=[mistake(key) for key in keys])


def numbers(version, key=ADVICE):
    return coverage.of(version.guideline, [key])[key]


def test_verdicts_of_a_closed_round_are_counted_with_what_was_left_in_dispute(pairs, ben, chloe, lena):
    made = sessions(pairs, ADVICE, 8)
    judged(pairs, made, [ben, chloe], lena, verdicts("a a a e e r ar ae"), unaided_share=0)
    found = numbers(pairs)
    assert (found.made, found.accepted, found.edited, found.rejected) == (8, 3, 2, 1)
    assert (found.settled, found.undecided, found.versions) == (6, 2, (1,))
    assert (found.corrected.part, found.corrected.n, found.corrected.clients) == (3, 6, 6)
    # Wilson's interval of 3 of 6, by hand: (.5 + .32014) / 1.64027 ± 1.21667 √(1/24 + .026673)
    assert found.corrected.interval == pytest.approx((0.1876, 0.8124), abs=1e-4)
    assert found.others is None and not found.stands_out


def test_agreement_is_that_of_the_agreement_page_over_clients(pairs, ben, chloe, lena):
    made = sessions(pairs, ADVICE, 8)
    judged(pairs, made, [ben, chloe], lena, verdicts("a a a e e r ar ae"), unaided_share=0)
    rows = []
    spoken = ["aa", "aa", "aa", "ee", "ee", "rr", "ar", "ae"]
    for number, both in enumerate(spoken):
        rows += [(number, who, sign, f"client-{number % 6}") for who, sign in zip("bc", both, strict=True)]
    expected = agreement(rows, scale="nominal", levels=("a", "e", "r"))
    found = numbers(pairs).agreement
    # By hand: 2 pairs of 8 differ; 8 a, 5 e... of 16: a 8, e 5, r 3. alpha = 1 - 15 * 4 / (256 - 64 - 25 - 9).
    assert found.alpha.value == pytest.approx(1 - 15 * 4 / 158)
    assert found.alpha.value == pytest.approx(expected["krippendorff_alpha"]["estimate"])
    assert found.alpha.interval == pytest.approx(tuple(expected["krippendorff_alpha"]["ci"]))
    assert found.ac.value == pytest.approx(expected["gwet_ac"]["estimate"])
    assert found.same.value == pytest.approx(6 / 8)
    assert (found.n, found.clients, found.raters, found.ratings, found.missing) == (8, 6, 2, 16, 0)
    every = coverage.of(pairs.guideline, alphas=True)[ADVICE].agreement
    assert every.alpha.value == pytest.approx(found.alpha.value) and every.alpha.interval is None


def test_few_clients_have_shares_without_intervals_and_say_why_of_agreement(pairs, ben, chloe, lena):
    made = sessions(pairs, ADVICE, 6, clients=4)
    judged(pairs, made, [ben, chloe], lena, verdicts("a a e e r ar"), unaided_share=0)
    found = numbers(pairs)
    assert found.corrected.interval is None and found.agreement.alpha.interval is None
    assert "needs at least 5" in found.agreement.alpha.note


def test_how_often_the_planned_mistake_showed_is_what_readers_without_the_draft_settled(
    pairs, ben, chloe, lena
):
    made = sessions(pairs, ADVICE, 11)
    answers = [finds(ADVICE)] * 6 + [finds(MINIMISING)] * 2 + [finds()] + [(finds(ADVICE), finds())] * 2
    judged(pairs, made, [ben, chloe], lena, answers, unaided_share=1)
    found = numbers(pairs)
    assert (found.showed.part, found.showed.n, found.showed.value) == (6, 9, pytest.approx(6 / 9))
    assert found.corrected is None and found.agreement is None and found.accepted == 0
    # On whether it is there: 2 of 11 pairs differ, 14 yes and 8 no. alpha = 1 - 21 * 4 / (2 * 14 * 8)
    assert found.agreement_unaided.alpha.value == pytest.approx(1 - 21 * 4 / 224)
    assert numbers(pairs, MINIMISING).showed is None


def test_the_supervisor_missed_what_experts_found_and_its_draft_does_not_name(pairs, ben, chloe, lena):
    drafts = [[ADVICE]] * 5 + [[]] * 3 + [[MINIMISING]] + [[ADVICE, MINIMISING]]
    made = sessions(pairs, ADVICE, 10, drafts=drafts)
    answers = [finds(ADVICE)] * 7 + [finds()] + [finds(ADVICE)] + [finds(MINIMISING)]
    judged(pairs, made, [ben, chloe], lena, answers, unaided_share=1)
    found, other = numbers(pairs).missed, numbers(pairs, MINIMISING).missed
    there = [ADVICE in [f.findings[0]["pair"] if f.findings else ""] for f in answers]
    named = [ADVICE in draft for draft in drafts]
    assert found.value == pytest.approx(1 - recall_score(there, named))
    assert (found.part, found.n) == (3, 8)
    # Found where another mistake was planned: it counts for the mistake that was found.
    assert (other.part, other.n) == (0, 1)


def test_a_supervisor_that_was_told_of_the_mistake_is_counted_apart(pairs, ben, chloe, lena):
    made = sessions(pairs, ADVICE, 10, drafts=[[ADVICE]] * 9 + [[]], supervisor="told")
    answers = [finds(ADVICE, MINIMISING)] * 10
    judged(pairs, made, [ben, chloe], lena, answers, unaided_share=1)
    assert numbers(pairs).missed is None
    assert (numbers(pairs).missed_told.part, numbers(pairs).missed_told.n) == (1, 10)
    # It was not told of this one.
    assert (numbers(pairs, MINIMISING).missed.part, numbers(pairs, MINIMISING).missed.n) == (10, 10)


@pytest.mark.parametrize(("counsellor", "showed"), [("novice", 10), ("normal", None), ("supervised", None)])
def test_only_a_counsellor_who_slips_unhelped_tells_how_often_a_mistake_shows(
    pairs, ben, chloe, lena, counsellor, showed
):
    made = sessions(pairs, ADVICE, 10, supervisor="told", factors={"counsellor": counsellor})
    judged(pairs, made, [ben, chloe], lena, [finds(ADVICE)] * 10, unaided_share=1)
    found = numbers(pairs)
    assert (found.showed and found.showed.n) == showed
    # The supervisor of a normal counsellor was told that no mistake was meant.
    told, untold = (None, 10) if counsellor == "normal" else (10, None)
    assert (found.missed_told and found.missed_told.n, found.missed and found.missed.n) == (told, untold)


def test_an_open_round_a_rehearsal_and_an_observer_say_nothing(pairs, ben, chloe, lena):
    made = sessions(pairs, ADVICE, 4)
    open_round = judged(pairs, made, [ben, chloe], lena, verdicts("r r r r"), unaided_share=0, close=False)
    found = numbers(pairs)
    assert (found.made, found.settled, found.agreement, found.corrected) == (4, 0, None, None)
    close_round(round=open_round, by=lena)
    assert numbers(pairs).rejected == 4


def test_simulated_readers_say_nothing(pairs, ben, chloe, lena):
    ReviewerRecord.objects.create(user=ben, n=2, profession="none", terms_version="2026-11", simulated=True)
    made = sessions(pairs, ADVICE, 4)
    round = judged(pairs, made, [ben, chloe], lena, verdicts("r r r r"), unaided_share=0)
    assert round.rehearsal
    found = numbers(pairs)
    assert (found.made, found.settled, found.agreement) == (4, 0, None)


def test_a_session_that_is_judged_again_is_left_out_until_that_is_closed_then_the_latest_counts(
    pairs, ben, chloe, dan, lena
):
    made = sessions(pairs, ADVICE, 6)
    judged(pairs, made, [ben, chloe], lena, verdicts("a a a a r r"), unaided_share=0)
    assert (numbers(pairs).accepted, numbers(pairs).rejected) == (4, 2)
    again = judged(pairs, made[:2], [ben, chloe], lena, verdicts("r r"), unaided_share=0, close=False)
    assert (numbers(pairs).accepted, numbers(pairs).rejected) == (2, 2)
    assert numbers(pairs).agreement.n == 4
    close_round(round=again, by=lena)
    found = numbers(pairs)
    assert (found.accepted, found.rejected, found.corrected.n) == (2, 4, 6)
    assert found.agreement.n == 8 and found.agreement.clients == 6


def test_a_session_chosen_with_half_the_chance_weighs_twice(pairs, ben, chloe, lena):
    made = sessions(pairs, ADVICE, 6)
    round = round_of(0, [ben, chloe], lena, pairs_version=pairs, instances=made[:5], unaided_share=0)
    item = Item.objects.create(
        round=round, instance=made[5], arm="aided", position=5, inclusion_probability=0.5
    )
    seats = list(round.seats.order_by("pk"))
    for order, seat in enumerate(seats):
        item.readings.create(seat=seat, order=50 + order, content_hash="x")
    for one in round.items.all():
        for person in (ben, chloe):
            judge(one, person, says("reject" if one == item else "accept"))
    close_round(round=round, by=lena)
    found = numbers(pairs).corrected
    assert (found.part, found.n, found.value) == (1, 6, pytest.approx(2 / 7))


def test_the_pair_that_reviewers_keep_correcting_stands_out(pairs, ben, chloe, lena):
    made = [
        *sessions(pairs, ADVICE, 12, clients=12),
        *sessions(pairs, MINIMISING, 12, clients=12),
        *sessions(pairs, "interrupting", 12, clients=12),
    ]
    answers = verdicts(" ".join("rrrrrrrreeaa" + "aaaaaaaaaeee" + "aaaaaaaaaaar"))
    judged(pairs, made, [ben, chloe], lena, answers, unaided_share=0)
    found = coverage.of(pairs.guideline)
    assert [key for key, one in found.items() if one.stands_out] == [ADVICE]
    assert found[ADVICE].others == pytest.approx(4 / 24) and found[ADVICE].corrected.value == pytest.approx(
        10 / 12
    )
    # Drawn toward the mean of all, 14 of 36.
    assert 3 / 12 < found[MINIMISING].expected < 14 / 36 < found[ADVICE].expected < 10 / 12
    assert coverage.standing_out(pairs.guideline) == [ADVICE]


def test_the_number_of_queries_does_not_grow_and_what_is_known_is_not_read_again(pairs, ben, chloe, lena):
    def asked(keys=None):
        with CaptureQueriesContext(connection) as queries:
            coverage.of(pairs.guideline, keys, alphas=True)
        return len(queries)

    judged(pairs, sessions(pairs, ADVICE, 3), [ben, chloe], lena, verdicts("a e r"), unaided_share=0)
    first, shown = asked(), asked([ADVICE])
    assert (asked(), asked([ADVICE])) == (4, 4)
    more = [*sessions(pairs, MINIMISING, 6), *sessions(pairs, "interrupting", 6)]
    judged(pairs, more, [ben, chloe], lena, verdicts(" ".join("aerrea" * 2)), unaided_share=0)
    assert asked() == first <= 12
    assert asked([ADVICE, MINIMISING, "interrupting"]) == shown == 7


def test_a_guideline_of_which_nothing_was_made_has_no_numbers(pairs):
    assert coverage.of(pairs.guideline) == {} and coverage.of(pairs.guideline, [ADVICE]) == {}


def test_whoever_judges_or_settles_by_the_guideline_waits_for_its_numbers(pairs, ana, ben, chloe, dan, lena):
    round = judged(
        pairs, sessions(pairs, ADVICE, 2), [ben, chloe], lena, verdicts("a a"), unaided_share=0, close=False
    )
    for person in (ben, dan):
        Grant.objects.create(user=person, role=Role.CLINICIAN)
        person.refresh_from_db()
        refusal = coverage.may_see(type(person).objects.get(pk=person.pk), pairs.guideline)
        assert not refusal and "when that is closed" in refusal.reason
    assert coverage.may_see(ana, pairs.guideline) and coverage.may_see(lena, pairs.guideline)
    close_round(round=round, by=lena)
    assert coverage.may_see(type(ben).objects.get(pk=ben.pk), pairs.guideline)
    assert access.may_see_pairs_judged(chloe, pairs.guideline)


def test_sessions_are_counted_by_the_pair_that_they_were_made_from(pairs):
    sessions(pairs, MINIMISING, 3)
    assert coverage.of(pairs.guideline)[MINIMISING].made == 3 == Instance.objects.count()
    assert coverage.of(pairs.guideline)[MINIMISING].corrected is None


def test_a_preview_is_no_session_that_was_made_from_a_pair(pairs):
    sessions(pairs, MINIMISING, 3)
    preview = Run.objects.create(serial=1, recipe="supervised_dialogue", version=pairs, purpose="preview")
    of_a_preview = {"run": preview, "origin": "run"}
    made_instances(1, pairs, pair_revision=Instance.objects.first().pair_revision, **of_a_preview)
    several(pairs, [ADVICE, MINIMISING], **of_a_preview)
    found = coverage.of(pairs.guideline)
    assert (found[MINIMISING].made, found.get(ADVICE)) == (3, None)


def test_approved_edits_are_counted_with_the_way_to_them(pairs, ben, chloe, lena, dan):
    made = sessions(pairs, ADVICE, 3)
    round = judged(pairs, made, [ben, chloe], lena, verdicts("e e r"), unaided_share=0, close=False)
    item = round.items.disputed().first()
    mine = str(item.decisions.first().public_id)
    adjudicate(item=item, by=dan, approved_edits=[mine], equivalent=True, reason="Plainer.")
    close_round(round=round, by=lena)
    found = numbers(pairs)
    assert (found.edited, found.corrections) == (2, 1)
    assert found.url == "/corrections/?guideline=novice-mistakes&pair=premature-advice"


def several(version, shows, *, draft=(), supervisor="untold", n=1, **fields):
    """`n` sessions, each of a client of its own, made to show these mistakes; `draft`: what each draft names."""
    revisions = [version.entries.get(pair_revision__pair__key=key).pair_revision for key in shows]
    made = []
    for number in range(n):
        text = content(number)
        finding = text["feedback"]["findings"][0]
        text["feedback"]["findings"] = [finding | {"mistake": one} for one in draft]
        text["supervisor"] = supervisor
        name = f"{'-'.join(shows) or 'none'}-{Instance.objects.count()}"
        fields = {"origin": "import"} | fields
        made.append(session_showing(
            *revisions, recipe="supervised_dialogue", version=version, profile=client_profile(name), cell=digest(name),
            content=text, digest=digest(text), made_at=timezone.now(), **fields,
        ))  # fmt: skip
    return made


def test_a_session_that_was_to_show_two_mistakes_counts_for_each_and_one_without_for_none(
    pairs, ben, chloe, lena, dan
):
    made = [
        *several(pairs, [ADVICE, MINIMISING], n=3), *several(pairs, [MINIMISING], n=2),
        *several(pairs, [ADVICE], n=1), *several(pairs, [], n=2),
    ]  # fmt: skip
    answers = verdicts("a e er  r a  a  a r")
    round = judged(pairs, made, [ben, chloe], lena, answers, unaided_share=0, close=False)
    item = round.items.get(instance=made[1])
    mine = str(item.decisions.first().public_id)
    adjudicate(item=item, by=dan, approved_edits=[mine], equivalent=True, reason="Plainer.")
    close_round(round=round, by=lena)
    advice, minimising = numbers(pairs, ADVICE), numbers(pairs, MINIMISING)
    assert (advice.made, advice.accepted, advice.edited, advice.rejected, advice.undecided) == (4, 2, 1, 0, 1)
    assert (minimising.made, minimising.accepted, minimising.edited) == (5, 2, 1)
    assert (minimising.rejected, minimising.undecided) == (1, 1)
    assert (minimising.corrected.part, minimising.corrected.n) == (2, 4)
    assert set(coverage.of(pairs.guideline)) == {ADVICE, MINIMISING}
    # Of both pairs the agreement is over all sessions that were to show it: of 3 + 2 one pair of answers differs.
    assert (minimising.agreement.n, minimising.agreement.same.value) == (5, pytest.approx(4 / 5))
    assert (advice.agreement.n, advice.agreement.same.value) == (4, pytest.approx(3 / 4))
    every = coverage.of(pairs.guideline, alphas=True)
    for key, found in ((ADVICE, advice), (MINIMISING, minimising)):
        assert every[key].agreement.alpha.value == pytest.approx(found.agreement.alpha.value)
    # An approved correction belongs to each of them too, and the page of corrections finds it under both.
    assert (advice.corrections, minimising.corrections) == (1, 1)
    for key in (ADVICE, MINIMISING):
        assert feedback.approved(pairs.guideline, key).count() == 1


def test_each_mistake_that_a_session_was_to_show_showed_or_did_not(pairs, ben, chloe, lena):
    made = [
        *several(pairs, [ADVICE, MINIMISING], n=8, draft=[ADVICE], supervisor="told"),
        *several(pairs, [], n=4, draft=[], supervisor="told"),
    ]  # fmt: skip
    both, differ = finds(ADVICE, MINIMISING), (finds(MINIMISING), finds(ADVICE))
    answers = [both, finds(MINIMISING), finds(), differ] * 2 + [finds(ADVICE), finds()] * 2
    judged(pairs, made, [ben, chloe], lena, answers, unaided_share=1)
    advice, minimising = numbers(pairs, ADVICE), numbers(pairs, MINIMISING)
    assert (advice.showed.part, advice.showed.n) == (2, 6)
    assert (minimising.showed.part, minimising.showed.n) == (4, 6)
    # A supervisor who was told of both wrote of one; of a session that was to show none it had been told nothing.
    assert (minimising.missed_told.part, minimising.missed_told.n) == (4, 4) and minimising.missed is None
    assert (advice.missed_told.part, advice.missed_told.n) == (0, 2)
    assert (advice.missed.part, advice.missed.n) == (2, 2)
    # Whether the two readers named it, session by session: two pairs of answers of eight differ for each.
    for found in (advice, minimising):
        assert (found.agreement_unaided.n, found.agreement_unaided.same.value) == (8, pytest.approx(6 / 8))
