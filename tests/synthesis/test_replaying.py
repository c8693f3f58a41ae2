"""Every session can be made once more from its stored replies, byte for byte, without a model and without writing."""

import json
import tracemalloc

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.freezing import install, lift
from accounts.identity import public_id
from synthesis import replaying
from synthesis.models import Call, Instance, InstanceState, Run
from tests.fakes import model_server as fake
from tests.synthesis import made_before


@pytest.fixture
def read_only(transactional_db):
    """The database refuses whatever would change it."""
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON" if sqlite else "SET default_transaction_read_only = on")
    yield
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = OFF" if sqlite else "SET default_transaction_read_only = off")


@pytest.fixture
def tampered(transactional_db):
    """Change frozen rows, as only a hand in the database can."""

    def changed(rows, **changes):
        lift()
        try:
            rows.update(**changes)
        finally:
            install()

    return changed


@pytest.fixture
def made(endpoint, plan, drive):
    """A run of so many sessions, made; its endpoint is gone."""

    def run_made(n: int = 2, script=None, **options) -> Run:
        server = endpoint(script)
        run = plan(n, **options)
        drive(run)
        assert set(run.instances.values_list("state", flat=True)) == {"made"}
        server.__exit__()
        server.__exit__ = lambda: None
        return run

    return run_made


def why(run) -> list[str]:
    return [one.why for one in replaying.replay(run.instances.all())]


def replayed(capsys, *arguments) -> tuple[int, list[dict]]:
    """(exit code, JSON lines) of the command."""
    try:
        call_command("replay", *map(str, arguments), "--json")
        code = 0
    except CommandError as problem:
        code = problem.returncode
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_run_is_rebuilt_byte_for_byte_without_its_endpoint_and_without_writing(made, capsys, request):
    run = made(3)
    request.getfixturevalue("read_only")
    code, (summary,) = replayed(capsys, run.public_id)
    assert code == 0
    assert (summary["replayed"], summary["rebuilt"], summary["differ"]) == (3, 3, 0)
    assert summary["calls"] == Call.objects.count()


def test_one_session_is_rebuilt_by_its_own_id(made, capsys):
    run = made(2)
    one = run.instances.first()
    code, (summary,) = replayed(capsys, one.public_id)
    assert (code, summary["replayed"], summary["calls"]) == (0, 1, len(one.trace))


def test_bad_replies_and_refinements_on_the_way_are_replayed_too(made):
    questions, validations = {}, {}  # each numbered by its first asking

    def script(number, body):
        words = json.dumps(body["messages"])
        is_new, question = words not in questions, questions.setdefault(words, len(questions))
        schema = body["response_format"]["json_schema"]["schema"]
        if "stepwise" in schema["properties"] and validations.setdefault(words, len(validations)) % 2 == 0:
            doubt = {"reason": "It stays vague.", "ok": False}
            return fake.Reply(
                json.dumps(dict.fromkeys(("stepwise", "specific", "ethical", "supportive"), doubt))
            )
        # Only at its first asking: three bad replies to one question would fail its session.
        is_bad = is_new and question % 5 == 0
        return (fake.MALFORMED, fake.EMPTY, fake.TRUNCATED)[question % 3] if is_bad else None

    run = made(4, script)
    assert Call.objects.filter(attempt__gt=1).exists() and Call.objects.filter(role="refiner").exists()
    assert why(run) == [""] * 4


def test_an_endpoint_that_was_told_the_schema_in_words_is_replayed_too(endpoint, plan, drive):
    endpoint(honours_format=False)
    run = plan()
    drive(run)
    assert why(run) == [""]


def test_a_session_that_replayed_anothers_replies_is_rebuilt_from_them(endpoint, plan, drive):
    endpoint()
    first = plan()
    drive(first)
    one = first.instances.get()
    second = plan(version=first.version, profiles=[one.profile])
    assert drive(second).calls == 0
    assert why(second) == [""]


def test_a_session_made_by_an_earlier_release_is_still_rebuilt(transactional_db):
    instance = made_before.stored("2026-11")
    assert why(instance.run) == [""]


def test_a_lost_reply_is_told(made, capsys):
    run = made(2)
    hurt, whole = run.instances.all()
    lift()
    try:
        Call.objects.filter(key=hurt.trace[3]).delete()
    finally:
        install()
    code, (told, summary) = replayed(capsys, run.public_id)
    assert code == 1
    assert told["instance"] == str(hurt.public_id)
    assert told["why"] == f"1 of its {len(hurt.trace)} replies are not in the store."
    assert (summary["rebuilt"], summary["differ"]) == (1, 1)


