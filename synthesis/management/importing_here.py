"""What commands that import a published layout share: their options, and how they say what became of the records."""

import json
from collections.abc import Mapping

from django.core.management.base import BaseCommand, CommandError


def add_arguments(parser, *, origin: str) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--licence", default="", help="without one nothing made from them is released")
    parser.add_argument("--origin", default=origin)
    parser.add_argument("--may-not-leave", action="store_true", help="send them to no other machine")
    parser.add_argument("--json", action="store_true")


def tell(
    command: BaseCommand, counts: dict[str, int], named: Mapping[str, list[str]], *, as_json: bool
) -> None:
    """`named`: the records of which something is said, each in a sentence, by what became of them. Raises CommandError (1)
    where any was refused.
    """
    for what, sentences in named.items():
        for sentence in sentences:
            command.stderr.write(f"{what}: {sentence}")
    command.stderr.write(", ".join(f"{n} {what.replace('_', ' ')}" for what, n in counts.items()))
    if as_json:
        command.stdout.write(json.dumps(counts))
    if counts["refused"]:
        raise CommandError(f"{counts['refused']} refused, the others are stored.", returncode=1)
