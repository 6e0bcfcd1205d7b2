"""Messages after an act: shown 10 seconds, with the button that takes the act back."""

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest, HttpResponse
from django_htmx.http import trigger_client_event

UNDO = "undo:"
_TONES = {"debug": "info", "info": "info", "success": "success", "warning": "warning",
          "error": "danger"}  # fmt: skip


def say(request: HttpRequest, text: str, *, tone: str = "success", undo_url: str = "") -> None:
    """Leave a message for the next page; `undo_url` receives a POST from its "Annuler" button."""
    level = {"info": messages.INFO, "warning": messages.WARNING, "danger": messages.ERROR}
    messages.add_message(
        request,
        level.get(tone, messages.SUCCESS),
        text,
        extra_tags=f"{UNDO}{undo_url}" if undo_url else "",
    )


def say_now(
    response: HttpResponse, text: str, *, tone: str = "success", undo_url: str = ""
) -> HttpResponse:
    """Show a toast with a partial answer."""
    return trigger_client_event(response, "toast", {"text": text, "tone": tone, "undo": undo_url})


def tone_of_message(message: Message) -> str:
    """The tone of a message, from its level."""
    return _TONES.get(message.level_tag, "info")


def undo_of_message(message: Message) -> str:
    """The undo address that `say` left in a message."""
    tags = message.extra_tags or ""
    return tags.removeprefix(UNDO) if tags.startswith(UNDO) else ""
