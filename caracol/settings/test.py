"""The test suite: as dev, with fast hashing and mail kept in memory."""

from caracol.settings.dev import *

DEMO = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
