from django.urls import include, path

from review import api, appeal_views, conflict_views, desk_views, release_views, round_views, views
from review.disputing import views as dispute_views

urlpatterns = [
    path("rounds/", round_views.rounds, name="rounds"),
    path("rounds/new/", round_views.round_new, name="round_new"),
    path("rounds/appeals/", appeal_views.appeals, name="appeals"),
    path("rounds/appeals/grant/", appeal_views.appeals_grant, name="appeals_grant"),
    path("rounds/appeals/<uuid:public_id>/decline/", appeal_views.appeal_decline, name="appeal_decline"),
    path("rounds/conflicts/", conflict_views.conflicts, name="conflicts"),
    path("rounds/conflicts/<int:pk>/end/", conflict_views.conflict_end, name="conflict_end"),
    path("rounds/choose/", include("review.choosing.urls")),
    path("rounds/<uuid:public_id>/", round_views.round, name="round"),
    path("rounds/<uuid:public_id>/close/", round_views.round_close, name="round_close"),
    path("rounds/<uuid:public_id>/release/", release_views.round_release, name="round_release"),
    path("rounds/<uuid:public_id>/sync/", round_views.round_sync, name="round_sync"),
    path("agreement/", views.agreement, name="agreement"),
    path("desk/", desk_views.desk, name="desk"),
    path("rounds/<uuid:public_id>/seats/", round_views.round_seats, name="round_seats"),
    path("rounds/<uuid:public_id>/place/", round_views.round_place, name="round_place"),
    path("seats/<uuid:public_id>/hand-on/", round_views.seat_hand_on, name="seat_hand_on"),
    path("seats/<uuid:public_id>/give-back/", desk_views.seat_give_back, name="seat_give_back"),
    path("desk/<uuid:seat>/<slug:form>/", desk_views.desk_open, name="desk_open"),
    path("desk/mine/", include("review.my_work.urls")),
    path("disputes/", dispute_views.disputes_page, name="disputes"),
    path("disputes/<uuid:public_id>/", dispute_views.dispute, name="dispute"),
    path("", include("review.flags.urls")),
    path("", include("review.welfare.urls")),
    path("", include("review.gold.urls")),
    path("corrections/", include("review.corrections.urls")),
    path("hooks/label-studio/", views.hook, name="label_studio_hook"),
    path("hooks/label-studio/<slug:server>/", views.hook, name="label_studio_hook_of"),
    path("api/rounds/", api.rounds, name="api_rounds"),
    path("api/rounds/<uuid:public_id>/", api.round, name="api_round"),
]
