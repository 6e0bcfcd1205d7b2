"""A person's machine and the demonstration: embedded services, mail on the console."""

from caracol.demo.logins import LOGINS
from caracol.settings.base import *  # noqa: F403

DEBUG = False
DEMO = True
GALLERY = True
SECRET_KEY = "only-for-the-demonstration-and-the-tests-never-in-production"  # noqa: S105
FIELD_KEYS = ["demo:Y2FyYWNvbC1kZW1vLWZpZWxkLWtleS0wMTIzNDU2Nzg="]
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", "testserver"]
# Static files are served from where they are: nothing to collect.
WHITENOISE_USE_FINDERS = True
# The accounts that the sign-in page of the demonstration offers.
DEMO_LOGINS = LOGINS
# Passkeys work on http://localhost only; browsers refuse them on a bare address.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
