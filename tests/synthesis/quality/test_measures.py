"""Each measure against numbers worked out by hand or known from elsewhere."""

import random
import zlib
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthesis.quality import naming
from synthesis.quality.balance import Balance, chi_square
from synthesis.quality.diversity import Diversity, adjusted, expected_distinct
from synthesis.quality.duplicates import BANDS, NEAR, PERMUTATIONS, ROWS, Duplicates, print_of
from synthesis.quality.labels import Labels
from synthesis.quality.lengths import Lengths, distribution
from synthesis.quality.rates import rate
from synthesis.quality.sessions import session_of
from synthesis.quality.spread import spread
from synthesis.quality.validating import Validating
from synthesis.quality.words import words
from tests.synthesis.quality.sessions import GOOD, talk


def test_wilsons_interval_is_the_published_one():
    """Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29."""
    for part, n, low, high in (
        (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718),
    ):  # fmt: skip
        found = rate(part, n)
        assert (round(found["low"], 4), round(found["high"], 4)) == (low, high)


def test_a_rate_of_nothing_has_no_share():
    assert rate(0, 0) == {"part": 0, "n": 0, "share": None, "low": None, "high": None}


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_rate_lies_within_its_interval_and_the_interval_within_0_and_1(numbers):
    found = rate(*numbers)
    assert 0 <= found["low"] <= found["share"] <= found["high"] <= 1


def test_words_are_counted_in_any_script():
    assert words("“I don’t”, she said—twice!") == ("i", "don't", "she", "said", "twice")
    assert words("我很累。") == ("我", "很", "累")
    assert len(words("मुझे नहीं पता")) == 3
    assert words("…") == ()


def test_lengths_are_exact():
    lengths = Lengths()
    lengths.add(talk([("counsellor", "How was it?"), ("client", "Bad."), ("client", "Very bad indeed.")]))
    lengths.add(talk([("counsellor", "One two three four five.")]))
    told = lengths.told()
    assert told["turns"]["counts"] == {"1": 1, "3": 1} and told["turns"]["mean"] == 2
    assert told["words"]["client"] | {"counts": {}} == distribution(Counter([1, 3])) | {"counts": {}}
    assert told["words"]["counsellor"]["median"] == 3


def test_distinct_counts_runs_of_words_by_speaker():
    diversity = Diversity()
    diversity.add(talk([("client", "a b a b"), ("counsellor", "c")]))
    diversity.add(talk([("client", "a b c")]))
    told = diversity.told()
    assert {n: (v["n"], v["distinct"]) for n, v in told["client"].items()} == {
        "1": (7, 3),
        "2": (5, 3),
        "3": (3, 3),
    }
    assert told["counsellor"]["2"]["share"] is None


def test_the_adjusted_distinct_of_random_words_is_one_at_every_length():
    """Liu et al. 2022: what the adjustment is for. Plain distinct-1 falls with length; drawn at random from V words,
    the adjusted one stays at 1."""
    draw, plain = random.Random(4), []
    for length in (50, 500, 5_000, 50_000):
        distinct = len({draw.randrange(3_000) for _ in range(length)})
        plain.append(distinct / length)
        assert adjusted(distinct, length, vocabulary=3_000) == pytest.approx(1, abs=0.05)
    assert plain == sorted(plain, reverse=True) and plain[-1] < 0.1


def test_the_expected_number_keeps_its_digits_for_large_vocabularies():
    assert expected_distinct(1, 30_000.0**3) == pytest.approx(1, rel=1e-9)
    assert expected_distinct(2, 2.0) == pytest.approx(1.5)


def test_many_runs_of_words_are_settled_in_between_without_a_change():
    whole, often = Diversity(), Diversity(many=7)
    for n in range(20):
        for one in (whole, often):
            one.add(talk([("client", f"word{n % 5} and word{n % 3} again"), ("counsellor", "so it is")]))
    assert whole.told() == often.told()


def variant(n: int) -> list[tuple[str, str]]:
    return [
        (who, f"{text} {n}{k} and something about number {n * 17 + k}") for k, (who, text) in enumerate(GOOD)
    ]


def test_duplicates_are_found_exactly_and_nearly_and_told_from_others():
    duplicates = Duplicates()
    others = "The boiler failed in the snow and my landlord laughs whenever I ring him about repairs in this old block."
    duplicates.add(talk(GOOD, name="first"))
    duplicates.add(talk([(who, text.upper()) for who, text in GOOD], name="shouted"))
    duplicates.add(talk([*GOOD[:-1], ("client", GOOD[-1][1] + " Yes.")], name="longer"))
    duplicates.add(
        talk(
            [("client", others), ("counsellor", "And what do you say to him then, when he laughs?")],
            name="other",
        )
    )
    told = duplicates.told()
    assert (told["within"]["exact"]["part"], told["within"]["near"]["part"], told["n"]) == (1, 1, 4)
    assert [(p["session"], p["of"]) for p in told["within"]["pairs"]] == [
        ("shouted", "first"),
        ("longer", "first"),
    ]
    assert told["against"]["exact"]["part"] == told["against"]["near"]["part"] == 0


