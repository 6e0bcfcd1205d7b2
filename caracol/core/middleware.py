"""What every answer carries, and what an expired session answers to a partial request."""

from collections.abc import Callable

from django.conf import settings
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


class HtmxLoginMiddleware:
    """Send an HTMX request whose session has ended to the sign-in page, whole."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        login = resolve_url(settings.LOGIN_URL)
        target = response.headers.get("Location", "").partition("?")[0]
        if getattr(request, "htmx", None) and response.status_code == 302 and target == login:
            answer = HttpResponse(status=204)
            answer.headers["HX-Redirect"] = login
            return answer
        return response
