"""Pairs and dimensions have one shape; this says which model plays which part in it."""

from dataclasses import dataclass

from guidelines.models import (
    Dimension,
    DimensionRevision,
    DimensionScratch,
    Kind,
    Pair,
    PairRevision,
    PairScratch,
)


@dataclass(frozen=True)
class Shape:
    identity: type
    revision: type
    identity_field: str  # of the revision
    entry_field: str  # of the entry
    scratch: type


SHAPES = {
    Kind.PAIRS: Shape(Pair, PairRevision, "pair", "pair_revision", PairScratch),
    Kind.RUBRIC: Shape(Dimension, DimensionRevision, "dimension", "dimension_revision", DimensionScratch),
}


def shape_of(guideline) -> Shape:
    return SHAPES[guideline.kind]


def key_of(revision) -> str:
    return (revision.pair if isinstance(revision, PairRevision) else revision.dimension).key
