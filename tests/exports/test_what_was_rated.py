"""What leaves of replies and sessions that readers rated, and of what they would say instead: settled, then frozen."""

import json

import pytest

from exports import better, places
from exports.building import NotFrozen
from exports.models import DatasetItem
from review.standing import Rule
from tests.exports.settled import ANOTHER, frozen, rates, reply_content, rubric, settled
from tests.exports.test_what_leaves import one, rows
from tests.review import factories, invented
from tests.review.test_rounds_of_judged_replies import EDIT, REPLY, REWRITE, content, says

pytestmark = pytest.mark.django_db


# Rated.


def test_a_rated_reply_leaves_with_its_settled_levels_and_each_readers_own(artefacts, ben, chloe, lena):
    hers = invented.says("judged_reply", ratings={"specific": 2, "supportive": 3})
    his = invented.says("judged_reply", ratings={"specific": 3, "supportive": 3}, rationale="It is general.")
    made = [reply_content(REPLY)]
    round, [item] = settled(
        "judged_reply", [ben, chloe], lena, [[hers, his]], contents=made, rule=Rule(levels_within=1)
    )
    dataset = frozen(round, lena)
    (row,) = rows(dataset, "rating")
    assert row["ratings"] == {"specific": 2.0, "supportive": 3.0} and row["labels"] == {}
    assert [one["role"] for one in row["messages"]] == ["system", "user", "assistant"]
    assert row["messages"][-1]["content"] == REPLY and row["rated"] == "reply" and row["approved"] is False
    assert sorted(one["ratings"]["specific"] for one in row["readers"]) == [2.0, 3.0]
    assert {one["rationale"] for one in row["readers"]} == {
        "She says no; the reply hears it.",
        "It is general.",
    }
    assert [one["key"] for one in row["dimensions"]] == ["specific", "supportive"]
    assert row["dimensions"][0]["levels"][0] == {"value": 1, "anchor": "what 1 stands for"}
    told = json.dumps(row)
    assert "Ben" not in told and "Chloe" not in told and "SECRET" not in told
    assert dataset.manifest["rows"] == {
        "sft": 0, "preference": 0, "unpaired": 0, "turn_preference": 0, "rating": 1, "reply": 0,
    }  # fmt: skip
    assert DatasetItem.objects.get(dataset=dataset).item == item
    assert dataset.manifest["left_out"] == {}


def test_a_rated_session_leaves_whole(artefacts, ben, lena):
    round, _items = settled("technique_session", [ben], lena, [[invented.says("technique_session")]])
    (row,) = rows(frozen(round, lena), "rating")
    assert row["rated"] == "session" and row["ratings"] == {"specific": 1.0, "supportive": 1.0}
    said = [one["content"] for one in row["messages"] if one["role"] == "assistant"]
    assert said[1] == "You should simply ring him tonight." and len(row["messages"]) == 8


def test_a_level_without_a_number_is_a_label(artefacts, ben, lena):
    version = rubric("resistance-replies")
    levels = {
        "client-behaviour": "avoiding: limit setting", "respect-for-autonomy": 2, "stance-alignment": 1,
        "emotional-resonance": 1, "conversational-orientation": 0,
    }  # fmt: skip
    known = {str(level["value"]) for level in version.entries.first().dimension_revision.levels}
    levels["client-behaviour"] = sorted(known)[0]
    given = invented.says("resistance_reply", ratings=levels)
    round, _items = settled("resistance_reply", [ben], lena, [[given]], rubric_version=version)
    (row,) = rows(frozen(round, lena), "rating")
    assert row["labels"] == {"client-behaviour": levels["client-behaviour"]}
    assert row["ratings"]["respect-for-autonomy"] == 2.0 and len(row["ratings"]) == 4


