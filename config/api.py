"""The API, gathered: each app's doors, their schema, and a page that people read it on."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

urlpatterns = [
    path("guidelines/", include("guidelines.api.urls")),
    path("", include("synthesis.api.urls")),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("reference/", SpectacularSwaggerView.as_view(url_name="schema"), name="api_reference"),
]
