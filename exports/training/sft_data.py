"""Reads what a supervised training needs: its settings and its conversations. No message ever quotes a
row's text.
"""

import json
from pathlib import Path

ROLES = ("system", "user", "assistant")
LORA = {"r": 16, "alpha": 32, "dropout": 0.05}
DEFAULTS = {
    "method": "sft",
    "max_steps": None,
    "epochs": None,
    "learning_rate": None,
    "batch": 4,
    "accumulation": 1,
    "max_length": 4096,
    "lora": None,
    "full": False,
    "seed": 0,
    "save_steps": 100,
    "processes": 1,
    "accelerate_config": None,
    "rehearsal": None,
}


class BadInput(ValueError):
    """A configuration or a data file that cannot be trained with; the message names field or line."""


def read_config(path):
    """The configuration with its defaults filled in; what is unknown or out of range is refused."""
    given = json.loads(Path(path).read_text(encoding="utf-8"))
    unknown = sorted(set(given) - set(DEFAULTS) - {"base"})
    if unknown:
        raise BadInput(f"config: unknown field {', '.join(unknown)}; known: base, {', '.join(DEFAULTS)}")
    config = {**DEFAULTS, **given}
    if not isinstance(config.get("base"), str):
        raise BadInput("config: base must name a base model")
    if config["method"] != "sft":
        raise BadInput(f"config: method {config['method']!r} is not known here, only sft")
    for field in ("batch", "accumulation", "max_length", "save_steps", "processes"):
        require(config, field, int, lambda value: value > 0, "a whole number above 0")
    require(config, "seed", int, lambda value: 0 <= value < 2**32, "a whole number from 0 to 2^32 - 1")
    if (config["max_steps"] is None) == (config["epochs"] is None):
        raise BadInput("config: give either max_steps or epochs")
    require(config, "max_steps", int, lambda value: value > 0, "a whole number above 0")
    require(config, "epochs", (int, float), lambda value: value > 0, "a number above 0")
    if config["full"] and config["lora"]:
        raise BadInput("config: full and lora exclude each other")
    config["lora"] = None if config["full"] else read_lora(config["lora"])
    if config["learning_rate"] is None:
        config["learning_rate"] = 2e-5 if config["full"] else 2e-4
    require(config, "learning_rate", (int, float), lambda value: 0 < value < 1, "a number between 0 and 1")
    return config


def read_lora(given):
    unknown = sorted(set(given or {}) - set(LORA))
    if unknown:
        raise BadInput(f"config: unknown field lora.{', lora.'.join(unknown)}")
    lora = {**LORA, **(given or {})}
    require(lora, "r", int, lambda value: value > 0, "a whole number above 0", "lora.")
    require(lora, "alpha", (int, float), lambda value: value > 0, "a number above 0", "lora.")
    require(lora, "dropout", (int, float), lambda value: 0 <= value < 1, "a number from 0 up to 1", "lora.")
    return lora


def require(config, field, kind, holds, wanted, prefix=""):
    value = config[field]
    if value is None and DEFAULTS.get(field, 0) is None:
        return
    if isinstance(value, bool) or not isinstance(value, kind) or not holds(value):
        raise BadInput(f"config: {prefix}{field} must be {wanted}, not {value!r}")


def read_conversations(path):
    """The `messages` of every row of a JSON-lines file, checked; other fields of a row are for people and
    left.
    """
    rows = []
    with open(path, "rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                row = json.loads(line)
            except ValueError as error:
                raise BadInput(f"{Path(path).name}, line {number}: not valid JSON in UTF-8") from error
            if reason := wrong_with(row):
                raise BadInput(f"{Path(path).name}, line {number}: {reason}")
            rows.append(
                [{"role": message["role"], "content": message["content"]} for message in row["messages"]]
            )
    if not rows:
        raise BadInput(f"{Path(path).name}: no rows")
    return rows


def wrong_with(row):
    """Why this row cannot be trained on, or None."""
    messages = row.get("messages") if isinstance(row, dict) else None
    if not isinstance(messages, list) or not messages:
        return "messages must be a list with at least one message"
    for place, message in enumerate(messages, start=1):
        if not isinstance(message, dict) or message.get("role") not in ROLES:
            return f"messages[{place}].role must be one of {', '.join(ROLES)}"
        if not isinstance(message.get("content"), str) or not message["content"].strip():
            return f"messages[{place}].content must be a text that is not empty"
    if messages[-1]["role"] != "assistant":
        return "the last message must be the assistant's: there is nothing to learn after it"
    return None
