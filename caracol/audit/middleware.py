"""Who acts, for every row of history written during a request."""

import uuid
from collections.abc import Callable

import pghistory
from django.http import HttpRequest, HttpResponse


class HistoryContextMiddleware:
    """Open a history context that names the user and the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = str(uuid.uuid4())  # type: ignore[attr-defined]
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return self.get_response(request)
        user_id = request.user.pk if request.user.is_authenticated else None
        with pghistory.context(user=user_id, request=request.request_id):  # type: ignore[attr-defined]
            return self.get_response(request)