def test_what_is_in_dispute_or_unsafe_is_rated_nowhere(artefacts, ben, chloe, lena):
    apart = [invented.says("judged_reply", ratings=dict.fromkeys(factories.DIMENSIONS, n)) for n in (1, 5)]
    agreed = [invented.says("judged_reply")] * 2
    unsafe = [invented.says("judged_reply", unsafe=True), invented.says("judged_reply")]
    made = [reply_content(REPLY), reply_content(ANOTHER), reply_content("UNSAFE REPLY")]
    round, _items = settled("judged_reply", [ben, chloe], lena, [apart, agreed, unsafe], contents=made)
    dataset = frozen(round, lena)
    assert [row["messages"][-1]["content"] for row in rows(dataset, "rating")] == [ANOTHER]
    assert dataset.manifest["left_out"] == {"in dispute when the round was closed": 2}


def test_ratings_of_a_reply_beside_a_rewriting_say_so(artefacts, ben, lena):
    round, _items = settled("judged_reply", [ben], lena, [[says("reject")]], contents=[content()])
    (row,) = rows(frozen(round, lena), "rating")
    assert row["beside_a_rewriting"] is True and row["messages"][-1]["content"] == REPLY


def test_formats_that_take_no_rating_leave_it_here(artefacts, ben, lena):
    round, _items = settled("judged_reply", [ben], lena, [[invented.says("judged_reply")]],
                            contents=[reply_content(REPLY)])  # fmt: skip
    with pytest.raises(NotFrozen, match="1 × rated or compared, and no format that was asked for takes it"):
        frozen(round, lena, formats=("sft", "unpaired"))


# Pairs of rated replies.


def of_one_client(*texts: str, said: str = "") -> dict:
    """Replies to the same words of the same client."""
    return {"contents": [reply_content(text, said=said) for text in texts]}


def test_of_two_replies_to_the_same_words_the_one_rated_higher_by_the_margin_is_chosen(artefacts, ben, lena):
    answers = [
        [rates(specific=2, supportive=3)],
        [rates(specific=5, supportive=4)],
        [rates(specific=5, supportive=5)],
    ]
    made = of_one_client(REPLY, ANOTHER, "A third reply, which is rated a little higher than the second one.")
    round, items = settled("judged_reply", [ben], lena, answers, **made)
    dataset = frozen(round, lena, margin=1.5)
    pairs = rows(dataset, "preference")
    assert {(pair["gap"], pair["rejected"][0]["content"]) for pair in pairs} == {(2.0, REPLY), (2.5, REPLY)}
    by_gap = {pair["gap"]: pair for pair in pairs}
    first = by_gap[2.0]
    assert first["chosen"][0]["content"] == ANOTHER and first["source"] == "rated replies by margin"
    assert first["margins"] == {"specific": 3.0, "supportive": 1.0} and first["worse_on"] == []
    assert first["chosen_ratings"] == {"specific": 5.0, "supportive": 4.0} and first["margin"] == 1.5
    assert first["item"] == str(items[1].public_id) and first["rejected_item"] == str(items[0].public_id)
    assert dataset.manifest["pairs_left_out"] == {"rated closer together than the margin": 1}
    assert len(rows(frozen(round, lena, margin=0.5), "preference")) == 3


def test_replies_to_other_words_or_of_other_clients_are_no_pair(artefacts, ben, lena):
    answers = [
        [rates(specific=1, supportive=1)],
        [rates(specific=5, supportive=5)],
        [rates(specific=5, supportive=5)],
    ]
    made = [reply_content(REPLY), reply_content(ANOTHER, said="Something else."), reply_content(ANOTHER)]
    people = [
        factories.client_profile("one"),
        factories.client_profile("one"),
        factories.client_profile("two"),
    ]
    round, _items = settled("judged_reply", [ben], lena, answers, contents=made, profiles=people)
    dataset = frozen(round, lena)
    assert rows(dataset, "preference") == [] and "pairs_left_out" not in dataset.manifest


def test_alike_the_same_words_and_both_low_make_no_pair_and_are_counted(artefacts, ben, lena):
    answers = [[rates(specific=n, supportive=n)] for n in (1, 3, 3, 3)]
    made = of_one_client(REPLY, ANOTHER, f"{ANOTHER} ", "Other words, rated the same.")
    round, _items = settled("judged_reply", [ben], lena, answers, **made)
    left_out = frozen(round, lena).manifest["pairs_left_out"]
    assert left_out == {
        "the better one is in the lower half of its scale too": 3,
        "both say the same words": 1,
        "rated alike": 2,
    }


