"""How often one person may ask. Counted in the cache: with none that is shared, each server process counts its own."""

from django.conf import settings
from rest_framework.throttling import SimpleRateThrottle


class PerPerson(SimpleRateThrottle):
    """All her tokens and sessions together; whoever is not logged in is refused before this."""

    scope = "person"

    def get_rate(self):
        return settings.API_RATE or None

    def get_cache_key(self, request, view):
        return f"api-asked-by-{request.user.pk}" if request.user and request.user.is_authenticated else None
