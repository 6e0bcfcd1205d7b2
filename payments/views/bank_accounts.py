"""The association's accounts at its banks: their list, one added or corrected."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect

from caracol.accounts.policy import may
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, page, render_page
from caracol.ui import toasts
from caracol.ui.fields import DateField, MoneyField
from payments.models import BankAccount
from payments.services.bank_accounts import (
    BankAccountFacts,
    BankAccountRefused,
    post_bank_opening,
    save_bank_account,
)

LIST = "payments:bank-accounts"


class BankAccountForm(forms.Form):
    """An account of the association."""

    label = forms.CharField(label="Nom du compte", max_length=80, help_text="« Compte courant ».")
    number = forms.CharField(label="IBAN", max_length=42, help_text="Recopiez-le du RIB.")
    bic = forms.CharField(
        label="BIC", max_length=11, required=False, help_text="Facultatif : déduit de l'IBAN."
    )
    opening = MoneyField(
        label="Solde de départ",
        required=False,
        help_text="Seulement si les fichiers de la banque ne donnent pas de solde (CSV, QIF).",
    )
    opening_on = DateField(label="Solde au", required=False)


@page(LIST)
def bank_accounts(request: PageRequest) -> HttpResponse:
    """List the accounts, with the form of a new one or of the one asked for."""
    account = _asked(request.GET.get("compte", ""))
    return _page(request, account, BankAccountForm(initial=_facts(account)))


@page("payments:bank-account-save", methods=("POST",))
def bank_account_save(request: PageRequest) -> HttpResponse:
    """Add or correct an account; what is wrong is said beside its field."""
    account = _asked(request.POST.get("compte", ""))
    form = BankAccountForm(request.POST)
    if form.is_valid():
        try:
            saved = save_bank_account(
                account=account, facts=BankAccountFacts(**form.cleaned_data), actor=request.user
            )
        except BankAccountRefused as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            toasts.say(request, f"Compte « {saved} » enregistré.")
            return redirect(LIST)
    return _page(request, account, form)


@page("payments:bank-opening-post", methods=("POST",))
def bank_opening_post(request: PageRequest) -> HttpResponse:
    """Post the balance that an account's statements begin with."""
    account = _asked(request.POST.get("compte", ""))
    if account is None:
        return redirect("payments:bank-check")
    try:
        entry = post_bank_opening(account=account, today=clock.today(), actor=request.user)
    except Refused as refusal:
        toasts.say(request, refusal.message, tone="danger")
    else:
        said = f"Solde de départ inscrit au {entry.date:%d/%m/%Y}." if entry else "Déjà inscrit."
        toasts.say(request, said)
    return redirect("payments:bank-check")


def _asked(pk: str) -> BankAccount | None:
    return BankAccount.objects.filter(pk=pk).first() if pk.isdigit() else None


def _facts(account: BankAccount | None) -> dict[str, Any]:
    names = BankAccountForm.base_fields
    return {name: getattr(account, name) for name in names} if account else {}


def _page(request: PageRequest, account: BankAccount | None, form: BankAccountForm) -> HttpResponse:
    context = {
        "accounts": BankAccount.objects.select_related("account").order_by("pk"),
        "account": account,
        "form": form,
        "may_save": may(request.user, "payments:bank-account-save"),
        "may_decide": may(request.user, "payments:bank-line-settle"),
    }
    status = 422 if form.errors else 200
    return render_page(request, "payments/bank_accounts.html", context, status=status)
