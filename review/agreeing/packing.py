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
    return json.loads(zlib.decompress(kept), object_hook=_told)


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


def _told(value: dict):
    """A sentence again where it is one; called from the inside out."""
    if value.keys() != {_SAID, "text"}:
        return value
    said = Said(value["text"])
    said.parts = tuple((template, values) for template, values in value[_SAID])
    return said
