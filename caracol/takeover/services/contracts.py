"""Write the contracts of a workbook: holders, terms, insurances, mandates, opening balances."""

from datetime import date
from typing import Any

from caracol.accounts.models import User
from caracol.core.errors import Refused
from caracol.core.money import ZERO
from caracol.core.periods import Month
from caracol.takeover.difference import Change, Difference
from caracol.takeover.known import Known
from caracol.takeover.rows import ContractRow, key
from caracol.takeover.services.writing import put
from payments.models import Mandate
from payments.services.mandates import MandateFacts, record_mandates
from payments.services.openings import OpeningBalance, take_over_balances
from residents.enums import AidEligibility, ContractStatus
from residents.models import Contract, ContractHolder, ContractTerms, Insurance


class ContractAmended(Refused):
    """A contract has terms that the workbook's one row cannot say."""


def write_contracts(difference: Difference, known: Known, taken_on: date) -> None:
    """Write contracts with their holder and terms, then insurances and mandates."""
    touched: dict[str, ContractRow] = difference.touched("Contrats")
    changed = difference.rows("Contrats", Change.CHANGED)
    _forget_terms(changed, known)
    put(
        Contract,
        {code: _contract(code, row, known, taken_on) for code, row in touched.items()},
        known.contracts,
    )
    ContractHolder.objects.bulk_create(
        ContractHolder(
            contract=known.contracts[code],
            person=known.people[key(row.resident)],
            starts_on=row.starts_on,
            ends_on=row.ends_on,
        )
        for code, row in touched.items()
    )
    ContractTerms.objects.bulk_create(
        ContractTerms(
            contract=known.contracts[code],
            room=known.rooms[row.room_key],
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            fee=row.fee,
            charges=row.charges,
            expected_aid=row.aid,
        )
        for code, row in touched.items()
    )
    _write_insurances(difference, known)
    _write_mandates(touched, known, taken_on)


def write_balances(difference: Difference, known: Known, taken_on: date, actor: User) -> None:
    """Open the books of the contracts that have no opening yet."""
    balances = []
    for code, row in difference.rows("Soldes", Change.NEW).items():
        contract: ContractRow = difference.shelves["Contrats"][code]
        has_begun = contract.starts_on <= taken_on
        is_there = has_begun and contract.ends_on >= Month.of(taken_on).first
        balances.append(
            OpeningBalance(
                contract=known.contracts[code],
                owed=row.owed,
                aid_expected=contract.aid if is_there else ZERO,
                deposit_held=contract.deposit if has_begun else ZERO,
            )
        )
    take_over_balances(balances=balances, on=taken_on, actor=actor)


def _forget_terms(changed: dict[str, ContractRow], known: Known) -> None:
    """Remove holders and terms that are written anew: rooms may be exchanged between contracts."""
    amended = [known.contracts[code].number for code in changed if len(known.terms[code]) > 1]
    if amended:
        raise ContractAmended(
            f"Ces contrats ont déjà un avenant dans Caracol : {', '.join(amended)}. Remettez leurs "
            "lignes du classeur comme avant ; modifiez-les dans Caracol."
        )
    ids = [known.contracts[code].pk for code in changed]
    if ids:
        ContractTerms.objects.filter(contract__in=ids).delete()
        ContractHolder.objects.filter(contract__in=ids, is_main=True).delete()


def _contract(code: str, row: ContractRow, known: Known, taken_on: date) -> dict[str, Any]:
    home = known.homes[key(row.home)]
    held = known.contracts.get(code)
    values = {
        "territory_id": known.sites[key(home.site.code)].territory_id,
        "number": row.number,
        "kind": row.kind,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "payment_method": row.payment_method,
        "due_day": row.due_day,
        "deposit": row.deposit,
        "precarity_ground": row.precarity_ground,
    }
    if held is None or (held.starts_on, held.ends_on) != (row.starts_on, row.ends_on):
        values["status"] = _status(row, taken_on)
    if held is None:
        values["aid_eligible"] = AidEligibility.YES if row.aid else AidEligibility.ASK_CAF
    return values


def _status(row: ContractRow, taken_on: date) -> ContractStatus:
    if row.starts_on > taken_on:
        return ContractStatus.SIGNED
    return ContractStatus.ENDED if row.ends_on < taken_on else ContractStatus.IN_FORCE


def _write_insurances(difference: Difference, known: Known) -> None:
    wanted = {
        code: {
            "contract": known.contracts[key(row.contract)],
            "insurer": row.insurer,
            "policy_number": row.policy,
            "starts_on": row.starts_on,
            "ends_on": row.ends_on,
        }
        for code, row in difference.touched("Assurances").items()
    }
    put(Insurance, wanted, known.insurances)


def _write_mandates(touched: dict[str, ContractRow], known: Known, taken_on: date) -> None:
    """Record the mandates given; one that is no longer given, or is another, is revoked."""
    replaced = [
        known.mandates[code].pk
        for code, row in touched.items()
        if code in known.mandates and _mandate_of(row) != _mandate_of_held(known.mandates[code])
    ]
    if replaced:
        _refuse_reused_references(touched, known)
        Mandate.objects.filter(pk__in=replaced).update(revoked_on=taken_on)
    record_mandates(
        MandateFacts(
            contract=known.contracts[code],
            reference=row.mandate_reference,
            iban=row.iban,
            signed_on=row.mandate_signed_on,
        )
        for code, row in touched.items()
        if row.mandate_signed_on is not None and row.has_mandate
    )


def _refuse_reused_references(touched: dict[str, ContractRow], known: Known) -> None:
    """A mandate's reference never changes account: the debtor signs another mandate."""
    same = [
        row.mandate_reference
        for code, row in touched.items()
        if code in known.mandates
        and row.mandate_reference == known.mandates[code].reference
        and _mandate_of(row) != _mandate_of_held(known.mandates[code])
    ]
    if same:
        raise Refused(
            f"Ces mandats sont déjà enregistrés avec un autre compte ou une autre date : "
            f"{', '.join(same)}. Donnez au nouveau mandat une référence (RUM) nouvelle."
        )


def _mandate_of(row: ContractRow) -> tuple[str, str, date | None]:
    return row.mandate_reference, row.iban, row.mandate_signed_on


def _mandate_of_held(mandate: Mandate) -> tuple[str, str, date | None]:
    return mandate.reference, mandate.iban, mandate.signed_on
