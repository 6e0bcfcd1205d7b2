"""The first day: an invited person follows their link and opens their account."""

from allauth.account.internal.flows.login import perform_login
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.account.models import Login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from caracol.accounts.enums import InvitationState
from caracol.accounts.forms import OpenAccountForm
from caracol.accounts.models import Invitation, User
from caracol.accounts.services import InvitationRefused, invitation_of, open_account
from caracol.core import clock

_KEPT = "invitation.token"


@login_not_required
@never_cache
@require_safe
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """Take the token of the link into the session: the address shown next no longer holds it."""
    request.session[_KEPT] = token
    return redirect("accounts:invitation")


@login_not_required
@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest) -> HttpResponseBase:
    """Ask an invited person for a password of their own, open their account, sign them in."""
    token = request.session.get(_KEPT, "")
    invitation = invitation_of(token)
    refusal = _refusal(request, invitation)
    if refusal or invitation is None:
        return render(request, "account/invitation_refused.html", {"refusal": refusal}, status=410)
    form = OpenAccountForm(request.POST or None, invitation=invitation)
    context = {"form": form, "invitation": invitation}
    if not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "account/invitation.html", context, status=status)
    given = {name: form.cleaned_data[name] for name in ("first_name", "last_name", "password")}
    try:
        user = open_account(token=token, at=clock.now(), **given)
    except InvitationRefused as error:
        form.add_error(None, error.message)
        return render(request, "account/invitation.html", context, status=422)
    return _sign_in(request, user)


def _sign_in(request: HttpRequest, user: User) -> HttpResponseBase:
    del request.session[_KEPT]
    response = perform_login(request, Login(user=user, redirect_url="/compte/protection/"))
    reauthenticate_by_password(request)
    return response


def _refusal(request: HttpRequest, invitation: Invitation | None) -> str:
    """Return why the link serves no more; "" when it does. An unknown one says nothing."""
    if request.user.is_authenticated:
        return "signed_in"
    if invitation is None:
        return "unknown"
    if User.objects.filter(email=invitation.email).exists():
        return "used"
    return {
        InvitationState.SENT: "",
        InvitationState.ACCEPTED: "used",
        InvitationState.EXPIRED: "expired",
    }.get(invitation.state_on(clock.now()), "unknown")
