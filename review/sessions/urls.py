from django.urls import path

from review.sessions import views

urlpatterns = [path("rounds/<uuid:public_id>/sessions/", views.round_sessions, name="round_sessions")]
