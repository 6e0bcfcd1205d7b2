"""What a departure would do to a contract: until when it is owed, what the rules say of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from caracol.core.periods import french_day
from residents.calculations.departure import Owed, check_keys_returned, owed_until
from residents.calculations.verdicts import Verdict, doubtful, refused
from residents.enums import ExitKind, NoticeGiver
from residents.models import Contract, ContractHolder, Notice, Occupant
from residents.selectors.rules import rule_binding


@dataclass(frozen=True)
class Departure:
    """A departure as it is told. `relet_on`: from when the room is lived in again, agreed."""

    kind: str
    left_on: date
    keys_returned_on: date | None = None
    inventory_conforms: bool | None = None
    destination: str = ""
    reason: str = ""
    new_address: str = ""
    relet_on: date | None = None


@dataclass(frozen=True)
class JudgedDeparture:
    """Until when the fee is owed, why, and what stands in the way."""

    owed: Owed
    verdicts: list[Verdict] = field(default_factory=list)
    closes: Notice | None = None
    """The notice nobody received, which the departure leaves without object."""

    @property
    def closing(self) -> str:
        """Say what becomes of that notice."""
        if self.closes is None:
            return ""
        whose = "de l'association" if self.closes.given_by == NoticeGiver.MANAGER else "du résident"
        sent = self.closes.sent_on
        state = f"envoyé le {french_day(sent)}, non reçu" if sent else "préparé, pas envoyé"
        return f"Le congé {whose}, {state}, devient sans objet : il se ferme avec le départ."


def notice_received(contract: Contract) -> Notice | None:
    """Return the notice received that stands on a contract."""
    standing = Notice.objects.filter(contract=contract, withdrawn_on=None)
    return standing.exclude(received_on=None).first()


def notice_awaited(contract: Contract) -> Notice | None:
    """Return the notice that stands on a contract and that nobody received."""
    return Notice.objects.filter(contract=contract, withdrawn_on=None, received_on=None).first()


def expected_kind(contract: Contract) -> str:
    """Return what a departure most likely is: that of the notice, else the term."""
    notice = notice_received(contract)
    if notice is None:
        return ExitKind.TERM
    by_manager = notice.given_by == NoticeGiver.MANAGER
    return ExitKind.MANAGER_NOTICE if by_manager else ExitKind.RESIDENT_NOTICE


def judge_departure(contract: Contract, departure: Departure, today: date) -> JudgedDeparture:
    """Judge a departure by the rule that binds the contract. Raises RuleMissing."""
    owed = owed_until(
        rule_binding(contract),
        exit_kind=departure.kind,
        left_on=max(departure.left_on, contract.starts_on),
        ends_on=contract.ends_on,
        relet_on=departure.relet_on,
    )
    verdicts = list(_verdicts(contract, departure, today))
    return JudgedDeparture(owed, verdicts, notice_awaited(contract))


def judge_keys_returned(
    contract: Contract, on: date | None, left_on: date, today: date
) -> list[Verdict]:
    """Judge the day the keys of a contract came back; nothing to judge while they have not."""
    if on is None:
        return []
    return check_keys_returned(
        on,
        entered_on=contract.starts_on,
        left_on=left_on,
        today=today,
        given_on=contract.keys_given_on,
    )


def _verdicts(contract: Contract, departure: Departure, today: date) -> Iterator[Verdict]:
    yield from _days(contract, departure, today)
    yield from _notice(contract, departure)
    if departure.kind == ExitKind.ABANDONMENT:
        text = (
            "Un départ sans congé se constate avant de reprendre la chambre : mise en demeure, "
            "puis commissaire de justice."
        )
        yield doubtful("abandonment", text, "loi 89-462, art. 14-1", "kind")
    if departure.kind in {ExitKind.ABANDONMENT, ExitKind.DEATH}:
        yield from _household(contract, departure.left_on)


def _days(contract: Contract, departure: Departure, today: date) -> Iterator[Verdict]:
    if departure.left_on > today:
        text = "Un départ s'enregistre le jour venu : pour plus tard, enregistrez le congé."
        yield refused("left-ahead", text, topic="left_on")
    if departure.left_on < contract.starts_on:
        text = f"Le contrat n'a commencé que le {french_day(contract.starts_on)}."
        yield refused("left-before", text, topic="left_on")
    yield from judge_keys_returned(contract, departure.keys_returned_on, departure.left_on, today)


def _notice(contract: Contract, departure: Departure) -> Iterator[Verdict]:
    wanted = {
        ExitKind.RESIDENT_NOTICE: NoticeGiver.RESIDENT,
        ExitKind.MANAGER_NOTICE: NoticeGiver.MANAGER,
    }.get(ExitKind(departure.kind))
    notice = notice_received(contract)
    if wanted and (notice is None or notice.given_by != wanted):
        text = f"Aucun congé reçu de {wanted.label} : enregistrez-le d'abord, ou changez la nature."
        text = text.replace("de le", "du")
        yield refused("notice-missing", text, topic="kind")


def _household(contract: Contract, day: date) -> Iterator[Verdict]:
    """A spouse, partner or cohabitant who lives there keeps the use until the term."""
    holders = ContractHolder.objects.filter(
        contract=contract, starts_on__lte=day, ends_on__gte=day
    ).select_related("person")
    names = [holder.person.full_name for holder in holders]
    others = Occupant.objects.filter(contract=contract, starts_on__lte=day)
    staying = [one.full_name for one in others if one.ends_on is None or one.ends_on > day]
    if len(names) + len(staying) < 2:
        return
    text = (
        f"Vivent dans la chambre : {', '.join([*names, *staying])}. Conjoint, partenaire de PACS "
        "ou concubin qui reste garde l'usage jusqu'au terme : faites alors un avenant de "
        "titulaires au lieu de terminer le contrat."
    )
    yield doubtful("household-stays", text, "décret 2019-497", "kind")
