"""Below /api/: runs, sessions and clients."""

from django.urls import path

from synthesis.api import runs, sessions

RUN, SESSION = "runs/<uuid:public_id>/", "instances/<uuid:public_id>/"

urlpatterns = [
    path("recipes/", runs.Recipes.as_view(), name="api_recipes"),
    path("runs/", runs.Runs.as_view(), name="api_runs"),
    path("runs/estimate/", runs.Estimate.as_view(), name="api_run_estimate"),
    path("runs/previews/", runs.Previews.as_view(), name="api_run_previews"),
    path(RUN, runs.Run.as_view(), name="api_run"),
    path(RUN + "progress/", runs.Progress.as_view(), name="api_run_progress"),
    path(RUN + "steer/", runs.Steer.as_view(), name="api_run_steer"),
    path(RUN + "hitches/", runs.Hitches.as_view(), name="api_run_hitches"),
    path(RUN + "instances/", runs.Sessions.as_view(), name="api_run_sessions"),
    path(RUN + "quality/", runs.Quality.as_view(), name="api_run_quality"),
    path(RUN + "quality/hold/", runs.HoldMany.as_view(), name="api_run_hold"),
    path(RUN + "compare/<uuid:other>/", runs.Compare.as_view(), name="api_runs_compare"),
    path(SESSION, sessions.Session.as_view(), name="api_session"),
    path(SESSION + "hold/", sessions.Hold.as_view(), name="api_session_hold"),
    path(SESSION + "calls/", sessions.Calls.as_view(), name="api_session_calls"),
    path(SESSION + "calls/<slug:key>/", sessions.Call.as_view(), name="api_session_call"),
    path("profiles/", sessions.Profiles.as_view(), name="api_profiles"),
    path("profiles/<uuid:public_id>/", sessions.Profile.as_view(), name="api_profile"),
]
