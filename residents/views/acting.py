"""Every act on a contract asks the same way: a form, what it would do, then the act itself."""

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, get_visible_or_404, render_page
from caracol.core.versions import ChangedMeanwhile
from caracol.ui import toasts
from residents.calculations.verdicts import Level, Verdict
from residents.enums import ContractStatus
from residents.forms.acts import ActForm
from residents.models import Contract
from residents.selectors.effects import Effects, accounts
from residents.selectors.person import ContractCard, contract_cards
from residents.selectors.states import contract_version
from residents.services.accepting import reasons_kept

PREFIX = "raison_"
TRY = "essai"
SURE = "confirme"


_LOOKS = {
    Level.REFUSED: ("danger", "ban", "Interdit :"),
    Level.DOUBTFUL: ("warning", "alert-triangle", "À justifier :"),
    Level.FINE: ("success", "check", "Bon :"),
}


@dataclass(frozen=True)
class Told:
    """A verdict as a page shows it, with the reason typed for it."""

    verdict: Verdict
    reason: str = ""

    @property
    def tone(self) -> str:
        """Its colour."""
        return _LOOKS[self.verdict.level][0]

    @property
    def icon(self) -> str:
        """Its sign."""
        return _LOOKS[self.verdict.level][1]

    @property
    def word(self) -> str:
        """Its sign, in words."""
        return _LOOKS[self.verdict.level][2]


def told(verdicts: Iterable[Verdict], reasons: Mapping[str, str]) -> list[Told]:
    """Return verdicts as a page shows them: each once, what is forbidden first."""
    order = list(_LOOKS)
    found = sorted(dict.fromkeys(verdicts), key=lambda verdict: order.index(verdict.level))
    return [Told(verdict, reasons.get(verdict.code, "")) for verdict in found]


@dataclass(frozen=True)
class Preview:
    """What an act would do: the verdicts of the rules, the account month by month, remarks."""

    verdicts: list[Verdict] = field(default_factory=list)
    effects: Effects | None = None
    notes: list[str] = field(default_factory=list)
    schedule: Iterable[Any] = ()

    @property
    def must_confirm(self) -> bool:
        """Whether months already billed change: a word more is asked."""
        return bool(self.effects and self.effects.adjustment)


@dataclass(frozen=True)
class Done:
    """What to say once the act is done, how to take it back, where to go."""

    message: str
    undo_url: str = ""
    url: str = ""


@dataclass(frozen=True)
class Section:
    """A group of fields under its title, the first ones side by side."""

    title: str
    fields: list[Any]
    side_by_side: int = 0

    @property
    def first(self) -> list[Any]:
        """The short fields, side by side."""
        return self.fields[: self.side_by_side]

    @property
    def others(self) -> list[Any]:
        """The fields that take the whole width."""
        return self.fields[self.side_by_side :]


@dataclass(frozen=True)
class ActPage:
    """What a page of an act says and asks."""

    title: str
    lead: str
    sections: list[Section]
    submit: str
    icon: str = "check"
    tone: str = "primary"
    rule: list[tuple[str, str]] = field(default_factory=list)
    rule_title: str = "Ce que dit la règle"


Try = Callable[[Mapping[str, Any]], Preview]
Do = Callable[[Mapping[str, Any], Mapping[str, str]], Done]


def contract_of(request: PageRequest, pk: int) -> Contract:
    """Return the contract that the user may act on. Raises Http404, PermissionDenied."""
    found: Contract = get_visible_or_404(request, Contract.objects.all(), pk=pk)
    return found


_ADVICE = {
    ContractStatus.DRAFT: "c'est un brouillon, modifiez-le directement",
    ContractStatus.SIGNED: "il n'a pas commencé, faites plutôt un avenant",
    ContractStatus.NOTICE_GIVEN: "un congé court, retirez-le d'abord si les deux sont d'accord",
    ContractStatus.ENDED: "il est terminé, faites un nouveau contrat, ou annulez le départ s'il a "
    "été enregistré par erreur",
    ContractStatus.CLOSED: "il est clos, faites un nouveau contrat",
    ContractStatus.CANCELLED: "il est abandonné, faites un nouveau contrat",
}


