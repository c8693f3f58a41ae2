from django.urls import path

from review.gold import training_views, views

urlpatterns = [
    path("gold/", views.golds, name="golds"),
    path("gold/new/", views.gold_new, name="gold_new"),
    path("gold/<uuid:public_id>/", views.gold, name="gold"),
    path("gold/<uuid:public_id>/endorse/", views.gold_endorse, name="gold_endorse"),
    path("gold/<uuid:public_id>/look/", views.gold_look, name="gold_look"),
    path("gold/<uuid:public_id>/retire/", views.gold_retire, name="gold_retire"),
    path("gold/over-time/", training_views.over_time, name="gold_over_time"),
    path("rounds/training/", training_views.training_new, name="training_new"),
    path("rounds/<uuid:public_id>/known/", training_views.round_known, name="round_known"),
    path("seats/<uuid:public_id>/certify/", training_views.seat_certify, name="seat_certify"),
    path("seats/<uuid:public_id>/withdraw/", training_views.seat_withdraw, name="seat_withdraw"),
    path("desk/known/", training_views.desk_known, name="desk_known"),
]
