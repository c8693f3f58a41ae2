"""What goes into a paper holds no number that the JSON does not."""

import csv
import io
import json
import re

import pytest

from review.agreeing.leaving import HEADER
from review.agreeing.methods import paragraph
from review.rounds import close_round
from tests.review.factories import (
    client_profile,
    judge,
    made_instances,
    mistake,
    published_pairs,
    round_of,
    says,
)

NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?|\.\d+")


@pytest.fixture
def like_the_demo(ben, chloe, lena):
    """As the demo's round is: cells of different clients; both accept, both edit, both reject, and so on, some unaided."""
    pairs = published_pairs()
    instances = made_instances(24, pairs, profiles=[client_profile(f"client-{n}") for n in range(8)])
    round = round_of(0, [ben, chloe], lena, pairs_version=pairs, instances=instances, unaided_share=0.25)
    for item in round.items.all():
        for n, who in enumerate((ben, chloe)):
            if item.arm == "unaided":
                judge(item, who, says(None, findings=[mistake()] if (item.position + n) % 3 else []))
                continue
            verdict = ("accept", "edit", "reject")[item.position % 3]
            if item.position % 7 == 0 and who is chloe:
                verdict = "accept"
            text = f"Stay with it, says {who.name}."
            judge(
                item,
                who,
                says(verdict, text, ratings={"specific": 1 + (item.position + n) % 5, "supportive": 3}),
            )
    return close_round(round=round, by=lena)


def numbers_of(value) -> set[str]:
    """Every number of a JSON value as it may be written: whole, with up to three decimals, as a percentage; and those that
    stand in its sentences.
    """
    if isinstance(value, bool) or value is None:
        return set()
    if isinstance(value, (int, float)):
        return {f"{value:.{n}f}" for n in range(4)} | {f"{100 * value:.0f}", f"{value:g}"}
    if isinstance(value, str):
        return set(NUMBER.findall(value))
    parts = [*value, *value.values()] if isinstance(value, dict) else value
    return set().union(*map(numbers_of, parts)) if parts else set()


