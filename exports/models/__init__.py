from exports.models.datasets import Dataset, DatasetItem, DatasetState
from exports.models.scorecards import Scorecard
from exports.models.training import Node, TrainingMetric, TrainingRun, TrainingState

__all__ = [
    "Dataset",
    "DatasetItem",
    "DatasetState",
    "Node",
    "Scorecard",
    "TrainingMetric",
    "TrainingRun",
    "TrainingState",
]
