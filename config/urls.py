from django.urls import path

urlpatterns: list = [path("login/", lambda r: None, name="login")]
