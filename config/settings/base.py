"""Settings that run on a laptop as they stand: SQLite, loopback, secrets made once and kept beside the database."""

from pathlib import Path

import dj_database_url
from django.conf import global_settings

from config.settings.reading import another_database, flag, kept_secret, listed, text, whole

ROOT = Path(__file__).resolve().parents[2]
HOME = Path(text("ONE_WAY_MIRROR_HOME", str(ROOT / "var"))).resolve()
HOME.mkdir(parents=True, exist_ok=True)
ARTEFACTS = HOME / "artefacts"

SECRET_KEY = kept_secret(HOME, "DJANGO_SECRET_KEY")
DEBUG = flag("DJANGO_DEBUG")
ALLOWED_HOSTS = listed("DJANGO_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],testserver")
CSRF_TRUSTED_ORIGINS = listed("DJANGO_TRUSTED_ORIGINS")
BASE_URL = text("BASE_URL", "http://127.0.0.1:8000")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "bootstrap",
    "accounts",
    "guidelines",
    "synthesis",
    "review",
    "exports",
    "config",
]
MIDDLEWARE = [
    "accounts.doors.Entrance",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.zones.OwnTimeZone",
    "accounts.languages.OwnLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.pages.errors.ShowRefusals",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.pages.rail.places",
            ]
        },
    }
]

DATABASES = {
    "default": dj_database_url.parse(
        text("DATABASE_URL", f"sqlite:///{HOME / 'db.sqlite3'}"), conn_max_age=60, conn_health_checks=True
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # A writer that began by reading could not upgrade its lock without failing: take it at once.
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON; "
            "PRAGMA foreign_keys=ON; "
            # A search reads every text: through the system's own cache, not copied page by page into two megabytes.
            "PRAGMA mmap_size=1073741824;"
        ),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ATOMIC_REQUESTS = False

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# Browsers part cookies by host name, not by port: under Django's own names Label Studio, a Django too, on the
# same host would log our people out whenever they log in there, and the other way round.
SESSION_COOKIE_NAME = "one_way_mirror_session"
CSRF_COOKIE_NAME = "one_way_mirror_csrf"
CSRF_FAILURE_VIEW = "config.pages.errors.outdated"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
# How many proxies of ours stand before the web server. The audit trail then takes the client's address from what
# they add to X-Forwarded-For; with 0 it is the address that the web server itself sees, whatever the client says.
PROXIES_IN_FRONT = whole("PROXIES_IN_FRONT", 0)
SECURE_CONTENT_TYPE_NOSNIFF = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024

LANGUAGE_CODE = "en"
# The languages of the pages: those in which all their words are there. A guideline's words may be in many more.
LANGUAGES = [("en", "English")]
TEXT_LANGUAGES = global_settings.LANGUAGES
# spaCy models that look for names in excerpts of real sessions, {language: an installed model or its folder}; without one
# lists of names and patterns do it alone. “en=en_core_web_sm, zh=/srv/models/zh”.
DEIDENTIFICATION_MODELS = dict(
    pair.strip().split("=", 1) for pair in text("DEIDENTIFICATION_MODELS", "").split(",") if "=" in pair
)
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
STATIC_URL = "static/"
STATIC_ROOT = HOME / "staticfiles"
STATICFILES_DIRS = [ROOT / "config" / "static"]
WHITENOISE_USE_FINDERS = True

# Broker, cache: the database is the truth, so losing all of Redis loses nothing.
REDIS_URL = text("REDIS_URL")
CACHE_URL = text("CACHE_URL") or another_database(REDIS_URL, 1)
CACHES = {
    "default": {"BACKEND": "config.cache.Cache", "LOCATION": CACHE_URL}
    if CACHE_URL
    # By itself it lets go of things at 300, the sums of a large round among them.
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 10_000}}
}
CELERY_BROKER_URL = REDIS_URL or "memory://"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
}
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.2}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_ROUTES = {
    # A run holds its worker for hours; what wakes workers for other runs must not wait behind it.
    "synthesis.reconcile": {"queue": "review"},
    "synthesis.*": {"queue": "synthesis"},
    # It takes minutes, and on the queue of reviews nothing does.
    "review.gamma": {"queue": "exports"},
    "review.*": {"queue": "review"},
    "exports.*": {"queue": "exports"},
}
CELERY_TASK_DEFAULT_QUEUE = "review"
CELERY_BEAT_SCHEDULE_FILENAME = str(HOME / "celerybeat-schedule")

