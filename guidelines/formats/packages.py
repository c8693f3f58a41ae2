"""Look at a spreadsheet's package before anything in it is parsed: is it one, is it small, is it only cells."""

import io
import zipfile

from django.utils.translation import gettext as _

from guidelines.formats.document import BadFile

LARGEST_UNPACKED = 64 * 1024 * 1024
MOST_PARTS = 2_000
_OLD = b"\xd0\xcf\x11\xe0"
# Parts by the beginning of their name, in small letters, and what they mean to whoever has to take them out.
_REFUSED = {
    "xl/vbaproject": "macros",
    "xl/macrosheets": "macros",
    "xl/dialogsheets": "macros",
    "xl/externallinks": "links",
    "xl/connections": "links",
    "xl/querytables": "links",
    "xl/embeddings": "objects",
    "xl/activex": "objects",
    "xl/ctrlprops": "objects",
}


def _sentence(what: str) -> str:
    return {
        "macros": _("holds macros; save it as an .xlsx without macros"),
        "links": _("is linked to other files or data; break the links and save it again"),
        "objects": _("holds embedded objects; take them out and save it again"),
    }[what]


def checked(data: bytes, file: str) -> io.BytesIO:
    """The package as a stream to parse; raises BadFile with the reason why it is not parsed at all."""
    if data.startswith(_OLD):
        # A spreadsheet with a password is wrapped into the same container as the old format.
        raise _bad(
            file, _("has a password or is in the old .xls format; save it as .xlsx without a password")
        )
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise _bad(file, _("is not a spreadsheet (.xlsx), whatever its name says")) from None
    names = [part.filename.lower().lstrip("/") for part in parts]
    if "xl/workbook.xml" not in names:
        raise _bad(file, _("is not a spreadsheet (.xlsx), whatever its name says"))
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        # What a part says of its size binds: no more of it is unpacked.
        raise _bad(file, _("unpacks to more than %d MB") % (LARGEST_UNPACKED // 1024**2))
    if any(part.flag_bits & 1 for part in parts):
        raise _bad(file, _("is encrypted; save it without a password"))
    methods = {part.compress_type for part in parts}
    if len(set(names)) < len(names) or not methods <= {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise _bad(file, _("is not packed as a spreadsheet is; save it again as .xlsx"))
    for name in names:
        for start, what in _REFUSED.items():
            if name.startswith(start):
                raise _bad(file, _sentence(what))
    return io.BytesIO(data)


def _bad(file: str, reason: str) -> BadFile:
    return BadFile(file, None, "", reason)
