"""Outgoing mail seen by people: the list, one mail, and the decision on an uncertain one."""

from collections.abc import Callable
from typing import cast

from django.http import HttpResponse
from django.shortcuts import redirect
from django_tables2 import RequestConfig

from caracol.accounts.policy import may
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, allowed, get_visible_or_404, page, render_page
from caracol.notifications import selectors, services
from caracol.notifications.filters import MailFilter
from caracol.notifications.models import MailOut
from caracol.notifications.tables import MailTable
from caracol.ui import toasts

PER_PAGE = 50


@page("notifications:mail-list")
def mail_list(request: PageRequest) -> HttpResponse:
    """List the mails of one's territories, and say how many wait for a decision."""
    visible = allowed(request, MailOut.objects.all())
    mails = MailFilter(request.GET, queryset=visible)
    table = MailTable(mails.qs)
    RequestConfig(request, paginate={"per_page": PER_PAGE}).configure(table)
    context = {"table": table, "filters": mails.form, "waiting": visible.unsettled().count()}
    return render_page(request, "notifications/mail_list.html", context)


@page("notifications:mail-detail")
def mail_detail(request: PageRequest, pk: int) -> HttpResponse:
    """Show a mail as it leaves, with its papers."""
    mail = _mail(request, pk)
    context = {
        "mail": mail,
        "label": selectors.label_of(mail),
        "tone": selectors.tone_of(mail),
        "papers": selectors.papers_of(mail),
        "may_decide": mail.waits_for_a_person and may(request.user, "notifications:mail-resend"),
    }
    return render_page(request, "notifications/mail_detail.html", context)


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


def _decide(
    request: PageRequest, mail: MailOut, decide: Callable[..., MailOut], done: str
) -> HttpResponse:
    try:
        decide(mail=mail, actor=request.user)
    except Refused as refusal:
        toasts.say(request, refusal.message, tone="danger")
    else:
        toasts.say(request, done)
    return redirect("notifications:mail-detail", pk=mail.pk)


def _mail(request: PageRequest, pk: int) -> MailOut:
    mails = MailOut.objects.select_related("requested_by", "resent_by", "settled_by", "territory")
    return cast(MailOut, get_visible_or_404(request, mails, pk=pk))