# Model endpoints: the environment fills the first rows; a key itself is never stored.
OPENAI_BASE_URL = text("OPENAI_BASE_URL")
OPENAI_MODEL = text("OPENAI_MODEL")
MODEL_TIMEOUT_SECONDS = whole("MODEL_TIMEOUT_SECONDS", 600)
# A call that fails while others are answered is made again, with growing waits, for so long; then its instance fails
# with the reason. An endpoint that answers nobody is waited for so long; then the run is stopped with the reason.
MODEL_RETRY_BUDGET_SECONDS = whole("MODEL_RETRY_BUDGET_SECONDS", 120)
MODEL_DOWN_SECONDS = whole("MODEL_DOWN_SECONDS", 600)

# Label Studio, the editor that reviewers work in.
LABEL_STUDIO_URL = text("LABEL_STUDIO_URL")
LABEL_STUDIO_TOKEN = text("LABEL_STUDIO_TOKEN")
LABEL_STUDIO_PUBLIC_URL = text("LABEL_STUDIO_PUBLIC_URL", LABEL_STUDIO_URL)
# Where reviewers reach it: the origin that `bin/manage gateway` serves, a host or a port of its own, without a path.
LABEL_STUDIO_GATEWAY_URL = text("LABEL_STUDIO_GATEWAY_URL").rstrip("/")
# Where its data lie, if on this machine: `backup` and `restore` take them along.
LABEL_STUDIO_DATA_DIR = Path(text("LABEL_STUDIO_DATA_DIR") or HOME / "label-studio").resolve()
LABEL_STUDIO_WEBHOOK_SECRET = kept_secret(HOME, "LABEL_STUDIO_WEBHOOK_SECRET")
# Encrypts reviewers' Label Studio passwords, which never leave the server unless the next flag is set.
REVIEW_ACCOUNTS_KEY = kept_secret(HOME, "REVIEW_ACCOUNTS_KEY")
REVIEW_DIRECT_ACCOUNTS = flag("REVIEW_DIRECT_ACCOUNTS")

# A folder of further fonts (Noto, say) for the guidelines' PDFs, whose own hold Latin, Greek, Cyrillic and a few more.
PRINT_FONTS = text("PRINT_FONTS")

# The GPU node: its broker connection sees training messages only.
TRAINING_BROKER_URL = text("TRAINING_BROKER_URL", REDIS_URL)
TRAINING_KEY_PREFIX = text("TRAINING_KEY_PREFIX", "training:")
TRAINING_ARTIFACT_MAX_BYTES = whole("TRAINING_ARTIFACT_MAX_BYTES", 20 * 1024**3)

REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    # The token first: whoever sends none, and no session either, is told 401 and how to say who she is.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.tokens.PersonalToken",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_THROTTLE_CLASSES": ["accounts.api.throttling.PerPerson"],
}
# Requests of one person through the API, over all her tokens; empty: as many as she likes.
API_RATE = text("API_RATE", "600/min")
SPECTACULAR_SETTINGS = {
    "TITLE": "One-Way Mirror",
    "VERSION": "0.1.0",
    "DESCRIPTION": "What the pages do, for programs: the same roles, the same rules, the same reasons for a refusal.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    # From our own server, so that a page about the API asks nobody else.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    # Choices stand where they are used: a version's state and a thread's are no one thing that needs a name.
    "POSTPROCESSING_HOOKS": [],
    "COMPONENT_SPLIT_REQUEST": True,
}

from config.settings.logs import LOGGING  # noqa: E402, F401  (the last setting; it reads nothing above)
