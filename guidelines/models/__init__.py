from guidelines.models.guideline import Guideline, Kind
from guidelines.models.imports import ImportPreview
from guidelines.models.pairs import Pair, PairRevision, PairScratch
from guidelines.models.rubrics import Dimension, DimensionRevision, Scale
from guidelines.models.translations import Translation
from guidelines.models.versions import Approval, Entry, Meaning, Version, VersionState

__all__ = [
    "Approval",
    "Dimension",
    "DimensionRevision",
    "Entry",
    "Guideline",
    "ImportPreview",
    "Kind",
    "Meaning",
    "Pair",
    "PairRevision",
    "PairScratch",
    "Scale",
    "Translation",
    "Version",
    "VersionState",
]
