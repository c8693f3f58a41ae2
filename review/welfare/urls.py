from django.urls import path

from review.welfare import views

urlpatterns = [path("desk/reading/", views.wishes, name="wishes")]
