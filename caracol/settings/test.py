"""The test suite: as dev, with fast hashing and mail kept in memory.

Its servers and files live in a VAR_DIR of its own, `test` inside the one given: a running
demonstration and the tests never meet.
"""

import os
from pathlib import Path

_var = Path(os.environ.get("VAR_DIR") or Path(__file__).resolve().parents[2] / "var")
if _var.name != "test":
    os.environ["VAR_DIR"] = str(_var / "test")

from caracol.settings.dev import *  # noqa: E402, F403

DEMO = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_BROKER_URL = "memory://"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# A line of code that queries once per row fails the test.
INSTALLED_APPS = [*INSTALLED_APPS, "zeal"]
MIDDLEWARE = [*MIDDLEWARE, "zeal.middleware.zeal_middleware"]
WHITENOISE_AUTOREFRESH = True
