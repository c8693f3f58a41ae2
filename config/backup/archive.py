"""The file: tar, gzip, and as last member a manifest with size and SHA-256 of every other member.

Everything streams. We write and read regular files only, so nothing of `tarfile.extract` is used: its `data`
filter is missing from Python 3.11.0 to 3.11.3 and would quietly turn `/etc/x` into `etc/x`; here such a name
is refused.
"""

import contextlib
import gzip
import hashlib
import json
import os
import stat
import tarfile
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from config.backup.faults import Damaged, Refused

FORMAT = 1
MANIFEST = "manifest.json"
ROOTS = ("database", "secrets", "label-studio", "artefacts")
BLOCK = 1 << 20
FACTS = {
    "app": str, "vendor": str, "database": dict, "rows": dict, "migrations": list, "made_at": str,
    "secrets_elsewhere": list, "members": dict,
}  # fmt: skip
LARGEST_MANIFEST = 256 << 20
EVERY = 10.0  # seconds between two lines of progress


class Progress:
    """Says every few seconds how far a long copy is."""

    def __init__(self, told: Callable[[str], None], doing: str):
        self.told, self.doing, self.bytes, self.spoke = told, doing, 0, time.monotonic()

    def add(self, count: int) -> None:
        self.bytes += count
        if time.monotonic() - self.spoke > EVERY:
            self.spoke = time.monotonic()
            self.told(f"{self.doing}: {self.bytes / 1e6:,.0f} MB so far")


class _Hashed:
    """A file for reading that hashes what is read from it."""

    def __init__(self, file, progress: Progress):
        self.file, self.progress, self.digest = file, progress, hashlib.sha256()

    def read(self, size: int) -> bytes:
        block = self.file.read(size)
        self.digest.update(block)
        self.progress.add(len(block))
        return block


class Writer:
    """Writes members one after the other into an open binary file, and the manifest at the end."""

    def __init__(self, file, told: Callable[[str], None]):
        # The fastest level: what is large (adapters) hardly shrinks.
        self._zipped = gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=1)
        self._tar = tarfile.TarFile(fileobj=self._zipped, mode="w", format=tarfile.PAX_FORMAT)
        self._progress = Progress(told, "Writing")
        self.members: dict[str, dict] = {}

    def add(self, name: str, path: Path) -> None:
        """Copy the file as it is when it is opened; a file replaced meanwhile does no harm."""
        with open(path, "rb") as source:
            facts, hashed = os.fstat(source.fileno()), _Hashed(source, self._progress)
            member = tarfile.TarInfo(name)
            member.size, member.mtime = facts.st_size, int(facts.st_mtime)
            member.mode = stat.S_IMODE(facts.st_mode) & 0o755
            self._tar.addfile(member, hashed)
        self.members[name] = {"size": facts.st_size, "sha256": hashed.digest.hexdigest()}

    def finish(self, facts: dict) -> dict:
        """Write the manifest and end the archive; returns the manifest."""
        manifest = {"format": FORMAT, **facts, "members": self.members}
        text = json.dumps(manifest, sort_keys=True, indent=1).encode()
        member = tarfile.TarInfo(MANIFEST)
        member.size, member.mode, member.mtime = len(text), 0o600, int(time.time())
        with contextlib.closing(self._zipped), contextlib.closing(self._tar):
            self._tar.addfile(member, _Hashed(_Once(text), self._progress))
        return manifest


class _Once:
    def __init__(self, text: bytes):
        self.text = text

    def read(self, size: int) -> bytes:
        block, self.text = self.text[:size], self.text[size:]
        return block


@contextlib.contextmanager
def _reading(path: Path):
    try:
        yield
    except (tarfile.TarError, EOFError, zlib.error, OSError, ValueError) as error:
        raise Damaged(f"{path} cannot be read as a whole backup: {error}. Nothing was changed.") from error


def _walk(path: Path) -> Iterator[tuple[tarfile.TarInfo, Iterator[bytes]]]:
    """Every member in order, with its content in blocks; reads to the end, where gzip keeps its checksum."""
    with (
        _reading(path),
        gzip.open(path, "rb") as unzipped,
        tarfile.open(fileobj=unzipped, mode="r|") as tar,
    ):
        for member in tar:
            _refuse_odd(path, member)
            yield member, _blocks(path, tar.extractfile(member))
        while unzipped.read(BLOCK):
            pass


