"""Production: everything comes from the environment; what is missing stops the start."""

import os
from urllib.parse import urlsplit, urlunsplit

from django.core.exceptions import ImproperlyConfigured

from caracol.settings.base import *  # noqa: F403

_REQUIRED = {
    "SECRET_KEY": "50 random characters or more",
    "FIELD_KEYS": "keys of encrypted fields, newest first: id:base64 of 32 bytes, id:…",
    "DATABASE_URL": "postgres://user:password@host:5432/name",
    "REDIS_URL": "redis://:password@host:6379/0",
    "ALLOWED_HOSTS": "the names of the site, with commas",
    "SMTP_HOST": "the server that takes outgoing mail",
    "MAIL_FROM": "the sender of outgoing mail",
}
_missing = [name for name in _REQUIRED if not os.environ.get(name, "").strip()]
if _missing:
    raise ImproperlyConfigured(
        "Missing from the environment:\n"
        + "\n".join(f"  {name}: {_REQUIRED[name]}" for name in _missing)
    )


def _list(name: str) -> list[str]:
    return [item.strip() for item in os.environ[name].split(",") if item.strip()]


PRODUCTION = True
DEBUG = False
DEMO = False
GALLERY = False
SECRET_KEY = os.environ["SECRET_KEY"]
if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 5:
    raise ImproperlyConfigured("SECRET_KEY is too short: 50 random characters or more.")
FIELD_KEYS = _list("FIELD_KEYS")
ALLOWED_HOSTS = _list("ALLOWED_HOSTS")
if "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS names the site; « * » is refused.")
SITE_URL = (os.environ.get("SITE_URL") or f"https://{ALLOWED_HOSTS[0].lstrip('.')}").rstrip("/")
CSRF_TRUSTED_ORIGINS = [f"https://{host.lstrip('.')}" for host in ALLOWED_HOSTS]

# --- Behind one proxy that speaks HTTPS ---------------------------------------------------------
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("PROXY_COUNT", "1"))
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_NAME = "__Host-session"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_SECURE = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"
MFA_DEMANDED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False

# --- Database: connections are kept, and statements do not run for ever -------------------------
for _alias in ("default", "owner"):
    DATABASES[_alias]["CONN_MAX_AGE"] = 60

# --- Files --------------------------------------------------------------------------------------
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- Cache: another database of Redis than the queue's ------------------------------------------
_redis = urlsplit(os.environ["REDIS_URL"])
CACHES = shared_cache(os.environ.get("CACHE_URL") or urlunsplit(_redis._replace(path="/1")))

# --- Logs: no personal data ---------------------------------------------------------------------
LOGGING["formatters"]["line"]["()"] = "caracol.core.logs.MaskingFormatter"
LOGGING["loggers"]["axes"] = {"level": "ERROR"}  # its warnings name who tried to sign in