def document(client, round) -> dict:
    answer = client.get("/agreement/figures.json", {"round": round.public_id})
    assert answer.status_code == 200
    return json.loads(answer.content, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


def test_the_paragraph_holds_no_number_that_the_json_does_not(like_the_demo, lena, log_in):
    found = document(log_in(lena), like_the_demo)
    told = found.pop("paragraph")
    written = NUMBER.findall(" ".join(told))
    assert len(written) > 40
    known = numbers_of(found)
    assert [number for number in written if number not in known] == []


def test_a_number_that_is_not_there_would_be_seen(like_the_demo, lena, log_in):
    found = document(log_in(lena), like_the_demo)
    del found["paragraph"]
    assert "0.123456" not in numbers_of(found) and "4711" not in numbers_of(found)


def test_the_paragraph_names_what_was_done(like_the_demo, lena, log_in):
    told = " ".join(document(log_in(lena), like_the_demo)["paragraph"])
    for said in (
        "blind to one another", "Krippendorff's α", "AC1", "AC2", "never pooled", "jackknife over 8 clusters",
        "Sessions read with the draft", "Sessions read without the draft", "an anchoring effect of",
        "it was accepted in", "% missing", "most frequent answer",
    ):  # fmt: skip
        assert said in told, said
    page = log_in(lena).get("/agreement/methods/", {"round": like_the_demo.public_id}).content.decode()
    assert "jackknife over 8 clusters" in page and "figures.json" in page


def test_it_says_where_and_how_scores_agree_with_what_stands_in_the_json(like_the_demo, lena, log_in):
    found = document(log_in(lena), like_the_demo)
    told = " ".join(found["paragraph"])
    assert "F1 of mistakes marked was" in told and "ICC(A,1) (absolute agreement of single ratings" in told
    exact = found["marks"]["turns"]["aided"]["f1_exact"]["estimate"]
    assert f"F1 of mistakes marked was {exact:.2f}" in told
    assert {one["part"] for one in found["marks_by"]["by_label"]["aided"]} == {"premature-advice"}
    effects = found["agreement"]["aided"]["specific"]["random_effects"]
    assert set(effects["icc"]) == {
        "ICC(A,1)",
        "ICC(A,k)",
        "ICC(A,khat)",
        "ICC(C,1)",
        "ICC(C,k)",
        "ICC(Q,khat)",
    }
    assert found["agreement"]["aided"]["verdict"]["random_effects"] is None
    assert set(found["agreement"]["aided"]["verdict"]["specific_agreement"]) == {"accept", "edit", "reject"}


def test_words_of_replies_are_told_with_alpha_for_unitizing_and_gamma(lena, log_in, monkeypatch):
    from review import gamma, tasks
    from tests.review.agreeing.shapes import replies_with_words

    made = {"estimate": 0.4321, "ci": None, "ci_analytic": None, "method": "gamma", "note": "", "gamma_cat": 0.6,
            "samples": 30, "seed": 7, "precision": 0.02}  # fmt: skip
    monkeypatch.setattr(gamma, "gamma", lambda units, **how: made)
    round = replies_with_words(lena, n=24)
    tasks.gamma(round.pk)
    found = document(log_in(lena), round)
    told = found.pop("paragraph")
    assert "alpha for unitizing" in " ".join(
        told
    ) and "gamma 0.43 (24 replies, seed 7, precision 2 %)" in " ".join(told)
    known = numbers_of(found)
    assert [number for number in NUMBER.findall(" ".join(told)) if number not in known] == []


def test_of_an_open_round_it_says_that_figures_are_interim(judged, lena, log_in):
    assert "interim" in " ".join(document(log_in(lena), judged)["paragraph"])


def test_the_paragraph_is_english_whatever_the_reader_s_language(like_the_demo, lena, log_in):
    lena.language = "de"
    lena.save()
    assert "blind to one another" in " ".join(document(log_in(lena), like_the_demo)["paragraph"])


def test_every_figure_of_the_pages_is_a_line_of_the_csv(like_the_demo, lena, log_in):
    client = log_in(lena)
    answer = client.get("/agreement/figures.csv", {"round": like_the_demo.public_id})
    lines = list(csv.DictReader(io.StringIO(answer.content.decode())))
    found = document(client, like_the_demo)
    for arm, questions in found["agreement"].items():
        for question, figures in questions.items():
            (line,) = [
                one for one in lines
                if (one["section"], one["arm"], one["question"], one["statistic"])
                == ("agreement", arm, question, "krippendorff_alpha")
            ]  # fmt: skip
            estimate = figures["krippendorff_alpha"]["estimate"]
            assert line["estimate"] == ("" if estimate is None else str(estimate))
            assert line["n_items"] == str(figures["n_items"])
    statistics = {(one["section"], one["statistic"]) for one in lines}
    assert {
        ("agreement", "specific agreement on accept"), ("agreement", "ICC(A,1), random effects"),
        ("agreement", "ICC(A,1), random effects, by formula"), ("marks", "f1_overlap"),
        ("marks, turns", "krippendorff_alpha"), ("marks by label", "f1_exact"), ("false alarms", "rate"),
    } <= statistics  # fmt: skip
    assert {"by pair", "by readers", "by time", "rates by all", "time by all", "named"} <= {
        one["section"] for one in lines
    }


def test_no_name_of_a_reviewer_leaves(like_the_demo, lena, log_in):
    client = log_in(lena)
    for place in ("figures.json", "figures.csv", "ratings.csv"):
        text = client.get(f"/agreement/{place}", {"round": like_the_demo.public_id}).content.decode()
        assert not re.search(r"\b(Ben|Chloe)\b", text), place


def test_of_nothing_there_is_no_paragraph():
    assert paragraph({"agreement": {}}) == []


def floats_of(value) -> set[float]:
    """All that are not whole numbers: no two figures share one by chance."""
    if isinstance(value, float):
        return set() if value == round(value) else {value}
    if isinstance(value, dict):
        return set().union(*map(floats_of, value.values())) if value else set()
    if isinstance(value, (list, tuple)):
        return set().union(*map(floats_of, value)) if value else set()
    if hasattr(value, "__dataclass_fields__"):
        return set().union(*(floats_of(getattr(value, name)) for name in value.__dataclass_fields__))
    return set()


PLACES = ("", "by/pair/", "by/named/", "by/recipe/", "by/model/", "by/time/", "marks/", "reviewers/", "answers/", "rates/",
          "methods/")  # fmt: skip
# What a place shows of figures; the rest of its context is addresses, drawings, and how dark a cell is.
SHOWN = ("tables", "anchoring", "anchored", "compared", "with_herself", "repeats", "judges", "lines", "figures", "specific",
         "prevalence", "verdicts", "mistakes", "seconds", "manifested", "edits", "scores", "people", "over_time", "turns",
         "words", "apart")  # fmt: skip


def shown(page) -> set[float]:
    found = set()
    for name in SHOWN:
        if name in page.context:
            found |= floats_of(page.context[name])
    for row in page.context.get("matrix") or ():
        found |= floats_of([cell["share"] for cell in row["cells"]])
    return found


@pytest.fixture
def months(lena):
    from tests.review.agreeing.shapes import a_round_of_months

    return a_round_of_months(lena, n=60)


def test_whatever_number_a_page_shows_is_in_the_json_and_in_the_csv(months, lena, log_in):
    """Exactly: of each place, way of reading, question and cut every figure that is handed to the page."""
    round, client = months, log_in(lena)
    found, seen = document(client, round), 0
    known = floats_of(found)
    csv_text = client.get("/agreement/figures.csv", {"round": round.public_id}).content.decode()
    lines = list(csv.reader(io.StringIO(csv_text)))
    assert {len(line) for line in lines} == {len(HEADER)}, "every figure stands under its own name"
    cells = {cell for line in lines for cell in line}
    for arm in ("aided", "unaided"):
        for question in ("verdict", "any_mistake", "specific"):
            for place in PLACES:
                for by in ("all", "pair", "recipe", "time") if place == "rates/" else ("",):
                    asked = {"round": round.public_id, "arm": arm, "question": question, "by": by}
                    there = shown(client.get(f"/agreement/{place}", asked))
                    seen += len(there)
                    assert there <= known, (place, arm, question, by, sorted(there - known)[:5])
                    missing = {one for one in there if str(one) not in cells}
                    assert not missing, (place, arm, question, by, sorted(missing)[:5])
    assert seen > 3000


def test_the_paragraph_says_how_shares_were_made_and_what_the_draft_does_to_marks(
    like_the_demo, lena, log_in
):
    told = " ".join(document(log_in(lena), like_the_demo)["paragraph"])
    for said in ("divided by their design effect", "beta-binomial by moments", "Benjamini & Hochberg", "Rao & Scott (1992)",
                 "With the draft minus without it:", "F1 of the turns that two readers mark", "MASI distance was",
                 "alike word by word"):  # fmt: skip
        assert said in told, said
