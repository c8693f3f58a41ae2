from guidelines.models.guideline import Guideline, Kind, NewScratch
from guidelines.models.imports import ImportPreview
from guidelines.models.pairs import Pair, PairRevision, PairScratch
from guidelines.models.proposals import (
    Choice,
    Proposal,
    ProposalKind,
    ProposalState,
    ProposalTarget,
    ProposedText,
    Source,
    Vote,
)
from guidelines.models.rubrics import Dimension, DimensionRevision, DimensionScratch, Scale
from guidelines.models.threads import Mention, Remark, RemarkKind, Thread, ThreadSource, ThreadState
from guidelines.models.translations import (
    Translation,
    TranslationPreview,
    TranslationScratch,
    TranslationState,
    TranslationStep,
)
from guidelines.models.versions import Approval, Entry, Meaning, Version, VersionState

__all__ = [
    "Approval",
    "Choice",
    "Dimension",
    "DimensionRevision",
    "DimensionScratch",
    "Entry",
    "Guideline",
    "ImportPreview",
    "Kind",
    "Meaning",
    "Mention",
    "NewScratch",
    "Pair",
    "PairRevision",
    "PairScratch",
    "Proposal",
    "ProposalKind",
    "ProposalState",
    "ProposalTarget",
    "ProposedText",
    "Remark",
    "RemarkKind",
    "Scale",
    "Source",
    "Thread",
    "ThreadSource",
    "ThreadState",
    "Translation",
    "TranslationPreview",
    "TranslationScratch",
    "TranslationState",
    "TranslationStep",
    "Version",
    "VersionState",
    "Vote",
]
