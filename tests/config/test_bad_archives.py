"""What is not whole, not ours or not for here is refused before anything is written."""

import gzip
import hashlib
import io
import json
import random
import tarfile
import zlib

import pytest

from config.backup import archive as archives
from config.backup.faults import Damaged, Refused


def changed(archive, target, change):
    """A copy whose members went through `change(name, bytes) -> (name, bytes) or None`."""
    with tarfile.open(archive, "r:gz") as source, tarfile.open(target, "w:gz") as made:
        for member in source:
            if result := change(member.name, source.extractfile(member).read()):
                member.name, content = result
                member.size = len(content)
                made.addfile(member, io.BytesIO(content))
    return target


def with_manifest(archive, target, **facts):
    def change(name, content):
        return name, json.dumps(json.loads(content) | facts).encode() if name == "manifest.json" else content

    return changed(archive, target, change)


def refused(home, archive, *words):
    done = home.manage("restore", archive)
    assert done.returncode == 2, done.stderr
    for word in words:
        assert word in done.stderr
    assert not {path.name for path in home.folder.iterdir()} - {"secrets"}


def test_a_flipped_byte_is_refused_and_nothing_is_written(archive, fresh, tmp_path):
    content = bytearray(archive.read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "flipped.tar.gz").write_bytes(content)
    refused(fresh, tmp_path / "flipped.tar.gz", "Nothing was changed")


def test_no_flipped_bit_goes_unseen(archive, tmp_path):
    whole, file = archive.read_bytes(), tmp_path / "flipped.tar.gz"
    for at in random.Random(7).sample(range(10, len(whole)), 60):
        content = bytearray(whole)
        content[at] ^= 1 << at % 8
        if _unpacked(content) == _unpacked(whole):
            continue  # of gzip's own: the file's name, or bits that fill the last byte
        file.write_bytes(content)
        with pytest.raises(Damaged):
            archives.verified(file, print)


def _unpacked(packed: bytes) -> bytes | None:
    try:
        return gzip.decompress(packed)
    except (OSError, EOFError, zlib.error):
        return None


@pytest.mark.parametrize("length", [0, 5, 4000, -1, -9, -3000])
def test_an_archive_that_was_cut_off_is_refused(length, archive, tmp_path):
    whole = archive.read_bytes()
    (tmp_path / "cut.tar.gz").write_bytes(whole[:length])
    with pytest.raises(Damaged):
        archives.verified(tmp_path / "cut.tar.gz", print)


def test_a_member_with_other_content_is_named(archive, tmp_path):
    def change(name, content):
        return name, b"mine" if name == "secrets/REVIEW_ACCOUNTS_KEY" else content

    with pytest.raises(Damaged, match="secrets/REVIEW_ACCOUNTS_KEY"):
        archives.verified(changed(archive, tmp_path / "other.tar.gz", change), print)


def test_a_member_that_is_gone_is_named(archive, tmp_path):
    def change(name, content):
        return None if name.endswith("adapter.tar.gz") else (name, content)

    with pytest.raises(Damaged, match="artefacts/training/one/adapter.tar.gz"):
        archives.verified(changed(archive, tmp_path / "less.tar.gz", change), print)


@pytest.mark.parametrize(
    "name", ["../outside", "artefacts/../../outside", "/etc/outside", "database", "else/where"]
)
def test_a_way_out_of_the_folder_is_refused(name, archive, tmp_path):
    def change(known, content):
        return (name, content) if known.endswith("adapter.tar.gz") else (known, content)

    with pytest.raises(Damaged, match="which no backup of ours holds"):
        archives.verified(changed(archive, tmp_path / "out.tar.gz", change), print)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_are_refused(kind, tmp_path):
    with tarfile.open(tmp_path / "link.tar.gz", "w:gz") as made:
        member = tarfile.TarInfo("artefacts/link")
        member.type, member.linkname = kind, "/etc/passwd"
        made.addfile(member)
    with pytest.raises(Damaged, match="artefacts/link"):
        archives.verified(tmp_path / "link.tar.gz", print)


def test_a_newer_format_is_refused_with_the_version_that_reads_it(archive, tmp_path):
    newer = with_manifest(archive, tmp_path / "newer.tar.gz", format=2, app="9.0")
    with pytest.raises(Refused, match="One-Way Mirror 9.0"):
        archives.verified(newer, print)


def test_an_archive_of_a_newer_version_is_refused(archive, fresh, tmp_path):
    newer = with_manifest(archive, tmp_path / "newer.tar.gz", migrations=["review.0999_of_the_future"])
    refused(fresh, newer, "review.0999_of_the_future", "Update first")


def test_another_kind_of_database_is_refused(archive, fresh, tmp_path):
    refused(fresh, with_manifest(archive, tmp_path / "other.tar.gz", vendor="postgresql"), "postgresql")


def test_counts_that_differ_from_the_manifest_are_refused(archive, fresh, tmp_path):
    rows = archives.verified(archive, print)["rows"] | {"review_decision": 15}
    refused(fresh, with_manifest(archive, tmp_path / "fewer.tar.gz", rows=rows), "review_decision")


def packed(target, manifest, members):
    """An archive that agrees with itself, whatever it holds."""
    manifest = manifest | {
        "members": {
            name: {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in members.items()
        }
    }
    with tarfile.open(target, "w:gz") as made:
        for name, content in [*members.items(), ("manifest.json", json.dumps(manifest).encode())]:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            made.addfile(member, io.BytesIO(content))
    return target


@pytest.mark.parametrize(
    "members",
    [
        {"secrets/one": b"1"},
        {"database/a": b"", "database/b": b""},
        {"database/deep/db.sqlite3": b""},
        {"database/db.sqlite3": b"words, no database" * 99},
        {"database/db.sqlite3": b"", "artefacts/one": b"", "artefacts/one/two": b""},
        {"database/db.sqlite3": b"", "artefacts/" + "x" * 300: b""},
    ],
    ids=[
        "no database",
        "two",
        "one in a folder",
        "no database in it",
        "a file that is a folder",
        "a long name",
    ],
)
def test_an_archive_that_agrees_with_itself_and_is_no_backup_is_refused_in_words(
    members, archive, fresh, tmp_path
):
    made = packed(tmp_path / "odd.tar.gz", archives.verified(archive, print), members)
    refused(fresh, made, str(made))


@pytest.mark.parametrize("fact", ["members", "migrations", "secrets_elsewhere", "rows", "vendor"])
def test_a_manifest_with_a_fact_of_another_kind_is_refused(fact, archive, tmp_path):
    odd = with_manifest(archive, tmp_path / "odd.tar.gz", **{fact: 7})
    with pytest.raises(Damaged, match=fact):
        archives.verified(odd, print)
