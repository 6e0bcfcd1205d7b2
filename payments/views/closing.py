"""Preview what closing a month posts, post it, and list the terms posted."""

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Q, Sum
from django.http import HttpResponse
from django.shortcuts import redirect

from caracol.accounts.policy import may
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.export import Column
from caracol.core.money import ZERO, euros
from caracol.core.pages import PageRequest, page, render_page
from caracol.core.periods import Month
from caracol.ui import toasts
from payments.enums import BILLED_HERE
from payments.filters import PreviewFilter, TermFilter
from payments.forms import AheadForm
from payments.selectors.drafts import CHANGES, Preview, preview_lines
from payments.selectors.labels import contracts_matching, homes_of, people_of, with_labels
from payments.selectors.owing import NET_AMOUNT, NET_PAID, with_aid_awaited
from payments.services.closing import close_month
from payments.tables import PreviewTable, TermTable, term_state
from payments.views.lists import answer_file, homes_in, paginate
from payments.views.month import is_ahead, month_drafts, month_frame, month_urls
from payments.views.scope import Scope
from residents.models import Contract


class NotAsPreviewed(Refused):
    """What would be posted is no longer what was shown."""


def _preview(request: PageRequest, month: Month, scope: Scope) -> Preview | None:
    drafts = month_drafts(month, scope)
    if drafts is None:
        return None
    return preview_lines(month, drafts, with_places=scope.sees_places)


def _preview_form(request: PageRequest, scope: Scope, preview: Preview) -> PreviewFilter:
    homes = homes_in(line.label for line in preview.lines)
    return PreviewFilter(request.GET, territories=scope.territories, homes=homes)


@page("payments:month-preview")
def month_preview(request: PageRequest, month: Month) -> HttpResponse:
    """Show what closing would post: each contract, why, how much; then ask to confirm."""
    scope = Scope(request)
    preview = _preview(request, month, scope)
    if preview is None or not preview.lines:
        return redirect(month_urls(month, scope)["month"])
    form = _preview_form(request, scope, preview)
    lines = _kept(preview, form)
    table = PreviewTable(lines, with_places=scope.sees_places)
    context = {
        **month_frame(month, scope),
        "preview": preview,
        "changes": [(CHANGES[code][0], n, code) for code, n in preview.changes.items() if n],
        "form": form,
        "table": paginate(request, table),
        "shown_total": sum((line.amount for line in lines), ZERO),
        "shown_count": len(lines),
        "may_close": may(request.user, "payments:month-close"),
        "ahead_form": AheadForm() if is_ahead(month) else None,
    }
    return render_page(request, "payments/month_preview.html", context)


def _kept(preview: Preview, form: PreviewFilter) -> list[Any]:
    return preview.kept(
        words=form.value("q"), home=form.value("maison"), change=form.value("ecart")
    )


_PREVIEW_COLUMNS = [
    Column("Contrat"),
    Column("Personnes"),
    Column("Colocation"),
    Column("Chambre"),
    Column("Jours", "number"),
    Column("Jours du mois", "number"),
    Column("Échéance", "date"),
    Column("Montant", "money"),
    Column("Le mois d'avant", "money"),
    Column("À regarder"),
    Column("Calcul"),
]


@page("payments:month-preview-export")
def month_preview_export(request: PageRequest, month: Month) -> HttpResponse:
    """Export what closing would post, as the filters keep it."""
    scope = Scope(request)
    preview = _preview(request, month, scope) or Preview(month, [])
    rows = [
        (
            line.label.number, line.label.people, line.label.home, line.label.room, line.days,
            line.month_days, line.due_on, line.amount, line.before,
            CHANGES[line.change][0] if line.change else "", line.formula,
        )
        for line in _kept(preview, _preview_form(request, scope, preview))
    ]  # fmt: skip
    name = f"echeances-a-inscrire-{month}"
    label = f"Échéances à inscrire {month.of_label}"
    return answer_file(request, _PREVIEW_COLUMNS, rows, name=name, label=label)


