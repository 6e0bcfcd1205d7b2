"""What « Aujourd'hui » says of people and contracts."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import OuterRef, Subquery
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.accounts.policy import GLA, SOCIAL
from caracol.core.expressions import first_of
from caracol.core.periods import Month, end_of_duration, french_day
from caracol.core.registries import (
    KeyFigure,
    WorkGroup,
    WorkItem,
    figure_provider,
    work_provider,
)
from residents.calculations.renewal import alarms, certain_from
from residents.enums import ContractStatus
from residents.models import Contract, ContractTypeRule
from residents.permissions import READERS, Fact
from residents.selectors import coming
from residents.selectors import contracts as selectors
from residents.selectors.acts import act_link
from residents.selectors.exit_steps import ExitStep, exit_steps
from residents.selectors.insurance import lacking_insurance
from residents.selectors.names import names_of
from residents.selectors.people import holdings_shown, state_condition
from residents.selectors.rules import rules_in_force

SHOWN = 3
EXITS_SHOWN = 6
ENDING_DAYS = 90
INSURANCE_DAYS = 30
_FOLLOW: frozenset[Role] = GLA | SOCIAL | {Role.MISSION_OFFICER}
_ALARMED: frozenset[Role] = GLA | SOCIAL
_PREPARE: frozenset[Role] = _FOLLOW | {Role.TECHNICAL}


def _visible(user: Any, roles: frozenset[Role]) -> Any:
    return Contract.objects.visible_to(user, roles)


def _items(
    user: Any, contracts: Iterable[Any], write: Callable[[Any], dict[str, Any]], kind: str
) -> list[WorkItem]:
    contracts = list(contracts)
    names = names_of(user, contracts)
    return [
        WorkItem(
            kind=kind,
            title=names[contract.pk],
            **{"url": reverse("residents:contract-detail", args=[contract.pk])} | write(contract),
        )
        for contract in contracts
    ]


@work_provider("residents.contracts-ending")
def contracts_ending(user: Any, today: date) -> WorkGroup | None:
    """Contracts whose last day comes within 90 days, and what the owner's end allows."""
    if not user.roles & _FOLLOW:
        return None
    found = selectors.ending(_visible(user, _FOLLOW), today + timedelta(days=ENDING_DAYS))
    limit = ContractTypeRule.objects.on(today).filter(kind=OuterRef("kind"))
    shown = selectors.with_place(found).annotate(
        max_months=Subquery(limit.values("max_total_months")[:1])
    )
    rows, total = first_of(shown.order_by("ends_on", "pk"), SHOWN)
    return WorkGroup(
        code="contracts-ending",
        title="Contrats qui finissent",
        icon="calendar-due",
        total=total,
        items=_items(user, rows, _ending(user, today), "contract"),
        url=f"{reverse('residents:contract-list')}?ends={ENDING_DAYS}&sort=ends",
        order=20,
    )


def _ending(user: Any, today: date) -> Callable[[Any], dict[str, Any]]:
    def write(contract: Any) -> dict[str, Any]:
        longest = selectors.longest_end(contract, contract.max_months, contract.owner_end)
        over = contract.ends_on < today
        act = ("residents:contract-detail", "Voir le contrat")
        if contract.status == ContractStatus.NOTICE_GIVEN:
            act = ("residents:contract-end", "Enregistrer le départ")
            why = "Congé donné : préparer l'état des lieux de sortie."
        elif longest is None or longest <= contract.ends_on:
            by_owner = contract.owner_end and contract.owner_end <= contract.ends_on
            cause = "le propriétaire reprend le bâtiment" if by_owner else "durée maximale atteinte"
            why = f"Pas de prolongation possible : {cause}. Préparer le relogement."
        else:
            act = ("residents:contract-renew", "Renouveler")
            why = f"Peut être prolongé jusqu'au {french_day(longest)} au plus."
        return {
            "why": why,
            "due_on": contract.ends_on,
            "tone": "danger" if over else "warning",
            "otherwise": "Sans prolongation ni départ, la personne n'a plus de titre d'occupation."
            if over
            else "",
            **act_link(user, contract, *act),
        }

    return write


