from django.urls import path

from review.corrections import views

urlpatterns = [
    path("", views.corrections, name="corrections"),
    path("<uuid:public_id>/", views.correction, name="correction"),
]
