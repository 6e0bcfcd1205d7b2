"""Sign a contract, hand over its keys: from then on it binds a room and people."""

from collections.abc import Iterable, Mapping
from datetime import date

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.errors import Refused
from caracol.core.periods import french_day
from colocations.enums import HolderKind, KeyAct
from colocations.models import KeySet
from colocations.services.keys import keys_handed, move_keys, undo_move
from colocations.services.voids import make_way
from residents.calculations.verdicts import Verdict, doubtful
from residents.enums import LIVING, ContractStatus
from residents.models import Contract
from residents.selectors.insurance import is_insured, is_proven
from residents.selectors.proposals import Judged, judge, proposal_of
from residents.selectors.states import refuse_if_contract_changed
from residents.services.accepting import settle
from residents.services.drafting import NO_REASON
from residents.services.holding import hold_contract, hold_place, said_in_words
from residents.services.lifecycle import next_status

SIGNED = history.label("residents.contract-signed", "Contrat signé")
KEYS_GIVEN = history.label("residents.keys-given", "Clés remises")
KEYS_TAKEN_BACK = history.label("residents.keys-mistaken", "Remise des clés annulée")


_INSURED = "loi 89-462, art. 7 g ; contrat"


class SignatureRefused(Refused):
    """The contract cannot be signed so."""


class KeysRefused(Refused):
    """The keys cannot be handed over so."""


def judge_signature(contract: Contract, signed_on: date, reader: User) -> Judged:
    """Judge a draft by the law of the day it is signed on: as proposed, and its dates."""
    data = proposal_of(contract)
    judged = judge(data, signed_on, contract, reader=reader)
    late = []
    if signed_on > data.starts_on:
        text = (
            f"Signé après l'entrée du {french_day(data.starts_on)} : la personne aura habité sans "
            "titre jusque-là."
        )
        late.append(doubtful("signed-late", text, topic="signed_on"))
    return Judged(judged.rule, judged.owner_end, [*judged.verdicts, *late])


@said_in_words
def sign_contract(
    *,
    contract: Contract,
    signed_on: date,
    actor: User,
    today: date,
    reasons: Mapping[str, str] = NO_REASON,
    seen: str = "",
) -> Contract:
    """Sign a draft: all is checked again under locks, then it binds its room and its people.

    One that has already begun is in force at once. Raises SignatureRefused, LawForbids,
    ReasonNeeded, AcceptanceReserved, ChangedMeanwhile, TransitionRefused.
    """
    locked = hold_contract(contract)
    refuse_if_contract_changed(locked, seen)
    status = next_status(ContractStatus(locked.status), "signer")
    if signed_on > today:
        raise SignatureRefused("Une signature ne se date pas de l'avenir.")
    data = proposal_of(locked)
    hold_place([data.room], data.people)
    judged = judge_signature(locked, signed_on, actor)
    settle(contract=locked, verdicts=judged.verdicts, reasons=reasons, actor=actor, today=today)
    if data.starts_on <= today:
        status = next_status(status, "entrer")
    with history.act(SIGNED, actor=actor):
        locked.signed_on, locked.status = signed_on, status
        locked.save(update_fields=["signed_on", "status"])
        make_way(room=data.room, first=data.starts_on, last=data.ends_on, judged=True)
    return locked


def judge_keys(contract: Contract, on: date) -> list[Verdict]:
    """Judge a key handover: an insurer's certificate first (RULEBOOK 5.1), not before entry."""
    found = []
    day = max(on, contract.starts_on)
    if not is_insured(contract, day):
        text = (
            "Aucune attestation d'assurance ne couvre ce jour : les clés se remettent contre "
            "l'attestation."
        )
        found.append(doubtful("keys-uninsured", text, _INSURED, "on"))
    elif not is_proven(contract, day):
        text = (
            "L'assurance de ce jour est notée, mais le fichier de l'attestation manque : les clés "
            "se remettent contre l'attestation. Ajoutez-le dans « Assurance »."
        )
        found.append(doubtful("keys-unproven", text, _INSURED, "on"))
    if on < contract.starts_on:
        text = f"Le contrat ne commence que le {french_day(contract.starts_on)}."
        found.append(doubtful("keys-early", text, topic="on"))
    return found


@said_in_words
def give_keys(
    *,
    contract: Contract,
    on: date,
    actor: User,
    today: date,
    sets: Iterable[KeySet] = (),
    reasons: Mapping[str, str] = NO_REASON,
    seen: str = "",
) -> Contract:
    """Hand over the keys; without an insurance certificate only for a reason that is kept.

    The day is the contract's own; `sets` are written in the register of the home with it (ADR 17).
    Raises KeysRefused, ReasonNeeded, AcceptanceReserved, and what the register refuses.
    """
    locked = hold_contract(contract)
    refuse_if_contract_changed(locked, seen)
    if locked.status not in LIVING:
        raise KeysRefused("Les clés se remettent une fois le contrat signé, avant qu'il finisse.")
    if locked.keys_given_on is not None:
        raise KeysRefused(f"Les clés sont déjà remises, le {french_day(locked.keys_given_on)}.")
    if on > today:
        raise KeysRefused("Une remise de clés ne se date pas de l'avenir.")
    settle(
        contract=locked,
        verdicts=judge_keys(locked, on),
        reasons=reasons,
        actor=actor,
        today=today,
    )
    with history.act(KEYS_GIVEN, actor=actor):
        locked.keys_given_on = on
        locked.save(update_fields=["keys_given_on"])
        for keys in sets:
            move_keys(
                keys=keys,
                act=KeyAct.GIVEN,
                on=on,
                actor=actor,
                holder_kind=HolderKind.RESIDENT,
                contract=locked.number,
            )
    return locked


@said_in_words
def take_back_keys(*, contract: Contract, actor: User, with_sets: bool = True) -> Contract:
    """Undo a handover recorded by mistake, and in the register the sets handed with it.

    Raises KeysRefused once the keys are returned.
    """
    locked = hold_contract(contract)
    if locked.keys_given_on is None or locked.keys_returned_on is not None:
        raise KeysRefused("Il n'y a pas de remise de clés à annuler.")
    with history.act(KEYS_TAKEN_BACK, actor=actor):
        handed = keys_handed(contract=locked.number, on=locked.keys_given_on) if with_sets else []
        locked.keys_given_on = None
        locked.save(update_fields=["keys_given_on"])
        for last in handed:
            undo_move(move=last, actor=actor)
    return locked
