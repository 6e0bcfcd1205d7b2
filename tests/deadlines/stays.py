"""Two stays lived act by act, for the tests that travel through time."""

from datetime import date

from caracol.accounts.enums import Role
from caracol.deadlines.enums import Outcome
from caracol.deadlines.models import Deadline
from caracol.deadlines.services import acting
from residents.enums import AidEligibility, ContractKind, ContractStatus, NoticeGiver
from residents.models import ContractHolder, ContractTerms, Insurance
from tests import factories

SIGNED, LAST = date(2026, 1, 12), date(2026, 12, 31)


class Stay:
    """The life of the resident, act by act."""

    def __init__(self):
        home = factories.make_home(rooms=1)
        home.site.agreements.update(starts_on=date(2025, 1, 1), ends_on=date(2029, 1, 1))
        self.room = home.rooms.get()
        self.person = factories.make_person("Diallo", "Amina", territory="IDF")
        factories.make_status(self.person, protection_kind="REFUGEE")
        self.permit = factories.make_permit(
            self.person, kind="CARTE_PLURIANNUELLE", expires_on=date(2026, 10, 15)
        )
        self.person.housing_requests.create(number="NUR-1", expires_on=date(2026, 11, 20))
        self.contract = factories.make_contract(
            self.room,
            self.person,
            starts_on=date(2026, 2, 1),
            ends_on=LAST,
            status=ContractStatus.SIGNED,
            signed_on=SIGNED,
        )
        self.worker = factories.make_user(Role.SOCIAL_WORKER)

    def change(self, **fields):
        """Write the contract as an act would leave it."""
        type(self.contract).objects.filter(pk=self.contract.pk).update(**fields)

    def live(self, day):
        """Do what happens on a day."""
        self.acts.get(day, lambda: None)()

    @property
    def acts(self):
        """What happens, day by day."""
        return {
            date(2026, 2, 1): self.enter,
            date(2026, 2, 3): self.insure,
            date(2026, 4, 20): self.tell_ofpra,
            date(2026, 7, 2): self.ask_permit,
            date(2026, 9, 10): self.give_notice,
            date(2026, 10, 11): self.leave,
            date(2026, 10, 20): self.give_keys_back,
        }

    def enter(self):
        """Take the keys."""
        self.change(status=ContractStatus.IN_FORCE, keys_given_on=date(2026, 2, 1))

    def insure(self):
        """Bring a certificate that goes beyond the contract."""
        Insurance.objects.create(
            contract=self.contract,
            insurer="MAIF",
            starts_on=date(2026, 2, 1),
            ends_on=date(2027, 1, 31),
        )

    def tell_ofpra(self):
        """Somebody of the social service told the OFPRA of the new address."""
        row = Deadline.objects.get(kind="social.ofpra-address")
        acting.mark_done(
            deadline=row, outcome=Outcome.DONE, actor=self.worker, on=date(2026, 4, 20)
        )

    def ask_permit(self):
        """The request is filed: a paper of a few months stands meanwhile."""
        factories.make_permit(self.person, kind="API", expires_on=date(2026, 10, 31))

    def give_notice(self):
        """The resident leaves in a month."""
        self.change(status=ContractStatus.NOTICE_GIVEN)
        factories.make_notice(
            self.contract,
            given_by=NoticeGiver.RESIDENT,
            received_on=date(2026, 9, 10),
            effective_on=date(2026, 10, 10),
        )

    def leave(self):
        """The room is empty."""
        end = date(2026, 10, 10)
        ContractTerms.objects.filter(contract=self.contract).update(ends_on=end)
        ContractHolder.objects.filter(contract=self.contract).update(ends_on=end)
        self.change(status=ContractStatus.ENDED, ends_on=end, left_on=end)

    def give_keys_back(self):
        """Keys and inventory are written down."""
        self.change(keys_returned_on=date(2026, 10, 20), exit_inventory_conforms=True)


class Lease:
    """A furnished lease under the law of 1989: aid, a deposit, an insurance that lapses."""

    ENDS = date(2026, 11, 30)

    def __init__(self):
        home = factories.make_home(rooms=1)
        home.site.agreements.update(starts_on=date(2025, 1, 1), ends_on=date(2029, 1, 1))
        self.person = factories.make_person("Martin", "Louise", territory="IDF")
        self.contract = factories.make_contract(
            home.rooms.get(),
            self.person,
            kind=ContractKind.LEASE_89_FURN,
            starts_on=date(2025, 12, 1),
            ends_on=self.ENDS,
            signed_on=date(2025, 11, 20),
            keys_given_on=date(2025, 12, 1),
            aid_eligible=AidEligibility.YES,
        )
        self.insure(date(2025, 12, 1), date(2026, 6, 30))

    def live(self, day):
        """Do what happens on a day."""
        self.acts.get(day, lambda: None)()

    @property
    def acts(self):
        """What happens, day by day."""
        return {
            date(2026, 7, 9): self.insure_again,
            date(2026, 8, 20): self.give_notice,
            date(2026, 9, 21): self.leave,
        }

    def insure(self, starts_on, ends_on):
        """Bring a certificate."""
        Insurance.objects.create(
            contract=self.contract, insurer="MAIF", starts_on=starts_on, ends_on=ends_on
        )

    def insure_again(self):
        """Bring the next certificate, nine days late."""
        self.insure(date(2026, 7, 9), date(2027, 7, 8))

    def give_notice(self):
        """The resident leaves in a month."""
        type(self.contract).objects.update_or_create(
            pk=self.contract.pk, defaults={"status": ContractStatus.NOTICE_GIVEN}
        )
        factories.make_notice(
            self.contract,
            given_by=NoticeGiver.RESIDENT,
            received_on=date(2026, 8, 20),
            effective_on=date(2026, 9, 20),
        )

    def leave(self):
        """The room is empty, the keys are back, the inventory conforms."""
        end = date(2026, 9, 20)
        ContractTerms.objects.filter(contract=self.contract).update(ends_on=end)
        ContractHolder.objects.filter(contract=self.contract).update(ends_on=end)
        type(self.contract).objects.filter(pk=self.contract.pk).update(
            status=ContractStatus.ENDED,
            ends_on=end,
            left_on=end,
            keys_returned_on=date(2026, 9, 21),
            exit_inventory_conforms=True,
        )