def test_a_pair_whose_better_one_is_less_safe_is_left_out_though_its_mean_is_higher(artefacts, ben, lena):
    version = rubric("therapeutic-reply")
    keys = [entry.dimension_revision.dimension.key for entry in version.entries.all()]
    low, high = dict.fromkeys(keys, 2) | {"safety": 5}, dict.fromkeys(keys, 5) | {"safety": 4}
    answers = [[rates(**low)], [rates(**high)]]
    round, _items = settled(
        "judged_reply", [ben], lena, answers, rubric_version=version, **of_one_client(REPLY, ANOTHER)
    )
    dataset = frozen(round, lena)
    assert rows(dataset, "preference") == []
    assert dataset.manifest["pairs_left_out"] == {"what readers preferred is less safe": 1}


def test_what_is_reversed_counts_the_other_way_round():
    from exports import margins

    levels = [{"value": n, "anchor": ""} for n in (1, 2, 3)]
    same = {"scale": "ordinal", "levels": levels, "weight": None}
    rated = [{"key": "warm", "reverse": False, **same}, {"key": "strain", "reverse": True, **same}]
    turned = margins.favourable(rated, {"warm": 3.0, "strain": 3.0})
    assert turned == {"warm": 3.0, "strain": 1.0} and margins.mean(rated, turned) == 2.0
    weighted = [rated[0] | {"weight": 3}, rated[1]]
    assert margins.mean(weighted, turned) == 2.5 and margins.middle(weighted, turned) == 2.0


# Better replies.


def offers(verdict: str, words: str = "") -> invented.Answers:
    return invented.says("resistance_reply", exemplar_verdict=verdict, better_reply=words)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ([("accept", ""), ("accept", "")], (invented.EXEMPLAR, "approved example", "model")),
        ([("edit", EDIT), ("edit", f"{EDIT} ")], (EDIT, "edited example", "model, edited by a reviewer")),
        ([("accept", ""), ("reject", ANOTHER)], "its readers differ on the other reply"),
        ([("reject", ANOTHER), ("none", ANOTHER)], "no reader would teach the other reply"),
        ([("edit", EDIT), ("edit", ANOTHER)], better.WORDINGS),
    ],
)  # fmt: skip
def test_another_reply_leaves_where_all_its_readers_would_teach_it(artefacts, ben, chloe, lena, said, found):
    round, _items = settled("resistance_reply", [ben, chloe], lena, [[offers(*one) for one in said]])
    dataset = frozen(round, lena)
    if isinstance(found, str):
        assert rows(dataset, "reply") == [] and dataset.manifest["replies_left_out"] == {found: 1}
        taught = [path.read_text() for path in places.dataset_folder(dataset).rglob("*.jsonl")]
        assert not any(ANOTHER in text or EDIT in text for text in taught), "nobody has judged her words"
        return
    (row,) = rows(dataset, "reply")
    assert (row["messages"][-1]["content"].strip(), row["source"], row["text_by"]) == found
    assert row["instead_of"] == invented.REPLY and row["ratings_of_that"] == {
        "autonomy": "0",
        "resonance": "0",
    }
    assert [one["role"] for one in row["messages"]] == ["system", "user", "assistant", "user", "assistant"]


def test_an_approved_rewriting_leaves_as_a_better_reply(artefacts, ben, lena):
    answers = [[says("accept")], [says("edit", EDIT)], [says("reject")]]
    round, _items = settled("judged_reply", [ben], lena, answers, contents=[content(), content(), content()])
    found = {
        (row["messages"][-1]["content"], row["text_by"], row["instead_of"])
        for row in rows(frozen(round, lena), "reply")
    }
    assert found == {(REWRITE, "model", REPLY), (EDIT, "model, edited by a reviewer", REPLY)}


def test_a_rewriting_that_its_judge_finds_less_safe_is_not_preferred(artefacts, ben, lena):
    less = content()
    less["rewrite_rating"]["safety"]["score"] = 1
    round, _items = settled("judged_reply", [ben], lena, [[says("accept")]], contents=[less])
    dataset = frozen(round, lena)
    assert rows(dataset, "preference") == [] and dataset.manifest["rewritings_less_safe_by_the_judge"] == 1


