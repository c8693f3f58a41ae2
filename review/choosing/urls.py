from django.urls import path

from review.choosing import views

urlpatterns = [
    path("", views.choose, name="round_choose"),
]
