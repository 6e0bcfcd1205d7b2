"""An answer for what watches the site: is it up, does its database answer, do the others live?"""

from collections.abc import Callable

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse

PATH = "/healthz"

Check = Callable[[], str]
_checks: dict[str, Check] = {}


def register_check(name: str, check: Check) -> None:
    """Let an application answer for a process at `/healthz/<name>`: "" when all is well."""
    _checks[name] = check


class HealthMiddleware:
    """Answers before everything else: no host, no session, no redirection to HTTPS."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        check = _check_at(request.path)
        if check is None:
            return self.get_response(request)
        try:
            fault = check()
        except DatabaseError:
            fault = "database"
        status = 503 if fault else 200
        return HttpResponse(f"{fault or 'ok'}\n", status=status, content_type="text/plain")


def _check_at(path: str) -> Check | None:
    if path == PATH:
        return _database
    start, _, name = path.rpartition("/")
    return _checks.get(name) if start == PATH else None


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""