def _blocks(path: Path, source) -> Iterator[bytes]:
    with _reading(path):
        while block := source.read(BLOCK):
            yield block


def _refuse_odd(path: Path, member: tarfile.TarInfo) -> None:
    """Only regular files below our own folders: no link, no device, no way out of the target."""
    name = PurePosixPath(member.name)
    ours = member.name == MANIFEST or len(name.parts) > 1 and name.parts[0] in ROOTS
    if not (member.isreg() and ours and str(name) == member.name and ".." not in name.parts):
        raise Damaged(f"{path} holds {member.name!r}, which no backup of ours holds. Nothing was changed.")


def verified(path: Path, told: Callable[[str], None]) -> dict:
    """Read the whole archive, writing nothing; returns its manifest. Raises Refused if it is not whole."""
    found, manifest, progress = {}, None, Progress(told, "Checking")
    for member, blocks in _walk(path):
        if member.name in found or manifest is not None:
            raise Damaged(f"{path} holds {member.name!r} twice or after its end. Nothing was changed.")
        if member.name == MANIFEST:
            manifest = _manifest(path, member, blocks)
            continue
        digest, size = hashlib.sha256(), 0
        for block in blocks:
            digest.update(block)
            size += len(block)
            progress.add(len(block))
        found[member.name] = {"size": size, "sha256": digest.hexdigest()}
    if manifest is None:
        raise Damaged(f"{path} has no manifest at its end: it is cut off or no backup. Nothing was changed.")
    listed = manifest["members"]
    if odd := sorted(name for name in found.keys() | listed.keys() if found.get(name) != listed.get(name)):
        which = ", ".join(odd[:3]) + (f" and {len(odd) - 3} more" if len(odd) > 3 else "")
        raise Damaged(f"{path}: the content of {which} is not what the manifest says. Nothing was changed.")
    return manifest


def _manifest(path: Path, member: tarfile.TarInfo, blocks: Iterator[bytes]) -> dict:
    if member.size > LARGEST_MANIFEST:
        raise Damaged(f"{path}: its manifest is {member.size} bytes long. Nothing was changed.")
    text = b"".join(blocks)
    with _reading(path):
        manifest = json.loads(text)
    if not isinstance(manifest, dict) or not isinstance(manifest.get("format"), int):
        raise Damaged(f"{path}: its manifest names no format. Nothing was changed.")
    if manifest["format"] > FORMAT:
        raise Refused(
            f"{path} is written in format {manifest['format']}; this version reads up to {FORMAT}. "
            f"Restore it with One-Way Mirror {manifest.get('app', 'of a later date')}. Nothing was changed."
        )
    if lacking := FACTS.keys() - manifest.keys():
        raise Damaged(f"{path}: its manifest lacks {', '.join(sorted(lacking))}. Nothing was changed.")
    if odd := [name for name, kind in FACTS.items() if not isinstance(manifest[name], kind)]:
        raise Damaged(f"{path}: its manifest says something odd of {', '.join(odd)}. Nothing was changed.")
    databases = [name for name in manifest["members"] if name.startswith("database/")]
    if len(databases) != 1 or databases[0].count("/") != 1:
        raise Damaged(f"{path} holds {len(databases)} databases, not one. Nothing was changed.")
    return manifest


def unpack(path: Path, manifest: dict, folders: dict[str, Path], told: Callable[[str], None]) -> None:
    """Write the members below `folders[root]`, new files only; hashed again: the file may have changed."""
    progress = Progress(told, "Unpacking")
    for member, blocks in _walk(path):
        if member.name == MANIFEST:
            continue
        root, _, rest = member.name.partition("/")
        target, digest = folders[root] / rest, hashlib.sha256()
        target.parent.mkdir(parents=True, exist_ok=True)
        mode = 0o600 | member.mode & 0o755
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            for block in blocks:
                digest.update(block)
                file.write(block)
                progress.add(len(block))
            file.flush()
            os.fsync(file.fileno())
        if manifest["members"].get(member.name, {}).get("sha256") != digest.hexdigest():
            raise Damaged(f"{path} changed while it was being restored.")
