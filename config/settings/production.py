"""Production: everything secret comes from the environment, and a missing secret stops the start."""

from config.settings.reading import required

for _name in (
    "DJANGO_SECRET_KEY",
    "DJANGO_ALLOWED_HOSTS",
    "DATABASE_URL",
    "REDIS_URL",
    "BASE_URL",
    "LABEL_STUDIO_WEBHOOK_SECRET",
    "REVIEW_ACCOUNTS_KEY",
):
    required(_name)

from config.settings.base import *  # noqa: E402, F403  (only after the secrets are known to be there)

DEBUG = False
SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
