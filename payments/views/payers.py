"""Who pays for whom: the payers that the team confirmed, added by hand, revoked."""

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from caracol.accounts.policy import may
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, allowed, get_visible_or_404, page, render_page
from caracol.ui import toasts
from payments.enums import PayerRelation
from payments.forms import PayerForm
from payments.models import KnownPayer
from payments.models.bank import payer_index
from payments.selectors.labels import contract_labels, contracts_matching
from payments.services.known_payers import add_payer, restore_payer, revoke_payer
from residents.models import Contract

PER_PAGE = 50


@page("payments:payer-list", methods=("GET", "POST"))
def payer_list(request: PageRequest) -> HttpResponse:
    """List the payers known; add one."""
    form = PayerForm(request.POST or None, initial={"contract": request.GET.get("contrat", "")})
    if form.is_valid() and _add(request, form):
        return redirect("payments:payer-list")
    words, state = request.GET.get("q", "").strip(), request.GET.get("etat", "")
    rows = allowed(request, KnownPayer.objects.all())
    rows = rows.filter(revoked_at__isnull=state != "revoques")
    if words:
        contracts = Contract.objects.filter(contracts_matching(words)).values("pk")
        index = payer_index(words.replace(" ", "").upper())
        rows = rows.filter(
            Q(name__icontains=words) | Q(contract__in=contracts) | Q(iban_index=index)
        )
    found = rows.select_related("confirmed_by", "revoked_by", "contract").distinct()
    shown = Paginator(found.order_by("contract__number", "name", "pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    labels = contract_labels([row.contract_id for row in shown], clock.today())
    context = {
        "form": form,
        "words": words,
        "state": state,
        "page": shown,
        "pairs": [(row, labels[row.contract_id]) for row in shown],
        "may_change": may(request.user, "payments:payer-revoke"),
    }
    status = 422 if request.method == "POST" else 200
    return render_page(request, "payments/payer_list.html", context, status=status)


def _add(request: PageRequest, form: PayerForm) -> bool:
    data = form.cleaned_data
    number = data["contract"].strip().upper()
    contract = allowed(request, Contract.objects.filter(number=number)).first()
    if contract is None:
        form.add_error("contract", "Ce contrat est inconnu sur votre territoire.")
        return False
    try:
        add_payer(
            contract=contract,
            name=data["name"],
            iban=data["iban"],
            relation=PayerRelation(data["relation"]),
            actor=request.user,
        )
    except Refused as refusal:
        form.add_error(None, refusal.message)
        return False
    toasts.say(request, f"Payeur retenu pour {contract.number}.")
    return True


@page("payments:payer-revoke", methods=("POST",))
def payer_revoke(request: PageRequest, pk: int) -> HttpResponse:
    """Forget a payer; known again, when it was a mistake."""
    payer = get_visible_or_404(request, KnownPayer.objects.all(), pk=pk)
    if payer.revoked_at is None:
        revoke_payer(payer=payer, actor=request.user, reason=request.POST.get("motif", ""))
        undo = reverse("payments:payer-revoke", args=[payer.pk])
        toasts.say(request, "Payeur révoqué : ses virements attendront.", undo_url=undo)
    else:
        try:
            restore_payer(payer=payer, actor=request.user)
        except Refused as refusal:
            toasts.say(request, refusal.message, tone="danger")
        else:
            toasts.say(request, "Payeur retenu de nouveau.")
    return redirect("payments:payer-list")
