from django.urls import path

from synthesis import views

urlpatterns = [
    path("profiles/", views.profiles, name="profiles"),
    path("profiles/<uuid:public_id>/", views.profile, name="profile"),
    path("runs/", views.runs, name="runs"),
    path("runs/plan/", views.plan_run, name="run_plan"),
    path("runs/<uuid:public_id>/", views.run, name="run"),
    path("runs/<uuid:public_id>/progress/", views.run_progress, name="run_progress"),
    path("runs/<uuid:public_id>/steer/", views.steer, name="run_steer"),
    path("instances/<uuid:public_id>/", views.instance, name="instance"),
]
