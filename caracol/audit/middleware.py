"""Who acts, for every row of history written during a request."""

import uuid
from collections.abc import Callable
from typing import cast

import pghistory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from caracol.accounts.models import User
from caracol.audit.models import AccessAction
from caracol.audit.services import TooManyExports, asking, record_access


class HistoryContextMiddleware:
    """Open a history context that names the user and the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = str(uuid.uuid4())  # type: ignore[attr-defined]
        with asking():
            return self._answer(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer 429 to one file too many, and write that it was refused."""
        if not isinstance(exception, TooManyExports):
            return None
        record_access(
            actor=cast(User, request.user),
            action=AccessAction.REFUSED,
            label="Trop d'exports en une heure",
            page=getattr(request, "page_key", ""),
            request_id=request.request_id,  # type: ignore[attr-defined]
        )
        return render(request, "429.html", {"why": exception.message}, status=429)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return self.get_response(request)
        user_id = request.user.pk if request.user.is_authenticated else None
        with pghistory.context(user=user_id, request=request.request_id):  # type: ignore[attr-defined]
            return self.get_response(request)
