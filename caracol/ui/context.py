"""What every page of the shell needs: navigation, search, the person, the demonstration."""

from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from caracol.ui import navigation
from caracol.ui.navigation import Entry

# htmx never evaluates text, injects nothing inline and keeps no page in the browser.
HTMX_CONFIG = (
    '{"includeIndicatorStyles":false,"allowEval":false,"allowScriptTags":false,'
    '"selfRequestsOnly":true,"historyCacheSize":0,"refreshOnHistoryMiss":true,'
    '"scrollIntoViewOnBoost":false,"responseHandling":['
    '{"code":"204","swap":false},{"code":"[23]..","swap":true},'
    '{"code":"422","swap":true},{"code":"[45]..","swap":false,"error":true}]}'
)


class Shell:
    """The frame around a page; everything is computed only when a template asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def user(self) -> Any:
        """The account of the request, or nothing before the sessions are read."""
        return getattr(self._request, "user", None)

    @cached_property
    def signed_in(self) -> bool:
        """Whether somebody is signed in."""
        return bool(getattr(self.user, "is_authenticated", False))

    @cached_property
    def person_name(self) -> str:
        """Names of the person signed in, else the e-mail."""
        user = self.user
        names = f"{getattr(user, 'first_name', '')} {getattr(user, 'last_name', '')}".strip()
        return names or str(getattr(user, "email", ""))

    @cached_property
    def role_label(self) -> str:
        """The person's roles, in French."""
        return str(getattr(self.user, "role_label", ""))

    @cached_property
    def entries(self) -> list[Entry]:
        """Navigation entries the person may open."""
        if not self.signed_in:
            return []
        return navigation.entries(self.user, self._request.path)

    @cached_property
    def bottom_entries(self) -> list[Entry]:
        """Entries of the phone's bottom bar."""
        return self.entries[: navigation.BOTTOM_BAR]

    @cached_property
    def search_url(self) -> str:
        """Address of the search, empty for who may not search."""
        return navigation.search_url(self.user) if self.signed_in else ""

    @cached_property
    def idle_seconds(self) -> str:
        """After how long without a sign of life the session locks."""
        return str(settings.IDLE_LOCK_SECONDS)  # digits alone, for a script

    @cached_property
    def admin_url(self) -> str:
        """Address of the admin site, for who works in it."""
        if not getattr(self.user, "is_staff", False):
            return ""
        try:
            return reverse("admin:index")
        except NoReverseMatch:
            return ""


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give templates the shell, and the demonstration's accounts to the sign-in page."""
    demo = bool(getattr(settings, "DEMO", False))
    return {
        "shell": Shell(request),
        "htmx_config": HTMX_CONFIG,
        "demo": demo,
        "demo_logins": getattr(settings, "DEMO_LOGINS", ()) if demo else (),
    }
