"""Amend a contract: a new version of its terms from a day, the past left as it was."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.errors import Refused
from caracol.core.periods import french_day
from colocations.models import Room
from colocations.services.voids import make_way
from residents.models import Amendment, Contract, ContractHolder, ContractTerms
from residents.selectors.amending import Change, Plan, plan_change
from residents.selectors.effects import Effects, Version, accounts
from residents.selectors.states import refuse_if_contract_changed
from residents.services.accepting import settle
from residents.services.drafting import NO_REASON
from residents.services.holding import hold_contract, hold_place, said_in_words

AMENDED = history.label("residents.contract-amended", "Avenant signé")
WITHDRAWN = history.label("residents.amendment-withdrawn", "Avenant retiré")
_DAY = timedelta(days=1)
WORDS_LENGTH = 200


class AmendmentRefused(Refused):
    """The amendment cannot be made, or cannot be taken back."""


@dataclass(frozen=True)
class Amended:
    """The amendment written, and what it did to the account."""

    amendment: Amendment
    effects: Effects


@said_in_words
def amend_contract(
    *,
    contract: Contract,
    change: Change,
    actor: User,
    today: date,
    reasons: Mapping[str, str] = NO_REASON,
    seen: str = "",
) -> Amended:
    """Write an amendment of one or several points, and put right the months already billed.

    All is checked again under locks. Raises LawForbids, ReasonNeeded, AcceptanceReserved,
    AmendmentRefused, ChangedMeanwhile, and MonthLocked when a locked month would change.
    """
    locked = hold_contract(contract)
    refuse_if_contract_changed(locked, seen)
    _hold(locked, change)
    plan = plan_change(locked, change, today, reader=actor)
    settle(contract=locked, verdicts=plan.verdicts, reasons=reasons, actor=actor, today=today)
    if not change.words.strip():
        raise AmendmentRefused("Dites en quelques mots l'objet de l'avenant.")
    return write_amendment(contract=locked, change=change, plan=plan, actor=actor, today=today)


def _hold(contract: Contract, change: Change) -> None:
    terms = ContractTerms.objects.filter(contract=contract).order_by("-starts_on")
    rooms = [terms.select_related("room")[0].room]
    rooms += [change.room] if change.room else []
    holders = ContractHolder.objects.filter(contract=contract).select_related("person")
    hold_place(rooms, [*(holder.person for holder in holders), *change.joins])


def write_amendment(
    *, contract: Contract, change: Change, plan: Plan, actor: User, today: date
) -> Amended:
    """Write what was planned and judged, inside the caller's transaction and locks."""
    with history.act(AMENDED, actor=actor, reason=change.words):
        number = Amendment.objects.filter(contract=contract).count() + 1
        amendment = Amendment.objects.create(
            contract=contract,
            number=number,
            kind=plan.kind,
            effective_on=change.effective_on,
            signed_on=change.signed_on,
            reason=change.words.strip()[:WORDS_LENGTH],
            before=situation_of(contract),
        )
        _write_terms(contract, plan, amendment)
        _write_holders(contract, change, plan)
        if plan.ends_on != contract.ends_on:
            contract.ends_on = plan.ends_on
            contract.save(update_fields=["ends_on"])
    effects = accounts().apply(
        contract=contract,
        actor=actor,
        today=today,
        reason=f"avenant n° {number} : {change.words.strip()}",
        key=f"amendment:{contract.number}:{number}",
    )
    return Amended(amendment, effects)


def situation_of(contract: Contract) -> dict[str, object]:
    """Return what an amendment moves beside the terms, as it finds it."""
    holders = ContractHolder.objects.filter(contract=contract).order_by("pk")
    return {
        "ends_on": contract.ends_on.isoformat(),
        "holders": [[row.pk, row.is_main, row.ends_on.isoformat()] for row in holders],
    }


def _write_terms(contract: Contract, plan: Plan, amendment: Amendment) -> None:
    last, new = plan.last, plan.new
    if last.ends_on >= new.starts_on:
        last.ends_on = new.starts_on - _DAY
        last.save(update_fields=["ends_on"])
    room = Room.objects.get(pk=plan.room_id)
    ContractTerms.objects.create(
        contract=contract,
        amendment=amendment,
        room=room,
        starts_on=new.starts_on,
        ends_on=new.ends_on,
        fee=new.fee,
        charges=new.charges,
        expected_aid=new.expected_aid,
        aid_payee=new.aid_payee,
    )
    make_way(room=room, first=new.starts_on, last=new.ends_on, judged=True)


