"""What cells of both lists are made of."""

from datetime import date
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from caracol.ui import atoms

NOTHING = format_html('<span class="is-none">{}</span>', "–")


def pair(first: Any, note: Any = "") -> SafeString:
    """A value and, under it, a note."""
    if not note:
        return format_html("<span>{}</span>", first)
    return format_html('<span>{}<span class="cell-note">{}</span></span>', first, note)


def span(starts_on: date | None, ends_on: date | None) -> SafeString:
    """From a day to another."""
    if starts_on is None:
        return NOTHING
    return format_html(
        '<span class="date-span">{}<span class="muted"> → </span>{}</span>',
        atoms.day(starts_on),
        atoms.day(ends_on),
    )


def phone(number: str) -> SafeString:
    """A telephone, to call."""
    if not number:
        return NOTHING
    dialled = "".join(number.split())
    return format_html('<a href="tel:{}">{}</a>', dialled, atoms.phone(number))


def email(address: str) -> SafeString:
    """An address, to write to."""
    return format_html('<a href="mailto:{0}">{0}</a>', address) if address else NOTHING


def text(value: str) -> Any:
    """A text, or a dash."""
    return value or NOTHING
