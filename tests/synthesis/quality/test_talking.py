"""The rules that find what is wrong with a talk: every session of a poor real model, and no good one."""

import pytest

from guidelines import loading as guidelines_loading
from synthesis import reading
from synthesis.loading import SHIPPED
from synthesis.prompting import shipped
from synthesis.quality import languages, leaking, parts, repeating, talking
from synthesis.quality.given import DESCRIBED
from synthesis.quality.sessions import session_of
from synthesis.recipes import RECIPES
from tests.synthesis.quality.sessions import GOOD, smollm2, talk, with_turn

PROMPTS = tuple(
    text for name, text in shipped(RECIPES["supervised_dialogue"].prompts).items() if name != "schema"
)


@pytest.fixture(scope="module")
def clients():
    return {record.key: record.content() for record in reading.read(SHIPPED).records}


def found(session, **given):
    return talking.problems(session, **given)


def test_every_session_of_the_poor_real_model_has_a_reason_to_be_held(clients):
    for stored in smollm2():
        described = [clients[stored["client"]].get(name, "") for name in DESCRIBED]
        reasons = talking.reasons_to_hold(stored["content"], prompts=PROMPTS, descriptions=described)
        assert len(reasons) >= 2, stored["content"]["utterances"]


def test_of_the_poor_real_model_each_kind_of_failing_is_named(clients):
    """What a person finds on reading them: a client who plays the helper, a talk stuck in a loop, a counsellor who
    recites the scene, brackets to fill in, feedback that loops."""
    kinds = [set(found(session_of(s["content"]), prompts=PROMPTS)) for s in smollm2()]
    assert {"loops", "repeats_itself", "feedback_loops"} <= kinds[0]
    assert {"repeats_itself", "out_of_part", "echoes_prompt"} <= kinds[1]
    assert {"repeats_itself", "out_of_part"} <= kinds[2]
    assert {"loops", "repeats_itself", "out_of_part"} <= kinds[3]
    assert {"loops", "not_speech"} <= kinds[4]
    assert {"loops", "out_of_part", "echoes_prompt"} <= kinds[5]
    reciting = session_of(smollm2()[3]["content"])
    assert 2 in leaking.recited(reciting, descriptions=[clients["wanjiru-mothers-keeper"]["culture"]])


def test_a_good_talk_has_nothing(clients):
    for client in clients.values():
        assert found(talk(), prompts=PROMPTS, descriptions=[client.get(name, "") for name in DESCRIBED]) == {}


def test_the_examples_of_the_shipped_guidelines_would_not_be_held():
    """Their mistakes are mistakes of counsellors, not of a machine: nothing in them is a reason."""
    texts = 0
    for path in sorted(guidelines_loading.SHIPPED.glob("*.yaml")):
        for entry in guidelines_loading.read(path).entries:
            for example in entry.texts.get("examples", []):
                for side in (example["before"], example["after"]):
                    lines = [line.partition(": ") for line in side.splitlines()]
                    turns = [
                        (who.lower(), said) for who, _sign, said in lines if who in ("Client", "Counsellor")
                    ]
                    texts += len(turns)
                    kinds = set(found(talk(turns, client=""))) - {"incomplete"}
                    assert not kinds, (path.name, kinds, turns)
    assert texts > 60


@pytest.mark.parametrize(
    ("n", "text", "kind"),
    [
        (2, "I feel so low. I feel so low. I feel so low. I feel so low. I feel so low.", "loops"),
        (4, "Hello Nadia, I'm here to help you. What brings you here today?", "out_of_part"),
        (4, "As an AI language model I cannot have a sister.", "out_of_part"),
        (3, "I am the client and I came because of my sister, doctor.", "out_of_part"),
        (3, "My name is Nadia and I cannot sleep since the wedding.", "out_of_part"),
        (3, "The client looks at the floor and says nothing.", "out_of_part"),
        (5, "Say only what the counsellor says aloud, in one to three short sentences.", "echoes_prompt"),
        (6, 'Well {"text": "I said he looked better"}', "not_speech"),
        (6, "Thank you [Your Name], that is kind of you.", "not_speech"),
        (6, "Ich habe das nicht so gemeint, aber es war zu spät und sie ging.", "breaks_language"),
        (6, "Я не знаю, что мне теперь делать с этим.", "breaks_language"),
    ],
)
def test_one_such_turn_is_a_reason(n, text, kind):
    session = with_turn(n, text)
    assert kind in found(session, prompts=PROMPTS)
    assert talking.reasons(found(session, prompts=PROMPTS))