def _write_holders(contract: Contract, change: Change, plan: Plan) -> None:
    leaving = {person.pk for person in change.leaves}
    before = contract.ends_on
    for holder in ContractHolder.objects.filter(contract=contract, ends_on__gte=before):
        if holder.person_id in leaving:
            holder.ends_on = change.effective_on - _DAY
        else:
            holder.ends_on = plan.ends_on
        holder.save(update_fields=["ends_on"])
    for person in change.joins:
        ContractHolder.objects.create(
            contract=contract,
            person=person,
            is_main=False,
            starts_on=change.effective_on,
            ends_on=plan.ends_on,
        )
    if change.main is not None:
        ContractHolder.objects.filter(contract=contract, is_main=True).update(is_main=False)
        latest = ContractHolder.objects.filter(contract=contract, person=change.main)
        holder = latest.order_by("-starts_on")[0]
        holder.is_main = True
        holder.save(update_fields=["is_main"])


def withdrawal_refused(amendment: Amendment, today: date) -> str:
    """Return why an amendment can no longer be withdrawn, in French; "" when it can."""
    contract = amendment.contract
    if amendment.withdrawn_on is not None:
        return f"L'avenant n° {amendment.number} est déjà retiré."
    standing = Amendment.objects.filter(contract=contract, withdrawn_on=None)
    if standing.filter(number__gt=amendment.number).exists():
        return "Un avenant plus récent le suit : retirez d'abord celui-là."
    if amendment.effective_on <= today:
        return (
            f"L'avenant a pris effet le {french_day(amendment.effective_on)} : faites-en un autre, "
            "qui le corrige."
        )
    if not amendment.before:
        return "Cet avenant vient de la reprise : faites-en un autre, qui le corrige."
    return _billed_since(amendment, today)


def _billed_since(amendment: Amendment, today: date) -> str:
    """Say which months billed would change: those must not."""
    versions = versions_without(amendment)
    effects = accounts().preview(contract=amendment.contract, versions=versions, today=today)
    if not any(month.billed and month.change for month in effects.months):
        return ""
    return "Des mois sont déjà facturés selon cet avenant : faites-en un autre, qui le corrige."


def versions_without(amendment: Amendment) -> list[Version]:
    """Return the terms of the contract as they were before its last amendment."""
    ends_on = date.fromisoformat(amendment.before["ends_on"])
    rows = ContractTerms.objects.filter(contract=amendment.contract).exclude(amendment=amendment)
    ordered = list(rows.order_by("starts_on"))
    return [
        Version(
            row.starts_on,
            ends_on if row is ordered[-1] else row.ends_on,
            row.fee,
            row.charges,
            row.expected_aid,
            row.aid_payee,
            row.room_id,
        )
        for row in ordered
    ]


@said_in_words
def withdraw_amendment(
    *, amendment: Amendment, reason: str, actor: User, today: date, seen: str = ""
) -> Amendment:
    """Take back an amendment that has not taken effect and by which nothing was billed.

    Its row stays, with the day and the reason. Raises AmendmentRefused, ChangedMeanwhile.
    """
    contract = hold_contract(amendment.contract)
    refuse_if_contract_changed(contract, seen)
    row = Amendment.objects.select_related("contract").get(pk=amendment.pk)
    people = ContractHolder.objects.filter(contract=contract).select_related("person")
    rows = ContractTerms.objects.filter(contract=contract).select_related("room")
    hold_place([line.room for line in rows], [holder.person for holder in people])
    if refusal := withdrawal_refused(row, today):
        raise AmendmentRefused(refusal)
    with history.act(WITHDRAWN, actor=actor, reason=reason):
        _put_back(contract, row)
        row.withdrawn_on = today
        row.withdrawn_reason = reason.strip()[:WORDS_LENGTH]
        row.save(update_fields=["withdrawn_on", "withdrawn_reason"])
    return row


def _put_back(contract: Contract, amendment: Amendment) -> None:
    ends_on = date.fromisoformat(amendment.before["ends_on"])
    ContractTerms.objects.filter(contract=contract, amendment=amendment).delete()
    last = ContractTerms.objects.filter(contract=contract).order_by("-starts_on")[0]
    last.ends_on = ends_on
    last.save(update_fields=["ends_on"])
    before = {pk: (is_main, end) for pk, is_main, end in amendment.before["holders"]}
    holders = ContractHolder.objects.filter(contract=contract)
    holders.exclude(pk__in=before).delete()
    holders.update(is_main=False)
    for holder in holders:
        is_main, end = before[holder.pk]
        holder.is_main, holder.ends_on = is_main, date.fromisoformat(end)
        holder.save(update_fields=["is_main", "ends_on"])
    contract.ends_on = ends_on
    contract.save(update_fields=["ends_on"])
