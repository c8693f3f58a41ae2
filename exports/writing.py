"""Write a release: stream the rows into files, hash them on the way, and list them in a manifest."""

import hashlib
import json
from collections import Counter
from pathlib import Path

from exports import card, splitting
from exports.formats import OF_FEEDBACK, OF_PAIRS, OF_RATED, OF_TURNS, preference
from exports.gathering import Gathered
from exports.margins import MARGIN

SPLITS = ("train", "validation", "test")


class NotFrozen(ValueError):
    """The dataset cannot be frozen; the message says why in words a lead understands."""


class Files:
    """The open JSON-lines files of a release, one per format and split, hashed as they are written."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.rows: Counter[tuple[str, str]] = Counter()
        self._open: dict[tuple[str, str], tuple] = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for file, _digest in self._open.values():
            file.close()

    def write(self, kind: str, split: str, row: dict) -> None:
        if (kind, split) not in self._open:
            (self.folder / kind).mkdir(exist_ok=True)
            self._open[kind, split] = (self.folder / kind / f"{split}.jsonl").open("wb"), hashlib.sha256()
        file, digest = self._open[kind, split]
        line = (json.dumps(row, ensure_ascii=False, sort_keys=True, allow_nan=False) + "\n").encode()
        file.write(line)
        digest.update(line)
        self.rows[kind, split] += 1

    def listed(self) -> list[dict]:
        """[{name, sha256, bytes, rows}] in order of name; call it after the files are closed."""
        return [
            {
                "name": f"{kind}/{split}.jsonl",
                "sha256": digest.hexdigest(),
                "bytes": (self.folder / kind / f"{split}.jsonl").stat().st_size,
                "rows": self.rows[kind, split],
            }
            for (kind, split), (_file, digest) in sorted(self._open.items())
        ]


def write(
    *, dataset, rounds, folder: Path, told=lambda done, total: None
) -> tuple[bytes, list[tuple[int, str]]]:
    """Write every file of a release into an empty folder.

    Returns the bytes of manifest.json and the members as (item id, split). `told` hears of progress.
    Raises NotFrozen when nothing may leave.
    """
    asked = dataset.selection
    gathered = Gathered(
        rounds,
        formats=asked["formats"],
        named_tiers=tuple(asked["named_tiers"]),
        margin=asked.get("margin", MARGIN),
    )
    selection, turns, graded, members = (
        gathered.selection,
        gathered.turns,
        gathered.graded,
        gathered.members,
    )
    if not members:
        raise NotFrozen("Nothing in these rounds may leave: " + in_words(selection.left_out))
    groups = selection.groups()
    selection.splits, split_note = splitting.split(groups, seed=asked["seed"])
    typo_only = not_low = less_safe = 0
    with Files(folder) as files:

        def put(formats: dict, sample) -> None:
            for kind in sorted(set(asked["formats"]) & set(formats)):
                for row in formats[kind](sample):
                    files.write(kind, sample.split, row)

        for done, sample in enumerate(selection.samples(), start=1):
            typo_only += preference.typo_only(sample)
            not_low += preference.not_low(sample)
            less_safe += preference.less_safe(sample)
            put(OF_FEEDBACK, sample)
            told(done, len(members))
        for edit in turns.samples() if turns else ():
            put(OF_TURNS, edit)
        for rated in graded.rated() if graded else ():
            put(OF_RATED, rated)
        for pair in graded.compared() if graded else ():
            put(OF_PAIRS, pair)
    rows = files.rows
    facts = {
        "rehearsal": dataset.rehearsal,
        "seed": asked["seed"],
        "split": split_note,
        "groups": len(set(groups.values())),
        "items": len(members),
        "verdicts": dict(selection.verdicts),
        "tiers": dict(selection.tiers),
        "edits_too_small_for_preference": typo_only,
        **({"rewritings_of_replies_not_low": not_low} if not_low else {}),
        **({"rewritings_less_safe_by_the_judge": less_safe} if less_safe else {}),
        **_of_graded(gathered, asked),
        "edited_turns": len(turns.items) if turns else None,
        "edited_turns_left_out": dict(turns.left_out) if turns else {},
        "rows": {kind: sum(rows[kind, split] for split in SPLITS) for kind in asked["formats"]},
        "rows_by_split": {
            kind: {split: rows[kind, split] for split in SPLITS if rows[kind, split]}
            for kind in asked["formats"]
        },
        "left_out": dict(selection.left_out),
        "rounds": asked["rounds"],
        "named_tiers": asked["named_tiers"],
    }
    readme = card.write(dataset, rounds, facts).encode()
    (folder / "README.md").write_bytes(readme)
    listed = [
        *files.listed(),
        {"name": "README.md", "sha256": hashlib.sha256(readme).hexdigest(), "bytes": len(readme)},
    ]
    manifest = canonical({"format": "one-way-mirror dataset 1", "files": listed, **facts})
    (folder / "manifest.json").write_bytes(manifest)
    return manifest, [(item, selection.splits[groups[item]]) for item in members]


def _of_graded(gathered: Gathered, asked: dict) -> dict:
    """Nothing where a release has none."""
    found = {"pairs_left_out": gathered.pairs_left_out, "replies_left_out": gathered.replies_left_out}
    margin = {"margin": asked.get("margin", MARGIN)} if gathered.graded and gathered.graded.any else {}
    return {name: counts for name, counts in found.items() if counts} | margin


def canonical(value) -> bytes:
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def in_words(left_out: Counter) -> str:
    reasons = [f"{n} × {reason}" for reason, n in left_out.most_common()]
    return "; ".join(reasons) or "the rounds hold no items."
