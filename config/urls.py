from django.urls import include, path

from config.pages import health, home, road, servers, settings, stale, trail
from guidelines.discussion.views import discussions

urlpatterns = [
    path("", home.page, name="home"),
    path("healthz", health.process, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("road/", road.page, name="road"),
    path("road/progress/", road.progress, name="road_progress"),
    path("trail/", trail.page, name="trail"),
    path("settings/", settings.page, name="settings"),
    path("settings/test/<slug:part>/", settings.test, name="settings_test"),
    path("settings/endpoints/", settings.save_endpoint, name="endpoint_save"),
    path("settings/prices/", settings.set_price, name="endpoint_price"),
    path("settings/roles/", settings.save_role, name="model_role_save"),
    path("settings/label-studio/", servers.save, name="server_save"),
    path("settings/label-studio/<slug:name>/test/", servers.test, name="server_test"),
    path("settings/label-studio/<slug:name>/offer/", servers.offer, name="server_offer"),
    path("settings/welfare/", settings.save_welfare, name="welfare_save"),
    path("settings/nodes/", settings.make_node, name="node_make"),
    path("settings/nodes/<int:pk>/retire/", settings.retire_node, name="node_retire"),
    path("", include("accounts.urls")),
    path("guidelines/<slug:slug>/stale/", stale.page, name="guideline_stale"),
    path("guidelines/<slug:slug>/stale/remake/", stale.remake, name="guideline_stale_remake"),
    path("guidelines/<slug:slug>/stale/reread/", stale.reread, name="guideline_stale_reread"),
    path("guidelines/", include("guidelines.urls")),
    path("discussions/", discussions, name="discussions"),
    path("", include("synthesis.urls")),
    path("", include("review.urls")),
    path("", include("exports.urls")),
    path("api/", include("config.api")),
]
handler403 = "config.pages.errors.refused"
handler404 = "config.pages.errors.missing"
handler500 = "config.pages.errors.broken"
