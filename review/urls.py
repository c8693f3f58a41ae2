from django.urls import path

from review import api, desk, views
from review.label_studio.webhook import hook

urlpatterns = [
    path("rounds/", views.rounds, name="rounds"),
    path("rounds/new/", views.round_new, name="round_new"),
    path("rounds/<uuid:public_id>/", views.round, name="round"),
    path("rounds/<uuid:public_id>/close/", views.round_close, name="round_close"),
    path("rounds/<uuid:public_id>/sync/", views.round_sync, name="round_sync"),
    path("agreement/", views.agreement, name="agreement"),
    path("desk/", desk.desk, name="desk"),
    path("desk/mine/", desk.desk_mine, name="desk_mine"),
    path("disputes/", desk.disputes_page, name="disputes"),
    path("disputes/<uuid:public_id>/", desk.dispute, name="dispute"),
    path("hooks/label-studio/", hook, name="label_studio_hook"),
    path("api/rounds/", api.rounds, name="api_rounds"),
    path("api/rounds/<uuid:public_id>/", api.round, name="api_round"),
]