def turned_away(
    request: PageRequest, contract: Contract, act: str, states: Container[str]
) -> HttpResponse | None:
    """Send back to the contract whose state does not allow the act, with what can be done.

    None when it does. `act`: what cannot be done, as in "ne se renouvelle pas".
    """
    if contract.status in states:
        return None
    why = _ADVICE.get(ContractStatus(contract.status), "")
    return sent_back(request, contract, f"{act} : {why}." if why else f"{act}.")


def sent_back(request: PageRequest, contract: Contract, why: str) -> HttpResponse:
    """Send back to a contract, with why the act is not open."""
    toasts.say(request, f"Le contrat {contract.number} {why}", tone="danger")
    return redirect(contract_url(contract))


def card_of(request: PageRequest, contract: Contract) -> ContractCard:
    """Return the contract as the heads of pages show it."""
    return contract_cards(request.user, Contract.objects.filter(pk=contract.pk), clock.today())[0]


def reasons_in(request: PageRequest, contract: Contract | None = None) -> dict[str, str]:
    """Return the reasons typed beside each doubt; those kept with the draft otherwise."""
    kept = reasons_kept(contract) if contract else {}
    typed = {
        name.removeprefix(PREFIX): text[0].strip()
        for name, text in request.POST.lists()
        if name.startswith(PREFIX)
    }
    return kept | typed


def seen_version(contract: Contract) -> dict[str, str]:
    """Return the field by which a form tells what version it was made from."""
    return {"seen": contract_version(contract)}


def answer_act(
    request: PageRequest,
    contract: Contract,
    page: ActPage,
    *,
    form: ActForm,
    attempt: Try,
    do: Do,
) -> HttpResponse:
    """Show the act and what it would do; do it when the form is sent for good.

    What keeps the effect from being shown is said in its place.
    """
    preview, reasons = Preview(), reasons_in(request)
    wanting: list[str] = []
    if not form.is_bound:
        preview = _try(attempt, form, form.initial)
    elif form.can_be_tried:
        wanting = form.wanting
        preview = _try(attempt, form, form.cleaned_data)
        if TRY not in request.POST and not form.errors:
            done = _do(request, contract, form, preview, do)
            if done is not None:
                toasts.say(request, done.message, undo_url=done.undo_url)
                return redirect(done.url or contract_url(contract))
    else:
        wanting = form.wanting
    context = {
        "contract": contract,
        "card": card_of(request, contract),
        "wanting": wanting,
        "page": page,
        "form": form,
        "preview": preview,
        "told": told(preview.verdicts, reasons),
        "sure": SURE in request.POST,
        "day": clock.today(),
        "partials": ("apercu",),
    }
    wrong = form.is_bound and form.errors and TRY not in request.POST
    return render_page(request, "residents/act.html", context, status=422 if wrong else 200)


def _try(attempt: Try, form: ActForm, data: Mapping[str, Any]) -> Preview:
    try:
        return attempt(data)
    except Refused as refusal:
        if form.is_bound:
            form.add_error(None, refusal.message)
        return Preview(notes=[refusal.message])


def _do(
    request: PageRequest, contract: Contract, form: ActForm, preview: Preview, do: Do
) -> Done | None:
    if preview.must_confirm and SURE not in request.POST:
        form.add_error(None, "Cochez la confirmation : des mois déjà facturés seront régularisés.")
        return None
    try:
        return do(form.cleaned_data, reasons_in(request))
    except ChangedMeanwhile as changed:
        form.add_error(None, changed.message)
        _show_again(form, contract)
    except Refused as refusal:
        form.add_error(None, refusal.message)
    return None


def _show_again(form: Any, contract: Contract) -> None:
    """Make the form carry the version that is written now: sent again, it is a choice."""
    form.data = form.data.copy()
    form.data["seen"] = contract_version(contract)


def contract_url(contract: Contract) -> str:
    """Return the address of a contract's page."""
    return reverse("residents:contract-detail", args=[contract.pk])


def effects_of(contract: Contract, versions: Iterable[Any], today: date) -> Effects:
    """Return what terms would do to the account."""
    return accounts().preview(contract=contract, versions=list(versions), today=today)
