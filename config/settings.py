"""All settings, read from the environment; docs/install.md describes each variable."""

from __future__ import annotations

import secrets
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config.accounts import *  # noqa: F403 each name is a setting of sign-in
from config.environment import read_flag, read_integer, read_list, read_path, read_text
from config.logs import lines_on_stderr
from quotes.api.settings import SPECTACULAR_SETTINGS as SPECTACULAR_SETTINGS
from quotes.api.settings import rest_framework

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = read_path("DATA_DIR", BASE_DIR / ".data")

DEBUG = read_flag("DEBUG", default=False)

# Where readers reach this server, as in https://quotes.example.org. An https address switches
# on secure cookies, the redirect to https, and HSTS.
PUBLIC_URL = read_text("PUBLIC_URL").rstrip("/")
_public = urlsplit(PUBLIC_URL)
if PUBLIC_URL and (_public.scheme not in {"http", "https"} or not _public.hostname):
    raise ImproperlyConfigured("PUBLIC_URL must look like https://quotes.example.org")
_https = _public.scheme == "https"

SECRET_KEY_FILE = DATA_DIR / "secret_key"
SECRET_KEY = read_text("SECRET_KEY") or (
    SECRET_KEY_FILE.read_text(encoding="ascii").strip() if SECRET_KEY_FILE.is_file() else ""
)
# Good for one process only: `serve` keeps one in the data directory, and a deploy check and
# wsgi.py refuse this one. There is no built-in key that somebody could know.
SECRET_KEY_IS_TEMPORARY = not SECRET_KEY
if SECRET_KEY_IS_TEMPORARY:
    SECRET_KEY = secrets.token_urlsafe(64)
SECRET_KEY_FALLBACKS = read_list("SECRET_KEY_FALLBACKS")

ALLOWED_HOSTS = read_list(
    "ALLOWED_HOSTS",
    ["localhost", "127.0.0.1", "[::1]", *([_public.hostname] if _public.hostname else [])],
)
CSRF_FAILURE_VIEW = "annotations.views.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = read_list("CSRF_TRUSTED_ORIGINS", [PUBLIC_URL] if PUBLIC_URL else [])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "django_htmx",
    "procrastinate.contrib.django",
    "quotes",
    "annotations",
    "config",
]

MIDDLEWARE = [
    "config.metrics.CountingMiddleware",
    "annotations.request_id.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
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

# Without DATABASE_URL a private PostgreSQL in DATA_DIR is started when first needed.
DATABASE_URL = read_text("DATABASE_URL")
EMBEDDED_POSTGRES_DIR = DATA_DIR / "postgres"
EMBEDDED_POSTGRES_THROWAWAY = False
_database = dj_database_url.parse(DATABASE_URL) if DATABASE_URL else {}
if DATABASE_URL and _database["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database (postgresql://…)")
DATABASES = {
    "default": {
        "ENGINE": "config.postgres.backend",
        "NAME": "on_record",
        **_database,
        "CONN_MAX_AGE": read_integer("CONN_MAX_AGE", 60),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **_database.get("OPTIONS", {}),
            "application_name": "on_record",
            "options": f"-c statement_timeout={read_integer('STATEMENT_TIMEOUT_MS', 8000)}"
            f" -c lock_timeout={read_integer('LOCK_TIMEOUT_MS', 5000)}"
            # Compiling a page's statement takes twenty times as long as running it, and trying
            # every order of its ten joins, of which the written one is good, as long again.
            " -c jit=off -c join_collapse_limit=5",
        },
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# In the database, so that limits on requests are shared by all web processes.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
    },
}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

LANGUAGE_CODE = "en-gb"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
# Files are served from their sources, so nothing need be collected before a start; a proxy that
# serves them itself has `collectstatic` put them here.
STATIC_ROOT = read_text("STATIC_ROOT") or None
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SECURE_SSL_REDIRECT = _https
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _https
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
_behind_proxy = read_flag("BEHIND_PROXY", default=False)
if _behind_proxy:
    # Only behind a proxy that sets this header itself: anybody else could forge it.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
REST_FRAMEWORK = rest_framework(trusted_proxies=1 if _behind_proxy else 0)

# Whether articles may be brought in by their address, for which the server asks other servers.
URL_IMPORT = read_flag("URL_IMPORT", default=False)

# A pasted article of a million characters, as a form sends it; larger ones get a 413 page.
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

SPACY_MODEL = read_text("SPACY_MODEL")
# Who asks for /metrics shows this; without it there are none.
METRICS_TOKEN = read_text("METRICS_TOKEN")
LOG_LEVEL = read_text("LOG_LEVEL", "INFO").upper()
LOGGING = lines_on_stderr(LOG_LEVEL)