@pytest.mark.parametrize(
    ("n", "text"),
    [
        (2, "Have you tried living with my mother? It does not end."),
        (3, "I am so overwhelmed by what you tell me that I hardly know what to say."),
        (3, "Tell me more about the phone, and about the silence after it."),
        (4, "Yes. Yes, it is. It really is, and it really, really hurts."),
        (4, "I see a counsellor at work as well, she says that I think too much."),
        (6, "My grandmother always said: c'est la vie, and then she laughed at me."),
        (3, "You feel guilty. Guilty for one sentence, at a wedding, with wine."),
        (5, "I'm here with you. Take the time that you need."),
    ],
)
def test_what_people_say_in_such_a_talk_is_no_reason(n, text):
    assert talking.reasons(found(with_turn(n, text), prompts=PROMPTS)) == []


def test_repeating_once_happens_to_people_twice_is_a_reason():
    once = with_turn(6, GOOD[3][1])
    assert found(once)["repeats_itself"] == [6] and talking.reasons(found(once)) == []
    twice = talk([*GOOD, ("counsellor", "I see."), ("client", GOOD[3][1]), ("client", GOOD[1][1])])
    assert found(twice)["repeats_itself"] == [12, 13] and talking.reasons(found(twice))


def test_an_echo_is_told_from_mirroring():
    assert repeating.repeated(with_turn(3, GOOD[1][1])) == ([], [3])
    mirrored = with_turn(
        3, "You don't know where to begin, your sister stopped calling, and you look at the phone."
    )
    assert repeating.repeated(mirrored) == ([], [])


def test_short_answers_come_back_in_a_good_talk_but_not_in_half_of_it():
    questions = [("counsellor", f"What happened on day {n} after you had called her?") for n in range(6)]
    answers = [
        "I see.",
        "I see.",
        "I went home to sleep after that.",
        "It rained.",
        "I called again.",
        "She hung up.",
    ]
    pairs = zip(questions, answers, strict=True)
    fine = talk([turn for question, answer in pairs for turn in (question, ("client", answer))])
    assert not set(repeating.repeated(fine)[0]) & {2, 4, 8, 10, 12}
    stuck = talk([turn for question in questions for turn in (question, ("client", "I see."))])
    assert {4, 6, 8, 10, 12} <= set(repeating.repeated(stuck)[0])


def test_plain_cues_tell_only_together():
    once = with_turn(4, "It sounds like you had a long day.")
    assert parts.taken(once) == ([], [4]) and parts.lost(once) == []
    turns = dict(enumerate(GOOD, 1)) | {
        2: ("client", "Thank you for sharing this with me."), 6: ("client", "Can you tell me more about that?"),
        8: ("client", "You are not alone in this."),
    }  # fmt: skip
    assert parts.lost(talk(list(turns.values()))) == [2, 6, 8]


def test_parts_are_judged_in_english_only():
    session = with_turn(4, "As an AI language model I cannot have a sister.", language="de")
    assert parts.taken(session) == ([], [])


@pytest.mark.parametrize(
    ("text", "code", "breaks"),
    [
        ("Ich weiß nicht, wo ich anfangen soll, aber es ist schwer.", "de", False),
        ("I don't know where to begin, but it is hard for me.", "de", True),
        ("Я не знаю, с чего начать.", "ru", False),
        ("I do not know where to begin.", "ru", True),
        ("私はどこから始めればいいのか分かりません。", "ja", False),
        ("Je ne sais pas par où commencer, mais c'est dur pour moi.", "fr", False),
        ("No sé por dónde empezar, pero es muy difícil para mí.", "fr", True),
        ("Ok.", "ru", False),
        ("मुझे नहीं पता कि कहाँ से शुरू करूँ।", "hi", False),
        ("Whatever, in a language that nobody listed.", "xx", False),
    ],
)
def test_a_turn_in_another_language_is_told_by_script_and_small_words(text, code, breaks):
    assert languages.breaks(text, code) is breaks


def test_a_talk_of_one_speaker_is_incomplete():
    assert found(talk([("client", "Is anybody there, please?")] * 2))["incomplete"]
    assert talking.reasons_to_hold({"utterances": []}) == ["Fewer than four turns, or only one speaks."]
    assert talking.reasons_to_hold({"reply": "It must be hard."}) == []


def test_a_stage_direction_is_counted_and_holds_nothing():
    session = with_turn(6, "(sighs) The one about her husband, I said he looked better.")
    assert found(session) == {"stage_direction": [6]} and talking.reasons(found(session)) == []
