"""Splits by group, never by row (methods: training data and evaluation)."""

TRAIN = "train"  # the only part that is not put aside
ENOUGH_FOR_A_SPLIT = 5
ENOUGH_FOR_A_CLAIM = 10


def split(groups: dict[int, str], *, seed: int) -> tuple[dict[str, str], str]:
    """{item id: group} to ({group: train | validation | test}, a note in words for the manifest)."""
    names = sorted(set(groups.values()))
    if len(names) < ENOUGH_FOR_A_SPLIT:
        return dict.fromkeys(
            names, TRAIN
        ), f"smoke only: {len(names)} groups are too few for a split, all go to train."
    # scikit-learn takes seconds to load: only the process that splits pays for it.
    from sklearn.model_selection import GroupShuffleSplit

    order = sorted(groups.items(), key=lambda pair: (pair[1], pair[0]))
    labels = [group for _, group in order]

    def cut(rows: list[int], share: float) -> tuple[list[int], list[int]]:
        shuffle = GroupShuffleSplit(n_splits=1, test_size=share, random_state=seed)
        kept, taken = next(shuffle.split(rows, groups=[labels[row] for row in rows]))
        return [rows[i] for i in kept], [rows[i] for i in taken]

    rest, test = cut(list(range(len(labels))), 0.2)
    train, validation = cut(rest, 0.125)
    placed = {TRAIN: train, "validation": validation, "test": test}
    result = {labels[row]: name for name, rows in placed.items() for row in rows}
    note = f"{len(names)} groups, split by group 70/10/20 with seed {seed}."
    return result, note if len(names) >= ENOUGH_FOR_A_CLAIM else f"smoke only: {note}"
