"""The real settings without the pages: a restore ends by checking them, and their imports take seconds."""

from config.settings.base import *  # noqa: F403  (these are the settings)

ROOT_URLCONF = "tests.config.no_pages"