@work_provider("residents.insurance")
def insurance_lacking(user: Any, today: date) -> WorkGroup | None:
    """Contracts lived in without a certificate for today, or whose certificate ends soon."""
    roles = READERS[Fact.INSURANCE]
    if not user.roles & roles:
        return None
    until = today + timedelta(days=INSURANCE_DAYS)
    found = lacking_insurance(_visible(user, roles), today, until)
    shown = selectors.with_place(found).order_by("insured_until", "pk")[:SHOWN]
    return WorkGroup(
        code="insurance",
        title="Assurances à demander",
        icon="shield-check",
        total=found.count(),
        items=_items(user, shown, _insurance(user, today), "insurance"),
        url=reverse("residents:insurance-list"),
        order=30,
    )


def _insurance(user: Any, today: date) -> Callable[[Any], dict[str, Any]]:
    def write(contract: Any) -> dict[str, Any]:
        until = contract.insured_until
        gone = until is None or until < today
        if until is None:
            why = "Aucune attestation d'assurance habitation."
        elif gone:
            why = f"Attestation échue le {french_day(until)}."
        else:
            why = "L'attestation se termine bientôt."
        return {
            "why": why,
            "due_on": None if gone else until,
            "tone": "danger" if gone else "warning",
            "otherwise": "Un dégât resterait à la charge de la personne." if gone else "",
            **act_link(user, contract, "residents:contract-insurance", "Voir l'assurance"),
        }

    return write


@work_provider("residents.grounds")
def grounds_lacking(user: Any, today: date) -> WorkGroup | None:
    """Contracts whose type asks for a ground of precarity that nobody wrote."""
    if not user.roles & GLA:
        return None
    found = selectors.ground_lacking(_visible(user, GLA), today)
    shown, total = first_of(selectors.with_place(found).order_by("starts_on", "pk"), SHOWN)

    def write(contract: Any) -> dict[str, Any]:
        return {
            "why": "Le motif de précarité n'est pas écrit.",
            "otherwise": "Sans motif, la convention peut être requalifiée en bail.",
            "tone": "warning",
            **act_link(user, contract, "residents:contract-complete", "Compléter le contrat"),
        }

    return WorkGroup(
        code="grounds",
        title="Conventions à compléter",
        icon="file-alert",
        total=total,
        items=_items(user, shown, write, "contract"),
        url=f"{reverse('residents:contract-list')}?missing=ground",
        order=45,
    )


@work_provider("residents.arrivals")
def arrivals(user: Any, today: date) -> WorkGroup | None:
    """Who arrives before the end of the month."""
    if not user.roles & _PREPARE:
        return None
    month = Month.of(today)
    found = selectors.arriving(_visible(user, _PREPARE), today, month.last)
    shown, total = first_of(selectors.with_place(found).order_by("starts_on", "pk"), SHOWN)
    opens_contract = bool(user.roles & _FOLLOW)

    def write(contract: Any) -> dict[str, Any]:
        return {
            "why": "Préparer la chambre, les clés et l'état des lieux d'entrée.",
            "due_on": contract.starts_on,
            "tone": "info",
            "button": "Voir le contrat" if opens_contract else "",
        }

    return WorkGroup(
        code="arrivals",
        title=f"Arrivées {month.of_label}",
        icon="door-enter",
        total=total,
        items=_items(user, shown, write, "arrival"),
        url=f"{reverse('residents:person-list')}?state=arriving" if opens_contract else "",
        order=50,
    )


@work_provider("residents.drafts")
def drafts_to_sign(user: Any, today: date) -> WorkGroup | None:
    """Contracts prepared that nobody has signed."""
    if not user.roles & GLA:
        return None
    found = coming.drafts(_visible(user, GLA))
    shown, total = first_of(selectors.with_place(found).order_by("starts_on", "pk"), SHOWN)

    def write(contract: Any) -> dict[str, Any]:
        late = contract.starts_on <= today
        return {
            "why": f"Brouillon {contract.number}, à relire et à signer.",
            "due_on": contract.starts_on,
            "tone": "danger" if late else "info",
            "otherwise": "La personne habiterait sans titre, et la chambre reste à prendre."
            if late
            else "",
            "url": reverse("residents:contract-sign", args=[contract.pk]),
            "button": "Relire et signer",
        }

    return WorkGroup(
        code="drafts",
        title="Contrats à signer",
        icon="pencil",
        total=total,
        items=_items(user, shown, write, "contract"),
        url=f"{reverse('residents:contract-list')}?state=draft",
        order=15,
    )