def test_duplicates_of_earlier_runs_are_told_apart():
    duplicates = Duplicates()
    longer = [*GOOD[:-1], ("client", GOOD[-1][1] + " Yes.")]
    duplicates.add(talk(longer, name="new"))
    duplicates.add(talk(variant(3), name="another"))
    # The newest comes first, and stands for those that are the same.
    duplicates.compare([("old", print_of(talk(GOOD))), ("older", print_of(talk(GOOD)))])
    duplicates.compare([("oldest", print_of(talk(GOOD))), ("the same", print_of(talk(variant(3))))])
    told = duplicates.told()
    assert (told["n"], told["earlier"]) == (2, 4)
    assert told["within"]["exact"]["part"] == told["within"]["near"]["part"] == 0
    found = [(p["session"], p["of"]) for p in told["against"]["pairs"]]
    assert found == [("another", "the same"), ("new", "old")]


def test_the_bands_are_those_of_the_library_and_find_what_it_finds():
    from datasketch import MinHash, MinHashLSH

    library, ours, prints = MinHashLSH(threshold=NEAR, num_perm=PERMUTATIONS), Duplicates(), {}
    scheme = MinHash(PERMUTATIONS, seed=1, hashfunc=zlib.crc32).scheme
    assert (library.b, library.r) == (BANDS, ROWS)
    draw, texts = random.Random(5), []
    for n in range(300):
        said = (
            list(draw.choice(texts)) if texts and n % 3 else [f"w{draw.randrange(500)}" for _ in range(120)]
        )
        for at in draw.sample(range(120), draw.choice((0, 1, 2, 4, 8))):
            said[at] = f"w{draw.randrange(500)}"
        texts.append(said)
        prints[f"{n}"] = print_of(talk([("client", " ".join(said))]))
    known, within, against = {}, {}, {}
    for name, found in prints.items():
        values = np.frombuffer(found.signature, "<u4").astype(np.uint64)
        sketch = MinHash(PERMUTATIONS, seed=1, hashvalues=values, scheme=scheme)
        if found.whole not in {prints[other].whole for other in known}:
            alike = [(known[other].jaccard(sketch), other) for other in library.query(sketch)]
            if int(name) >= 100 and (near := max((one for one in alike if one[0] >= NEAR), default=None)):
                (against if int(near[1]) < 100 else within)[name] = near[1]
            known[name] = sketch
            library.insert(name, sketch)
    for name in list(prints)[100:]:
        ours.take(name, prints[name])
    earlier = [(name, prints[name]) for name in list(prints)[:100]]
    for begin in range(0, 100, 7):
        ours.compare(earlier[begin : begin + 7])
    mine = [{name: of for name, of, _likeness in place.near} for place in ours.found()]
    assert mine == [within, against] and min(len(within), len(against)) > 10


def test_near_is_where_four_fifths_are_shared():
    """Over 200 pairs whose true likeness is known: all well above 0.8 are found, none well below."""
    draw, duplicates = random.Random(2), Duplicates()
    for n in range(200):
        base = [f"w{draw.randrange(10**6)}" for _ in range(200)]
        likeness = 0.95 if n % 2 else 0.6
        # Runs of five words: changing words at the end changes as many runs.
        keep = round(200 * 2 * likeness / (1 + likeness))
        other = [*base[:keep], *(f"x{draw.randrange(10**6)}" for _ in range(200 - keep))]
        duplicates.add(talk([("client", " ".join(base))], name=f"{n}"))
        duplicates.add(talk([("client", " ".join(other))], name=f"{n} again"))
    within, _against = duplicates.found()
    found = {(name, of) for name, of, _likeness in within.near}
    assert found == {(f"{n} again", f"{n}") for n in range(1, 200, 2)}


def test_the_entropy_of_even_levels_is_the_widest_and_one_level_is_a_collapse():
    even = spread(Counter(dict.fromkeys("abcd", 10)), levels=4)
    assert even["entropy_bits"] == 2 and even["evenness"] == 1 and even["alarm"] == ""
    collapsed = spread(Counter({"a": 37, "b": 1, "c": 1, "d": 1}), levels=16)
    assert "“a” is 92 % of 40" in collapsed["alarm"]
    assert spread(Counter({"a": 5}), levels=16)["alarm"] == ""  # too few to say


def test_of_three_levels_one_may_have_up_to_two_thirds_and_of_two_all():
    assert spread(Counter({"a": 20, "b": 6, "c": 4}), levels=3)["alarm"] == ""
    assert spread(Counter({"a": 21, "b": 5, "c": 4}), levels=3)["alarm"]
    assert spread(Counter({"a": 30}), levels=2)["alarm"] == ""


def test_the_chi_square_is_the_one_worked_out_by_hand():
    """n (ad − bc)² over the product of the margins: 200 · 2,000² / (100 · 100 · 160 · 40)."""
    found = chi_square([[90, 10], [70, 30]])
    assert (round(found["statistic"], 2), found["degrees"], round(found["p"], 5)) == (12.5, 1, 0.00041)


