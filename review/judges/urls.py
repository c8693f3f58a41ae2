from django.urls import path

from review.judges import api, views

urlpatterns = [
    path("rounds/<uuid:public_id>/judges/", views.round_judges, name="round_judges"),
    path("judges/<uuid:seat>/stop/", views.judge_stop, name="judge_stop"),
    path("judges/<uuid:seat>/go-on/", views.judge_go_on, name="judge_go_on"),
    path("api/rounds/<uuid:public_id>/judges/", api.judges, name="api_round_judges"),
]
