"""What revising a contract by the IRL would give, and what the law says of it (RULEBOOK 2.4)."""

from dataclasses import dataclass
from datetime import date

from caracol.core.periods import add_months, french_day
from caracol.parameters.selectors import rent_index
from residents.calculations.indexation import (
    IndexPair,
    Revised,
    RevisionCase,
    anniversary_before,
    check_revision,
    reference_year,
    revised,
)
from residents.calculations.type_rule import TypeRule
from residents.calculations.verdicts import Verdict, fine, refused
from residents.enums import AmendmentKind, ChargesMode
from residents.models import Amendment, Contract, ContractTerms
from residents.selectors.rules import optional_value, rule_binding


@dataclass(frozen=True)
class Revision:
    """A revision as it would be: amounts, index, and the verdicts."""

    rule: TypeRule
    last: ContractTerms
    due_on: date | None
    pair: IndexPair | None
    result: Revised | None
    verdicts: list[Verdict]


def try_revision(contract: Contract, requested_on: date, effective_on: date) -> Revision:
    """Return what a revision asked for on a day would give, none being written."""
    rule = rule_binding(contract)
    last = (
        ContractTerms.objects.filter(contract=contract)
        .select_related("room__colocation")
        .order_by("-starts_on")[0]
    )
    due_on = anniversary_before(contract.starts_on, requested_on, rule.revision_after_months or 12)
    case = RevisionCase(
        starts_on=contract.starts_on,
        quarter=contract.revision_quarter,
        requested_on=requested_on,
        effective_on=effective_on,
        revised_on=tuple(
            Amendment.objects.filter(
                contract=contract, kind=AmendmentKind.INDEX, withdrawn_on=None
            ).values_list("effective_on", flat=True)
        ),
        dpe_class=last.room.colocation.dpe_class,
        banned_dpe=optional_value("irl.banned_dpe_classes", requested_on, ""),
        claim_years=int(optional_value("irl.claim_years", requested_on, 1)),
    )
    verdicts = check_revision(rule, case)
    pair = None
    if contract.revision_quarter and due_on:
        pair, missing = index_pair(due_on, contract.revision_quarter)
        verdicts = [*verdicts, *missing]
    result = _result(contract, rule, last, pair)
    if result and result.fee <= last.fee and not any(v.is_refused for v in verdicts):
        verdicts = [*verdicts, _no_rise(result)]
    return Revision(rule, last, due_on, pair, result, verdicts)


def _no_rise(result: Revised) -> Verdict:
    if result.capped:
        text = "La redevance est déjà au plafond : il n'y a rien à réviser."
        return refused("at-cap", text)
    return fine("lower", "L'indice a baissé : la redevance baisse avec lui.")


def _result(
    contract: Contract, rule: TypeRule, last: ContractTerms, pair: IndexPair | None
) -> Revised | None:
    if pair is None:
        return None
    return revised(
        rule,
        last.fee,
        last.charges,
        pair,
        with_charges=contract.charges_mode == ChargesMode.FLAT,
        distress_rate=contract.distress_rate,
    )


def index_pair(due_on: date, quarter: int) -> tuple[IndexPair | None, list[Verdict]]:
    """Return the two indexes of the clause's quarter; a refusal when one is not recorded."""
    year = reference_year(due_on, quarter)
    value, before = rent_index(year, quarter), rent_index(year - 1, quarter)
    if value is not None and before is not None:
        return IndexPair(quarter, year, value, before), []
    lacking = year if value is None else year - 1
    text = (
        f"L'IRL du trimestre {quarter} de {lacking} n'est pas enregistré : la direction l'ajoute "
        "dans l'administration, « Indices de référence des loyers »."
    )
    return None, [refused("index-missing", text, "INSEE, série 001515333")]


def next_revision(contract: Contract, today: date) -> str:
    """Say when the next yearly date comes."""
    due = anniversary_before(contract.starts_on, today) or contract.starts_on
    return f"Prochaine date anniversaire : {french_day(add_months(due, 12))}."
