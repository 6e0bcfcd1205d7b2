"""The smallest pieces of a page, written in Python because lists hold hundreds of them.

Each returns safe HTML: icons, amounts, dates, statuses, chips. Templates reach them through the
tags of `caracol.ui.templatetags.caracol`.
"""

import hashlib
from datetime import date, datetime
from decimal import Decimal

from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from caracol.core.money import NBSP
from caracol.core.money import euros as _euros
from caracol.core.periods import Month

TONES = ("neutral", "info", "success", "warning", "danger", "accent")
TONE_ICONS = {
    "neutral": "circle",
    "info": "info-circle",
    "success": "circle-check",
    "warning": "alert-triangle",
    "danger": "alert-circle",
    "accent": "sparkles",
}
CALLOUT_ICONS = {**TONE_ICONS, "neutral": "info-circle"}
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
    "octobre", "novembre", "décembre",
)  # fmt: skip
_SHORT = (
    "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.",
    "déc.",
)  # fmt: skip
_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
AVATAR_TINTS = 6


def euros(amount: Decimal) -> str:
    """Write an amount for a screen, whose font has no narrow space: "1 234,56 €"."""
    return _euros(amount)


def tone_of(tone: str) -> str:
    """Return a known tone; anything else is neutral."""
    return tone if tone in TONES else "neutral"


def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """Draw an icon of the sprite; decorative unless it has a label."""
    href = f"{static('ui/vendor/icons/sprite.svg')}#{name}"
    classes = f"icon {css}".strip()
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}"></use></svg>',
            classes, label, href,
        )  # fmt: skip
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}"></use></svg>',
        classes, href,
    )  # fmt: skip


def money(
    amount: Decimal | int | None, kind: str = "", *, strong: bool = False, credit: str = ""
) -> SafeString:
    """Write an amount in tabular figures that never break.

    `kind="balance"`: what is owed is plain, zero is muted, a negative one says "en avance" (or
    `credit`). `kind="signed"`: shows + and −. Nothing known: a dash.
    """
    if amount is None:
        return format_html(
            '<span class="money is-none"><span aria-hidden="true">–</span>{}</span>',
            hidden("non renseigné"),
        )
    value = Decimal(amount)
    strength = " is-strong" if strong else ""
    if kind == "balance" and value < 0:
        return format_html(
            '<span class="money-line"><span class="money-note">{}</span>'
            '<span class="money is-credit{}">{}</span></span>',
            credit or "en avance", strength, euros(-value),
        )  # fmt: skip
    sign = "+" if kind == "signed" and value > 0 else ""
    state = _amount_state(kind, value)
    return format_html('<span class="money{}{}">{}{}</span>', state, strength, sign, euros(value))


def _amount_state(kind: str, value: Decimal) -> str:
    if value <= 0:
        return " is-negative" if value < 0 else " is-zero"
    return {"balance": " is-due", "signed": " is-positive"}.get(kind, "")


def hidden(text: str) -> SafeString:
    """Text for screen readers only."""
    return format_html('<span class="visually-hidden">{}</span>', text)


def to_date(value: date | datetime | None) -> date | None:
    """The local calendar day of a date or a moment."""
    if isinstance(value, datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).date()
    return value


def short_day(value: date | datetime | None) -> str:
    """Write a day: "23 nov. 2026", the first of a month as "1er"."""
    day = to_date(value)
    if day is None:
        return ""
    return f"{_number(day)}{NBSP}{_SHORT[day.month - 1]} {day.year}"


def long_day(value: date | datetime | None) -> str:
    """Write a day in full: "lundi 23 novembre 2026"."""
    day = to_date(value)
    if day is None:
        return ""
    return f"{_DAYS[day.weekday()]} {_number(day)}{NBSP}{MONTHS[day.month - 1]} {day.year}"


def _number(day: date) -> str:
    return "1er" if day.day == 1 else str(day.day)


def month_name(value: Month | date | str | None) -> str:
    """Write a month: "novembre 2026"; takes a Month, a date or "2026-11"."""
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        value = Month.parse(value)
    elif isinstance(value, date):
        value = Month.of(value)
    return value.label


def day(value: date | datetime | None, missing: str = "–") -> SafeString:
    """A day in a `<time>` element, in full in its title; with the hour for a moment."""
    if value is None:
        return format_html('<span class="is-none">{}</span>', missing)
    title = long_day(value)
    if isinstance(value, datetime):
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        title = f"{title} à {local:%H}{NBSP}h{NBSP}{local:%M}"
    return format_html(
        '<time class="day" datetime="{}" title="{}">{}</time>',
        value.isoformat(), title, short_day(value),
    )  # fmt: skip


def status(label: str, tone: str = "neutral", icon_name: str = "") -> SafeString:
    """A status badge: its word and its icon say it, the colour only helps."""
    tone = tone_of(tone)
    return format_html(
        '<span class="status-badge tone-{}">{}{}</span>',
        tone, icon(icon_name or TONE_ICONS[tone]), label,
    )  # fmt: skip


def initials(name: str) -> str:
    """First letters of the first and last word: "Amina Diallo" → "AD"."""
    words = [word for word in str(name).replace("-", " ").split() if word[:1].isalpha()]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def avatar(name: str, size: str = "") -> SafeString:
    """A round with initials; its tint follows the name. Decorative: write the name beside."""
    tint = int(hashlib.sha256(str(name).encode()).hexdigest()[:4], 16) % AVATAR_TINTS + 1
    classes = f"avatar-mark tint-{tint} {f'is-{size}' if size else ''}".strip()
    return format_html('<span class="{}" aria-hidden="true">{}</span>', classes, initials(name))


def chip(
    label: str, url: str = "", *, detail: str = "", icon_name: str = "", person: bool = False
) -> SafeString:
    """A compact reference to a person (initials) or to a thing (icon), a link when it has one."""
    mark = avatar(label, "xs") if person else icon(icon_name or "door")
    note = format_html('<span class="chip-detail">{}</span>', detail) if detail else ""
    tag = "a" if url else "span"
    href = format_html(' href="{}"', url) if url else ""
    return format_html(
        '<{} class="chip"{}>{}<span class="chip-label">{}</span>{}</{}>',
        tag, href, mark, label, note, tag,
    )  # fmt: skip


def ago(value: date | datetime | None, today: date) -> str:
    """How far a day is: "aujourd'hui", "hier", "il y a 3 jours", "dans 2 mois"."""
    then = to_date(value)
    if then is None:
        return ""
    distance = (then - today).days
    near = {0: "aujourd'hui", 1: "demain", 2: "après-demain", -1: "hier", -2: "avant-hier"}
    if distance in near:
        return near[distance]
    words = _span_words(abs(distance))
    return f"dans {words}" if distance > 0 else f"il y a {words}"


def _span_words(days: int) -> str:
    if days < 60:
        return f"{days}{NBSP}jours"
    if days < 730:
        return f"{days // 30}{NBSP}mois"
    return f"{days // 365}{NBSP}ans"


_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"),
             ("Safari", "Safari"))  # fmt: skip
_SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
            ("Mac OS", "Mac"), ("Linux", "Linux"))  # fmt: skip


def device(user_agent: str) -> str:
    """Name the browser and the machine of a user agent: "Firefox sur Windows"."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "Navigateur inconnu")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return f"{browser} sur {system}" if system else browser


def phone(number: str) -> str:
    """Group a French number of ten digits by two; leave another one as written."""
    digits = "".join(number.split())
    if len(digits) != 10 or not digits.isdigit():
        return number
    return NBSP.join(digits[start : start + 2] for start in range(0, 10, 2))
