"""Outgoing messages seen by people: the lists, one message, the decision on an uncertain one."""

from collections.abc import Callable
from typing import Any, cast

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_tables2 import RequestConfig

from caracol.accounts.policy import may
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, allowed, get_visible_or_404, page, render_page
from caracol.notifications import selectors, services
from caracol.notifications.filters import MailFilter, TextFilter
from caracol.notifications.models import MailOut, Outgoing, TextOut
from caracol.notifications.tables import MailTable, TextTable
from caracol.ui import toasts

PER_PAGE = 50
WHOEVER = ("requested_by", "resent_by", "settled_by", "territory")


def tabs(request: PageRequest) -> list[dict[str, Any]]:
    """Return the lists of messages that the user may open."""
    lists = (
        ("residents:message-list", "Aux résidents"),
        ("notifications:mail-list", "Courriels"),
        ("notifications:text-list", "SMS"),
        ("notifications:phrase-list", "Messages types"),
    )
    return [
        {"label": label, "url": reverse(key), "current": key == request.page_key, "count": ""}
        for key, label in lists
        if may(request.user, key)
    ]


@page("notifications:mail-list")
def mail_list(request: PageRequest) -> HttpResponse:
    """List the mails of one's territories, and say how many wait for a decision."""
    visible = allowed(request, MailOut.objects.all())
    mails = MailFilter(request.GET, queryset=visible)
    table = MailTable(mails.qs)
    RequestConfig(request, paginate={"per_page": PER_PAGE}).configure(table)
    context = {"table": table, "filters": mails.form, "waiting": visible.unsettled().count()}
    context |= {
        "title": "Courriels",
        "tabs": tabs(request),
        "one": "Un courriel",
        "of": "courriels",
    }
    return render_page(request, "notifications/mail_list.html", context)


@page("notifications:text-list")
def text_list(request: PageRequest) -> HttpResponse:
    """List the text messages of one's territories."""
    visible = allowed(request, TextOut.objects.all())
    texts = TextFilter(request.GET, queryset=visible)
    table = TextTable(texts.qs)
    RequestConfig(request, paginate={"per_page": PER_PAGE}).configure(table)
    context = {"table": table, "filters": texts.form, "waiting": visible.unsettled().count()}
    context |= {"title": "SMS", "tabs": tabs(request), "one": "Un SMS", "of": "SMS"}
    return render_page(request, "notifications/mail_list.html", context)


@page("notifications:mail-detail")
def mail_detail(request: PageRequest, pk: int) -> HttpResponse:
    """Show a mail as it leaves, with its papers."""
    mail = _mail(request, pk)
    context = _detail(request, mail, "mail") | {
        "list_label": "Courriels",
        "body": mail.text_body,
        "papers": selectors.papers_of(mail),
    }
    return render_page(request, "notifications/mail_detail.html", context)


@page("notifications:text-detail")
def text_detail(request: PageRequest, pk: int) -> HttpResponse:
    """Show a text message as it leaves."""
    text = _text(request, pk)
    context = _detail(request, text, "text") | {"list_label": "SMS", "body": text.body}
    return render_page(request, "notifications/mail_detail.html", context)


def _detail(request: PageRequest, mail: Outgoing, name: str) -> dict[str, Any]:
    decides = may(request.user, f"notifications:{name}-resend")
    return {
        "mail": mail,
        "label": selectors.label_of(mail),
        "tone": selectors.tone_of(mail),
        "may_decide": mail.waits_for_a_person and decides,
        "list_url": reverse(f"notifications:{name}-list"),
        "resend_url": reverse(f"notifications:{name}-resend", args=[mail.pk]),
        "settle_url": reverse(f"notifications:{name}-settle", args=[mail.pk]),
    }


@page("notifications:mail-resend", methods=("POST",))
def mail_resend(request: PageRequest, pk: int) -> HttpResponse:
    """Send again a mail that was refused or is uncertain."""
    mail = _mail(request, pk)
    return _decide(request, mail, services.resend, "Le courriel part de nouveau.")


@page("notifications:mail-settle", methods=("POST",))
def mail_settle(request: PageRequest, pk: int) -> HttpResponse:
    """Close a mail without sending it again."""
    mail = _mail(request, pk)
    return _decide(request, mail, services.settle, "Le courriel est classé.")


@page("notifications:text-resend", methods=("POST",))
def text_resend(request: PageRequest, pk: int) -> HttpResponse:
    """Send again a text message that was refused or is uncertain."""
    return _decide(request, _text(request, pk), services.resend, "Le SMS part de nouveau.")


@page("notifications:text-settle", methods=("POST",))
def text_settle(request: PageRequest, pk: int) -> HttpResponse:
    """Close a text message without sending it again."""
    return _decide(request, _text(request, pk), services.settle, "Le SMS est classé.")


def _decide(
    request: PageRequest, mail: Outgoing, decide: Callable[..., Outgoing], done: str
) -> HttpResponse:
    try:
        decide(mail=mail, actor=request.user)
    except Refused as refusal:
        toasts.say(request, refusal.message, tone="danger")
    else:
        toasts.say(request, done)
    name = "text" if isinstance(mail, TextOut) else "mail"
    return redirect(f"notifications:{name}-detail", pk=mail.pk)


def _mail(request: PageRequest, pk: int) -> MailOut:
    mails = MailOut.objects.select_related(*WHOEVER)
    return cast(MailOut, get_visible_or_404(request, mails, pk=pk))


def _text(request: PageRequest, pk: int) -> TextOut:
    texts = TextOut.objects.select_related(*WHOEVER)
    return cast(TextOut, get_visible_or_404(request, texts, pk=pk))
