"""The shipped guidelines and clients, read as plain YAML, without Django: a typo is found in a second."""

import difflib
import itertools
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
GUIDELINES = ROOT / "guidelines" / "shipped"
SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
STYLES = {"plain", "verbose", "tangential", "hostile", "guarded", "ingratiating"}
TIERS = {"none", "ideation", "self-harm-or-suicide", "harm-to-others", "abuse"}
PAIR_FIELDS = {
    "key", "name", "shows", "harms", "not_a_mistake", "confused_with", "may_co_occur_with", "corrections",
    "examples", "references", "tags", "positive",
}  # fmt: skip
PROFILE_FIELDS = {
    "key", "kind", "name", "age", "gender", "culture", "problem", "history", "core_beliefs",
    "intermediate_beliefs", "coping_strategies", "situation", "automatic_thought", "emotions", "behaviour",
    "style", "tier", "presenting",
}  # fmt: skip
MISTAKES = {
    "poor-listening", "neglecting-therapeutic-alliance", "inappropriate-support", "premature-interpretation",
    "unrealistic-expectations", "forcing-change", "biased-interpretation", "poor-questioning-technique",
    "neglecting-physiological-factors", "poor-professional-boundaries", "cultural-insensitivity",
    "overlooking-client-strengths", "poor-emotional-regulation", "insufficient-empathy",
    "neglecting-cognitive-errors",
}  # fmt: skip


