"""Names of calls and cells (invariant 7): equal work has an equal name, so that no stored reply is paid
for twice.
"""

from collections.abc import Sequence

from accounts.digesting import digest, text_digest

__all__ = ["call_key", "cell_digest", "depends_digest", "digest", "messages_digest", "seed_of", "text_digest"]


def cell_digest(
    *, recipe: str, prompts: dict[str, str], revision: str, profile: str, factors: dict, sample: int,
    others: Sequence[str] = (), translations: Sequence[str] = (), opening: Sequence[dict] = (),
) -> str:  # fmt: skip
    """Name of one cell of a run's grid. `prompts` are digests; `revision` (empty where nothing is intended), `others`
    (what is intended besides, in order) and `profile` are public ids; `translations` the digests of the words of all
    that is intended, where the session is in another language; `opening` the turns that it goes on from.

    The run is not part of it: a new run over the same cell replays what is stored.
    """
    parts = {
        "recipe": recipe,
        "prompts": prompts,
        "revision": revision,
        "profile": profile,
        "factors": factors,
        "sample": sample,
    }
    # Only where there are any: older cells keep their names.
    more = {"others": list(others), "translations": list(translations), "opening": list(opening)}
    return digest(parts | {name: value for name, value in more.items() if value})


def depends_digest(*, models: dict[str, dict], **cell) -> str:
    """Name of what a session depends on: its cell with those prompts alone that it uses, and who plays its roles.

    Two cells may have different names and depend on the same: what one has made, the other need not make again.
    """
    return digest([cell_digest(**cell), models])


def messages_digest(messages: list[dict], schema: dict | None) -> str:
    """Name of what the model is told: the messages and the shape that is asked for."""
    return digest([messages, schema])


def call_key(
    *, endpoint: str, model: str, sampling: dict, messages: str, cell: str, step: str, attempt: int
) -> str:
    """Name of one call. `messages` is a digest; the endpoint's address is not part of it, its name is."""
    return digest([endpoint, model, sampling, messages, cell, step, attempt])


def seed_of(key: str) -> int:
    """The seed sent with the call: two different calls never send the same bytes."""
    return int(key, 16) % 2**31
