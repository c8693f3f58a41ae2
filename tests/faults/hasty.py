"""The real settings, but that messages and leases run out within seconds, so that a test can see what happens then."""

from config.settings.base import *  # noqa: F403  (these are the settings)

VISIBILITY_TIMEOUT, LEASE, RENEW_EVERY = 2, 6.0, 1.0  # seconds
CELERY_BROKER_TRANSPORT_OPTIONS = {
    **CELERY_BROKER_TRANSPORT_OPTIONS,  # noqa: F405
    "visibility_timeout": VISIBILITY_TIMEOUT,
}
CELERY_IMPORTS = ["tests.faults.short_leases"]
