"""The path towards an insurance, in words: where it stands, what comes next, why."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from residents.calculations.insurance import NextStep, Standing
from residents.enums import ArrearsPath, InsuranceStepKind
from residents.selectors.contracts import rule_of
from residents.selectors.insurance import InsuranceView

Kind = InsuranceStepKind
CHOICE = "CHOICE"
SOON_DAYS = 45
# The words of an address for each step, and back.
SLUGS = {
    Kind.REMINDER: "rappel",
    Kind.REGISTERED: "recommandee",
    Kind.BEHALF_NOTICE: "mise-en-demeure",
    Kind.BEHALF_TAKEN: "pour-compte",
    Kind.ORDER: "commandement",
    Kind.CLAUSE: "clause",
}
KINDS = {slug: kind for kind, slug in SLUGS.items()}
# What the manager validates; the others are for whoever manages.
DECIDED = frozenset({Kind.BEHALF_NOTICE, Kind.BEHALF_TAKEN, Kind.ORDER, Kind.CLAUSE})
_VERBS = {
    Kind.REMINDER: "Rappeler la personne",
    Kind.REGISTERED: "Envoyer la lettre recommandée",
    Kind.BEHALF_NOTICE: "Mettre en demeure « pour compte »",
    Kind.BEHALF_TAKEN: "Souscrire pour compte",
    Kind.ORDER: "Faire délivrer le commandement",
    Kind.CLAUSE: "Constater la clause résolutoire",
}


@dataclass(frozen=True)
class StepAct:
    """A step that may be recorded now."""

    label: str
    url: str
    is_decided: bool
    detail: str = ""


@dataclass(frozen=True)
class Way:
    """The path as the tab shows it."""

    state: str
    tone: str
    next_label: str
    next_on: date | None
    why: str
    acts: list[StepAct]
    by_contract_only: bool


_REACHED = (
    (Kind.CLAUSE, "clause résolutoire acquise", "danger"),
    (Kind.ORDER, "commandement délivré", "danger"),
    (Kind.BEHALF_TAKEN, "assuré pour compte", "warning"),
    (Kind.BEHALF_NOTICE, "mise en demeure envoyée", "danger"),
)


def state_words(stand: Standing, steps: list[Any]) -> tuple[str, str]:
    """Return the words and the tone of a contract's insurance on a day."""
    kinds = {step.kind for step in steps}
    for kind, words, tone in _REACHED:
        if kind in kinds:
            return words, tone
    if stand.covered_until is None:
        days = stand.days_lacking
        return f"non assuré depuis {days} jour{'s' if days > 1 else ''}", "danger"
    if (stand.covered_until - stand.day).days < SOON_DAYS:
        return "se termine bientôt", "warning"
    return "assuré", "success"


def next_label(step: NextStep | None) -> str:
    """Return the name of the next step."""
    if step is None:
        return ""
    if step.kind == CHOICE:
        return "Choisir : assurer pour compte, ou clause résolutoire"
    return _VERBS[Kind(step.kind)]


def way_words(view: InsuranceView, contract: Any) -> Way:
    """Return the path of a contract in words, with the steps that may be recorded now."""
    state, tone = state_words(view.standing, view.steps)
    step = view.next_step
    why = step.why if step else ""
    if step and step.waits_for_receipt:
        why += " Le délai court de la réception, qui n'est pas encore enregistrée."
    rule = rule_of(contract)
    return Way(
        state=state,
        tone=tone,
        next_label=next_label(step),
        next_on=step.due_on if step else None,
        why=why,
        acts=_acts(view, contract),
        by_contract_only=rule is not None and rule.arrears_path != ArrearsPath.A,
    )


def _acts(view: InsuranceView, contract: Any) -> list[StepAct]:
    step = view.next_step
    if step is None:
        return []
    kinds = [Kind(kind) for kind in step.alternatives] or [Kind(step.kind)]
    taken = {one.kind for one in view.steps}
    if step.kind == Kind.REMINDER and view.standing.covered_until is None:
        kinds.append(Kind.REGISTERED)
    details = {
        Kind.BEHALF_NOTICE: "La prime s'ajoute au loyer par douzième ; renonce à la clause "
        "résolutoire.",
        Kind.ORDER: "Par commissaire de justice ; un mois plus tard, la clause joue. Exclut "
        "l'assurance pour compte.",
    }
    return [
        StepAct(
            _VERBS[kind], step_url(contract, kind, step), kind in DECIDED, details.get(kind, "")
        )
        for kind in kinds
        if kind not in taken or kind == Kind.REMINDER
    ]


def step_url(contract: Any, kind: InsuranceStepKind, step: NextStep | None = None) -> str:
    """Return where a step is recorded."""
    name = "insurance-choose" if kind in DECIDED else "insurance-step"
    url = reverse(f"residents:{name}", args=[contract.pk, SLUGS[kind]])
    if kind == Kind.REMINDER and step is not None and step.lead_days is not None:
        return f"{url}?jours={step.lead_days}"
    return url
