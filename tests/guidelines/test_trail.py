"""The trail of a guideline: what each act leaves in it, and the page on which clinicians and leads read it."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.urls import reverse

from accounts.models import TrailEvent
from guidelines import entries, trail
from guidelines.models import Guideline, PairRevision
from guidelines.picturing import present
from guidelines.publishing import (
    approve,
    drop_entry,
    import_version,
    open_draft,
    publish,
    reorder,
    restore,
    save_entry,
    submit,
)
from guidelines.replaying import replay
from tests import factories
from tests.guidelines.conftest import change, content, many, pair_texts, revision_in

ORDER = ["forcing-change", "poor-listening", "good-practice"]


def address(guideline="novice-mistakes"):
    return reverse("guideline_trail", args=[guideline])


def last():
    return TrailEvent.objects.order_by("id").last()


def test_a_saved_pair_leaves_only_what_changed(draft, ana):
    change(draft, ana, shows="Pushes.")
    event = last()
    assert (event.verb, event.name, event.part) == (
        "guidelines.save_pair",
        "novice-mistakes",
        "forcing-change",
    )
    assert event.before["texts"] == {"shows": "Argues, urges and overrides."}
    assert event.after["texts"] == {"shows": "Pushes."} and event.after["n"] == 2


def test_a_moved_pair_leaves_its_places_and_a_dropped_one_the_place_it_had(draft, ana):
    reorder(version=draft, keys=[ORDER[2], *ORDER[:2]], by=ana)
    assert (last().before["places"], last().after["places"]) == ({ORDER[2]: 3}, {ORDER[2]: 1})
    drop_entry(version=draft, key=ORDER[2], by=ana)
    assert last().before == {"version": 2, "n": 1, "place": 1}


def test_a_restored_text_is_called_so(edited, ana):
    now = revision_in(edited, "forcing-change")
    restore(version=edited, revision=now.base, by=ana, base=now)
    assert last().verb == "guidelines.restore"


def test_an_import_is_one_act_and_each_text_it_wrote_a_part_of_it(mistakes):
    changed = content(
        ("forcing-change", pair_texts(shows="Pushes.")),
        ("poor-listening", pair_texts("Poor listening", shows="Interrupts.")),
    )
    import_version(content=changed)
    act = TrailEvent.objects.acts().in_order().last()
    assert act.after["entries"] == [["forcing-change", 2], ["poor-listening", 1]]
    assert [part.part for part in act.parts.all()] == ["forcing-change"]
    assert import_version(content=changed)[1] is False
    assert TrailEvent.objects.acts().count() == 2


def test_a_guideline_older_than_the_trail_begins_it_with_how_it_stood(ana, amir):
    guideline = factories.published_guideline().guideline
    assert not trail.of(guideline).exists()
    before = present(guideline)
    draft = open_draft(guideline=guideline, by=ana)
    assert [event.verb for event in trail.of(guideline).acts().in_order()] == [
        "guidelines.snapshot",
        "guidelines.open_draft",
    ]
    begun = trail.of(guideline).filter(id__lt=last().pk).in_order()
    assert replay(begun) == before and before.entries(1)[0][0] == "forcing-change"
    change(draft, ana)
    assert trail.of(guideline).filter(verb="guidelines.snapshot").count() == 1
    assert replay(trail.of(guideline).in_order()) == present(guideline)


def test_a_file_taken_into_an_open_draft_replays_with_the_texts_it_wrote(draft, ana):
    old = revision_in(draft, "forcing-change")
    texts = old.texts | {"shows": "Pushes."}
    new = PairRevision.objects.create(pair=old.pair, n=2, base=old, author=ana, digest="d", **texts)
    with transaction.atomic():
        entries.fill(draft, [new])
        after = {"version": draft.serial, "entries": [["forcing-change", 2]], "written": 1}
        given = {"guideline": draft.guideline, "by": ana, "before": {}, "after": after, "written": [new]}
        trail.record_import(verb="apply_file", **given)
    assert trail.differences(draft.guideline) == []


def test_an_approval_in_force_is_known_from_the_trail_and_voided_by_an_edit(edited, ana, amir):
    submit(version=edited, by=ana)
    approve(version=edited, by=amir)
    told = trail.of(edited.guideline).in_order()
    assert replay(told).approvals_in_force(2) == {amir.pk}
    change(edited, ana, shows="Another text.")
    assert replay(told.all()).approvals_in_force(2) == set()


def test_a_change_by_another_way_than_a_verb_is_found(edited, capsys):
    call_command("check_trail")
    assert "novice-mistakes: its trail leads to how it stands." in capsys.readouterr().err
    edited.entries.get(position=1).delete()
    Guideline.objects.update(title="Another")
    with pytest.raises(CommandError) as found:
        call_command("check_trail")
    assert "novice-mistakes: head" in str(found.value) and "novice-mistakes: version 2" in str(found.value)


def test_ana_reads_what_changed_word_by_word_and_lena_also_from_where(client, mistakes, ana, amir, lena, ben):
    client.force_login(ana)
    client.post(reverse("draft_open", args=["novice-mistakes"]))
    draft = mistakes.guideline.versions.unpublished().get()
    change(draft, ana, shows="Argues, urges and <b>pushes</b>.")
    submit(version=draft, by=ana)
    approve(version=draft, by=amir)
    publish(version=draft, by=ana, meaning="semantic", note="Clearer words.")
    page = client.get(address()).content.decode()
    for words in ("Published version 2", "Clearer words.", "Approved the draft", "Wrote “Forcing change”"):
        assert words in page
    assert "<del>overrides</del>" in page and "&lt;b&gt;" in page and "<b>pushes" not in page
    assert "a page" in page and "127.0.0.1" not in page
    client.force_login(lena)
    assert "127.0.0.1" in client.get(address()).content.decode()
    client.force_login(ben)
    refused = client.get(address())
    assert refused.status_code == 403 and "Only clinicians and leads" in refused.content.decode()
    assert address() not in client.get(reverse("guideline", args=["novice-mistakes"])).content.decode()


def whats(page):
    return [row.what for row in page.context["rows"]]


def test_the_trail_is_filtered_by_person_act_and_entry(client, edited, ana, amir):
    change(edited, amir, key="poor-listening", shows="Talks over her.")
    client.force_login(ana)
    his = client.get(address(), {"by": str(amir.public_id)})
    assert whats(his) == ["Wrote “Poor listening”"]
    assert whats(client.get(address(), {"verb": "guidelines.open_draft"})) == ["Started a draft"]
    assert whats(client.get(address(), {"by": "nobody"})) == ["Imported a file"]
    of_entry = ["Wrote “Poor listening”", "Imported “Poor listening”"]
    for typed in ("poor-listening", "Poor", "poor LISTENING"):
        assert whats(client.get(address(), {"entry": typed})) == of_entry
    act = TrailEvent.objects.get(verb="guidelines.import_version")
    assert len(whats(client.get(address(), {"within": act.pk}))) == 3
    for odd in ({"by": "x", "verb": "\x00"}, {"entry": "\x00", "within": "x"}, {"entry": "no such"}):
        assert client.get(address(), odd).status_code == 200


def test_the_page_asks_no_more_for_a_long_trail(client, ana, django_assert_max_num_queries, db):
    version, _new = import_version(content=many(40))
    draft = open_draft(guideline=version.guideline, by=ana)
    client.force_login(ana)
    counted = []
    for n in (2, 20):
        for i in range(n):
            change(draft, ana, f"mistake-{i}", shows=f"Number {n}.")
        with django_assert_max_num_queries(20) as asked:
            assert len(client.get(address()).context["rows"]) == n + 2 + len(counted) * 2
        counted.append(len(asked))
    assert counted[0] == counted[1]


def test_a_saved_pair_costs_the_trail_two_queries(draft, ana):
    change(draft, ana, shows="Pushes.")
    with connection.execute_wrapper(listening(asked := [])):
        save_entry(version=draft, key="rushing", texts=pair_texts("Rushing"), by=ana, base=None)
    assert len(asked) == 2 and PairRevision.objects.get(name="Rushing").n == 1


def listening(asked: list):
    def listen(execute, sql, *more):
        if "accounts_trailevent" in sql:
            asked.append(sql)
        return execute(sql, *more)

    return listen
