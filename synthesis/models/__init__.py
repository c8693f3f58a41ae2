from synthesis.models.calls import Call, PromptText
from synthesis.models.drives import Drive
from synthesis.models.endpoints import Endpoint, ModelRole
from synthesis.models.excerpts import ExcerptCheck, ExcerptConfirmation
from synthesis.models.hitches import Hitch, HitchKind
from synthesis.models.instances import Instance, InstanceState, Intended, Origin
from synthesis.models.marks import Mark
from synthesis.models.openings import Opening
from synthesis.models.profiles import Profile, ProfileKind, SourceText, Style, Tier
from synthesis.models.quality import Measured, QualityReport
from synthesis.models.requests import PlanRequest
from synthesis.models.runs import Holds, Purpose, Run, RunState
from synthesis.models.shown import Shown

__all__ = [
    "Call",
    "Drive",
    "Endpoint",
    "ExcerptCheck",
    "ExcerptConfirmation",
    "Holds",
    "Hitch",
    "HitchKind",
    "Instance",
    "InstanceState",
    "Intended",
    "Mark",
    "Measured",
    "ModelRole",
    "Opening",
    "Origin",
    "PlanRequest",
    "Profile",
    "ProfileKind",
    "PromptText",
    "Purpose",
    "QualityReport",
    "Run",
    "RunState",
    "Shown",
    "SourceText",
    "Style",
    "Tier",
]
