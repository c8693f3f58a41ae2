from django.urls import path

from exports import api, views

urlpatterns = [
    path("datasets/", views.datasets, name="datasets"),
    path("datasets/freeze/", views.freeze, name="dataset_freeze"),
    path("datasets/<uuid:dataset>/", views.dataset, name="dataset"),
    path("datasets/<uuid:dataset>/download/", views.download, name="dataset_download"),
    path("datasets/<uuid:dataset>/train/", views.start, name="training_start"),
    path("training/", views.training, name="training"),
    path("training/<uuid:run>/", views.training_run, name="training_run"),
    path("training/<uuid:run>/cancel/", views.cancel, name="training_cancel"),
    path("training/<uuid:run>/artifact/", views.artifact, name="training_artifact"),
    path("api/node/claim/", api.Claim.as_view(), name="node_claim"),
    path("api/node/runs/<uuid:run>/heartbeat/", api.Heartbeat.as_view(), name="node_heartbeat"),
    path("api/node/runs/<uuid:run>/files/<path:name>", api.File.as_view(), name="node_file"),
    path("api/node/runs/<uuid:run>/artifact/", api.Artifact.as_view(), name="node_artifact"),
    path("api/node/runs/<uuid:run>/finish/", api.Finish.as_view(), name="node_finish"),
]
