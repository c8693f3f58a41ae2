"""For light_settings."""

urlpatterns = []
