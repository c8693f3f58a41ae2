"""Published tables and the numbers printed with them; blank (".") is missing. Sources beside each."""

import numpy as np


def by_rater(text: str) -> list[tuple]:
    """One line per rater -> rows (item, rater, value or None, cluster or None)."""
    lines = [line.split() for line in text.strip().splitlines()]
    return [
        (item, rater, None if value == "." else value, None)
        for rater, line in enumerate(lines)
        for item, value in enumerate(line)
    ]


def by_item(table) -> list[tuple]:
    """Items by raters, None where missing -> rows."""
    return [(item, rater, value, None) for item, line in enumerate(table) for rater, value in enumerate(line)]


def crossed(table, levels=None) -> list[tuple]:
    """A cross-table of two raters -> rows, one item per count."""
    levels = levels or [str(place) for place in range(1, len(table) + 1)]
    pairs = [
        (levels[a], levels[b])
        for a, line in enumerate(table)
        for b, times in enumerate(line)
        for _ in range(times)
    ]
    return by_item(pairs)


def counted(table) -> list[tuple]:
    """Items by levels, how many raters chose each -> rows; who chose what does not matter to the counts."""
    return by_item([np.repeat([str(level) for level in range(len(line))], line).tolist() for line in table])


# Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", example C
CANONICAL = by_rater("""
1 2 3 3 2 1 4 1 2 . . .
1 2 3 3 2 2 4 1 2 5 . 3
. 3 3 3 2 3 4 2 2 5 1 .
1 2 3 3 2 4 4 1 2 5 1 .
""")
# Gwet's "4 raters" as irrCAC ships them: unit 12 was rated by the third, not by the second. Only Conger notices.
FOUR_RATERS = by_rater("""
1 2 3 3 2 1 4 1 2 . . .
1 2 3 3 2 2 4 1 2 5 . .
. 3 3 3 2 3 4 2 2 5 1 3
1 2 3 3 2 4 4 1 2 5 1 .
""")
# Wikipedia, "Krippendorff's alpha"
WIKIPEDIA = by_rater("""
. . . . . 3 4 1 2 1 1 3 3 . 3
1 . 2 1 3 3 4 3 . . . . . . .
. . 2 1 3 4 4 . 2 1 1 3 3 . 4
""")
# Krippendorff (2011), examples A and B
BINARY = by_rater("""
0 1 0 0 0 0 0 0 1 0
1 1 1 0 0 1 0 0 0 0
""")
LETTERS = by_rater("""
a a b b d c c c e d d a
b a b b b c c c e d d d
""")
# Hayes & Krippendorff (2007), five observers, forty news items
HAYES = by_rater("""
1 1 2 . 0 0 1 1 2 2 . 0 1 3 1 1 2 1 1 0 0 0 2 0 1 0 0 1 1 1 1 2 2 3 2 2 2 2 2 1
1 1 3 0 0 0 0 . 2 1 1 0 2 3 1 1 1 2 1 0 0 0 3 0 2 1 0 2 1 1 1 1 2 2 2 2 2 2 2 1
2 0 3 0 0 0 2 2 2 1 0 0 2 2 1 1 2 3 0 0 1 . 3 0 . 1 0 1 2 2 0 2 . 2 2 3 2 . 2 1
. 1 3 . . . . 0 . 1 0 0 2 2 . . . 3 1 . 1 0 3 0 2 1 1 2 2 . . 1 2 2 . . . 1 2 .
2 . . 0 0 0 1 . 2 . . . . 3 1 1 2 . . 0 . 0 . . 2 . 0 . . 2 0 . 2 . 2 2 2 2 . 1
""")
# Gwet (2014); the datasets of R irrCAC
FIVE_OBSERVERS = by_rater("""
1 1 2 . 0 0 1 1 2 2 . 0 1 3 1
1 1 3 0 0 0 0 . 2 1 1 0 2 3 1
2 0 3 0 0 0 2 2 2 1 0 0 2 2 1
. 1 3 . . . . 0 . 1 0 0 2 2 .
2 . . 0 0 0 1 . 2 . . . . 3 1
""")
G1G2 = by_rater("""
a b c c b a d a b . . . b b
a b c c b b d a b e . . b a
. c c c b c d b b e a c c c
a b c c b d d a b e a . b b
""")
GENDER = by_rater("""
a a a a a b b b c a a a a a b
a a a a b a b c c a a a a b a
a b b c a a b b c a b b c a a
c c c c a a b b c c c c c a a
""")
BEN_GERRY = by_rater("""
a a b b d c c c e d d a
b a b b b c c c e . d d
""")
# How many of six psychiatrists gave a patient each diagnosis, and of four raters each category
SIX_RATERS = counted(
    [
        [0, 0, 0, 6, 0], [0, 3, 0, 0, 3], [0, 1, 4, 0, 1], [0, 0, 0, 0, 6], [0, 3, 0, 3, 0], [2, 0, 4, 0, 0],
        [0, 0, 4, 0, 2], [2, 0, 3, 1, 0], [2, 0, 0, 4, 0], [0, 0, 0, 0, 6], [1, 0, 0, 5, 0], [1, 1, 0, 4, 0],
        [0, 3, 3, 0, 0], [1, 0, 0, 5, 0], [0, 2, 0, 3, 1],
    ]
)  # fmt: skip
FOUR_CATEGORISED = counted(
    [
        [3, 0, 1], [2, 1, 1], [2, 1, 1], [2, 0, 2], [3, 1, 0], [3, 1, 0], [0, 4, 0], [0, 3, 1], [0, 0, 4],
        [3, 1, 0], [0, 4, 0], [0, 3, 1], [0, 2, 2], [0, 0, 4], [3, 1, 0],
    ]
)  # fmt: skip
ABSTRACTORS = crossed([[13, 0, 0], [0, 20, 7], [0, 4, 56]])
DIAGNOSIS = crossed([[40, 4, 4, 17], [6, 25, 2, 13], [4, 1, 21, 12], [15, 5, 9, 45]])
# Shrout & Fleiss (1979), table 2
SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
# Landis & Koch (1977), multiple sclerosis
WINNIPEG = [[38, 5, 0, 1], [33, 11, 3, 0], [10, 14, 5, 6], [3, 7, 3, 10]]
NEW_ORLEANS = [[5, 3, 0, 0], [3, 11, 4, 0], [2, 13, 3, 4], [1, 2, 4, 14]]
# Cohen (1968): proportions of N = 200
COHEN_1968 = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]
# Invented here, 30 items by 4 raters, a quarter missing; 0 is missing
INVENTED = [
    [value or None for value in line]
    for line in [
        [5, 5, 3, 4], [0, 5, 5, 5], [1, 1, 2, 1], [5, 0, 5, 5], [2, 2, 3, 4], [0, 4, 0, 2],
        [0, 5, 5, 0], [1, 1, 3, 3], [0, 4, 4, 5], [0, 0, 0, 1], [2, 1, 1, 3], [1, 1, 1, 1],
        [2, 4, 3, 3], [2, 4, 0, 0], [0, 0, 0, 0], [0, 1, 1, 1], [2, 1, 2, 1], [1, 2, 2, 1],
        [2, 0, 1, 1], [5, 5, 5, 5], [0, 0, 1, 1], [5, 0, 3, 5], [3, 5, 5, 5], [2, 2, 0, 1],
        [2, 0, 2, 1], [2, 4, 4, 3], [0, 0, 0, 3], [0, 4, 0, 0], [0, 2, 2, 1], [4, 5, 4, 5],
    ]
]  # fmt: skip