@work_provider("residents.renewals")
def renewals_coming(user: Any, today: date) -> WorkGroup | None:
    """Contracts that will renew themselves unless somebody says no in time (RULEBOOK 1.2)."""
    if not user.roles & GLA:
        return None
    rules = rules_in_force(today)
    found = coming.renewing(_visible(user, GLA), today, rules)
    shown, total = first_of(selectors.with_place(found).order_by("ends_on", "pk"), SHOWN)

    def write(contract: Any) -> dict[str, Any]:
        last = certain_from(rules[contract.kind], contract.ends_on) - timedelta(days=1)
        return {
            "why": f"Se renouvelle tacitement au terme du {french_day(contract.ends_on)}, sauf "
            f"congé reçu au plus tard le {french_day(last)}.",
            "due_on": last,
            "tone": "warning",
            "button": "Voir le contrat",
        }

    return WorkGroup(
        code="renewals",
        title="Renouvellements tacites à venir",
        icon="refresh",
        total=total,
        items=_items(user, shown, write, "contract"),
        url=f"{reverse('residents:contract-list')}?sort=ends",
        order=21,
    )


@work_provider("residents.legal-ends")
def legal_ends(user: Any, today: date) -> WorkGroup | None:
    """Contracts past month 12, 15 or 17 of the 18 they may last: prepare what comes after."""
    if not user.roles & _ALARMED:
        return None
    rules = rules_in_force(today)
    found = coming.nearing_legal_end(_visible(user, _ALARMED), today, rules)
    shown, total = first_of(selectors.with_place(found).order_by("starts_on", "pk"), SHOWN)

    def write(contract: Any) -> dict[str, Any]:
        rule = rules[contract.kind]
        end = end_of_duration(contract.starts_on, rule.max_total_months or 0)
        passed = sum(day <= today for day in alarms(rule, contract.starts_on))
        urgent = passed >= len(rule.alarm_months)
        return {
            "why": f"Finit au plus tard le {french_day(end)} : préparer le relogement.",
            "due_on": end,
            "tone": "danger" if urgent else "warning" if passed > 1 else "info",
            "otherwise": "Passé ce jour, la personne n'a plus de titre d'occupation."
            if urgent
            else "",
            "button": "Voir le contrat",
        }

    return WorkGroup(
        code="legal-ends",
        title="Durée maximale qui approche",
        icon="hourglass",
        total=total,
        items=_items(user, shown, write, "contract"),
        url=f"{reverse('residents:contract-list')}?sort=ends",
        order=22,
    )


@work_provider("residents.exits")
def exits(user: Any, today: date) -> WorkGroup | None:
    """Notices to send, awaited or to be served; departures to record; contracts to close."""
    if not user.roles & GLA:
        return None
    steps, total = exit_steps(_visible(user, GLA), today, EXITS_SHOWN)
    items = [
        WorkItem(
            kind="exit",
            title=title,
            why=step.why,
            due_on=step.due_on,
            otherwise=step.otherwise,
            tone=step.tone,
            url=link["url"],
            button=link["button"],
        )
        for step, title, link in _led(user, steps)
    ]
    return WorkGroup(
        code="exits",
        title="Congés et départs",
        icon="door-exit",
        total=total,
        items=items,
        order=19,
    )


def _led(user: Any, steps: list[ExitStep]) -> list[tuple[ExitStep, str, dict[str, str]]]:
    names = names_of(user, [step.contract for step in steps])
    return [
        (step, names[step.contract.pk], act_link(user, step.contract, step.url_name, step.button))
        for step in steps
    ]


@figure_provider("residents.present")
def people_present(user: Any, today: date) -> list[KeyFigure]:
    """How many people live in the homes today."""
    if not user.roles & _FOLLOW:
        return []
    present = holdings_shown(user, _FOLLOW).filter(state_condition("present", today)).count()
    url = f"{reverse('residents:person-list')}?state=present"
    return [KeyFigure("Résidents présents", present, url=url, order=10)]
