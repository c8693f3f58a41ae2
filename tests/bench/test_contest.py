"""The measurements of the engine run, at a size that says nothing about time; and what counts for them counts right."""

import json
import subprocess
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from bench.contest.contestants import PEERS, version_of
from bench.contest.endpoint import Endpoint, ceiling
from bench.contest.work import Work, prompt, sentence, steps, wrong_rows
from synthesis.recipes import RECIPES
from synthesis.shapes.dialogue import Checks, Turn, feedback_shape
from synthesis.shapes.schema import asked

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def endpoint():
    with Endpoint(0.05) as served:
        yield served


def ask(endpoint: Endpoint, content, **more) -> str:
    body = {"model": "stub", "messages": [{"role": "user", "content": content}], **more}
    request = urllib.request.Request(f"{endpoint.url}/chat/completions", json.dumps(body).encode())
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["choices"][0]["message"]["content"]


def test_the_same_call_is_answered_the_same_and_counted_as_repeated(endpoint):
    said = [ask(endpoint, prompt("ada", [])) for _ in range(2)]
    assert said == [sentence("ada", 0)] * 2 and ask(endpoint, prompt("ben", [])) == sentence("ben", 0)
    counted = endpoint.count()
    assert (counted["calls"], counted["repeated"], counted["answered"], counted["other"]) == (3, 1, 3, 0)
    endpoint.forget()
    assert endpoint.count()["calls"] == 0


def test_a_turn_that_does_not_hold_the_turn_before_it_is_seen(endpoint):
    first = ask(endpoint, prompt("ada", []))
    assert ask(endpoint, [{"type": "text", "text": prompt("ada", [first])}]) == sentence("ada", 1)
    assert endpoint.count()["out_of_order"] == 0
    ask(endpoint, prompt("ada", ["something else"]))
    assert endpoint.count()["out_of_order"] == 1


def test_a_technique_session_of_twenty_exchanges_is_156_calls_in_a_chain_of_61():
    work = Work("", "", sessions=2, turns=1, concurrency=32, exchanges=20)
    assert (work.calls, work.chain) == (2 * 156, 61)
    # The greeting is nobody's call; of a turn eight are, five suggestions and the choice at the same time.
    assert sum(step.says for step in steps(20)) + 1 == 42
    turn = list(steps(20))[2:10]
    assert [step.beside for step in turn] == [False, True, True, True, True, True, False, False]
    assert work.wrong({"0": ["said"] * 42, "1": ["said"] * 41}) == 1


def test_the_recipe_makes_as_many_calls_as_the_floor_is_given():
    least, most = RECIPES["technique_session"].calls({"exchanges": "20"})
    assert least < most == len(list(steps(20)))


def test_calls_in_flight_are_counted(endpoint):
    threads = [threading.Thread(target=ask, args=(endpoint, prompt(n, []))) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counted = endpoint.count()
    assert 1 < counted["most_in_flight"] <= 8 and counted["in_flight"] == 0


@pytest.mark.parametrize(
    "shape", [Turn, Checks, feedback_shape(counsellor_turns=[1, 3], mistakes=["forcing-change"])]
)
def test_its_answer_is_valid_by_the_schema_that_is_asked_for(endpoint, shape):
    wanted = {"type": "json_schema", "json_schema": {"name": "answer", "schema": asked(shape)}}
    shape.model_validate_json(ask(endpoint, prompt("ada", []), response_format=wanted))
    ask(endpoint, "a probe", response_format=wanted)
    assert endpoint.count()["other"] == 1


def test_what_it_does_not_understand_it_refuses(endpoint):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{endpoint.url}/embeddings")
    assert refused.value.code == 404


def test_it_answers_faster_than_it_is_asked():
    assert ceiling() > 32 / 0.05 / 4  # on a machine that does much else beside it


def test_a_row_is_wrong_if_a_word_or_a_turn_is():
    right = [sentence("ada", 0), sentence("ada", 1)]
    assert wrong_rows({"ada": right}, 2) == 0
    assert wrong_rows({"ada": right[:1], "ben": right}, 2) == 2


def test_each_contender_is_pinned():
    assert [version_of(peer) for peer in PEERS if peer != "floor"] == [
        "bespokelabs-curator 0.1.31",
        "data-designer 0.9.6",
        "distilabel 1.5.3",
    ]


def bench(*words: str) -> list[str]:
    """The rows of its tables."""
    done = subprocess.run([ROOT / "bin" / "bench", *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-4000:]
    return [line for line in done.stdout.splitlines() if line.startswith("| ")]


def test_the_engine_is_measured_beside_the_floor():
    rows = bench(
        "synthesis", "--without-peers", "--only", "sqlite", "--rounds", "1", "--calls", "40",
        "--dialogues", "3", "--turns", "4", "--techniques", "1", "--latency", "5", "--memory", "",
    )  # fmt: skip
    named = [row.split(" | ")[0] for row in rows if not row.startswith("| what")]
    assert named == ["| floor: bare aiohttp", "| ours, SQLite"] * 3
    assert not any("not done" in row for row in rows)


def test_what_is_killed_at_half_is_finished_with_nothing_lost_and_nothing_wrong():
    *_, ours = bench("recovery", "--only", "sqlite", "--calls", "64", "--concurrency", "4")
    name, finished, answered, _, asked_in_all, twice, lost, wrong, _ = ours.strip("| ").split(" | ")
    assert (name, finished, lost, wrong) == ("ours, SQLite", "yes", "0", "0")
    assert 32 <= int(answered) < 64 and int(asked_in_all) == 64 + int(twice.split()[0]) <= 68
