"""Addresses of the door and of one's own account, under /compte/."""

from typing import Any

from allauth.urls import urlpatterns as library
from django.http import Http404, HttpRequest
from django.urls import URLPattern, URLResolver, include, path

from caracol.accounts.views import account, invitations, lock

# Pages of the library that have no use here: accounts come by invitation, addresses are changed
# by the direction. Their names stay, for the library looks them up; they answer 404.
CLOSED = frozenset(
    {
        "account_email",
        "account_confirm_email",
        "account_email_verification_sent",
        "account_confirm_login_code",
    }
)


def _closed(request: HttpRequest, **_: Any) -> None:
    raise Http404


# Of the library's pages, those that are answered by ours.
REPLACED = {"mfa_remove_webauthn": account.passkey_remove, "usersessions_list": account.sessions}


def _kept(patterns: Any) -> list[URLPattern | URLResolver]:
    found: list[URLPattern | URLResolver] = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inside = _kept(pattern.url_patterns)
            found.append(URLResolver(pattern.pattern, inside, {}, None, pattern.namespace))
        elif pattern.name in CLOSED or pattern.name in REPLACED:
            view: Any = REPLACED.get(pattern.name, _closed)
            found.append(URLPattern(pattern.pattern, view, pattern.default_args, pattern.name))
        else:
            found.append(pattern)
    return found


own = (
    [
        path("invitation/", invitations.accept, name="invitation"),
        path("invitation/<str:token>/", invitations.follow, name="invitation-follow"),
        path("protection/", account.enrol, name="enrol"),
        path("verrou/", lock.lock, name="lock"),
        path("presence/", lock.presence, name="presence"),
        path("appareils/<int:pk>/fermer/", account.session_end, name="session-end"),
        path("appareils/fermer/", account.sessions_end, name="sessions-end"),
    ],
    "accounts",
)
urlpatterns = [path("", include(own)), *_kept(library)]
