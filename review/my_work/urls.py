from django.urls import path

from review.my_work import views

urlpatterns = [
    path("", views.desk_mine, name="desk_mine"),
    path("differences/", views.desk_differences, name="desk_differences"),
    path("<uuid:public_id>/", views.desk_mine_item, name="desk_mine_item"),
    path("<uuid:public_id>/appeal/", views.desk_appeal, name="desk_appeal"),
    path("<uuid:public_id>/propose/", views.desk_propose, name="desk_propose"),
]
