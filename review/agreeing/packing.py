"""Figures as bytes and back, with the sentences that remember how they were made."""

import json
import zlib
from dataclasses import fields, is_dataclass

import numpy as np

from review.agreement.wording import Said

_SAID = "said"


def packed(figures) -> bytes:
    return zlib.compress(json.dumps(_plain(figures), allow_nan=False, separators=(",", ":")).encode())


def unpacked(kept: bytes):
    return _told(json.loads(zlib.decompress(kept)))


def _plain(value):
    if isinstance(value, Said):
        return {_SAID: [[template, _plain(values)] for template, values in value.parts], "text": str(value)}
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    if isinstance(value, np.generic):
        return value.item()
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    return value


def _told(value):
    if isinstance(value, dict):
        if value.keys() == {_SAID, "text"}:
            said = Said(value["text"])
            said.parts = tuple((template, _told(values)) for template, values in value[_SAID])
            return said
        return {name: _told(part) for name, part in value.items()}
    return [_told(part) for part in value] if isinstance(value, list) else value
