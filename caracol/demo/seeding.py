"""A plausible association of any size, for load: homes, people, contracts, months of books."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Max

from caracol.accounts.models import Territory, User
from caracol.core.errors import Refused
from caracol.core.periods import Month
from caracol.core.text import sort_key
from caracol.parameters.models import Association
from colocations.enums import LegalBasis
from colocations.models import Colocation, Owner, OwnerAgreement, Room, Site
from payments.enums import AccountKind, EntryKind, Payer, PaymentMeans
from payments.models import Account, Posting, Term
from payments.services import copying
from payments.services.accounts import shared_account
from payments.services.allocating import reallocate
from payments.services.closing import close_month
from residents.enums import ContractKind, ContractStatus, PaymentMethod
from residents.models import Contract, ContractHolder, ContractTerms, Person

ROOMS_A_HOME = 10
_FIRST = ("Amina", "Yusuf", "Selam", "Farid", "Claire", "Moussa", "Elif", "Hugo", "Étienne")
_LAST = ("Diallo", "Haddad", "Tesfaye", "Karimi", "N'Diaye", "Öztürk", "Lefèvre", "Le Goff")
_KINDS = (
    (ContractKind.CRT, (Decimal(75), Decimal(150), Decimal(200)), Decimal(0)),
    (ContractKind.SUBLET_SOCIAL, (Decimal(340), Decimal(390), Decimal(412)), Decimal(60)),
    (ContractKind.COP, (Decimal(230), Decimal(290)), Decimal(30)),
)


class SeedRefused(Refused):
    """The size asked for is not one."""


@dataclass(frozen=True)
class Seeded:
    """What was written."""

    residents: int
    terms: int
    postings: int


def seed(*, residents: int, months: int, today: date, actor: User) -> Seeded:
    """Add so many residents, each with a contract, and close the last months with payments.

    About nine terms in ten are paid. Raises SeedRefused for a size below one.
    """
    if residents < 1 or months < 0:
        raise SeedRefused("Il faut au moins un résident, et zéro mois ou plus.")
    before = Posting.objects.count()
    terms_before = Term.objects.count()
    dice = random.Random(residents * 1000 + months)  # noqa: S311
    month = Month.of(today)
    with transaction.atomic():
        _association(month.plus(-months - 24).first)
        contracts = _patrimony_and_people(residents, month.plus(-months).first, today, dice)
    for back in range(months - 1, -1, -1):
        close_month(month=month.plus(-back), actor=actor)
        _pay(contracts, month.plus(-back), today, actor, dice)
    return Seeded(residents, Term.objects.count() - terms_before, Posting.objects.count() - before)


def _association(since: date) -> None:
    if not Association.objects.exists():
        Association.objects.create(
            name="Association de charge",
            address="1 rue de l'Exemple, 75013 Paris",
            siret="12345678200010",
            creditor_id="FR72ZZZ123456",
            iban="FR7642559100000801234567862",
            bic="CCOPFRPPXXX",
            signatory="Direction GLA",
            valid_from=since,
        )


def _patrimony_and_people(
    count: int, starts_on: date, today: date, dice: random.Random
) -> list[int]:
    base = (Contract.objects.aggregate(last=Max("pk"))["last"] or 0) + 1
    rooms = _rooms(count, base, starts_on, dice)
    people = Person.objects.bulk_create(
        (_person(base + index, dice) for index in range(count)), batch_size=2000
    )
    territories = dict(
        Room.objects.filter(pk__in=[room.pk for room in rooms]).values_list(
            "pk", "colocation__site__territory"
        )
    )
    contracts, versions, holders = [], [], []
    ends_on = Month.of(today).plus(6).last
    for index, (room, person) in enumerate(zip(rooms, people, strict=True)):
        kind, fees, charges = dice.choice(_KINDS)
        contract = Contract(
            number=f"L{base + index:06d}",
            territory_id=territories[room.pk],
            kind=kind,
            status=ContractStatus.IN_FORCE,
            starts_on=starts_on + timedelta(days=dice.randrange(0, 20)),
            ends_on=ends_on,
            payment_method=dice.choice([PaymentMethod.TRANSFER, PaymentMethod.DIRECT_DEBIT]),
            precarity_ground="Immeuble promis à la démolition",
        )
        contracts.append(contract)
        span = {"starts_on": contract.starts_on, "ends_on": ends_on}
        versions.append(
            ContractTerms(
                contract=contract, room=room, fee=dice.choice(fees), charges=charges, **span
            )
        )
        holders.append(ContractHolder(contract=contract, person=person, **span))
    Contract.objects.bulk_create(contracts, batch_size=2000)
    ContractTerms.objects.bulk_create(versions, batch_size=2000)
    ContractHolder.objects.bulk_create(holders, batch_size=2000)
    return [contract.pk for contract in contracts]


def _rooms(count: int, base: int, starts_on: date, dice: random.Random) -> list[Room]:
    territories = list(Territory.objects.filter(code__in=["IDF", "HDF"]).order_by("code"))
    owner, _new = Owner.objects.get_or_create(name="Foncière de charge")
    homes = -(-count // ROOMS_A_HOME)
    sites = Site.objects.bulk_create(
        Site(
            territory=territories[index % len(territories)],
            code=f"L{base + index}-S",
            name=f"Site {base + index}",
            address=f"{index + 1} rue des Tilleuls",
            postcode=territories[index % len(territories)].departments[-1].ljust(5, "0"),
            city="Ville-Exemple",
            department=territories[index % len(territories)].departments[-1],
        )
        for index in range(homes)
    )
    OwnerAgreement.objects.bulk_create(
        OwnerAgreement(
            site=site,
            owner=owner,
            legal_basis=LegalBasis.COMMODAT,
            starts_on=starts_on,
            ends_on=date(starts_on.year + 12, 12, 31),
        )
        for site in sites
    )
    colocations = Colocation.objects.bulk_create(
        Colocation(site=site, code=f"L{base + i}", name=f"Maison {base + i}", opens_on=starts_on)
        for i, site in enumerate(sites)
    )
    return Room.objects.bulk_create(
        Room(
            colocation=colocations[index // ROOMS_A_HOME],
            number=f"{index % ROOMS_A_HOME + 1:02d}",
            surface_m2=Decimal(dice.randrange(900, 1800)) / 100,
            fee=Decimal(200),
        )
        for index in range(count)
    )


def _person(number: int, dice: random.Random) -> Person:
    last_name, first_name = dice.choice(_LAST), dice.choice(_FIRST)
    return Person(
        reference=f"L{number:06d}",
        last_name=last_name,
        first_name=first_name,
        search_key=sort_key(f"{last_name} {first_name}"),
        phone=f"06{number:08d}",
    )


def _pay(
    contracts: Sequence[int], month: Month, today: date, actor: User, dice: random.Random
) -> None:
    """Pay nine terms in ten of a month, by COPY, then allocate."""
    cash = shared_account(AccountKind.IN_TRANSIT).pk
    receivables = dict(
        Account.objects.filter(contract__in=contracts, kind=AccountKind.RECEIVABLE).values_list(
            "contract", "pk"
        )
    )
    due = Term.objects.filter(month=month.first, contract__in=contracts, amount__gt=0)
    paid = [row for row in due.values_list("contract", "amount") if dice.random() < 0.9]
    on = min(month.day(8), today)
    numbers = copying.reserve("payments_entry_id_seq", len(paid))
    with transaction.atomic():
        copying.copy(
            "payments_entry",
            ["id", "key", "kind", "date", "label", "source", "author_id", "reason"],
            (
                (
                    *(number, f"payment:load:{number}", EntryKind.PAYMENT.value, on),
                    *("Virement", f'{{"means": "{PaymentMeans.TRANSFER}"}}', actor.pk, ""),
                )
                for number in numbers
            ),
        )
        copying.copy(
            "payments_posting",
            ["entry_id", "account_id", "amount", "payer"],
            _payment_lines(paid, numbers, cash, receivables),
        )
        for start in range(0, len(paid), 2000):
            reallocate(contract for contract, _amount in paid[start : start + 2000])


def _payment_lines(
    paid: Sequence[tuple[int, Decimal]],
    numbers: Sequence[int],
    cash: int,
    receivables: dict[int, int],
) -> Iterator[tuple[int, int, Decimal, str]]:
    for (contract, amount), number in zip(paid, numbers, strict=True):
        yield number, cash, amount, ""
        yield number, receivables[contract], -amount, Payer.RESIDENT.value
