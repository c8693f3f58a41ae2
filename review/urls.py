from django.urls import path

from review.label_studio.webhook import hook

urlpatterns = [
    path("hooks/label-studio/", hook, name="label_studio_hook"),
]
