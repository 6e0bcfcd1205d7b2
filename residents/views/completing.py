"""Complete a signed contract with what its paper says and nobody recorded."""

from django.http import HttpResponse
from django.shortcuts import redirect

from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, get_visible_or_404, page, render_page
from caracol.ui import toasts
from residents.enums import ContractStatus
from residents.forms.completing import CompletionForm
from residents.models import Contract
from residents.selectors.states import contract_version
from residents.services.completing import complete_contract, facts_lacking


@page("residents:contract-complete", methods=("GET", "POST"))
def contract_complete(request: PageRequest, pk: int) -> HttpResponse:
    """Ask for what the type of a contract demands and nobody wrote; a draft is edited instead."""
    contract = get_visible_or_404(request, Contract.objects.select_related("territory"), pk=pk)
    if contract.status == ContractStatus.DRAFT:
        return redirect("residents:contract-edit", pk=pk)
    names = facts_lacking(contract)
    if not names:
        toasts.say(request, "Ce contrat dit déjà tout ce que son type demande.", tone="info")
        return redirect("residents:contract-detail", pk=pk)
    form = CompletionForm(
        request.POST or None,
        names=names,
        model=Contract,
        initial={"seen": contract_version(contract)},
    )
    if form.is_valid():
        try:
            complete_contract(
                contract=contract,
                facts=form.facts,
                actor=request.user,
                seen=form.cleaned_data["seen"],
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
            # Told once; saving again writes over what is shown now.
            form.data = {**request.POST.dict(), "seen": contract_version(contract)}
        else:
            toasts.say(request, f"Contrat {contract.number} complété.")
            return redirect("residents:contract-detail", pk=pk)
    context = {"contract": contract, "form": form, "fields": [form[name] for name in names]}
    return render_page(request, "residents/contract_complete.html", context)
