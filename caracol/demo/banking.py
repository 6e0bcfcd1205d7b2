"""What the bank, a CAF and the files of direct debits show on the day, through the services.

The statement holds what a manager meets in a month: lines that settle themselves, lines to accept,
to name, to set aside, to hold. On a day when a rule refuses an act, the act is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

from django.db import transaction
from django.db.models import F, Q, QuerySet

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.money import ZERO
from caracol.core.periods import Month
from caracol.demo.money import ByStatement
from caracol.demo.statements import CafRow, Movement, caf_csv, camt, french_iban, qif
from caracol.demo.workbook import ASSOCIATION
from payments.calculations.target import is_target_day
from payments.enums import AccountKind, DebitState, PaymentMeans, TermKind
from payments.models import Account, Debit, DebitBatch, Entry, Mandate, Term
from payments.selectors.refunds import owed_on
from payments.services.automatic import reconcile
from payments.services.banking import import_bank
from payments.services.caf_importing import import_caf
from payments.services.collecting import Wish, prepare_debits, send_debits
from payments.services.debit_posting import post_debits
from payments.services.mandates import MandateFacts, prepare_mandate, record_mandates
from payments.services.refunding import prepare_refund
from residents.enums import ContractStatus, PaymentMethod
from residents.models import Contract, ContractHolder, Person

METHOD_CHANGED = history.label("residents.payment-method-changed", "Mode de paiement changé")
HOME = "IDF"
OPENING = Decimal("48211.07")
SETTLED_BY = 12  # From this day on a month has enough of a statement to show.
DEBITED, WILLING = 5, 5
_DAY = timedelta(days=1)


def shown_month(today: date) -> Month:
    """Return the month whose statement is shown: the present one once it is under way."""
    return Month.of(today) if today.day >= SETTLED_BY else Month.of(today).previous()


@dataclass(frozen=True)
class Payee:
    """A contract with who signed it first."""

    contract: Contract
    person: Person

    @property
    def name(self) -> str:
        """The name as banks write it."""
        return f"{self.person.last_name.upper()} {self.person.first_name}"


class Banking:
    """Brings the bank's statement and what goes with it."""

    def __init__(self, today: date, manager: User, aid: ByStatement | None) -> None:
        self.today, self.manager, self.aid = today, manager, aid
        self.month = shown_month(today)
        self.until = min(self.month.last, today - _DAY)
        self.accounts = 0

    def bring(self) -> None:
        """Bring everything, in the order a month brings it."""
        debits = self._collect()
        caf = self._caf_file()
        movements = [
            *self._paid(),
            *self._debits_shown(debits),
            *self._caf_credit(caf),
            *self._outside(),
        ]
        unknown = movements[-1]
        statement = camt(
            iban=ASSOCIATION["iban"],
            month=self.month,
            until=self.until,
            opening=OPENING,
            movements=movements,
        )
        self._import(statement, f"releve-{self.month}.xml")
        # The bank's site gives the same transfer once more: a doubt for a person.
        self._import(qif([unknown]), f"telechargement-{self.month}.qif")
        if caf is not None:
            name = f"bordereau-caf-{self.month}.csv"
            import_caf(stream=BytesIO(caf[0]), name=name, actor=self.manager, today=self.today)
        reconcile(actor=self.manager, today=self.today)
        self._refund()

    def _import(self, data: bytes, name: str) -> None:
        import_bank(stream=BytesIO(data), name=name, actor=self.manager)

    def _iban(self) -> str:
        self.accounts += 1
        return french_iban(10_000 + 37 * self.accounts)

    def _on(self, number: int) -> date:
        return min(self.month.day(number), self.until)

    # --- Direct debits ----------------------------------------------------------------------------
    def _collect(self) -> list[Debit]:
        """Let some pay by direct debit; collect the last month closed, as it was sent in time."""
        signed = self._mandates()
        on = self.until - 5 * _DAY
        while not is_target_day(on):
            on -= _DAY
        sent_on = on - 8 * _DAY
        wish = Wish(
            month=Month.of(self.today).previous(),
            on=on,
            territory=self.manager.memberships.get().territory,
        )
        try:
            with transaction.atomic():
                batch = prepare_debits(wish=wish, token="", today=sent_on, actor=self.manager)
                send_debits(batch=batch, today=sent_on, actor=self.manager)
                at = clock.now() - (self.today - sent_on)
                DebitBatch.objects.filter(pk=batch.pk).update(prepared_at=at, sent_at=at)
                post_debits(batch=batch, today=self.today, actor=self.manager)
        except Refused:
            return []
        finally:
            self._mandate_to_sign(signed)
        debits = Debit.objects.filter(batch=batch, state=DebitState.COLLECTED)
        return list(debits.select_related("batch", "mandate").order_by("pk"))

    def _mandates(self) -> list[Contract]:
        """Sign the mandates of some who owe and of some who do not."""
        last = Month.of(self.today).previous()
        owing = Q(
            pk__in=Term.objects.filter(
                month=last.first,
                kind=TermKind.MONTHLY,
                paid_amount__lt=F("amount") - F("expected_aid"),
            ).values("contract")
        )
        living = self._living()
        chosen = [*living.filter(owing)[:DEBITED], *living.exclude(owing)[:WILLING]]
        with history.act(METHOD_CHANGED, actor=self.manager):
            ids = [contract.pk for contract in chosen]
            Contract.objects.filter(pk__in=ids).update(payment_method=PaymentMethod.DIRECT_DEBIT)
        record_mandates(
            MandateFacts(
                contract=contract,
                reference=f"RUM-{contract.number}-1",
                iban=self._iban(),
                signed_on=max(contract.starts_on, self.month.plus(-2).day(3 + rank)),
            )
            for rank, contract in enumerate(chosen)
        )
        return chosen

    def _mandate_to_sign(self, signed: list[Contract]) -> None:
        """Leave one mandate to be signed."""
        contract = self._living().exclude(pk__in=[one.pk for one in signed]).last()
        if contract is not None:
            prepare_mandate(
                contract=contract,
                iban=self._iban(),
                holder=_payee(contract).name,
                today=self.today,
                actor=self.manager,
            )

    def _debits_shown(self, debits: list[Debit]) -> Iterator[Movement]:
        """Yield the credit of the file, then the debit that came back."""
        if not debits:
            return
        batch = debits[0].batch
        yield Movement(batch.collect_on, batch.total, f"REMISE PRELEVEMENTS {batch.reference}")
        back = debits[0]
        yield Movement(
            min(batch.collect_on + 2 * _DAY, self.until),
            -back.amount,
            f"REJET PRELEVEMENT PROVISION INSUFFISANTE {back.mandate.reference}",
            party=back.debtor,
            iban=back.mandate.iban,
            end_to_end_id=back.end_to_end_id,
            return_code="AM04",
        )

    # --- What residents and others paid -----------------------------------------------------------
    def _paid(self) -> Iterator[Movement]:
        """Yield payments of what is owed: by reference, by name, by a friend; one recorded."""
        owing = list(self._owing())
        for rank, (payee, owed) in enumerate(owing[:2]):
            text = f"REDEVANCE {payee.contract.number}"
            yield Movement(self._on(6 + rank), owed, text, payee.name, self._iban())
        for rank, (payee, owed) in enumerate(owing[2:5]):
            yield Movement(self._on(8 + rank), owed, "VIREMENT LOYER", payee.name, self._iban())
        for payee, owed in owing[5:6]:
            text = f"LOYER {payee.person.first_name} {payee.person.last_name}"
            yield Movement(self._on(11), owed, text, "M. ROLAND PASSEREAU", self._iban())
        for on, amount, payee in self._recorded():
            text = f"LOYER {payee.contract.number}"
            yield Movement(min(on + _DAY, self.until), amount, text, payee.name)

    def _owing(self) -> Iterator[tuple[Payee, Decimal]]:
        accounts = Account.objects.filter(
            kind=AccountKind.RECEIVABLE,
            balance__gt=0,
            balance__lt=900,
            contract__in=self._living(),
        ).select_related("contract")
        if self.aid is not None:  # what they owe changes once the CAF has paid
            accounts = accounts.exclude(contract__number__in=self.aid.parts)
        for account in accounts.order_by("contract__number")[:6]:
            if account.contract is not None:
                yield _payee(account.contract), account.balance

    def _recorded(self) -> Iterator[tuple[date, Decimal, Payee]]:
        """Yield transfers of the month that were recorded by hand before the bank showed them."""
        rows = Entry.objects.filter(
            kind="PAYMENT",
            source__means=PaymentMeans.TRANSFER,
            date__gte=self.month.first,
            date__lt=self.until,
            reversed_by=None,
            postings__account__contract__in=self._living(),
        ).order_by("date", "pk")
        for entry in rows.prefetch_related("postings__account__contract")[:2]:
            for posting in entry.postings.all():
                if posting.account.contract is not None:
                    yield entry.date, -posting.amount, _payee(posting.account.contract)

    def _outside(self) -> Iterator[Movement]:
        """Yield what is no rent, and a payer nobody knows, last."""
        bank = "BANQUE DE L'ESCARGOT (FICTIVE)"
        yield Movement(self._on(3), Decimal("-18.40"), "FRAIS DE TENUE DE COMPTE", bank)
        text = "FACTURE 998812 ELECTRICITE COMMUNS"
        yield Movement(self._on(9), Decimal("-642.10"), text, "ELECTRICITE EXEMPLE", self._iban())
        yield Movement(
            self._on(10),
            Decimal("15000.00"),
            "SUBVENTION SOLDE",
            "FONDATION EXEMPLE",
            self._iban(),
        )
        yield Movement(self._on(11), Decimal("163.20"), "LOYER", "DUBREUIL", self._iban())

    # --- The CAF ----------------------------------------------------------------------------------
    def _caf_file(self) -> tuple[bytes, Decimal, str] | None:
        """Return the statement of a CAF, its total and its number."""
        if self.aid is None or not self.aid.parts:
            return None
        entitled, department = self.aid.entitled, self.aid.caf
        payees = {
            number: _payee(account.contract)
            for number, (account, _amount) in self.aid.parts.items()
            if account.contract is not None
        }
        rows = [
            self._caf_row(payees[number], entitled, amount)
            for number, (_account, amount) in self.aid.parts.items()
        ]
        taken = next(iter(payees.values()))
        why = ("IND", "INDU SUR DROITS BAILLEUR")
        rows.append(self._caf_row(taken, entitled.plus(-1), Decimal("-36.00"), "RETENUE", why))
        unknown = Decimal("187.00")
        rows.append(CafRow("7999412", "Kourouma", "Fatoumata", "", entitled, unknown))
        reference = f"B{entitled.year}{entitled.number:02d}-{department}"
        data = caf_csv(
            department=department,
            reference=reference,
            paid_on=self.aid.paid_on,
            rows=rows,
        )
        return data, sum((row.amount for row in rows), ZERO), reference

    @staticmethod
    def _caf_row(
        payee: Payee,
        month: Month,
        amount: Decimal,
        nature: str = "DROIT",
        why: tuple[str, str] = ("", ""),
    ) -> CafRow:
        person, contract = payee.person, payee.contract
        # Who gave us no number is known by the reference we gave the CAF.
        number = person.caf_number or f"79{contract.pk:05d}"
        return CafRow(
            *(number, person.last_name, person.first_name, contract.number),
            *(month, amount, nature, why),
        )

    def _caf_credit(self, caf: tuple[bytes, Decimal, str] | None) -> Iterator[Movement]:
        if caf is not None and self.aid is not None:
            _data, total, reference = caf
            text = f"ALLOCATIONS LOGEMENT {reference}"
            yield Movement(self._on(self.aid.paid_on.day + 1), total, text, f"CAF {self.aid.caf}")

    # --- Money to give back -----------------------------------------------------------------------
    def _refund(self) -> None:
        """Prepare one refund, that the direction is to approve."""
        credits = Account.objects.filter(
            kind__in=[AccountKind.REFUND_DUE, AccountKind.RECEIVABLE],
            balance__lt=0,
            contract__territory__code=HOME,
            contract__status__in=[ContractStatus.ENDED, ContractStatus.IN_FORCE],
        ).select_related("contract")
        for account in credits.order_by("-contract__status", "balance", "pk")[:12]:
            contract = account.contract
            owed = owed_on(contract) if contract is not None else []
            if contract is None or not owed:
                continue
            try:
                with transaction.atomic():
                    prepare_refund(
                        contract=contract,
                        source=owed[0].source,
                        payer=owed[0].payer,
                        amount=owed[0].amount,
                        beneficiary=_payee(contract).name,
                        iban=self._iban(),
                        today=self.today,
                        actor=self.manager,
                    )
            except Refused:
                continue
            return

    def _living(self) -> QuerySet[Contract]:
        living = Contract.objects.filter(status=ContractStatus.IN_FORCE, territory__code=HOME)
        return living.exclude(pk__in=Mandate.objects.values("contract")).order_by("number")


def _payee(contract: Contract) -> Payee:
    holders = ContractHolder.objects.filter(contract=contract).select_related("person")
    return Payee(contract, holders.order_by("pk")[0].person)
