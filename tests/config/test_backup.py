"""An installation comes back from its backup as it was; what is not whole is refused and changes nothing."""

import sqlite3
import stat
import subprocess
import sys

import pytest

from accounts import freezing
from config.backup import archive as archives
from tests.config.installation import asked, digests


def test_every_row_comes_back_as_it_was(seeded, restored):
    before = digests(seeded.database)
    assert before["review_decision"][0] == 16 and before["accounts_trailevent"][0]
    assert digests(restored.database) == before
    frozen = {model._meta.db_table for model in freezing.frozen_models()}
    assert frozen <= before.keys()


def test_frozen_rows_are_frozen_after_the_restore(seeded, restored):
    triggers = "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
    assert asked(restored.database, triggers) == asked(seeded.database, triggers) != []
    for statement in (
        "UPDATE review_decision SET comment = 'never said'",
        "DELETE FROM review_decision",
        "UPDATE exports_dataset SET name = 'another'",
        "UPDATE accounts_trailevent SET by_id = NULL, verb = 'nothing'",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="frozen"):
            asked(restored.database, statement)


def test_artefacts_and_secrets_come_back_to_the_byte(seeded, restored):
    assert restored.files() == seeded.files()
    assert {"secrets/REVIEW_ACCOUNTS_KEY", "artefacts/training/one/adapter.tar.gz"} <= restored.files().keys()
    for secret in (restored.folder / "secrets").iterdir():
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600


def test_restore_says_what_came_back_and_what_it_should_be(restored):
    assert "decisions: 16 (in the backup: 16)" in restored.told
    assert "datasets: 2 (in the backup: 2)" in restored.told
    assert "System check identified no issues" in restored.told


def test_the_trail_names_the_command_that_a_person_ran(copied):
    done = copied.manage("make_lead", "mira@example.org")
    assert done.returncode == 0, done.stderr
    asked_for = "SELECT verb, from_where, door, by_id FROM accounts_trailevent ORDER BY id DESC LIMIT 1"
    assert asked(copied.database, asked_for) == [("accounts.make_lead", "command", "make_lead", None)]


def test_only_the_maker_can_read_a_backup_and_is_told_of_the_secrets(seeded, tmp_path):
    file = tmp_path / "backup.tar.gz"
    tmp_path.joinpath("backup.tar.gz.part").write_bytes(b"left by a backup that was killed" * 100_000)
    done = seeded.manage("backup", file)
    assert done.returncode == 0
    assert "SECRETS" in done.stderr and "Label Studio's data are NOT in the archive" in done.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]
    archives.verified(file, print)


def test_a_backup_never_replaces_one(seeded, archive):
    before = archive.read_bytes()
    done = seeded.manage("backup", archive)
    assert done.returncode == 2 and "never replaces" in done.stderr
    assert archive.read_bytes() == before


@pytest.mark.parametrize("what", ["decisions", "artefacts", "label-studio"])
def test_a_place_that_is_not_empty_is_refused_by_name(what, archive, copied):
    kept = {"decisions": "db.sqlite3", "artefacts": "artefacts", "label-studio": "label-studio"}[what]
    if what == "label-studio":
        (copied.folder / kept).mkdir()
        (copied.folder / kept / "owner.json").write_text("{}")
        kept = "label-studio/owner.json"
    if what != "decisions":
        copied.database.unlink()
    before = copied.files()
    done = copied.manage("restore", archive)
    assert done.returncode == 2
    assert str(copied.folder / kept) in done.stderr and "Nothing was changed" in done.stderr
    assert copied.files() == before


# Another process: it adds a guideline and its pair in one transaction, again and again, and says so.
WRITER = """
import sqlite3, sys, uuid
database = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
database.execute("PRAGMA journal_mode=WAL")
database.row_factory = sqlite3.Row

def add(table, **changed):
    row = dict(database.execute(f"SELECT * FROM {table} LIMIT 1").fetchone()) | changed
    row |= {name: uuid.uuid4().hex for name in row if name == "public_id"}
    database.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(row))})", list(row.values()))

for n in range(1000, sys.maxsize):
    database.execute("BEGIN IMMEDIATE")
    add("guidelines_guideline", id=n, slug=f"written-{n}", title="x" * 3000)
    add("guidelines_pair", id=n, key="k", guideline_id=n)
    database.execute("COMMIT")
    if n == 1020:
        print("writing", flush=True)
"""
WRITTEN = "SELECT count(*) FROM guidelines_guideline WHERE slug LIKE 'written-%'"
PAIRED = "SELECT count(*) FROM guidelines_pair WHERE id >= 1000"


