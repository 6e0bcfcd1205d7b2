"""What is to be done for people who leave: notices to send or serve, departures, closings."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from caracol.core.periods import french_day
from residents.enums import ContractStatus
from residents.models import Contract, Notice
from residents.selectors.contracts import with_place
from residents.selectors.notices import is_prepared, must_be_served

# A registered letter comes back within the fifteen days that the post keeps it.
AWAITED_DAYS = 20


@dataclass(frozen=True)
class ExitStep:
    """One thing to do on a contract that ends."""

    contract: Contract
    why: str
    url_name: str
    button: str
    tone: str = "info"
    due_on: date | None = None
    otherwise: str = ""


def exit_steps(contracts: Any, today: date, most: int) -> tuple[list[ExitStep], int]:
    """Return what is to be done on these contracts, the gravest first, and how much there is."""
    lived = contracts.filter(status=ContractStatus.IN_FORCE)
    awaited = Notice.objects.filter(withdrawn_on=None, received_on=None)
    notices = list(awaited.filter(contract__in=lived.values("pk")).order_by("pk"))
    places = with_place(lived.filter(pk__in=[notice.contract_id for notice in notices]))
    known = places.in_bulk()
    steps = [
        step for notice in notices for step in _of_notice(notice, known[notice.contract_id], today)
    ]
    ended = with_place(contracts.filter(status=ContractStatus.ENDED))
    total = len(steps) + ended.count()
    # Departures not recorded come first: nothing typed sorts before what is.
    steps += [_of_ended(row) for row in ended.order_by("exit_kind", "ends_on", "pk")[:most]]
    order = {"danger": 0, "warning": 1, "accent": 2, "info": 3, "neutral": 4}
    steps.sort(key=lambda step: (order[step.tone], step.due_on or date.max))
    return steps[:most], total


def _of_notice(notice: Notice, contract: Contract, today: date) -> Iterator[ExitStep]:
    if must_be_served(notice):
        yield ExitStep(
            contract,
            f"Lettre {notice.get_outcome_display()} : faire signifier le congé par commissaire de "
            "justice.",
            "residents:notice-receive",
            "Enregistrer l'acte",
            "danger",
            otherwise="Sans signification, le préavis ne commence pas.",
        )
    elif is_prepared(notice):
        yield ExitStep(
            contract,
            "Un congé est préparé : à valider et à envoyer.",
            "residents:notice-send",
            "Valider",
            "accent",
        )
    elif notice.sent_on and notice.sent_on + timedelta(days=AWAITED_DAYS) <= today:
        yield ExitStep(
            contract,
            f"Congé envoyé le {french_day(notice.sent_on)}, sans nouvelle de l'avis de réception.",
            "residents:notice-receive",
            "Enregistrer la réception",
            "warning",
            due_on=notice.sent_on + timedelta(days=AWAITED_DAYS),
        )


def _of_ended(contract: Contract) -> ExitStep:
    if not contract.exit_kind:
        return ExitStep(
            contract,
            f"Le contrat a fini le {french_day(contract.ends_on)} : le départ n'est pas "
            "enregistré.",
            "residents:contract-end",
            "Enregistrer",
            "warning",
            due_on=contract.ends_on,
            otherwise="Le délai pour rendre le dépôt ne se compte pas, la chambre paraît libre.",
        )
    if contract.keys_returned_on is None:
        why, name, button = "Les clés ne sont pas rendues.", "exit-complete", "Compléter"
        return ExitStep(contract, why, f"residents:{name}", button, "warning")
    return ExitStep(
        contract,
        "Parti : régler le compte et le dépôt, puis clore.",
        "residents:contract-close",
        "Voir ce qui reste",
        "neutral",
    )
