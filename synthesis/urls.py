from django.urls import path

from synthesis import (
    compare_views,
    excerpt_views,
    instance_views,
    plan_views,
    profile_views,
    quality_views,
    run_views,
    turn_views,
)

urlpatterns = [
    path("profiles/", profile_views.profiles, name="profiles"),
    path("profiles/<uuid:public_id>/", profile_views.profile, name="profile"),
    path("excerpts/", excerpt_views.listed, name="excerpts"),
    path("excerpts/<uuid:public_id>/", excerpt_views.excerpt, name="excerpt"),
    path("excerpts/<uuid:public_id>/act/", excerpt_views.act, name="excerpt_act"),
    path("runs/", run_views.runs, name="runs"),
    path("runs/plan/", plan_views.plan_run, name="run_plan"),
    path("runs/previews/<uuid:public_id>/", plan_views.preview, name="run_preview"),
    path("runs/compare/", compare_views.runs, name="runs_compare"),
    path("runs/compare/sessions/", compare_views.sessions, name="sessions_compare"),
    path("prompts/", compare_views.prompts, name="prompts"),
    path("runs/<uuid:public_id>/", run_views.run, name="run"),
    path("runs/<uuid:public_id>/progress/", run_views.run_progress, name="run_progress"),
    path("runs/<uuid:public_id>/steer/", run_views.steer, name="run_steer"),
    path("runs/<uuid:public_id>/quality/", quality_views.report, name="run_quality"),
    path("runs/<uuid:public_id>/quality.json", quality_views.as_json, name="run_quality_json"),
    path("runs/<uuid:public_id>/quality/hold/", quality_views.hold_many, name="run_quality_hold"),
    path("instances/<uuid:public_id>/", instance_views.instance, name="instance"),
    path("instances/<uuid:public_id>/turns/<int:turn>/", turn_views.edit_turn, name="edit_turn"),
    path("instances/<uuid:public_id>/hold/", quality_views.hold, name="instance_hold"),
    path("instances/<uuid:public_id>/calls/<slug:key>/", instance_views.call, name="call"),
]
