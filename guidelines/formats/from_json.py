"""Read JSON and keep the line of every value; the standard reader does not tell where a value stood."""

import json
import re
from bisect import bisect_right
from itertools import islice
from json.decoder import scanstring

from django.utils.translation import gettext as _

from guidelines.formats.document import DEEPEST, MOST_VALUES, BadFile, Document

_SPACE = re.compile(r"[ \t\n\r]*")
_PLAIN = re.compile(r"-?(?:0|[1-9]\d{0,15})(?:\.\d{1,20})?(?:[eE][+-]?\d{1,3})?(?![\d.eE])|true|false|null")


def read(text: str, file: str) -> Document:
    return _Reader(text, file).read()


class _Reader:
    def __init__(self, text: str, file: str):
        self.text, self.at, self.values = text, 0, 0
        self.breaks = [found.start() for found in re.finditer("\n", text)]
        self.document = Document(file)

    def read(self) -> Document:
        self._require_bounded()
        self.document.data = self._value(())
        self._skip()
        if self.at < len(self.text):
            raise self._bad(_("something follows after the end"))
        return self.document

    def _require_bounded(self) -> None:
        """Before anything is built. Commas in texts count too: prose of the largest size has a third as many."""
        if beyond := next(islice(re.finditer(",", self.text), MOST_VALUES, None), None):
            self.at = beyond.start()
            raise self._bad(_("holds more than %d values") % MOST_VALUES)

    def _line(self) -> int:
        return bisect_right(self.breaks, self.at - 1) + 1

    def _bad(self, reason: str) -> BadFile:
        return BadFile(self.document.file, self._line(), "", _("is not JSON: %s") % reason)

    def _skip(self) -> str:
        self.at = _SPACE.match(self.text, self.at).end()
        return self.text[self.at : self.at + 1]

    def _string(self) -> str:
        try:
            value, self.at = scanstring(self.text, self.at + 1, True)
        except json.JSONDecodeError as error:
            self.at = error.pos
            raise self._bad(error.msg) from None
        return value

    def _value(self, path: tuple):
        if len(path) > DEEPEST:
            raise self._bad(_("nested too deeply"))
        self.values += 1
        if self.values > MOST_VALUES:
            raise self._bad(_("holds more than %d values") % MOST_VALUES)
        first = self._skip()
        self.document.lines.setdefault(path, self._line())
        if first == "{":
            return self._object(path)
        if first == "[":
            return self._array(path)
        if first == '"':
            return self._string()
        if found := _PLAIN.match(self.text, self.at):
            self.at = found.end()
            return json.loads(found.group())
        raise self._bad(_("expected a value, found “%s”") % self.text[self.at : self.at + 20])

    def _members(self, end: str):
        """Step through members up to the closing bracket; yields once before each."""
        self.at += 1
        if self._skip() == end:
            self.at += 1
            return
        while True:
            yield
            sign = self._skip()
            self.at += 1
            if sign == end:
                return
            if sign != ",":
                self.at -= 1
                raise self._bad(_("expected “,” or “%s”") % end)

    def _object(self, path: tuple) -> dict:
        found = {}
        for _member in self._members("}"):
            if self._skip() != '"':
                raise self._bad(_("expected a field name in quotes"))
            line, key = self._line(), self._string()
            self.document.lines[*path, key] = line
            if key in found:
                raise self.document.refuse((*path, key), _("is there twice"))
            if self._skip() != ":":
                raise self._bad(_("expected “:”"))
            self.at += 1
            found[key] = self._value((*path, key))
        return found

    def _array(self, path: tuple) -> list:
        found = []
        for _member in self._members("]"):
            found.append(self._value((*path, len(found))))
        return found
