"""Between the door and the house: the end of the day, the lock, the second factor demanded."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.usersessions.models import UserSession
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, resolve_url

from caracol.accounts.demands import second_factor_demanded
from caracol.accounts.presence import Presence
from caracol.accounts.services import has_second_factor
from caracol.core import clock

# What a locked session may still ask for, by URL name.
OPEN_WHEN_LOCKED = frozenset({"accounts:lock", "accounts:presence", "account_logout"})
# What somebody without the second factor demanded of them may ask for: the way to set it.
ENROLMENT = frozenset(
    {
        "accounts:enrol",
        "accounts:lock",
        "accounts:presence",
        "account_logout",
        "account_reauthenticate",
        "mfa_activate_totp",
        "mfa_add_webauthn",
    }
)
# Asked by the page, not by the person: they keep nobody awake.
PASSIVE = frozenset({"jobs:job-progress", "accounts:presence", "accounts:lock"})


class AccountGateMiddleware:
    """Let a signed-in person through only with a living, unlocked, protected session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Answer in the view's place when the session may not go on."""
        if not request.user.is_authenticated or request.resolver_match is None:
            return None
        name, now = request.resolver_match.view_name, clock.now()
        presence = Presence(request.session)
        if presence.is_over(now):
            logout(request)
            return _with_next(resolve_url("account_login"), request)
        if name not in OPEN_WHEN_LOCKED and presence.is_locked(now):
            return _locked(request, presence)
        if name not in PASSIVE and presence.see(now):
            _last_seen(request)
        unprotected = name not in ENROLMENT and not has_second_factor_or_need_none(request)
        return _with_next(resolve_url("accounts:enrol"), request) if unprotected else None


def has_second_factor_or_need_none(request: HttpRequest) -> bool:
    """Return whether the person may go on without setting a second factor."""
    user: Any = request.user
    return not second_factor_demanded(user) or has_second_factor(user)


def _locked(request: HttpRequest, presence: Presence) -> HttpResponseBase:
    if request.method == "POST" and not getattr(request, "htmx", None):
        presence.keep(request.get_full_path(), request.POST.urlencode())
        return redirect("accounts:lock")
    return _with_next(resolve_url("accounts:lock"), request)


def _with_next(address: str, request: HttpRequest) -> HttpResponseBase:
    """Lead to an address from which one comes back: to the page that was being read."""
    htmx = getattr(request, "htmx", None)
    path = htmx.current_url_abs_path if htmx else request.get_full_path()
    if request.method != "GET" and not htmx:
        path = "/"
    return redirect(f"{address}?{urlencode({'next': path or '/'})}")


def _last_seen(request: HttpRequest) -> None:
    key = request.session.session_key
    UserSession.objects.filter(session_key=key).update(last_seen_at=clock.now())