# Of the release as a whole.


def test_the_row_counts_are_those_that_plain_sql_gives(artefacts, ben, lena):
    answers = [
        [rates(specific=2, supportive=2)],
        [rates(specific=5, supportive=5)],
        [rates(specific=1, supportive=1)],
    ]
    made = of_one_client(REPLY, ANOTHER, "Another short one.")
    round, _items = settled("judged_reply", [ben], lena, answers, **made)
    manifest = frozen(round, lena).manifest
    rated = (
        "SELECT count(*) FROM review_item i WHERE i.round_id = %s AND i.arm = 'rated' AND NOT EXISTS "
        "(SELECT 1 FROM review_standing s WHERE s.item_id = i.id AND s.state <> 'settled')"
    )
    level = (
        "(SELECT avg(CAST(r.value AS real)) FROM review_rating r JOIN review_decision d ON d.id = r.decision_id "
        "WHERE d.item_id = {0}.id)"
    )
    pairs = (
        "SELECT count(*) FROM review_item a JOIN review_item b ON a.round_id = b.round_id AND a.id <> b.id "
        f"WHERE a.round_id = %s AND {level.format('a')} >= {level.format('b')} + 1 AND {level.format('a')} > 3"
    )
    assert manifest["rows"]["rating"] == one(rated, round.pk) == 3
    assert manifest["rows"]["preference"] == one(pairs, round.pk) == 2


def test_a_pair_is_on_one_side_of_the_split_and_the_same_release_has_the_same_bytes(artefacts, ben, lena):
    answers, made, people = [], [], []
    for n in range(12):
        answers += [[rates(specific=1, supportive=1)], [rates(specific=5, supportive=5)]]
        made += [reply_content(f"{REPLY} {n}"), reply_content(f"{ANOTHER} {n}")]
        people += [factories.client_profile(f"client-{n}")] * 2
    round, _items = settled("judged_reply", [ben], lena, answers, contents=made, profiles=people)
    first = frozen(round, lena, seed=3)
    assert set(first.manifest["rows_by_split"]["preference"]) == {"train", "validation", "test"}
    sides = {}
    for path in places.dataset_folder(first).rglob("*.jsonl"):
        for line in path.read_text().splitlines():
            row = json.loads(line)
            for name in (row["item"], row.get("rejected_item")):
                if name:
                    assert sides.setdefault(name, path.stem) == path.stem
    assert len(sides) == 24
    assert frozen(round, lena, seed=3).sha256 == first.sha256


def test_a_lead_sees_pairs_and_replies_in_the_preview(artefacts, ben, lena, log_in):
    answers = [[rates(specific=2, supportive=2)], [rates(specific=2, supportive=2)]]
    round, _items = settled("judged_reply", [ben], lena, answers, **of_one_client(REPLY, ANOTHER))
    asked = {"rounds": str(round.public_id), "formats": ["preference", "rating"], "seed": "0", "margin": "1"}
    page = log_in(lena).get("/datasets/", asked).content.decode()
    assert "2 items of 1 clients may leave." in page and "no pair:" in page and "rated alike" in page


def test_every_format_is_made_by_somebody_and_offered_in_words():
    from exports.formats import FORMATS, OF_FEEDBACK, OF_PAIRS, OF_RATED, OF_TURNS
    from exports.forms import WHAT

    assert {*OF_FEEDBACK, *OF_TURNS, *OF_RATED, *OF_PAIRS} == set(FORMATS) == set(WHAT)


def test_the_card_says_how_many_were_rated_and_that_nobody_approved_them(artefacts, ben, lena):
    round, _items = settled("judged_reply", [ben], lena, [[says("accept")], [rates(specific=1, supportive=1)]],
                            contents=[content(), reply_content(REPLY)])  # fmt: skip
    card = (places.dataset_folder(frozen(round, lena)) / "README.md").read_text()
    assert "2 sessions put before readers, 1 rated, 1 rated beside a rewriting;" in card
    assert "| Rated texts | in `rating` the words are as they were rated" in card
    assert "Synthetic counselling sessions and replies" in card
