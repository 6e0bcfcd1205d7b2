"""Which papers may be written about a contract now; each has a word of its own in the address."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from caracol.core.periods import french_day
from caracol.documents.texts import text_kind
from residents.enums import (
    LIVING,
    AmendmentKind,
    ContractStatus,
    InsuranceStepKind,
    NoticeGiver,
)
from residents.models import Amendment, Contract, InsuranceStep, Notice
from residents.papers.building import (
    NOTICE_TEXTS,
    Plan,
    amendment_plan,
    certificate_plan,
    contract_plan,
    insurance_plan,
    notice_plan,
)
from residents.selectors.insurance import is_insured

_LIVED = frozenset(ContractStatus) - {
    ContractStatus.DRAFT,
    ContractStatus.SIGNED,
    ContractStatus.CANCELLED,
}
BEHALF, CLAUSE = "assurance-pour-compte", "assurance-clause"
_STEPS: dict[str, str] = {InsuranceStepKind.BEHALF_NOTICE: BEHALF, InsuranceStepKind.ORDER: CLAUSE}

# A higher application offers papers on a contract: (contract, today) → choices and their plans.
Provider = Callable[[Contract, date], Iterable["tuple[PaperChoice, Plan]"]]
providers: list[Provider] = []


def paper_provider(function: Provider) -> Provider:
    """Register what a higher application offers to write about a contract, once."""
    if function not in providers:
        providers.append(function)
    return function


@dataclass(frozen=True)
class PaperChoice:
    """A paper that may be written now: its word, its name, why one would."""

    what: str
    label: str
    detail: str
    icon: str = "file-text"


def choices(contract: Contract, today: date) -> list[PaperChoice]:
    """Return the papers that fit a contract's state, amendments and notices."""
    return list(_choices(contract, today))


def _choices(contract: Contract, today: date) -> Iterator[PaperChoice]:
    if contract.status != ContractStatus.CANCELLED:
        detail = "avec sa page « En bref », à signer par les deux parties"
        yield PaperChoice("contrat", "Contrat", detail)
    for amendment in Amendment.objects.filter(contract=contract, withdrawn_on=None).order_by("pk"):
        yield PaperChoice(
            f"avenant-{amendment.pk}",
            f"Avenant n° {amendment.number}",
            f"{_named(amendment)}, au {french_day(amendment.effective_on)}",
            "files",
        )
    for notice in Notice.objects.filter(contract=contract, withdrawn_on=None).order_by("pk"):
        yield from _notice(notice)
    if contract.status in _LIVED:
        detail = "pour la CAF, la préfecture, un employeur"
        yield PaperChoice("attestation", "Attestation de résidence", detail, "certificate")
    if contract.status in LIVING and not is_insured(contract, today):
        detail = "le contrat n'est pas assuré ; l'une exclut l'autre"
        label = "Mise en demeure : assurance pour compte"
        yield PaperChoice(BEHALF, label, detail, "shield-check")
        label = "Mise en demeure : clause résolutoire"
        yield PaperChoice(CLAUSE, label, detail, "gavel")
    for provider in providers:
        yield from (choice for choice, _plan in provider(contract, today))


def _named(amendment: Amendment) -> str:
    """Name what an amendment changes; of several things at once, as it was written."""
    if amendment.kind != AmendmentKind.OTHER:
        return str(amendment.get_kind_display())
    return amendment.reason.strip() or "plusieurs changements"


def insurance_letters(contract: Contract, today: date) -> list[PaperChoice]:
    """Return the formal notices to insure that may be written: of the path chosen once one is."""
    kinds = InsuranceStep.objects.standing().filter(case__contract=contract, case__closed_on=None)
    chosen = {_STEPS[kind] for kind in kinds.values_list("kind", flat=True) if kind in _STEPS}
    wanted = chosen or set(_STEPS.values())
    return [choice for choice in choices(contract, today) if choice.what in wanted]


def _notice(notice: Notice) -> Iterator[PaperChoice]:
    if notice.given_by == NoticeGiver.MANAGER:
        label = text_kind(NOTICE_TEXTS[notice.basis]).label
        yield PaperChoice(notice.paper, label, "à envoyer en recommandé", "mail-forward")
    elif notice.effective_on is not None:
        detail = f"fin du contrat au {french_day(notice.effective_on)}"
        yield PaperChoice(notice.paper, "Réponse au congé reçu", detail, "mail-check")


def plan_of(contract: Contract, what: str, today: date) -> Plan | None:
    """Return the plan of a paper by its word, or None when it does not fit the contract."""
    if what not in {choice.what for choice in choices(contract, today)}:
        return None
    word, _, number = what.rpartition("-")
    subject: Any
    if word == "avenant":
        subject = Amendment.objects.select_related("contract").get(pk=number)
        return amendment_plan(subject, today)
    if word == "conge":
        subject = Notice.objects.select_related("contract").get(pk=number)
        return notice_plan(subject, today)
    if what in {BEHALF, CLAUSE}:
        text = "INSURANCE_BEHALF" if what == BEHALF else "INSURANCE_CLAUSE"
        return insurance_plan(contract, text, today)
    own = {"contrat": contract_plan, "attestation": certificate_plan}.get(what)
    return own(contract, today) if own else _provided(contract, what, today)


def _provided(contract: Contract, what: str, today: date) -> Plan | None:
    """Return the plan of a paper that a higher application offers."""
    offered = (pair for provider in providers for pair in provider(contract, today))
    return next((plan for choice, plan in offered if choice.what == what), None)
