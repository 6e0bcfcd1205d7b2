"""Write the draft of a contract, change it, leave it, take it up again: it binds nobody yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.errors import Refused
from caracol.core.periods import Month
from residents.enums import ContractStatus
from residents.models import AcceptedWarning, Contract, ContractHolder, ContractTerms
from residents.selectors.effects import accounts
from residents.selectors.proposals import ContractData, Judged, judge, proposal_of
from residents.selectors.states import refuse_if_contract_changed
from residents.services.accepting import keep_reasons
from residents.services.holding import hold_contract, hold_place, said_in_words
from residents.services.lifecycle import next_status
from residents.services.numbering import next_number

DRAFTED = history.label("residents.contract-drafted", "Contrat préparé")
REDRAFTED = history.label("residents.contract-redrafted", "Brouillon modifié")
CANCELLED = history.label("residents.contract-cancelled", "Contrat abandonné")
RESTORED = history.label("residents.contract-restored", "Brouillon rétabli")

NO_REASON: Mapping[str, str] = MappingProxyType({})
# What even a draft cannot hold: the database keeps its terms within the owner's agreement, and no
# contract is prepared for longer than its type ever allows, nor for a room unfit to live in.
_IMPOSSIBLE = frozenset({"dates-order", "no-agreement", "owner-end", "too-long", "void-unfit"})


class DraftRefused(Refused):
    """The draft cannot be written."""


@dataclass(frozen=True)
class Drafted:
    """A draft, and whether it was written just now."""

    contract: Contract
    new: bool


@said_in_words
def create_draft(
    *,
    data: ContractData,
    actor: User,
    today: date,
    reasons: Mapping[str, str] = NO_REASON,
) -> Drafted:
    """Write the draft of a contract, complete or not: signing will ask for the rest.

    The same draft again (same type, room, people and first day) is the one already there.
    Raises DraftRefused.
    """
    hold_place([data.room], data.people)
    judged = _refuse_the_impossible(data, today, actor)
    same = _same_draft(data)
    if same is not None:
        # The same form sent twice is one draft; another one never loses what it says.
        if proposal_of(same) != data:
            raise DraftRefused(
                f"Le brouillon {same.number} existe déjà pour cette personne, cette chambre et ce "
                "jour, avec d'autres conditions : ouvrez-le pour le modifier. Rien n'a été changé."
            )
        return Drafted(same, new=False)
    with history.act(DRAFTED, actor=actor):
        contract = Contract(
            territory=data.room.colocation.site.territory,
            number=next_number(data.kind, Month.of(today).year),
            status=ContractStatus.DRAFT,
        )
        _write(contract, data, judged)
        _keep(contract, judged, reasons, actor, today)
    return Drafted(contract, new=True)


def _same_draft(data: ContractData) -> Contract | None:
    drafts = Contract.objects.filter(
        status=ContractStatus.DRAFT,
        kind=data.kind,
        starts_on=data.starts_on,
        terms__room=data.room,
        holders__person=data.people[0],
        holders__is_main=True,
    )
    return drafts.first()


@said_in_words
def edit_draft(
    *,
    contract: Contract,
    data: ContractData,
    actor: User,
    today: date,
    reasons: Mapping[str, str] = NO_REASON,
    seen: str = "",
) -> Contract:
    """Rewrite a draft whole. Raises DraftRefused, ChangedMeanwhile.

    Its number stays, unless its type changes and with it the series.
    """
    locked = hold_contract(contract)
    refuse_if_contract_changed(locked, seen)
    if locked.status != ContractStatus.DRAFT:
        raise DraftRefused(
            f"Le contrat {locked.number} n'est plus un brouillon : il se modifie par avenant."
        )
    hold_place([data.room], data.people)
    judged = _refuse_the_impossible(data, today, actor, locked)
    with history.act(REDRAFTED, actor=actor):
        if data.kind != locked.kind:
            locked.number = next_number(data.kind, Month.of(today).year)
        locked.territory = data.room.colocation.site.territory
        _write(locked, data, judged)
        AcceptedWarning.objects.filter(contract=locked).delete()
        _keep(locked, judged, reasons, actor, today)
    return locked


def _refuse_the_impossible(
    data: ContractData, today: date, actor: User, contract: Contract | None = None
) -> Judged:
    judged = judge(data, today, contract, reader=actor)
    impossible = [verdict for verdict in judged.refusals if verdict.code in _IMPOSSIBLE]
    if impossible:
        raise DraftRefused(" ".join(verdict.sentence for verdict in impossible))
    return judged


def _write(contract: Contract, data: ContractData, judged: Judged) -> None:
    names = {field.name for field in Contract._meta.concrete_fields}
    for name in names & set(ContractData.__dataclass_fields__):
        setattr(contract, name, getattr(data, name))
    student = {verdict.code for verdict in judged.doubts} & {"student"}
    contract.initial_months = data.initial_months
    contract.is_tacitly_renewed = judged.rule.is_tacitly_renewed and not student
    contract.charges_mode = data.charges_mode or judged.rule.charges_mode
    contract.full_clean(exclude=["territory"], validate_constraints=False)
    contract.save()
    days = {"starts_on": data.starts_on, "ends_on": data.ends_on}
    ContractTerms.objects.update_or_create(
        contract=contract,
        defaults={
            **days,
            "room": data.room,
            "fee": data.fee,
            "charges": data.charges,
            "expected_aid": data.expected_aid,
            "aid_payee": data.aid_payee,
        },
    )
    ContractHolder.objects.filter(contract=contract).delete()
    for rank, person in enumerate(data.people):
        ContractHolder.objects.create(contract=contract, person=person, is_main=rank == 0, **days)


def _keep(
    contract: Contract, judged: Judged, reasons: Mapping[str, str], actor: User, today: date
) -> None:
    keep_reasons(
        contract=contract, verdicts=judged.verdicts, reasons=reasons, actor=actor, today=today
    )


@said_in_words
def cancel_contract(
    *, contract: Contract, reason: str, actor: User, today: date, seen: str = ""
) -> Contract:
    """Leave a draft, or cancel a signed contract before anybody enters.

    What was billed of a month to come is put right. Raises DraftRefused, TransitionRefused.
    """
    locked = hold_contract(contract)
    refuse_if_contract_changed(locked, seen)
    drafted = locked.status == ContractStatus.DRAFT
    if locked.keys_given_on is not None:
        raise DraftRefused(
            f"Les clés du contrat {locked.number} sont remises : la personne est entrée. "
            "Enregistrez son départ."
        )
    if not drafted and not reason.strip():
        raise DraftRefused("Dites pourquoi le contrat est annulé avant l'entrée.")
    act = "abandonner" if drafted else "annuler avant l'entrée"
    with history.act(CANCELLED, actor=actor, reason=reason):
        locked.status = next_status(ContractStatus(locked.status), act)
        locked.save(update_fields=["status"])
    if not drafted:
        accounts().apply(
            contract=locked,
            actor=actor,
            today=today,
            reason=reason or "contrat annulé avant l'entrée",
            key=f"cancelled:{locked.number}",
        )
    return locked


@said_in_words
def restore_draft(*, contract: Contract, actor: User) -> Contract:
    """Take up again a draft that was left. Raises DraftRefused for a contract once signed."""
    locked = hold_contract(contract)
    if locked.signed_on is not None:
        raise DraftRefused(f"Le contrat {locked.number} avait été signé : faites-en un nouveau.")
    with history.act(RESTORED, actor=actor):
        locked.status = next_status(ContractStatus(locked.status), "rétablir le brouillon")
        locked.save(update_fields=["status"])
    return locked
