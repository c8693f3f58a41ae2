"""Tests: a throw-away home folder, fast password hashing, everything else as it runs."""

import atexit
import os
import shutil
import tempfile

if "ONE_WAY_MIRROR_HOME" not in os.environ:
    os.environ["ONE_WAY_MIRROR_HOME"] = tempfile.mkdtemp(prefix="one-way-mirror-test-")
    atexit.register(shutil.rmtree, os.environ["ONE_WAY_MIRROR_HOME"], ignore_errors=True)
# Tests side by side (pytest -n) each have a folder of their own; what one of them starts shares its folder.
_beside = os.environ.get("PYTEST_XDIST_WORKER", "")
if not os.environ["ONE_WAY_MIRROR_HOME"].endswith(_beside):
    os.environ["ONE_WAY_MIRROR_HOME"] += f"/{_beside}"

from config.settings.base import *  # noqa: E402, F403  (after the home folder is set)

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
REDIS_URL = ""
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CELERY_BROKER_URL = "memory://"
TRAINING_BROKER_URL = ""
LABEL_STUDIO_URL = ""
LABEL_STUDIO_GATEWAY_URL = ""
OPENAI_BASE_URL = ""
# People's rows have the same numbers in every test: one would be counted for another.
API_RATE = ""
WHITENOISE_AUTOREFRESH = True
# A file, not memory: the engine's writer thread and the tests' own processes need the same database.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    DATABASES["default"]["TEST"] = {"NAME": str(HOME / "test.sqlite3")}  # noqa: F405
