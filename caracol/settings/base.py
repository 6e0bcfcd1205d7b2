"""Settings shared by every environment. The environment is read in this package only."""

import os
from pathlib import Path
from typing import Any

import dj_database_url

from caracol import embedded

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = Path(os.environ.get("VAR_DIR") or BASE_DIR / "var").resolve()

# --- Services: given by the environment, else the embedded ones of VAR_DIR ----------------------
_embedded = embedded.addresses(VAR_DIR)
DATABASE_URL = os.environ.get("DATABASE_URL", "")
DATABASE_OWNER_URL = os.environ.get("DATABASE_OWNER_URL", "")
REDIS_URL = os.environ.get("REDIS_URL", "") or _embedded.redis_url
EMBEDDED_DATABASE = not DATABASE_URL
APP_ROLE = "caracol_app"
PRODUCTION = False
DEMO = False
GALLERY = False


def _database(url: str, *, as_role: str = "") -> dict[str, Any]:
    config: dict[str, Any] = dict(dj_database_url.parse(url, conn_health_checks=True))
    options = dict(config.get("OPTIONS") or {})
    if as_role:
        options["options"] = f"-c role={as_role}"
    config["OPTIONS"] = options
    return config


# "default" serves requests and jobs with a role that owns no table; "owner" migrates.
# With one URL only, the session takes the restricted role by SET ROLE.
DATABASES: dict[str, dict[str, Any]]
if EMBEDDED_DATABASE:
    DATABASES = {
        "default": _database(_embedded.database_url),
        "owner": _database(_embedded.database_owner_url),
    }
else:
    DATABASES = {
        "default": _database(DATABASE_URL, as_role="" if DATABASE_OWNER_URL else APP_ROLE),
        "owner": _database(DATABASE_OWNER_URL or DATABASE_URL),
    }
DATABASES["default"]["TEST"] = {"MIRROR": "owner"}


def shared_cache(url: str) -> dict[str, dict[str, object]]:
    """Return CACHES on a Redis whose absence is forgiven."""
    return {
        "default": {
            "BACKEND": "caracol.core.cache.ForgivingRedisCache",
            "LOCATION": url,
            "KEY_PREFIX": "caracol",
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
        }
    }


# Shared by every process, apart from the queue (database 1 of the same Redis). The queue writes a
# socket as redis+socket://, the cache as unix://.
CACHES = shared_cache(
    f"unix://{REDIS_URL.removeprefix('redis+socket://')}?db=1"
    if REDIS_URL.startswith("redis+socket://")
    else REDIS_URL
)
DATABASE_ROUTERS = ["caracol.core.database.OwnerMigrates"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Applications -------------------------------------------------------------------------------
INSTALLED_APPS = [
    "caracol.core",
    "caracol.ui",
    "caracol.accounts",
    "caracol.parameters",
    "caracol.audit",
    "caracol.jobs",
    "caracol.documents",
    "caracol.lists",
    "caracol.notifications",
    "caracol.deadlines",
    "colocations",
    "residents",
    "payments",
    "litigation",
    "social",
    "caracol.takeover",
    "caracol.dashboard",
    "caracol.demo",
    "pghistory",
    "pgtrigger",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "csp",
    "django_htmx",
    "django_filters",
    "django_tables2",
    "import_export",
    "template_partials",
    "caracol.dashboard.admin_config.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "caracol.core.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "caracol.core.middleware.SecurityHeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "caracol.core.middleware.HtmxLoginMiddleware",
    "caracol.accounts.middleware.AccountGateMiddleware",
    "caracol.audit.middleware.HistoryContextMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "caracol.urls"
WSGI_APPLICATION = "caracol.wsgi.application"
ASGI_APPLICATION = "caracol.asgi.application"
FORM_RENDERER = "caracol.ui.forms.CaracolFormRenderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "caracol.ui.context.shell",
            ],
            "builtins": ["caracol.ui.templatetags.caracol"],
        },
    }
]

# --- People -------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "caracol.accounts.adapter.InvitationOnlyAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
# The session where the password is changed goes on; the others end (caracol.accounts.receivers).
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
INVITATION_DAYS = 7
# --- Second factor: of whom it is demanded is the dated parameter "security.mfa_roles" -----------
MFA_ADAPTER = "caracol.accounts.adapter.FactorAdapter"
MFA_DEMANDED = os.environ.get("MFA_DEMANDED", "") == "1"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_TOTP_ISSUER = "Caracol"
MFA_TOTP_TOLERANCE = 1
# --- Sessions: the lock of who is away, the end of the day, what each device did last -------------
# The last sign of life is written by caracol.accounts.middleware, twice a minute at most; the
# library's own tracking would write at every request.
USERSESSIONS_TRACK_ACTIVITY = False
IDLE_LOCK_SECONDS = 30 * 60
AXES_FAILURE_LIMIT = 6
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "account/lockout.html"
AXES_VERBOSE = False
AXES_CLIENT_IP_CALLABLE = "caracol.core.network.client_ip"
# How many proxies of ours stand before the site; X-Forwarded-For is not believed further.
ALLAUTH_TRUSTED_PROXY_COUNT = 0
SESSION_COOKIE_AGE = 10 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True

