"""The columns say the same as the rows, and the figures of the columns are those of the `agreement` command."""

import csv
import io
import json

import numpy as np
import pytest
from django.core.management import call_command

from review.agreeing import kept
from review.agreeing.figures import agreements
from review.agreeing.questions import scales
from review.agreeing.reading import read
from review.agreeing.rows import rows
from review.agreeing.table import COLUMNS, Judged
from review.agreement.report import agreement
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


def test_figures_of_columns_are_those_of_rows_to_the_last_resample(judged):
    by_name, weights = rows(judged)
    about, found = scales(judged), agreements(judged)
    assert {arm for arm, _name in by_name} == set(found) == {"aided"}
    for (arm, name), own in by_name.items():
        expected = agreement(
            own, scale=about[name]["scale"], levels=about[name]["levels"], seed=judged.seed % 2**31,
            weights=weights,
        )  # fmt: skip
        for key, one in expected.items():
            here = found[arm][name][key]
            if isinstance(one, dict):
                assert here["estimate"] == pytest.approx(one["estimate"])
                assert here["ci"] == (one["ci"] and pytest.approx(one["ci"]))
                assert str(here["method"]) == str(one["method"])
            else:
                assert here == one


def test_the_ratings_that_leave_give_the_page_s_figures_by_the_command(
    closed, log_in, lena, tmp_path, capsys
):
    asked = {"round": closed.public_id, "arm": "aided", "question": "verdict"}
    answer = log_in(lena).get("/agreement/ratings.csv", asked)
    assert answer.status_code == 200
    file = tmp_path / "ratings.csv"
    file.write_bytes(answer.content)
    table = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert len(table) == 48 and {row["value"] for row in table} == {"accept", "reject"}
    assert not {"Ben", "Chloe", "Noor"} & {row["rater"] for row in table}
    seed = str(closed.seed % 2**31)
    call_command(
        "agreement", str(file), scale="nominal", levels="accept,edit,reject", seed=int(seed), json=True
    )
    printed = json.loads(capsys.readouterr().out)["value"]
    found = agreements(closed)["aided"]["verdict"]
    for name in ("krippendorff_alpha", "gwet_ac", "percent_agreement", "fleiss_kappa", "brennan_prediger"):
        assert found[name]["estimate"] == pytest.approx(printed[name]["estimate"]), name
        assert found[name]["ci"] == pytest.approx(printed[name]["ci"]), name
    for name in ("n_items", "n_raters", "n_ratings", "n_clusters", "missing_share"):
        assert found[name] == pytest.approx(printed[name])


def test_by_hand_six_of_twenty_four_sessions_are_read_otherwise(judged):
    """18 pairs agree on accept, 6 differ: of 48 answers 42 are accept and 6 reject."""
    found = agreements(judged)["aided"]["verdict"]
    assert found["percent_agreement"]["estimate"] == pytest.approx(18 / 24)
    expected = 2 * 42 * 6 / (48 * 47)
    assert found["krippendorff_alpha"]["estimate"] == pytest.approx(1 - (12 / 48) / expected)
    chance = (42 / 48 * 6 / 48 + 6 / 48 * 42 / 48) / 2
    assert found["gwet_ac"]["estimate"] == pytest.approx((18 / 24 - chance) / (1 - chance))
    assert (found["n_items"], found["n_raters"], found["n_ratings"], found["n_clusters"]) == (24, 3, 48, 8)
    assert found["missing_share"] == pytest.approx(1 / 3)


def test_what_a_reader_says_anew_takes_the_place_of_what_she_said(ben, chloe, lena):
    round = round_of(2, [ben, chloe], lena, unaided_share=0)
    item = round.items.first()
    judge(item, ben, says("reject"))
    judge(item, ben, says("accept", findings=[mistake(), mistake("minimising", (4,))]), minutes=1)
    table = read(round)
    assert table.n == 1 and table.names["levels"]["verdict"][table.answers["verdict"][0]] == "accept"
    assert len(table.found_of) == 2


def test_the_table_survives_being_kept(judged):
    table = read(judged)
    again = Judged.from_bytes(table.to_bytes())
    for name in COLUMNS:
        assert np.array_equal(getattr(table, name), getattr(again, name), equal_nan=name == "seconds"), name
    assert again.names == json.loads(json.dumps(table.names)) and list(again.answers) == list(table.answers)


def test_the_number_of_queries_does_not_grow_with_the_judgements(ben, chloe, lena, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for n in (2, 12):
        from guidelines.models import Version

        known = {}
        if n == 12:
            known = {
                "pairs_version": Version.objects.get(guideline__kind="pairs"),
                "rubric_version": Version.objects.get(guideline__kind="rubric"),
            }
        round = round_of(n, [ben, chloe], lena, unaided_share=0, **known)
        for item in round.items.all():
            for who in (ben, chloe):
                judge(item, who, says("accept"))
        with CaptureQueriesContext(connection) as asked:
            kept.renew(round)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_ratings_of_sessions_chosen_with_unequal_chances_leave_with_their_weights(
    ben, chloe, lena, log_in, tmp_path, capsys
):
    pairs = published_pairs()
    instances = made_instances(24, pairs, profiles=[client_profile(f"client-{n}") for n in range(24)])
    chances = {one.pk: (0.25, 0.5, 1.0)[n % 3] for n, one in enumerate(instances)}
    round = round_of(
        0, [ben, chloe], lena, pairs_version=pairs, instances=instances, unaided_share=0, chances=chances
    )
    for item in round.items.all():
        judge(item, ben, says("accept"))
        judge(
            item,
            chloe,
            says("reject" if item.inclusion_probability == 0.25 and item.position % 2 else "accept"),
        )
    close_round(round=round, by=lena)
    asked = {"round": round.public_id, "arm": "aided", "question": "verdict"}
    answer = log_in(lena).get("/agreement/ratings.csv", asked)
    table = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert {row["weight"] for row in table} == {"1.0", "2.0", "4.0"}
    file = tmp_path / "ratings.csv"
    file.write_bytes(answer.content)
    how = {"scale": "nominal", "levels": "accept,edit,reject", "seed": round.seed % 2**31, "json": True}
    call_command("agreement", str(file), **how)
    printed, found = json.loads(capsys.readouterr().out)["value"], agreements(round)["aided"]["verdict"]
    for name in ("krippendorff_alpha", "gwet_ac", "percent_agreement"):
        assert found[name]["estimate"] == pytest.approx(printed[name]["estimate"]), name
        assert found[name]["ci"] == pytest.approx(printed[name]["ci"]), name
        assert "weighed by one over its chance" in printed[name]["method"]