def test_a_backup_during_writing_is_one_moment(copied, fresh, tmp_path):
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, copied.database], stdout=subprocess.PIPE, text=True
    )
    try:
        assert writer.stdout.readline() == "writing\n"
        before = asked(copied.database, WRITTEN)[0][0]
        copied.backed_up(tmp_path / "backup.tar.gz")
        after = asked(copied.database, WRITTEN)[0][0]
        assert writer.poll() is None
    finally:
        writer.kill()
        writer.wait()
        writer.stdout.close()
    done = fresh.manage("restore", tmp_path / "backup.tar.gz")
    assert done.returncode == 0, done.stderr
    written = asked(fresh.database, WRITTEN)[0][0]
    assert before <= written < after, "the writer was not writing during the backup"
    assert asked(fresh.database, PAIRED)[0][0] == written


def test_a_missing_file_of_a_frozen_dataset_is_told_at_backup_and_at_restore(copied, fresh, tmp_path):
    (lost,) = sorted(copied.folder.glob("artefacts/datasets/*/sft/train.jsonl"))[:1]
    lost.unlink()
    name = lost.relative_to(copied.folder / "artefacts").as_posix()
    (copied.folder / "artefacts/training/one/adapter.tar.gz").write_bytes(b"another")
    done = copied.manage("backup", tmp_path / "backup.tar.gz")
    assert done.returncode == 3
    assert f"its file {name} is missing" in done.stderr
    assert "training run 1: its file training/one/adapter.tar.gz is not the one" in done.stderr
    done = fresh.manage("restore", tmp_path / "backup.tar.gz")
    assert done.returncode == 3
    assert f"its file {name} is missing" in done.stderr
    assert "decisions: 16" in done.stderr


def test_a_half_made_release_stays_out(copied, tmp_path):
    half = copied.folder / "artefacts/datasets/later.building"
    half.mkdir()
    (half / "train.jsonl").write_text("half")
    copied.backed_up(tmp_path / "backup.tar.gz")
    assert not [
        name for name in archives.verified(tmp_path / "backup.tar.gz", print)["members"] if "later" in name
    ]


def test_label_studios_database_is_copied_with_what_only_its_log_holds(copied, fresh, tmp_path):
    studio = copied.folder / "label-studio"
    (studio / "media").mkdir(parents=True)
    (studio / "owner.json").write_text('{"token": "t"}')
    (studio / "media" / "link").symlink_to("/etc/hostname")
    database = sqlite3.connect(studio / "label-studio.sqlite3", isolation_level=None)
    try:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA wal_autocheckpoint=0")
        database.execute("CREATE TABLE task (id INTEGER PRIMARY KEY)")
        database.execute("INSERT INTO task VALUES (7)")
        told = copied.backed_up(tmp_path / "backup.tar.gz")
    finally:
        database.close()
    assert [note for note in told["notes"] if "media/link is a link: left out" in note]
    done = fresh.manage("restore", tmp_path / "backup.tar.gz")
    assert done.returncode == 0, done.stderr
    assert asked(fresh.folder / "label-studio" / "label-studio.sqlite3", "SELECT id FROM task") == [(7,)]
    assert (fresh.folder / "label-studio" / "owner.json").read_text() == '{"token": "t"}'
    assert not (fresh.folder / "label-studio" / ".restoring").exists()


def test_the_key_of_the_reviewers_passwords_must_be_the_same(seeded, archive, fresh, tmp_path):
    from_environment = tmp_path / "backup.tar.gz"
    told = seeded.backed_up(from_environment, REVIEW_ACCOUNTS_KEY="theirs")
    assert [note for note in told["notes"] if "REVIEW_ACCOUNTS_KEY come from the environment" in note]
    without = fresh.manage("restore", from_environment)
    assert without.returncode == 2 and "Set it to what it was" in without.stderr
    another = fresh.manage("restore", archive, REVIEW_ACCOUNTS_KEY="another")
    assert another.returncode == 2 and "is not the one in the archive" in another.stderr
    assert not {path.name for path in fresh.folder.iterdir()} - {"secrets"}
