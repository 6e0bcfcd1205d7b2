"""Bank lines for tests, in the books as an import leaves them."""

from datetime import date
from decimal import Decimal
from itertools import count

from payments.enums import AccountKind, BankLineState, EntryKind
from payments.models import BankAccount, BankFile, BankLine, BankStatement
from payments.models.bank import payer_index
from payments.services.accounts import shared_account
from payments.services.posting import Line, post

_numbers = count(1)
OWN_IBAN = "FR7642559100000801234567862"


def make_statement(actor, **fields):
    """A statement of the association's account, in a file of its own."""
    number = next(_numbers)
    account, _created = BankAccount.objects.get_or_create(
        number=OWN_IBAN,
        defaults={"label": "Compte courant", "account": shared_account(AccountKind.BANK)},
    )
    brought = BankFile(
        sha256=f"{number:064}", name=f"releve-{number}.xml", format="camt.053", size=1
    )
    brought.imported_by = actor
    BankFile.objects.bulk_create([brought])
    return BankStatement.objects.create(
        file=brought, **{"bank_account": account, "position": 1, "reference": "R", **fields}
    )


def make_line(actor, amount, *, on=date(2026, 11, 5), statement=None, iban="", **fields):
    """A line posted between the bank and the suspense account; not, when its state says so."""
    number = next(_numbers)
    money, state = Decimal(amount), fields.get("state", BankLineState.TO_SETTLE)
    entry = None
    if state == BankLineState.TO_SETTLE:
        entry, _new = post(
            key=f"bank:{number}",
            kind=EntryKind.BANK,
            on=on,
            label="Ligne",
            lines=[
                Line(shared_account(AccountKind.BANK), money),
                Line(shared_account(AccountKind.SUSPENSE), -money),
            ],
            author=actor,
        )
    return BankLine.objects.create(
        statement=statement or make_statement(actor),
        **{
            "key": f"line-{number}",
            "position": number,
            "place": f"écriture {number}",
            "booked_on": on,
            "amount": money,
            "currency": "EUR",
            "bank_ref": f"B{number:08}",
            "text": "VIREMENT",
            "payer": "",
            "payer_iban": iban,
            "payer_index": payer_index(iban),
            "state": state,
            "entry": entry,
            **fields,
        },
    )
