from synthesis.models.calls import Call, PromptText
from synthesis.models.endpoints import Endpoint, ModelRole
from synthesis.models.instances import Instance, InstanceState, Origin
from synthesis.models.marks import Mark
from synthesis.models.profiles import Profile, ProfileKind, SourceText, Style, Tier
from synthesis.models.runs import Run, RunState

__all__ = [
    "Call",
    "Endpoint",
    "Instance",
    "InstanceState",
    "Mark",
    "ModelRole",
    "Origin",
    "Profile",
    "ProfileKind",
    "PromptText",
    "Run",
    "RunState",
    "SourceText",
    "Style",
    "Tier",
]
