"""What every answer carries, and what an expired session answers to a partial request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url

GetResponse = Callable[[HttpRequest], HttpResponse]


class SecurityHeadersMiddleware:
    """Add the headers that Django does not: permissions, caching of personal pages, variants."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=()")
        if getattr(request, "user", None) is not None and request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store, private")
        response.headers["Vary"] = ", ".join(
            filter(None, [response.headers.get("Vary"), "HX-Request, HX-Target"])
        )
        return response


# Pages that stand in the way of another: an answer that leads there is shown whole, never put in
# the middle of a page. The lock says besides that nothing typed is lost.
_IN_THE_WAY = ("account_login", "account_reauthenticate", "accounts:enrol", "accounts:lock")


class HtmxLoginMiddleware:
    """Send an HTMX request that is stopped at the door to the page of the door, whole."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not getattr(request, "htmx", None) or response.status_code != 302:
            return response
        location = response.headers.get("Location", "")
        target = location.partition("?")[0]
        doors = {name: resolve_url(name) for name in _IN_THE_WAY}
        if target not in doors.values():
            return response
        answer = HttpResponse(status=204)
        login = target == doors["account_login"]
        answer.headers["HX-Redirect"] = target if login else location
        if target == doors["accounts:lock"]:
            answer.headers["X-Locked"] = "1"
        return answer
