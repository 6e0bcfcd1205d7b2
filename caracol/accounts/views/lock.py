"""The lock of a session left alone, and the sign of life that keeps it open."""

from typing import Any
from urllib.parse import parse_qsl

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import ReauthenticateWebAuthnForm
from allauth.mfa.webauthn.internal.flows import auth as passkeys
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from caracol.accounts.forms import UnlockForm
from caracol.accounts.models import User
from caracol.accounts.presence import Presence
from caracol.core import clock

FAILURES = 5


@never_cache
@require_http_methods(["GET", "POST"])
def presence(request: HttpRequest) -> HttpResponse:
    """Tell how long the session stays open; a POST is a person at work, and prolongs it."""
    times, now = Presence(request.session), clock.now()
    if request.method == "POST" and not times.is_locked(now):
        times.see(now)
    return JsonResponse({"locks_in": times.locks_in(now)})


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def lock(request: HttpRequest) -> HttpResponseBase:
    """Show the lock, lock at once (`lock`), or open it by password or passkey.

    Asked for while the session is open, it leads back where one was.

    A script asks with `Accept: application/json` and gets the same answers without the page.
    """
    user: Any = request.user
    times, now = Presence(request.session), clock.now()
    if "lock" in request.POST:
        times.lock()
        return _page(request, user)
    if request.method == "GET":
        if not times.is_locked(now) and not _wants_json(request):
            return redirect(_next(request))
        return _options(user) if _wants_json(request) else _page(request, user)
    if "abandon" in request.POST:
        times.forget()
        return redirect(_next(request))
    form: Any = (
        ReauthenticateWebAuthnForm(user=user, data=request.POST)
        if "credential" in request.POST
        else UnlockForm(user=user, data=request.POST)
    )
    if not form.is_valid():
        return _wrong(request, times, form)
    if hasattr(form, "save"):
        form.save()
    times.unlock(now)
    return _opened(request, times)


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "") == "application/json"


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if safe else "/"


def _has_passkey(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).exists()


def _options(user: User) -> HttpResponse:
    """Return the challenge of a passkey, to a script."""
    if not _has_passkey(user):
        return JsonResponse({"passkey": False})
    return JsonResponse({"passkey": True, "request_options": passkeys.begin_authentication(user)})


def _page(request: HttpRequest, user: User, error: str = "") -> HttpResponse:
    context = {"next": _next(request), "passkey": _has_passkey(user), "error": error}
    return render(request, "account/lock.html", context, status=422 if error else 200)


def _wrong(request: HttpRequest, times: Presence, form: Any) -> HttpResponseBase:
    words = next(iter(form.errors.values()))[0]
    if times.fail() >= FAILURES:
        logout(request)
        if _wants_json(request):
            return JsonResponse({"error": words}, status=401)
        return redirect("account_login")
    if _wants_json(request):
        return JsonResponse({"error": words}, status=422)
    return _page(request, request.user, words)  # type: ignore[arg-type]


def _opened(request: HttpRequest, times: Presence) -> HttpResponseBase:
    kept = times.kept()
    times.forget()
    if _wants_json(request):
        return JsonResponse({"locks_in": times.locks_in(clock.now())})
    if kept is None:
        return redirect(_next(request))
    fields = [
        (name, value)
        for name, value in parse_qsl(kept["typed"], keep_blank_values=True)
        if name != "csrfmiddlewaretoken"
    ]
    context = {"path": kept["path"], "fields": fields}
    return render(request, "account/lock_resume.html", context)
