"""Send a month's papers by e-mail: who gets what, then the confirmation."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, page, render_page
from caracol.core.periods import Month
from caracol.notifications.selectors import batch_states
from caracol.ui import toasts
from payments.services.mailing import mail_papers, plan_mails
from payments.views.month import month_frame, month_urls
from payments.views.papers import KINDS, asked_kind
from payments.views.scope import Scope

SHOWN = 30


@page("payments:receipts-mail", methods=("GET", "POST"))
def receipts_mail(request: PageRequest, month: Month) -> HttpResponse:
    """Show who would get which papers, and who would not; send on confirmation."""
    scope, kind = Scope(request), asked_kind(request)
    title, kinds = KINDS[kind]
    papers = scope.papers().filter(term__month=month.first, kind__in=kinds, cancelled_by=None)
    batch = f"papers:{month}:{kind}"
    urls = month_urls(month, scope)
    here = f"{urls['mail']}{urls['and']}genre={kind}"
    if request.method == "POST":
        try:
            count = mail_papers(papers=papers, month=month, batch=batch, actor=request.user)
        except Refused as refusal:
            toasts.say(request, refusal.message, tone="danger")
        else:
            toasts.say(request, _sentence(count), tone="success" if count else "info")
        return redirect(here)
    plan = plan_mails(papers.order_by("term__contract__number", "pk"))
    states = batch_states(batch)
    context = {
        **month_frame(month, scope),
        "kind": kind,
        "title": title,
        "here": here,
        "plan": plan,
        "shown": plan.to_send[:SHOWN],
        "more": max(len(plan.to_send) - SHOWN, 0),
        "states": [(state.label, count) for state, count in states.items()],
        "mails_url": f"{reverse('notifications:mail-list')}?batch={batch}",
    }
    return render_page(request, "payments/mail.html", context)


def _sentence(count: int) -> str:
    if not count:
        return "Aucun nouveau courriel : chacun a déjà reçu le sien."
    words = "courriels partent" if count > 1 else "courriel part"
    return f"{count} {words}. Un document n'est jamais envoyé deux fois à la même personne."
