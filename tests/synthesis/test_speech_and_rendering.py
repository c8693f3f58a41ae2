"""Pure functions: what a speaker said, what reviewers read, how calls are named."""

import pytest

from synthesis.checks import quotes_not_found
from synthesis.identity import call_key, cell_digest, seed_of
from synthesis.rendering import draft
from synthesis.shapes.speech import spoken
from synthesis.tiers import tier_of_words


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("How was that?", "How was that?"),
        ("Counsellor: How was that?", "How was that?"),
        ("**Therapist:** How was that?", "How was that?"),
        ('"How was that?"', "How was that?"),
        ("Client: “It was hard.”", "It was hard."),
        ("It was hard.\nCounsellor: I see.", "It was hard."),
        ("It was hard. Counselor: I see.", "It was hard."),
        ('She said "no" and left.', 'She said "no" and left.'),
        ('"No," she said, "never."', '"No," she said, "never."'),
        ("My client: the bank.", "My client: the bank."),
        ("Beraterin: Wie war das für Sie?", "Wie war das für Sie?"),
        ("Es war schwer.\nTherapeut: Ich verstehe.", "Es war schwer."),
        ("Conseillère : Comment ça va ?", "Comment ça va ?"),
        ("C’était dur. Conseillère : Je vois.", "C’était dur."),
        ("Terapeuta: «¿Cómo fue?»", "¿Cómo fue?"),
        ("**Консультант:** Как это было?", "Как это было?"),
        ("Danışan: Zordu. Danışman: Anlıyorum.", "Zordu."),
        ("المرشدة: كيف كان ذلك؟", "كيف كان ذلك؟"),
        ("درمانگر: چطور بود؟ مراجع: سخت بود.", "چطور بود؟"),
        ("परामर्शदाता: वह कैसा था?", "वह कैसा था?"),
        ("咨询师：「那是什么感觉？」", "那是什么感觉？"),
        ("很难。来访者：是的。", "很难。"),
        ("カウンセラー: どうでしたか。", "どうでしたか。"),
        ("상담자: 어땠나요?", "어땠나요?"),
        ("Mon patient : le temps.", "Mon patient : le temps."),
        ("  two\n lines ", "two lines"),
        ("Client:", ""),
        ('""', ""),
    ],
)
def test_what_a_speaker_said_is_without_labels_and_quotation_marks(raw, said):
    assert spoken(raw) == said


FINDING = {
    "utterances": [3, 5], "quotes": ["You must."], "mistake": "forcing-change", "severity": 2,
    "why": "It closes him.", "correction": "Ask first.", "better": "What would you like?",
}  # fmt: skip


def test_the_draft_tells_where_what_how_serious_why_and_what_instead():
    text = draft(
        {"strengths": ["Warm."], "findings": [FINDING]}, mistake_names={"forcing-change": "Forcing change"}
    )
    assert text.splitlines() == [
        "What went well",
        "- Warm.",
        "",
        "What to work on",
        "1. Forcing change (turns 3, 5; serious)",
        "   “You must.”",
        "   Why it matters: It closes him.",
        "   What to do instead: Ask first.",
        "   For example: “What would you like?”",
    ]


def test_the_draft_says_when_nothing_is_wrong_and_names_what_the_guideline_lacks():
    assert draft({"strengths": [], "findings": []}, mistake_names={}).startswith(
        "No mistake from the guideline"
    )
    other = draft({"strengths": [], "findings": [{**FINDING, "mistake": "other"}]}, mistake_names={})
    assert "A mistake that is not in the guideline" in other


def test_a_quote_is_found_in_the_quotation_marks_of_any_language():
    said = [{"text": "Она сказала: «Так нельзя», и ушла."}, {"text": "彼は「無理だ」と言った。"}]
    feedback = {"findings": [{"quotes": ["сказала: “Так нельзя”"]}, {"quotes": ["彼は“無理だ”と言った"]}]}
    assert quotes_not_found(feedback, said) == []


def test_a_quote_is_found_whatever_its_case_space_and_quotation_marks():
    said = [{"text": "Well — you really  MUST “try” it."}]
    feedback = {"findings": [{"quotes": ['you really must "try" it']}, {"quotes": ["you should"]}]}
    (problem,) = quotes_not_found(feedback, said)
    assert problem.startswith("Finding 2") and "you should" in problem


@pytest.mark.parametrize(
    ("words", "tier"),
    [
        ("I slept badly.", "none"),
        ("He hit me again.", "abuse"),
        ("They would be better off without me.", "ideation"),
        ("I could kill him.", "harm-to-others"),  # said lightly or not, a person should look
        ("I will kill him.", "harm-to-others"),
        ("I think about suicide.", "self-harm-or-suicide"),
        ("I have been cutting myself.", "self-harm-or-suicide"),
        ("She harmed herself.", "self-harm-or-suicide"),
        ("I don’t want to live any more.", "ideation"),  # the apostrophe that models write
        ("I don't want to live anymore.", "ideation"),
    ],
)
def test_plain_cues_raise_the_tier(words, tier):
    assert tier_of_words(["Hello.", words]) == tier


def name(**changes):
    parts = {"endpoint": "e", "model": "m", "sampling": {"temperature": 0}, "messages": "d", "cell": "c",
             "step": "s", "attempt": 1}  # fmt: skip
    return call_key(**{**parts, **changes})


@pytest.mark.parametrize(
    "change",
    [{"endpoint": "f"}, {"model": "n"}, {"sampling": {"temperature": 1}}, {"messages": "x"}, {"cell": "x"},
     {"step": "t"}, {"attempt": 2}],
)  # fmt: skip
def test_a_call_is_another_when_any_part_of_it_is(change):
    assert name(**change) != name()
    assert seed_of(name(**change)) != seed_of(name())


def test_a_cell_is_named_by_all_that_it_is_made_of_and_by_no_run():
    parts = {
        "recipe": "r",
        "prompts": {"a": "1"},
        "revision": "v",
        "profile": "p",
        "factors": {},
        "sample": 0,
    }
    changes = [{"recipe": "q"}, {"prompts": {"a": "2"}}, {"revision": "w"}, {"profile": "q"},
               {"factors": {"x": "1"}}, {"sample": 1}]  # fmt: skip
    assert len({cell_digest(**{**parts, **change}) for change in [{}, *changes]}) == 7
