"""Write to a resident in their language, see what was written, print a letter to hand over."""

from typing import Any
from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from caracol.accounts.policy import may
from caracol.audit.models import AccessAction
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, get_visible_or_404, page, render_page
from caracol.notifications.enums import Channel
from caracol.notifications.hours import next_allowed
from caracol.notifications.services import sender
from caracol.ui import toasts
from residents.forms.messages import HandedForm, MessageForm
from residents.models import ResidentMessage
from residents.permissions import message_kinds
from residents.selectors.frame import person_frame
from residents.selectors.messages import line_of, may_read, messages_to, places_lived
from residents.services.handing import hand_letter, take_letter_back
from residents.services.writing import Letter, prepare, write_messages
from residents.views.person import read_person

SENT = {
    Channel.SMS: "Le SMS est en route.",
    Channel.EMAIL: "Le courriel est en route.",
    Channel.PAPER: "La lettre est prête à imprimer.",
}


@page("residents:person-messages")
def person_messages(request: PageRequest, pk: int) -> HttpResponse:
    """Show what was written to a person, and offer to write."""
    context = person_frame(request, pk)
    context |= {
        "lines": messages_to(request.user, context["person"]),
        "may_write": may(request.user, "residents:message-new"),
    }
    read_person(request, context, AccessAction.VIEW, "Messages")
    return render_page(request, "residents/person_messages.html", context)


@page("residents:message-new", methods=("GET", "POST"))
def message_new(request: PageRequest, pk: int) -> HttpResponse:
    """Write a standard message to a person: seen as they will read it before it leaves."""
    context = person_frame(request, pk)
    person, kinds = context["person"], message_kinds(request.user.roles)
    kind = request.GET.get("message", "")
    kind = kind if kind in dict(kinds) else kinds[0][0]
    typed = request.POST or None
    form = MessageForm(typed, kind=kind, initial={"key": uuid4().hex, **_usual(request)})
    letter = _letter(form, person) if form.is_valid() else None
    if letter and "essai" not in request.POST and not letter.why_not:
        try:
            written = write_messages(
                people=[person],
                kind=kind,
                facts=form.facts,
                channel=form.cleaned_data["channel"],
                key=form.cleaned_data["key"],
                actor=request.user,
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            return _written(request, written[0])
    elif letter and letter.why_not and "essai" not in request.POST:
        form.add_error("channel", f"{person.full_name} {letter.why_not}.")
    read_person(request, context, AccessAction.VIEW, "Message à écrire")
    context |= {
        "form": form,
        "letter": letter,
        "kinds": _kinds(request, kinds, kind),
        "leaves_at": _later(letter),
        "current_tab": "residents:person-messages",
        "partials": ("apercu",),
    }
    status = 422 if typed and "essai" not in request.POST else 200
    return render_page(request, "residents/message_new.html", context, status=status)


def _usual(request: PageRequest) -> dict[str, str]:
    """What the writer most often fills: themselves, and what the link that led here knew."""
    known = {name: request.GET[name] for name in ("date", "time", "place") if name in request.GET}
    return {"contact": request.user.get_full_name(), **known}


def _letter(form: MessageForm, person: Any) -> Letter:
    channel = form.cleaned_data["channel"]
    return prepare(people=[person], kind=form.kind, facts=form.facts, channel=channel)[0]


def _later(letter: Letter | None) -> Any:
    """When a message leaves that would reach somebody at night; None when it leaves at once."""
    if letter is None or letter.channel not in {Channel.SMS, Channel.EMAIL}:
        return None
    now = clock.now()
    allowed = next_allowed(now)
    return allowed if allowed != now else None


def _kinds(request: PageRequest, kinds: list[tuple[str, str]], kind: str) -> list[dict[str, Any]]:
    items = []
    for code, label in kinds:
        query = request.GET.copy()
        query["message"] = code
        url = f"{request.path}?{query.urlencode()}"
        items.append({"label": label, "url": url, "current": code == kind, "count": ""})
    return items


def _written(request: PageRequest, message: ResidentMessage) -> HttpResponse:
    toasts.say(request, SENT[Channel(message.channel)])
    if message.channel == Channel.PAPER:
        return redirect("residents:message-detail", pk=message.pk)
    return redirect("residents:person-messages", pk=message.person_id)


@page("residents:message-detail")
def message_detail(request: PageRequest, pk: int) -> HttpResponse:
    """Show the words of a message as they left; a letter is printed from here."""
    message = _message(request, pk)
    return _detail(request, message, HandedForm(initial={"on": clock.today()}))


def _message(request: PageRequest, pk: int) -> ResidentMessage:
    rows = ResidentMessage.objects.select_related(
        "person", "mail", "text", "written_by", "handed_by"
    )
    message: ResidentMessage = get_visible_or_404(request, rows, pk=pk)
    if not may_read(request.user, message):
        raise PermissionDenied
    return message


def _detail(
    request: PageRequest, message: ResidentMessage, form: HandedForm, status: int = 200
) -> HttpResponse:
    context = person_frame(request, message.person_id)
    context["current_tab"] = "residents:person-messages"
    place = places_lived(request.user, [message.person_id], clock.today())
    context |= {
        "line": line_of(message, place.get(message.person_id, "")),
        "message": message,
        "association": sender(),
        "follow_url": _follow(request, message),
        "form": form,
        "may_hand": may(request.user, "residents:message-handed"),
    }
    read_person(request, context, AccessAction.VIEW, "Message")
    return render_page(request, "residents/message_detail.html", context, status=status)


@page("residents:message-handed", methods=("POST",))
def message_handed(request: PageRequest, pk: int) -> HttpResponse:
    """Write that a letter was handed over, or that it was not after all."""
    message = _message(request, pk)
    if "annuler" in request.POST:
        take_letter_back(message=message, actor=request.user)
        toasts.say(request, "La lettre est de nouveau à remettre.")
        return redirect("residents:message-detail", pk=pk)
    form = HandedForm(request.POST)
    if form.is_valid():
        try:
            hand_letter(message=message, on=form.cleaned_data["on"], actor=request.user)
        except Refused as refusal:
            form.add_error("on", refusal.message)
        else:
            toasts.say(request, "La remise est enregistrée.")
            return redirect("residents:message-detail", pk=pk)
    return _detail(request, message, form, status=422)


def _follow(request: PageRequest, message: ResidentMessage) -> str:
    """Where the mail or the text message is followed, for who may."""
    for name, row in (("mail", message.mail), ("text", message.text)):
        if row is not None and may(request.user, f"notifications:{name}-detail"):
            return reverse(f"notifications:{name}-detail", args=[row.pk])
    return ""