# --- Language and time --------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "caracol" / "locale"]
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

# --- Files --------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT") or BASE_DIR / "staticfiles")
STORAGES = {
    # Private: never under a public URL; read through caracol.documents only.
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(VAR_DIR / "files"), "base_url": None},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
FILE_UPLOAD_HANDLERS = [
    "caracol.core.uploads.CapHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024

# --- Browser safety (TRUST 2.2) -----------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
        "manifest-src": ["'self'"],
        "worker-src": ["'self'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

# --- Jobs (TRUST 1.3: early acknowledgement, no prefetch, the truth is a row) -------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_DISABLE_PREFETCH = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = int(os.environ.get("JOB_SOFT_LIMIT_SECONDS") or 240)
CELERY_TASK_TIME_LIMIT = int(os.environ.get("JOB_HARD_LIMIT_SECONDS") or 300)
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000  # KiB
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 30,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 25,
    "global_keyprefix": "caracol:",
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.2,
    "interval_max": 0.5,
}
CELERY_TASK_PUBLISH_RETRY_POLICY = {
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.2,
    "interval_max": 0.5,
}
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULER = "caracol.jobs.beat:HeartbeatScheduler"
JOB_SWEEP_SECONDS = float(os.environ.get("JOB_SWEEP_SECONDS") or 30)
REMIND_SECONDS = 900
# An entry not run before the next one is worthless: it expires.
CELERY_BEAT_SCHEDULE = {
    "sweep-jobs": {
        "task": "caracol.jobs.tasks.sweep",
        "schedule": JOB_SWEEP_SECONDS,
        "options": {"expires": JOB_SWEEP_SECONDS},
    },
    "send-mails": {
        "task": "caracol.notifications.tasks.send_mails",
        "schedule": 2 * JOB_SWEEP_SECONDS,
        "options": {"expires": 2 * JOB_SWEEP_SECONDS},
    },
    "follow-acts": {
        "task": "caracol.deadlines.tasks.keep_up",
        "schedule": JOB_SWEEP_SECONDS,
        "options": {"expires": JOB_SWEEP_SECONDS},
    },
    "send-texts": {
        "task": "caracol.notifications.tasks.send_texts",
        "schedule": 2 * JOB_SWEEP_SECONDS,
        "options": {"expires": 2 * JOB_SWEEP_SECONDS},
    },
    # What becomes urgent in the course of the day; the morning's digest is a job of its own.
    "remind-urgent": {
        "task": "caracol.deadlines.tasks.remind_urgent",
        "schedule": REMIND_SECONDS,
        "options": {"expires": REMIND_SECONDS},
    },
}
# A job is its worker's for the lease, which must outlast the hard limit (checked at start).
JOB_LEASE_SECONDS = int(os.environ.get("JOB_LEASE_SECONDS") or 420)
JOB_RETRY_WAITS_SECONDS = [10, 60, 300, 900]
JOB_WAKE_AGAIN_SECONDS = int(os.environ.get("JOB_WAKE_AGAIN_SECONDS") or 60)
JOB_WAKE_TIMEOUT_SECONDS = 0.4

# --- Where the site is: written in mails and calendars, which know no request ---------------------
SITE_URL = (os.environ.get("SITE_URL") or "http://127.0.0.1:8000").rstrip("/")

# --- Mail: on the console, or by SMTP when a server is named ------------------------------------
SMTP_HOST = os.environ.get("SMTP_HOST", "")
SMTP_SECURITY = os.environ.get("SMTP_SECURITY", "starttls")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if SMTP_HOST else 'console'}.EmailBackend"
EMAIL_HOST = SMTP_HOST
EMAIL_PORT = int(os.environ.get("SMTP_PORT") or 587)
EMAIL_HOST_USER = os.environ.get("SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("SMTP_PASSWORD", "")
EMAIL_USE_TLS = SMTP_SECURITY == "starttls"
EMAIL_USE_SSL = SMTP_SECURITY == "tls"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("MAIL_FROM", "gestion@caracol.example.org")
MAIL_LEASE_SECONDS = 300
MAIL_MAX_ATTEMPTS = 10

# --- Text messages: on the console, or by the operator named ------------------------------------
SMS_PROVIDER = os.environ.get("SMS_PROVIDER", "console")
SMS_KEY = os.environ.get("SMS_KEY", "")
SMS_SENDER = os.environ.get("SMS_SENDER", "Caracol")
SMS_URL = os.environ.get("SMS_URL", "https://api.brevo.com/v3/transactionalSMS/send")

# --- History ------------------------------------------------------------------------------------
PGHISTORY_APPEND_ONLY = True
PGHISTORY_ADMIN_ALL_EVENTS = False

DJANGO_TABLES2_TEMPLATE = "components/table.html"
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "fontTools": {"level": "ERROR"},
        "weasyprint": {"level": "ERROR"},
        "pikepdf": {"level": "WARNING"},
    },
}