def read(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def words(text):
    return len(text.split())


NOVICE, RISK, RUBRIC = (
    read(GUIDELINES / f"{name}.yaml") for name in ("novice-mistakes", "risk-and-safety", "feedback-quality")
)
RUBRICS = [g for g in map(read, sorted(GUIDELINES.glob("*.yaml"))) if g["kind"] == "rubric"]
CLIENTS = read(ROOT / "synthesis" / "shipped" / "clients.yaml")
FILES = [*sorted(GUIDELINES.glob("*.yaml")), ROOT / "synthesis" / "shipped" / "clients.yaml"]
PAIRS = [pytest.param(g, pair, id=pair["key"]) for g in (NOVICE, RISK) for pair in g["pairs"]]
PROFILES = [pytest.param(profile, id=profile["key"]) for profile in CLIENTS["profiles"]]


@pytest.mark.parametrize("guideline", [NOVICE, RISK, *RUBRICS], ids=lambda g: g["guideline"])
def test_a_shipped_guideline_says_what_it_is_and_where_it_comes_from(guideline):
    assert SLUG.fullmatch(guideline["guideline"])
    assert guideline["licence"] == "Apache-2.0"
    for field in ("title", "about", "source"):
        assert guideline[field].strip()


@pytest.mark.parametrize("guideline", [NOVICE, RISK], ids=lambda g: g["guideline"])
def test_keys_and_names_are_unique_in_a_guideline(guideline):
    for field in ("key", "name"):
        assert [v for v, n in Counter(pair[field] for pair in guideline["pairs"]).items() if n > 1] == []


def test_the_fifteen_mistakes_and_one_positive_class_are_shipped():
    assert {pair["key"] for pair in NOVICE["pairs"] if not pair["positive"]} == MISTAKES
    assert [pair["key"] for pair in NOVICE["pairs"] if pair["positive"]] == ["exemplary-practice"]


def test_six_risk_mistakes_are_shipped_with_right_practice_that_looks_like_them():
    assert {pair["key"] for pair in RISK["pairs"] if not pair["positive"]} == {
        "cue-ignored", "risk-not-asked", "risk-minimised", "secrecy-promised", "no-next-step",
        "reporting-duty-missed",
    }  # fmt: skip
    assert any(pair["positive"] for pair in RISK["pairs"])


@pytest.mark.parametrize("guideline,pair", PAIRS)
def test_a_pair_is_complete_and_short_enough_for_a_prompt(guideline, pair):
    assert set(pair) == PAIR_FIELDS
    assert SLUG.fullmatch(pair["key"]) and words(pair["name"]) <= 10
    assert 35 <= words(pair["shows"]) <= 120
    assert 30 <= words(pair["not_a_mistake"]) <= 90
    if pair["positive"]:
        assert pair["harms"] == "none"
    else:
        assert 25 <= words(pair["harms"]) <= 90
    assert 3 <= len(pair["corrections"]) <= 5
    assert all(6 <= words(text) <= 60 for text in pair["corrections"])
    assert pair["tags"] and all(SLUG.fullmatch(tag) for tag in pair["tags"])
    assert all(isinstance(text, str) and re.search(r"\(\d{4}\)", text) for text in pair["references"])


@pytest.mark.parametrize("guideline,pair", PAIRS)
def test_neighbours_of_a_pair_exist_and_name_it_back(guideline, pair):
    by_key = {other["key"]: other for other in guideline["pairs"]}
    for field in ("confused_with", "may_co_occur_with"):
        assert pair["key"] not in pair[field]
        assert len(set(pair[field])) == len(pair[field])
        for key in pair[field]:
            assert pair["key"] in by_key[key][field], f"{key} does not name {pair['key']} in {field}"


@pytest.mark.parametrize("guideline,pair", PAIRS)
def test_in_the_example_of_a_pair_the_counsellor_says_something_else_afterwards(guideline, pair):
    assert pair["examples"]
    speaker = re.compile(r"(Counsellor|Client): \S")
    for example in pair["examples"]:
        assert set(example) <= {"context", "before", "after"}
        turns = {part: example[part].split("\n") for part in ("before", "after")}
        assert all(speaker.match(turn) for part in turns.values() for turn in part)
        assert all(1 <= len(part) <= 4 and words("\n".join(part)) <= 120 for part in turns.values())
        said = {part: {t for t in turns[part] if t.startswith("Counsellor:")} for part in turns}
        assert said["after"] and not said["after"] & said["before"]
        assert bool(said["before"]) != pair["positive"]


def test_the_correction_of_poor_listening_is_about_listening():
    pair = next(pair for pair in NOVICE["pairs"] if pair["key"] == "poor-listening")
    text = " ".join(pair["corrections"]).lower()
    assert "listen" in text and "narrative" in text


@pytest.mark.parametrize("guideline", [NOVICE, RISK], ids=lambda g: g["guideline"])
def test_no_correction_is_a_near_copy_of_another(guideline):
    said = [
        (pair["key"], re.findall(r"\w+", text.lower()))
        for pair in guideline["pairs"]
        for text in pair["corrections"]
    ]
    copies = [
        (a_key, b_key, " ".join(a), " ".join(b))
        for (a_key, a), (b_key, b) in itertools.combinations(said, 2)
        if difflib.SequenceMatcher(None, a, b, autojunk=False).ratio() >= 0.5
    ]
    assert copies == []


def test_whole_correction_texts_of_two_mistakes_share_little_wording():
    """The published list gave two mistakes nearly one correction; runs of three words show it."""

    def trigrams(pair):
        tokens = re.findall(r"\w+", " ".join(pair["corrections"]).lower())
        return set(zip(tokens, tokens[1:], tokens[2:], strict=False))

    for a, b in itertools.combinations(NOVICE["pairs"] + RISK["pairs"], 2):
        mine, theirs = trigrams(a), trigrams(b)
        assert len(mine & theirs) < 0.1 * min(len(mine), len(theirs)), (a["key"], b["key"])


def test_every_level_of_the_rubric_has_its_own_anchor():
    assert [d["key"] for d in RUBRIC["dimensions"]] == [
        "objectivity", "constructiveness", "professionalism", "comprehensiveness", "clarity",
    ]  # fmt: skip
    for dimension in RUBRIC["dimensions"]:
        assert dimension["scale"] == "ordinal" and dimension["reverse"] is False
        assert 20 <= words(dimension["definition"]) <= 80 and dimension["source"].strip()
        assert [level["value"] for level in dimension["levels"]] == [1, 2, 3, 4, 5]
        assert all(10 <= words(level["anchor"]) <= 60 for level in dimension["levels"])
    anchors = [level["anchor"] for d in RUBRIC["dimensions"] for level in d["levels"]]
    assert len(set(anchors)) == 25


def test_twelve_invented_clients_vary_in_style_age_gender_and_problem():
    profiles = CLIENTS["profiles"]
    assert CLIENTS["licence"] == "Apache-2.0" and CLIENTS["origin"] == "invented"
    assert len(profiles) == 12
    for field in ("key", "name", "culture", "problem"):
        assert len({profile[field] for profile in profiles}) == 12
    assert Counter(profile["style"] for profile in profiles) == dict.fromkeys(STYLES, 2)
    ages = [profile["age"] for profile in profiles]
    assert min(ages) <= 18 and max(ages) >= 70
    assert len({profile["gender"] for profile in profiles}) >= 3


def test_at_most_two_clients_carry_risk_and_none_of_them_a_high_tier():
    tiers = Counter(profile["tier"] for profile in CLIENTS["profiles"])
    assert set(tiers) <= TIERS
    assert tiers["none"] >= 10
    assert set(tiers) <= {"none", "ideation", "abuse"}


@pytest.mark.parametrize("profile", PROFILES)
def test_a_client_is_complete_and_short_enough_for_a_prompt(profile):
    assert set(profile) == PROFILE_FIELDS
    assert SLUG.fullmatch(profile["key"]) and profile["kind"] == "conceptualisation"
    assert len(profile["name"].split()) == 1
    assert 30 <= words(profile["history"]) <= 110
    for field in ("culture", "problem", "situation", "automatic_thought", "behaviour"):
        assert 2 <= words(profile[field]) <= 40, field
    for field in ("intermediate_beliefs", "coping_strategies", "presenting"):
        assert 8 <= words(profile[field]) <= 60, field
    assert profile["emotions"] and all(words(emotion) == 1 for emotion in profile["emotions"])
    assert list(profile["core_beliefs"]) == ["helpless", "unlovable", "worthless"]
    beliefs = [text for group in profile["core_beliefs"].values() for text in group]
    assert beliefs and all(text.startswith("I ") and words(text) <= 15 for text in beliefs)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_shipped_texts_keep_to_safe_language_about_suicide(path):
    """Words that blame, or that call a death a success, have no place in any shipped text."""
    text = " ".join(path.read_text(encoding="utf-8").lower().split())
    blaming = r"\b(commit(s|ted|ting)? suicide|(un)?successful (suicide|attempt)|failed (suicide|attempt)|"
    assert not re.search(blaming + r"attention[- ]seek\w*|manipulative|overdose)\b", text)
