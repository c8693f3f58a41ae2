"""Gamma is optional: where it is not installed the answer says so; where it is, it lies in published bands."""

import sys

import pytest

from review.gamma import gamma, interpreter

# Mathet, Widlöcher & Métivier (2015), the example of three annotators; pygamma-agreement's own tests give .44 to .47.
ALEX_PAUL_SUZAN = [
    ("Alex", 1, 2, 9), ("Alex", 2, 11, 17), ("Alex", 5, 24, 30), ("Alex", 6, 32, 36), ("Alex", 6, 36, 44),
    ("Alex", 7, 44, 60), ("Paul", 1, 2, 9), ("Paul", 3, 11, 17), ("Paul", 5, 19, 25), ("Paul", 6, 32, 44),
    ("Suzan", 1, 2, 9), ("Suzan", 4, 11, 17), ("Suzan", 5, 21, 27), ("Suzan", 6, 32, 36), ("Suzan", 6, 36, 40),
    ("Suzan", 6, 40, 44),
]  # fmt: skip


def test_where_it_is_not_installed_the_report_says_so(monkeypatch):
    monkeypatch.delenv("GAMMA_PYTHON", raising=False)
    found = gamma(ALEX_PAUL_SUZAN)
    assert found["estimate"] is None and "not installed here" in found["note"]
    assert "seed 0, precision 2%" in found["method"]


def test_one_reader_is_undefined_without_asking():
    found = gamma(ALEX_PAUL_SUZAN[:6], python=sys.executable)
    assert found["estimate"] is None and "two readers" in found["note"]


def test_an_interpreter_without_the_package_says_what_is_missing():
    found = gamma(ALEX_PAUL_SUZAN, python=sys.executable)
    assert found["estimate"] is None and "No module named" in found["note"]


def test_an_interpreter_that_is_not_there_is_said_to_be_none(tmp_path):
    found = gamma(ALEX_PAUL_SUZAN, python=str(tmp_path / "python"))
    assert found["estimate"] is None and "No such file" in found["note"]


@pytest.mark.skipif(interpreter() is None, reason="GAMMA_PYTHON names no interpreter with pygamma-agreement")
def test_the_published_example_lies_in_its_band_and_a_seed_gives_the_same_again():
    found = gamma(ALEX_PAUL_SUZAN, seed=4772, precision=0.05)
    assert 0.44 <= found["estimate"] <= 0.47 and 0.38 <= found["gamma_cat"] <= 0.42 and found["ci"] is None
    assert found["samples"] >= 30
    assert gamma(ALEX_PAUL_SUZAN, seed=4772, precision=0.05)["estimate"] == found["estimate"]