def test_a_changed_word_in_a_reply_is_told_with_the_place_where_it_parts(made, tampered):
    run = made(1)
    last = Call.objects.get(key=run.instances.get().trace[-1])
    assert last.role == "validator"
    words = json.loads(last.text)
    words["specific"]["reason"] = "Something else was said."
    tampered(Call.objects.filter(pk=last.pk), text=json.dumps(words))
    (told,) = why(run)
    assert told == (
        "Its replies give another content: refinement.rounds[1].checks.specific.reason differs."
    )  # and not the words


def test_a_changed_turn_is_told_at_the_next_question_which_quotes_it(made, tampered):
    run = made(1)
    first = Call.objects.get(key=run.instances.get().trace[0])
    tampered(Call.objects.filter(pk=first.pk), text='{"text": "Nobody said this."}')
    assert why(run) == ["What the client is asked at “client 1” is not what the stored reply answers."]


def test_a_changed_prompt_is_told(made, tampered):
    from synthesis.models import PromptText

    run = made(1)
    tampered(PromptText.objects.filter(name="counsellor"), text="Play somebody else, $mistake_name.")
    assert why(run) == [
        "What the counsellor is asked at “counsellor 1” is not what the stored reply answers."
    ]


def test_a_changed_content_is_told_even_where_its_replies_are_whole(made, tampered):
    run = made(1)
    content = run.instances.get().content
    tampered(run.instances.all(), content={**content, "client_name": "Somebody else"})
    assert why(run) == ["Its stored content is not what its digest says."]


def test_a_reply_too_many_in_the_trace_is_told(made, tampered):
    run = made(2)
    one, other = run.instances.all()
    tampered(Instance.objects.filter(pk=one.pk), trace=[*one.trace, other.trace[-1]])
    told, fine = why(run)
    assert told == "1 of its replies are not asked for any more, the first at “validate”." and fine == ""


def test_a_recipe_that_is_gone_is_told_and_the_others_are_replayed(made, tampered):
    run = made(2)
    one = run.instances.first()
    tampered(Instance.objects.filter(pk=one.pk), recipe="forgotten")
    assert why(run) == ["There is no recipe “forgotten” any more.", ""]


def test_what_no_run_has_made_is_left_out_and_counted(made, plan, capsys):
    run = made(1)
    plan(2, version=run.version, profiles=[run.instances.get().profile])
    one = run.instances.get()
    Instance.objects.create(
        public_id=public_id("x", 1), origin="edit", parent=one, recipe=one.recipe, version=one.version, cell="c",
        state="made", content=one.content, digest=one.digest, made_at=one.made_at,
    )  # fmt: skip
    code, (summary,) = replayed(capsys, "--all")
    assert code == 0
    assert (summary["replayed"], summary["left_out"]) == (1, {"an edited turn": 1, "planned": 2})


@pytest.mark.parametrize("named", ["nobody", "00000000-0000-5000-8000-000000000000"])
def test_a_name_of_nothing_is_refused(transactional_db, capsys, named):
    assert replayed(capsys, named) == (2, [])


def test_a_run_of_which_nothing_is_made_yet_is_refused_with_the_reason(plan, endpoint):
    endpoint()
    run = plan(2)
    with pytest.raises(CommandError, match=r"Nothing was made by a run there \(2 planned\)") as refusal:
        call_command("replay", str(run.public_id))
    assert refusal.value.returncode == 2


def test_memory_does_not_grow_with_the_number_of_sessions(made, settings):
    """Sessions over one cell share its replies, as runs over the same cell do; each is replayed by itself."""
    settings.DEBUG = False
    one = made(1).instances.get()

    def copied(n: int):
        first = Run.objects.count() + 1
        like = Run.objects.values().get(pk=one.run_id)
        runs = [
            Run(**{**like, "id": None, "serial": 1000 + i, "public_id": public_id("run", i)})
            for i in range(first, first + n)
        ]
        Run.objects.bulk_create(runs)
        Instance.objects.bulk_create(
            Instance(
                public_id=public_id("copy", run.serial), run=run, recipe=one.recipe, version=one.version,
                pair_revision=one.pair_revision, profile=one.profile, factors=one.factors, cell=one.cell,
                state=InstanceState.MADE, content=one.content, trace=one.trace, digest=one.digest, made_at=one.made_at,
            )
            for run in runs
        )  # fmt: skip

    def peak() -> tuple[int, int]:
        tracemalloc.start()
        try:
            rebuilt = sum(one.is_rebuilt for one in replaying.replay(Instance.objects.all(), at_once=5))
            return rebuilt, tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    copied(19)
    few, least = peak()
    copied(60)
    many, most = peak()
    assert (few, many) == (20, 80)
    assert most < 1.25 * least