@page("payments:month-close", methods=("POST",))
def month_close(request: PageRequest, month: Month) -> HttpResponse:
    """Post the month's terms, exactly those that were previewed, or nothing."""
    scope = Scope(request)
    urls = month_urls(month, scope)
    if is_ahead(month) and not AheadForm(request.POST).is_valid():
        text = (
            f"{month.label.capitalize()} n'a pas commencé : rien n'a été inscrit. Pour le clôturer "
            "dès maintenant, cochez « Je clôture un mois à venir »."
        )
        toasts.say(request, text, tone="warning")
        return redirect(urls["preview"])
    try:
        count, total = _close(request, month, scope)
    except NotAsPreviewed as refusal:
        toasts.say(request, refusal.message, tone="warning")
        return redirect(urls["preview"])
    except Refused as refusal:
        toasts.say(request, refusal.message, tone="danger")
        return redirect(urls["month"])
    if count:
        text = (
            f"{month.label.capitalize()} est clôturé : {count} échéances inscrites pour "
            f"{euros(total)}. Une échéance émise ne se supprime pas et ne change plus."
        )
    else:
        text = f"{month.label.capitalize()} était déjà clôturé : rien n'a changé."
    toasts.say(request, text)
    return redirect(urls["month"])


@transaction.atomic
def _close(request: PageRequest, month: Month, scope: Scope) -> tuple[int, Decimal]:
    count, total = 0, ZERO
    for part in scope.parts:
        closing = close_month(month=month, actor=request.user, territory=part)
        count += closing.new
        total += closing.new_total
    shown = (request.POST.get("count"), request.POST.get("total"))
    if count and shown != (str(count), str(total)):
        raise NotAsPreviewed(
            "Des contrats ont changé depuis l'aperçu : rien n'a été inscrit. "
            "Voici l'aperçu à jour, relisez-le avant de clôturer."
        )
    return count, total


def _terms(request: PageRequest, month: Month, scope: Scope) -> tuple[Any, TermFilter]:
    mine = scope.terms().filter(month=month.first, kind__in=BILLED_HERE)
    rows: Any = with_aid_awaited(mine, clock.today()).select_related("contract")
    rows = rows.annotate(owed=F("amount") - F("paid_amount") - F("aid_awaited"))
    rows = rows.annotate(called=NET_AMOUNT, received=NET_PAID)
    rows = with_labels(rows, contract="contract", on="ends_on").order_by("place_key", "pk")
    homes = homes_of(rows) if scope.sees_places else []
    form = TermFilter(request.GET, territories=scope.territories, homes=homes)
    if words := form.value("q"):
        found = Contract.objects.filter(contracts_matching(words)).values("pk")
        rows = rows.filter(contract__in=found)
    if home := form.value("maison"):
        rows = rows.filter(home_id=home)
    return rows.filter(_in_state(form.value("etat"))), form


def _in_state(state: str) -> Q:
    conditions = {
        "paid": Q(paid_amount=F("amount")),
        "part": Q(received__gt=0, paid_amount__lt=F("amount")),
        "none": Q(received=0, called__gt=0),
        "open": Q(paid_amount__lt=F("amount")),
    }
    return conditions.get(state, Q())


@page("payments:month-terms")
def month_terms(request: PageRequest, month: Month) -> HttpResponse:
    """List the terms of a month: what each is, what came, what is left."""
    scope, day = Scope(request), clock.today()
    rows, form = _terms(request, month, scope)
    table = TermTable(rows, with_places=scope.sees_places, day=day)
    sums = rows.order_by().aggregate(
        total=Sum("called", default=ZERO), paid=Sum("received", default=ZERO)
    )
    context = {**month_frame(month, scope), "form": form, "table": paginate(request, table), **sums}
    return render_page(request, "payments/month_terms.html", context)


_TERM_COLUMNS = [
    Column("Contrat"),
    Column("Personnes"),
    Column("Colocation"),
    Column("Chambre"),
    Column("Du", "date"),
    Column("Au", "date"),
    Column("Échéance", "date"),
    Column("Montant", "money"),
    Column("Payé", "money"),
    Column("Aide attendue", "money"),
    Column("Reste", "money"),
    Column("État"),
]


@page("payments:month-terms-export")
def month_terms_export(request: PageRequest, month: Month) -> HttpResponse:
    """Export the terms of a month that the filters keep."""
    scope, day = Scope(request), clock.today()
    found, _form = _terms(request, month, scope)
    shown = scope.sees_places
    rows = [
        (
            term.contract.number, people_of(term.people_raw), term.home if shown else "",
            term.room if shown else "", term.starts_on, term.ends_on, term.due_on, term.called,
            term.received, term.aid_awaited, term.owed, term_state(term, day)[0],
        )
        for term in found
    ]  # fmt: skip
    label = f"Échéances {month.of_label}"
    return answer_file(request, _TERM_COLUMNS, rows, name=f"echeances-{month}", label=label)
