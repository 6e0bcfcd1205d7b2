"""What the team has under way on the day of the demonstration, begun through the services.

Exits told, a draft, notices that wait, a deposit being settled, contracts that renew themselves.
On a day when the rules allow none of the candidates, the act is left out: nothing is forced.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import TypeVar

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.errors import Refused
from caracol.core.money import ZERO
from caracol.core.periods import add_months, end_of_duration, months_spanned
from caracol.demo.completing import WORDS
from caracol.demo.stays import DAY
from colocations.models import Room
from payments.enums import AccountKind
from payments.models import Account
from payments.services.settling import Deduction, prepare_settlement
from residents.calculations.renewal import certain_from
from residents.enums import (
    LIVING,
    ContractKind,
    ContractStatus,
    ExitDestination,
    ExitKind,
    NoticeBasis,
    NoticeDelivery,
)
from residents.models import Contract, ContractTerms, Notice, Person
from residents.selectors.proposals import ContractData
from residents.selectors.rules import rule_in_force
from residents.services.drafting import create_draft
from residents.services.noticing import prepare_notice
from residents.services.people import Identity, create_person

PAPERS_READ = history.label("residents.papers-read", "Dates reprises des papiers signés")

HOME = "IDF"
RENEWED = 3
_DESTINATIONS = {
    "Relogement dans le parc social": ExitDestination.SOCIAL_LEASE,
    "Logement du parc privé": ExitDestination.PRIVATE_LEASE,
    "Rapprochement familial": ExitDestination.RELATIVES,
    "Pension de famille": ExitDestination.PENSION,
}
_REASON = "Le propriétaire reprend le bâtiment pour y ouvrir son chantier."
_LOST_KEY = Deduction("Clé de la boîte aux lettres", Decimal("18.00"), "facture du serrurier")
T = TypeVar("T")


class Underway:
    """Begins what the day continues."""

    def __init__(self, today: date, manager: User, assistant: User) -> None:
        self.today, self.manager, self.assistant = today, manager, assistant

    def begin(self) -> None:
        """Begin everything."""
        with history.act(PAPERS_READ, actor=self.manager):
            self._date_papers()
            self._tell_exits()
            self._renew_themselves()
        self._draft()
        self._give_notices()
        self._settle_a_deposit()

    # --- What the papers say ----------------------------------------------------------------------
    def _date_papers(self) -> None:
        begun = Contract.objects.filter(
            status__in=[*LIVING, ContractStatus.ENDED, ContractStatus.CLOSED],
            starts_on__lte=self.today,
        )
        begun.update(signed_on=F("starts_on") - 6 * DAY, keys_given_on=F("starts_on"))

    def _tell_exits(self) -> None:
        """Say how each one left; the last departure is left to be recorded."""
        ended = Contract.objects.filter(
            status__in=[ContractStatus.ENDED, ContractStatus.CLOSED], exit_kind=""
        )
        open_still = ended.filter(status=ContractStatus.ENDED, territory__code=HOME)
        last = open_still.order_by("-ends_on", "-pk").first()
        if last is not None:
            ended = ended.exclude(pk=last.pk)
        ended.update(
            left_on=F("ends_on"),
            keys_returned_on=F("ends_on"),
            exit_inventory_conforms=True,
            exit_destination=ExitDestination.OTHER,
        )
        for reason, destination in _DESTINATIONS.items():
            ended.filter(exit_reason=reason).update(exit_destination=destination)
        received = Notice.objects.filter(contract=OuterRef("pk")).exclude(received_on=None)
        ended.filter(Exists(received)).update(exit_kind=ExitKind.RESIDENT_NOTICE)
        ended.update(exit_kind=ExitKind.TERM)

    def _renew_themselves(self) -> None:
        """Let some contracts renew themselves, the association being still able to oppose it."""
        soon = self._living(ContractKind.CRT).filter(
            ends_on__gt=self.today + 20 * DAY, ends_on__lt=add_months(self.today, 4)
        )
        done = 0
        for contract in soon.order_by("ends_on", "pk"):
            rule = rule_in_force(contract.kind, contract.ends_on)
            months = months_spanned(contract.starts_on, contract.ends_on)
            if certain_from(rule, contract.ends_on) > self.today and months <= 12:
                contract.is_tacitly_renewed, contract.initial_months = True, months
                contract.save(update_fields=["is_tacitly_renewed", "initial_months"])
                done += 1
            if done == RENEWED:
                return

    # --- What is begun ----------------------------------------------------------------------------
    def _draft(self) -> None:
        person = create_person(
            identity=Identity(
                last_name="Tsegaye",
                first_name="Mehret",
                civility="MRS",
                birth_date=date(1996, 5, 17),
                language="ti",
                phone="0639982640",
                territory=self.manager.memberships.get().territory,
            ),
            actor=self.assistant,
        )

        def write(terms: ContractTerms) -> None:
            data = _proposal(terms.room, person, terms.contract.kind, terms.ends_on + DAY)
            create_draft(data=data, actor=self.assistant, today=self.today)

        leaving = ContractTerms.objects.filter(
            contract__status=ContractStatus.NOTICE_GIVEN,
            contract__territory__code=HOME,
            ends_on__gte=self.today,
        ).select_related("contract", "room__colocation__site")
        _first_allowed(leaving.order_by("-ends_on", "pk"), write)

    def _give_notices(self) -> None:
        """One letter left and its receipt is awaited; one waits for who validates it."""
        self._give_notice(self.manager, self.today - 6 * DAY)
        self._give_notice(self.assistant, None)

    def _give_notice(self, author: User, sent_on: date | None) -> None:
        def give(case: tuple[Contract, NoticeBasis]) -> None:
            contract, basis = case
            prepare_notice(
                contract=contract,
                basis=basis,
                delivery=NoticeDelivery.LRAR,
                reason=_REASON,
                actor=author,
                today=self.today,
                sent_on=sent_on,
            )

        _first_allowed(self._noticed(), give)

    def _noticed(self) -> Iterator[tuple[Contract, NoticeBasis]]:
        living = self._living(ContractKind.CRT).filter(is_tacitly_renewed=False, notices=None)
        for contract in living.filter(ends_on__gt=add_months(self.today, 3)).order_by("pk")[:12]:
            for basis in (NoticeBasis.NON_RENEWAL, NoticeBasis.OBJECTIVE_CAUSE):
                yield contract, basis

    def _settle_a_deposit(self) -> None:
        held = Account.objects.filter(
            kind=AccountKind.DEPOSIT_HELD,
            balance__lt=0,
            contract__status=ContractStatus.ENDED,
            contract__territory__code=HOME,
        )

        def prepare(account: Account) -> None:
            contract = account.contract
            if contract is None:
                return
            owed = Account.objects.get(contract=contract, kind=AccountKind.RECEIVABLE).balance
            kept = min(max(owed, ZERO), -account.balance - _LOST_KEY.amount)
            prepare_settlement(
                contract=contract,
                deductions=[_LOST_KEY],
                set_off=kept,
                today=self.today,
                actor=self.assistant,
            )

        _first_allowed(held.select_related("contract").order_by("-contract__ends_on"), prepare)

    def _living(self, *kinds: ContractKind) -> QuerySet[Contract]:
        living = Contract.objects.filter(status=ContractStatus.IN_FORCE, territory__code=HOME)
        return living.filter(kind__in=kinds) if kinds else living


def _proposal(room: Room, person: Person, kind: str, starts_on: date) -> ContractData:
    months = 6
    return ContractData(
        kind=kind,
        room=room,
        people=(person,),
        starts_on=starts_on,
        ends_on=end_of_duration(starts_on, months),
        fee=room.fee,
        charges=room.charges,
        deposit=room.deposit,
        purpose=WORDS["purpose"],
        objective_causes=WORDS["objective_causes"],
        resident_notice_months=1,
        revision_quarter=2,
    )


def _first_allowed(cases: Iterable[T], act: Callable[[T], None]) -> None:
    """Act on the first case that the product does not refuse."""
    for case in cases:
        try:
            with transaction.atomic():
                act(case)
        except Refused:
            continue
        return
