"""A release as one ZIP file, made while it is sent: neither the disk nor memory holds it."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

PIECE = 1 << 20


class _Sink:
    """What zipfile writes to; it cannot seek, so every piece can be sent on at once."""

    def __init__(self):
        self.pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self.pieces.append(bytes(piece))
        return len(piece)

    def flush(self):
        pass

    def taken(self) -> bytes:
        piece, self.pieces = b"".join(self.pieces), []
        return piece


def zipped(folder: Path, *, named: str) -> Iterator[bytes]:
    """Yield the pieces of a ZIP of the folder, below a folder `named`; the same files, the same bytes."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(f"{named}/{path.relative_to(folder).as_posix()}")
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            with path.open("rb") as source, archive.open(entry, "w", force_zip64=True) as target:
                while piece := source.read(PIECE):
                    target.write(piece)
                    yield sink.taken()
    yield sink.taken()
