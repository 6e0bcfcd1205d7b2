"""One's own account: set the second factor that is demanded, close a session."""

from typing import Any, cast

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.views import remove_webauthn
from allauth.usersessions.models import UserSession
from allauth.usersessions.views import list_usersessions
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from caracol.accounts.demands import second_factor_demanded
from caracol.accounts.services import close_sessions, has_second_factor
from caracol.ui import toasts


@require_safe
def enrol(request: HttpRequest) -> HttpResponseBase:
    """Let a person choose how to protect their account, before anything else opens."""
    user: Any = request.user
    if has_second_factor(user):
        return redirect("/")
    context = {"demanded": second_factor_demanded(user)}
    return render(request, "account/enrol.html", context)


@require_POST
def session_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign one of one's own devices out."""
    user: Any = request.user
    session = get_object_or_404(UserSession, pk=pk, user=user)
    if session.session_key == request.session.session_key:
        return redirect("account_logout")
    session.end()
    toasts.say(request, "Cet appareil est déconnecté.")
    return redirect("usersessions_list")


@require_POST
def sessions_end(request: HttpRequest) -> HttpResponse:
    """Sign out of every other device."""
    user: Any = request.user
    raise_if_reauthentication_required(request, app="allauth.usersessions")
    ended = close_sessions(user=user, actor=user, but=request.session.session_key or "")
    words = "Vos autres appareils sont déconnectés." if ended else "Aucun autre appareil connecté."
    toasts.say(request, words)
    return redirect("usersessions_list")


@require_safe
def sessions(request: HttpRequest) -> HttpResponseBase:
    """List the devices one is signed in on; closing them has addresses of its own."""
    return cast(HttpResponseBase, list_usersessions(request))


def passkey_remove(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take a passkey away, unless it is the last second factor of who must have one."""
    user: Any = request.user
    passkey = Authenticator.objects.filter(
        pk=pk, user_id=user.pk, type=Authenticator.Type.WEBAUTHN
    ).first()
    if passkey is not None and not get_adapter().can_delete_authenticator(passkey):
        toasts.say(
            request,
            "C'est votre dernière protection : ajoutez-en une autre avant de retirer celle-ci.",
            tone="danger",
        )
        return redirect("mfa_list_webauthn")
    return cast(HttpResponseBase, remove_webauthn(request, pk=pk))
