"""Settings, in Django's order. Every value that differs between installations comes from the environment."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from config.databases import (
    check_encrypted,
    databases,
    is_loopback,
    mongodb_database,
    redis_cache,
    sqlite_database,
)
from config.env import ROOT, read_environment
from config.logs import logging_settings

env = read_environment()

# --- Mode ---------------------------------------------------------------------------------------------------------
MONGODB_URI = env.text("MONGODB_URI")
MONGODB_ANALYTICS_URI = env.text("MONGODB_ANALYTICS_URI")
REDIS_URL = env.text("REDIS_URL")
EMBEDDED = not MONGODB_URI and not REDIS_URL
ALLOW_WITHOUT_TLS = env.words("ALLOW_WITHOUT_TLS")
check_encrypted("MONGODB_URI", MONGODB_URI, allowed=ALLOW_WITHOUT_TLS)
check_encrypted("MONGODB_ANALYTICS_URI", MONGODB_ANALYTICS_URI, allowed=ALLOW_WITHOUT_TLS)
check_encrypted("REDIS_URL", REDIS_URL, allowed=ALLOW_WITHOUT_TLS)

BASE_DIR = ROOT
DATA_DIR = Path(env.text("DATA_DIR", str(ROOT / "var")))
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)

# --- Security -----------------------------------------------------------------------------------------------------
SECRET_KEY = env.secret("SECRET_KEY")
JWT_SECRET = env.secret("JWT_SECRET")
ENCRYPTION_KEY = env.words("ENCRYPTION_KEY")
if not ENCRYPTION_KEY:
    raise ImproperlyConfigured("ENCRYPTION_KEY is missing; `make run` writes a fresh one to .env.")
DEBUG = False
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
TRUSTED_PROXIES = env.whole("TRUSTED_PROXIES", 0)
# Nobody on another machine reaches it, unless a proxy that it must be told of stands in front.
LOCAL = EMBEDDED or (is_loopback(env.text("SERVICE_HOST", "127.0.0.1")) and not TRUSTED_PROXIES)
BEHIND_TLS = env.flag("BEHIND_TLS", default=not LOCAL)
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SECURE_SSL_REDIRECT = BEHIND_TLS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]  # asked from inside
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if BEHIND_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = BEHIND_TLS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200

CORS_ALLOWED_ORIGINS = env.words("CORS_ORIGINS")
CORS_URLS_REGEX = r"^/api/.*$"
CORS_ALLOW_HEADERS = ["accept", "authorization", "content-type", "idempotency-key", "last-event-id"]
CORS_EXPOSE_HEADERS = ["Retry-After", "Idempotency-Replayed", "X-Request-ID"]

# --- Apps ---------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "config.apps.ConfigAppConfig",
    "moderation.apps.ModerationAppConfig",
    "chat.apps.ChatAppConfig",
    "safety.apps.SafetyAppConfig",
    "audit.apps.AuditAppConfig",
    "config.apps.PortableAdminConfig",
    "config.apps.PortableAuthConfig",
    "config.apps.PortableContentTypesConfig",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "corsheaders",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
MIGRATION_MODULES = {
    "admin": "config.migrations.admin",
    "auth": "config.migrations.auth",
    "contenttypes": "config.migrations.contenttypes",
    "sessions": None,
}
MIDDLEWARE = [
    "config.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.middleware.ContentPolicyMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Data ---------------------------------------------------------------------------------------------------------
DEFAULT_AUTO_FIELD = "audit.store.ids.PortableAutoField"
MONGODB_DATABASE = env.text("MONGODB_DATABASE")
DATABASES = databases(
    mongodb_database(MONGODB_URI, name=MONGODB_DATABASE)
    if MONGODB_URI
    else sqlite_database(DATA_DIR / "vigil.sqlite3"),
    analytics_uri=MONGODB_ANALYTICS_URI if MONGODB_URI else "",
    name=MONGODB_DATABASE,
)
DATABASE_ROUTERS = ["audit.store.reports.NothingIsWrittenThere"]
CACHES: dict[str, dict[str, Any]] = {
    "default": (
        redis_cache(REDIS_URL)
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    ),
}
if not REDIS_URL:
    # One web process serves the embedded mode, so a cache inside it counts every request.
    SILENCED_SYSTEM_CHECKS = ["django_ratelimit.E003", "django_ratelimit.W001"]

# --- Sign-in ------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "moderation.StaffUser"
SESSION_ENGINE = "moderation.staff_sessions"
LOGIN_URL = "admin:login"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
] + [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
]

# --- Language and time --------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

# --- Static files -------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [ROOT / "static"]
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_USE_FINDERS = LOCAL  # else `collectstatic` has run, as in deploy/Dockerfile
WHITENOISE_AUTOREFRESH = False

# --- The public API -----------------------------------------------------------------------------------------------
REGISTRATION_OPEN = env.flag("REGISTRATION_OPEN", default=True)
JWT_AUDIENCE = env.text("JWT_AUDIENCE", "vigil")
ACCESS_TOKEN_MINUTES = env.whole("ACCESS_TOKEN_MINUTES", 30, least=1)
REFRESH_TOKEN_DAYS = env.whole("REFRESH_TOKEN_DAYS", 30, least=1)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["chat.authentication.PersonAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["chat.permissions.IsPerson"],
    "DEFAULT_PARSER_CLASSES": ["chat.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "config.errors.problem_response",
    "UNAUTHENTICATED_USER": None,
    "UNAUTHENTICATED_TOKEN": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Vigil",
    "DESCRIPTION": "A mental-health chat service whose first duty is that nobody in danger is missed.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# --- Limits -------------------------------------------------------------------------------------------------------
SOFT_MESSAGES_PER_MINUTE = env.whole("SOFT_MESSAGES_PER_MINUTE", 30, least=1)
FLOOD_MESSAGES_PER_MINUTE = env.whole("FLOOD_MESSAGES_PER_MINUTE", 120, least=1)
REQUESTS_PER_MINUTE = env.whole("REQUESTS_PER_MINUTE", 600, least=1)
REGISTRATIONS_PER_HOUR = env.whole("REGISTRATIONS_PER_HOUR", 300, least=1)
SIGN_INS_PER_MINUTE = env.whole("SIGN_INS_PER_MINUTE", 10, least=1)
MAX_CONCURRENT_CHATS = env.whole("MAX_CONCURRENT_CHATS", 1000, least=1)
SAFETY_CHECK_TIMEOUT = env.whole("SAFETY_CHECK_TIMEOUT", 5000, least=1)
MODEL_TIMEOUT = env.whole("MODEL_TIMEOUT", 30000, least=1)
STREAMS_PER_PROCESS = env.whole("STREAMS_PER_PROCESS", 1000, least=1)
STREAMS_PER_PERSON = env.whole("STREAMS_PER_PERSON", 5, least=1)

# --- Alerts -------------------------------------------------------------------------------------------------------
SAFETY_ALERT_WEBHOOK = env.text("SAFETY_ALERT_WEBHOOK")
HUMAN_MODERATOR_ENDPOINT = env.text("HUMAN_MODERATOR_ENDPOINT")
SAFETY_ALERT_CONTENT = env.enum_word("SAFETY_ALERT_CONTENT", ("excerpt", "none"))
WEBHOOK_SIGNING_SECRET = env.words("WEBHOOK_SIGNING_SECRET")
OUTBOUND_ALLOWED_HOSTS = env.words("OUTBOUND_ALLOWED_HOSTS")
PUBLIC_URL = env.text("PUBLIC_URL")
SECOND_CHANNEL_URL = env.text("SECOND_CHANNEL_URL")
SECOND_CHANNEL_EMAIL = env.words("SECOND_CHANNEL_EMAIL")
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.whole("EMAIL_PORT", 25, least=1)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=False)
EMAIL_TIMEOUT = 5
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("DEFAULT_FROM_EMAIL", "vigil@localhost")

# --- Workers ------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL or None

# --- Watching -----------------------------------------------------------------------------------------------------
METRICS_TOKEN = env.text("METRICS_TOKEN")
SENTRY_DSN = env.text("SENTRY_DSN")
LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = logging_settings(env.enum_word("LOG_LEVEL", ("INFO", "DEBUG", "WARNING", "ERROR")))
env.seal()