def test_failing_at_one_level_only_is_an_alarm_and_the_grid_stands_beside_it():
    balance = Balance()
    for n in range(100):
        balance.add("made", {"pair": "a", "samples": "1"})
        balance.add("failed" if n < 40 else "made", {"pair": "b", "samples": "1"})
    told = balance.told()
    assert told["constant"] == {"samples": "1"} and told["states"] == {"made": 160, "failed": 40}
    a, b = told["factors"]["pair"]["levels"]
    assert (a["planned"], a["made"], b["planned"], b["made"]) == (100, 100, 100, 60)
    assert b["gap"] == pytest.approx(60 / 160 - 0.5) and told["factors"]["pair"]["alarm"]


def test_what_is_not_made_yet_is_no_imbalance():
    balance = Balance()
    for n in range(100):
        balance.add("made", {"pair": "a"})
        balance.add("planned" if n < 60 else "made", {"pair": "b"})
    assert balance.told()["factors"]["pair"]["alarm"] == ""


def feedback(*findings, strengths=()):
    return {"strengths": list(strengths), "findings": [dict(finding) for finding in findings]}


def finding(turns=(3,), quotes=("it stays silent",), mistake="a", severity=1):
    return {"utterances": list(turns), "quotes": list(quotes), "mistake": mistake, "severity": severity}


def labelled(found, **about):
    content = {
        "utterances": talk().utterances,
        "feedback": found,
        "supervisor": about.pop("supervisor", "untold"),
    }
    return session_of(content, **about)


def test_labels_are_held_against_flags_quotes_and_plan():
    labels = Labels(["a", "b"])
    labels.add(labelled(feedback(finding()), intended=("a",)))
    labels.add(labelled(feedback(finding((5,), ["it stays silent"], "b")), intended=("a",)))
    labels.add(labelled(feedback(finding((2,), ["nobody said this"], "other")), positive=True))
    labels.add(labelled(feedback(), positive=True))
    labels.add(labelled(feedback(), intended=("b",), supervisor="told"))
    labels.add(labelled(feedback(finding(), finding()), intended=("b",), supervisor="told"))
    told = labels.told()
    rates = {name: value for name, value in told.items() if isinstance(value, dict) and "part" in value}
    part = {name: (value["part"], value["n"]) for name, value in rates.items()}
    assert part["quotes_in_flagged_turns"] == (3, 5) and part["quotes_in_other_turns"] == (1, 5)
    assert part["quotes_nowhere"] == (1, 5) and part["findings_other"] == (1, 5)
    assert part["findings_on_client_turns"] == (1, 5) and part["findings_said_twice"] == (1, 5)
    assert part["good_practice_with_findings"] == (1, 2)
    assert part["intended_named_untold"] == (1, 2) and part["intended_named_told"] == (0, 2)
    assert part["mistake_meant_nothing_found_told"] == (1, 2)
    assert told["mistakes"]["counts"] == {"a": 3, "b": 1, "other": 1}


def test_checks_are_counted_apart_for_the_original_and_the_refined():
    def checks(**ok):
        names = ("stepwise", "specific", "ethical", "supportive")
        return {"checks": {name: {"reason": "r", "ok": ok.get(name, True)} for name in names}}

    validating = Validating()
    for outcome, rounds in (
        ("accepted_as_is", [checks()]),
        ("accepted_after_refinement", [checks(specific=False), checks()]),
        ("needs_manual_check", [checks(specific=False), checks(specific=False, ethical=False)]),
    ):
        validating.add(session_of({"refinement": {"outcome": outcome, "rounds": rounds}}))
    told = validating.told()
    assert {name: value["part"] for name, value in told["outcomes"].items()} == {
        "accepted_as_is": 1, "accepted_after_refinement": 1, "needs_manual_check": 1,
    }  # fmt: skip
    original, refined = told["checks"]["original"]["specific"], told["checks"]["refined"]["specific"]
    assert (original["part"], original["n"], refined["part"], refined["n"]) == (1, 3, 1, 2)
    assert told["rounds"] == {"0": 1, "1": 2}


def test_what_is_not_there_says_so():
    assert "not_recorded" in Labels([]).told() and "not_recorded" in Validating().told()


def test_a_report_is_read_in_one_order_whatever_the_database_made_of_it():
    written = {"talking": {"kinds": dict.fromkeys(naming.KINDS, 0)}, "words": {"counsellor": 1, "client": 2}}
    shuffled = {"words": {"client": 2, "counsellor": 1},
                "talking": {"kinds": dict.fromkeys(sorted(naming.KINDS, key=len), 0)}}  # fmt: skip
    assert str(naming.in_order(shuffled)["talking"]) == str(naming.in_order(written)["talking"])
    assert list(naming.in_order(shuffled)["talking"]["kinds"]) == list(naming.KINDS)
    assert list(naming.in_order(shuffled)["words"]) == ["counsellor", "client"] and shuffled == written
