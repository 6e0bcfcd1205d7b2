"""Who wrote a row last, from its history."""

from typing import Any

from caracol.accounts.models import User


def last_author(row: Any) -> str:
    """Name who changed a row last; empty when its history does not say."""
    events = getattr(type(row), "pgh_event_model", None)
    if events is None:
        return ""
    found = events.objects.filter(pgh_obj_id=row.pk).select_related("pgh_context")
    event = found.order_by("-pgh_id").first()
    context = event.pgh_context if event is not None else None
    number = context.metadata.get("user") if context is not None else None
    author = User.objects.filter(pk=number).first() if number else None
    return str(author) if author else ""
