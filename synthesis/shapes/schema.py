"""What a pydantic shape asks of a model, as JSON schema, and how much room its largest value needs."""

import math
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

# English runs at about four characters a token; small models that ramble come down to less than three.
CHARACTERS_PER_TOKEN = 2.5


class Unbounded(ValueError):
    """A string or an array of a shape has no upper bound."""


@lru_cache(maxsize=128)
def asked(shape: type[BaseModel]) -> dict:
    """The JSON schema of a shape, references put in place and titles left out (some servers read neither).

    The same object for the same shape, as every call asks for it: not to be changed.
    """
    whole = shape.model_json_schema()
    return _plain(whole, whole.get("$defs", {}))


def _plain(node: Any, definitions: dict) -> Any:
    if isinstance(node, list):
        return [_plain(part, definitions) for part in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _plain(definitions[node["$ref"].rsplit("/", 1)[1]], definitions)
    kept = {}
    for key, value in node.items():
        if key == "properties":
            kept[key] = {name: _plain(part, definitions) for name, part in value.items()}
        elif key not in {"title", "description", "default", "$defs"}:
            kept[key] = _plain(value, definitions)
    return kept


def longest(schema: dict) -> int:
    """Characters of the largest valid value, written with a space after each comma and colon."""
    if "enum" in schema:
        return max(len(str(value)) + 2 for value in schema["enum"])
    if "const" in schema:
        return len(str(schema["const"])) + 2
    kind = schema.get("type")
    if kind == "string" and "maxLength" in schema:
        return schema["maxLength"] + 2
    if kind == "array" and "maxItems" in schema:
        return 2 + schema["maxItems"] * (longest(schema["items"]) + 2)
    if kind == "object" and schema.get("additionalProperties") is False:
        return 2 + sum(len(name) + 6 + longest(part) for name, part in schema["properties"].items())
    if kind == "boolean":
        return 5
    if kind == "integer" and "maximum" in schema:
        return len(str(schema["maximum"]))
    raise Unbounded(f"no upper bound: {schema}")


@lru_cache(maxsize=128)
def room(shape: type[BaseModel]) -> int:
    """max_tokens with which the largest valid value of the shape still ends by itself."""
    return (
        math.ceil(longest(asked(shape)) / getattr(shape, "characters_per_token", CHARACTERS_PER_TOKEN)) + 32
    )
