"""What the novice reads tells neither which mistake nor which turn; everything else it tells as it was written."""

import re
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synthesis.leak_free import GONE, leak_free

NAMES = {
    "forcing-change": "Forcing change",
    "poor-listening": "Poor listening or interruption",
    "neglecting-cognitive-errors": "Neglecting the client's cognitive errors",
    "unrealistic-expectations": "Unrealistic expectations",
    "draengen": "Übermäßiges Drängen",
    "催促": "强迫改变",
}
KNOWN = [*NAMES, *NAMES.values()]
SAID = ["You simply have to ring him tonight.", "It's only a call.", "那就去做吧"]
FILLER = [
    "gently",
    "her worry",
    "the client",
    "you could wait",
    "and then",
    "first listen",
    "30 days",
    "Tell me more.",
]
HIGHEST = 15


def free(text: str) -> str:
    return leak_free(text, names=KNOWN, said=SAID, highest=HIGHEST)


def plain(text: str) -> list[str]:
    """The words of a text, without case, width, accents and punctuation. Written apart from the code it checks."""
    flat = unicodedata.normalize("NFKD", text.replace("ß", "ss")).casefold()
    flat = "".join(char for char in flat if not unicodedata.category(char).startswith(("M", "C")))
    return re.findall(r"[^\W_]+", flat)


def tells(text: str, phrase: str) -> bool:
    words, wanted = plain(text), plain(phrase)
    if any("\u4e00" <= char <= "\u9fff" for char in phrase):
        return "".join(wanted) in "".join(words)
    return any(words[at : at + len(wanted)] == wanted for at in range(len(words)))


cases = st.sampled_from([str, str.upper, str.lower, str.title, str.swapcase])
gaps = st.sampled_from([" ", "  ", "-", "_", "\n", "\u00a0", " – ", "/", "\u00ad"])


@st.composite
def names(draw) -> str:
    written = draw(cases)(draw(gaps).join(re.split(r"[\s-]+", draw(st.sampled_from(KNOWN)))))
    return draw(st.sampled_from(["{}", "“{}”", "'{}'", "**{}**", "({})", "«{}»", "{}s", "#{}"])).format(
        written
    )


WORDS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
NTH = "- first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth"


@st.composite
def numbers(draw) -> str:
    n = draw(st.integers(1, HIGHEST))
    words, nth = WORDS.split(), NTH.split()
    forms = [
        f"turn {n}", f"turns {n} and 3", f"T{n}", f"({n})", f"#{n}", f"[{n}]", f"turn{n}", f"{n}.", f"utterance no. {n}",
        f"turn {words[n]}", f"turns {words[n]} and two", f"Turn {words[n].upper()}", f"第{n}句", f"turn_{words[n]}",
        "".join(chr(0xFF10 + int(digit)) for digit in str(n)), f"{n:02}", chr(0x2460 + n - 1), "第三轮", "turn IV",
    ]  # fmt: skip
    if n < len(nth):
        forms += [f"your {nth[n]} reply", f"the {nth[n]} and second turns", f"the {nth[n]} of all turns"]
    return draw(st.sampled_from(forms))


@st.composite
def quotations(draw) -> str:
    said = draw(
        st.sampled_from(
            ["have to ring him", "only a call", "You simply have to ring him tonight", "It's only a call"]
        )
    )
    return draw(st.sampled_from(["“{}”", '"{}"', "„{}“", "«{}»", "‘{}’", "「{}」", "“{}.”", "'{}'"])).format(
        draw(cases)(said)
    )


leaks = st.one_of(names(), numbers(), quotations())
texts = st.lists(st.one_of(st.sampled_from(FILLER), leaks), max_size=12).map(" ".join)
DIGITS = re.compile(r"\d+")
SPELT = re.compile(
    r"\b(turns?|reply|utterance no\.)[\s_]+(one|two|three|four|five|six|seven|eight|nine|ten|eleven|\w+teen|IV)\b"
    r"|\b(first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth) (reply|turn)"
    r"|第[一二三]|[①-⑳]",
    re.IGNORECASE,
)


unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@unhurried
@given(texts)
def test_no_name_and_no_key_of_a_mistake_gets_through(text):
    assert not [name for name in KNOWN if tells(free(text), name)]


@unhurried
@given(texts)
def test_no_number_of_a_turn_gets_through(text):
    found = free(text)
    assert not [digits for digits in DIGITS.findall(found) if 1 <= int(digits) <= HIGHEST]
    assert not SPELT.search(found)


@unhurried
@given(texts)
def test_no_quotation_of_the_session_gets_through(text):
    quoted = re.findall(r"[“\"„«‘「']([^“”\"„«»‘’「」]+)[”\"“»’」']", free(text))
    said = [" ".join(plain(turn)) for turn in SAID]
    assert not [
        words for words in quoted if plain(words) and any(" ".join(plain(words)) in turn for turn in said)
    ]


@unhurried
@given(texts)
def test_what_is_free_of_leaks_stays_so_and_is_not_touched_again(text):
    assert free(free(text)) == free(text)


@unhurried
@given(st.lists(st.sampled_from(FILLER), max_size=12).map(" ".join))
def test_a_text_that_tells_nothing_is_left_as_it_is(text):
    assert free(text) == text


@unhurried
@given(
    st.text(max_size=200),
    st.lists(st.text(max_size=20), max_size=4),
    st.lists(st.text(max_size=40), max_size=3),
)
def test_any_text_under_any_guideline_comes_out_and_stays(text, names, said):
    once = leak_free(text, names=names, said=said, highest=14)
    assert leak_free(once, names=names, said=said, highest=14) == once


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("This was forcing change: she was not ready.", f"This was {GONE}: she was not ready."),
        ("An unrealistic expectation, and poor listening.", f"An {GONE}, and {GONE}."),
        ("Forcing forcing change change, twice.", f"{GONE}, twice."),
        (
            "In turn 3 you hurried; in 30 days nobody will.",
            f"In turn {GONE} you hurried; in 30 days nobody will.",
        ),
        (
            "First listen; in your third reply you did not.",
            f"First listen; in your {GONE} reply you did not.",
        ),
        ("You said “have to ring him”.", f"You said {GONE}."),
        # Words that nobody said are a proposal and stay.
        ("Say: “What holds you back?”", "Say: “What holds you back?”"),
        # One word of a name is a word like any other.
        ("Change takes time, and so does listening.", "Change takes time, and so does listening."),
    ],
)
def test_what_the_novice_reads(written, read):
    assert free(written) == read
