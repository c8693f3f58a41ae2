"""Tests: a throw-away home folder, fast password hashing, everything else as it runs."""

import os
import tempfile

os.environ.setdefault("ONE_WAY_MIRROR_HOME", tempfile.mkdtemp(prefix="one-way-mirror-test-"))

from config.settings.base import *  # noqa: F403  (after the home folder is set)

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
REDIS_URL = ""
CELERY_BROKER_URL = "memory://"
TRAINING_BROKER_URL = ""
LABEL_STUDIO_URL = ""
OPENAI_BASE_URL = ""
# People's rows have the same numbers in every test: one would be counted for another.
API_RATE = ""
WHITENOISE_AUTOREFRESH = True
# A file, not memory: the engine's writer thread and the tests' own processes need the same database.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    DATABASES["default"]["TEST"] = {"NAME": str(HOME / "test.sqlite3")}  # noqa: F405
