"""The one decorator of views, and the two functions by which they answer.

Outside one's territory: 404. Visible but not allowed: 403. No right at all: 403.
"""

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.module_loading import import_string
from django.views.decorators.http import require_http_methods

if TYPE_CHECKING:
    from caracol.accounts.models import User

View = Callable[..., HttpResponseBase]


class Policy(Protocol):
    """What this module needs of the rights table, which lives in a higher layer."""

    PAGES: dict[str, frozenset[str]]

    def may(self, user: object, key: str) -> bool:
        """Return whether one of the user's roles opens the page."""


class PageRequest(HttpRequest):
    """A request that a page decorator let in: its user is signed in."""

    user: "User"
    page_key: str
    opened_row: Any
    """The row that the page is about, once the door let it through."""


@functools.cache
def policy() -> Policy:
    """Return the rights table."""
    return cast(Policy, import_string("caracol.accounts.policy.POLICY"))


def page(key: str, methods: tuple[str, ...] = ("GET",)) -> Callable[[View], View]:
    """Declare a page: its key in the rights table and the verbs it answers.

    A GET page answers HEAD too. Refuses with 403 whoever has no role that opens the page.
    """
    verbs = [*methods, *(["HEAD"] if "GET" in methods else [])]

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not policy().may(request.user, key):
                raise PermissionDenied
            asked = request.META.get("QUERY_STRING", "")
            if "%00" in asked:  # PostgreSQL keeps no such sign: no text of ours has it
                request.GET = QueryDict(asked.replace("%00", ""))
            request.page_key = key
            # The register lives in a higher layer: found by name. What a view opened of a person
            # without writing it there is written now, before anything is answered.
            watch = import_string("caracol.audit.services.watching")
            with watch(request) as reading:
                response = view(request, *args, **kwargs)
                reading.end(response)
            return response

        answer: Any = require_http_methods(verbs)(guarded)
        answer.page_key = key
        return cast(View, answer)

    return decorate


def allowed(request: PageRequest, queryset: Any) -> Any:
    """Keep the rows that the user sees through a role that opens this page."""
    return queryset.visible_to(request.user, policy().PAGES[request.page_key])


def get_visible_or_404(request: PageRequest, queryset: Any, **lookup: Any) -> Any:
    """Return the one row looked up.

    Raises Http404 when the user may not see it at all, PermissionDenied when the user sees it
    but through no role that opens this page.
    """
    row = queryset.visible_to(request.user).filter(**lookup).first()
    if row is None:
        raise Http404
    if not allowed(request, queryset).filter(pk=row.pk).exists():
        raise PermissionDenied
    request.opened_row = row
    return row


def render_page(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Answer with the page, or with its partial named by HX-Target when HTMX asks for it.

    A page names the partials it answers alone in `context["partials"]`; any other target gets
    the whole page, of which htmx takes its part with hx-select.
    """
    htmx = getattr(request, "htmx", None)
    target = htmx.target if htmx else None
    if target and target in context.get("partials", ()):
        template = f"{template}#{target}"
    return render(request, template, context, status=status)
