"""System checks: settings under which the product must not start."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def check_production_is_no_demonstration(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Refuse a production that shows demonstration logins, keys or pages."""
    return list(_demonstration_left()) if settings.PRODUCTION else []


def _demonstration_left() -> Iterator[CheckMessage]:
    if settings.DEBUG:
        yield Error("DEBUG is on in production.", id="caracol.E001")
    if settings.DEMO or settings.GALLERY:
        yield Error("The demonstration is on in production.", id="caracol.E002")
    if "demonstration" in settings.SECRET_KEY or any(
        key.startswith("demo:") for key in settings.FIELD_KEYS
    ):
        yield Error("The demonstration's keys are used in production.", id="caracol.E003")
    if getattr(settings, "MFA_TOTP_INSECURE_BYPASS_CODE", None):
        yield Error("MFA_TOTP_INSECURE_BYPASS_CODE is set in production.", id="caracol.E004")
    yield from _weak_second_factor()


def _weak_second_factor() -> Iterator[CheckMessage]:
    if not settings.MFA_DEMANDED:
        yield Error("No second factor is demanded in production.", id="caracol.E005")
    if getattr(settings, "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN", False):
        yield Error("Passkeys are taken from any origin in production.", id="caracol.E006")
    if settings.MFA_WEBAUTHN_USER_VERIFICATION != "required":
        yield Error("Passkeys are taken without verifying the person.", id="caracol.E007")
