"""A bank's file comes into the books once, line by line, whatever is sent again."""

import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection

from caracol.accounts.services import system_user
from caracol.parameters.models import Association
from payments.enums import AccountKind, BankLineState
from payments.models import BankFile, BankLine, BankStatement, PeriodLock, Posting
from payments.readers.shapes import FileRefused
from payments.services import bank_copying, bank_rows
from payments.services.banking import BankMonthLocked, import_bank
from payments.services.checking import check_ledger
from payments.services.held import may_be_taken, take_held
from payments.services.line_parts import LineRefused
from tests.helpers.databases import check_constraints
from tests.helpers.threads import at_once

SAMPLES = Path(__file__).resolve().parents[1] / "samples" / "bank"
D = Decimal
IBAN = "FR7699999000010001234567809"
HEAD = (
    '<?xml version="1.0"?><Document><BkToCstmrStmt><Stmt><Id>{id}</Id><Acct><Id><IBAN>{iban}'
    "</IBAN></Id><Ccy>EUR</Ccy></Acct>{balances}{entries}</Stmt></BkToCstmrStmt></Document>"
)
ENTRY = (
    '<Ntry><Amt Ccy="{money}">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts>{status}</Sts>'
    "<BookgDt><Dt>{on}</Dt></BookgDt>{ref}<NtryDtls><TxDtls><RltdPties><Dbtr><Nm>{payer}</Nm></Dbtr>"
    "</RltdPties><RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
)
BALANCE = (
    '<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount}</Amt>'
    "<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{on}</Dt></Dt></Bal>"
)


def entry(amount, on="2026-11-05", *, text="loyer", ref="", payer="DIALLO", **facts):
    """One entry; a negative amount is a debit."""
    money = D(amount)
    facts = {"money": "EUR", "status": "BOOK", **facts}
    return ENTRY.format(
        amount=abs(money),
        sign="CRDT" if money > 0 else "DBIT",
        on=on,
        ref=f"<AcctSvcrRef>{ref}</AcctSvcrRef>" if ref else "",
        text=text,
        payer=payer,
        **facts,
    )


def statement(*entries, iban=IBAN, name="2026-11", opening="", closing=""):
    """A camt.053 of one statement, as bytes."""
    balances = "".join(
        BALANCE.format(code=code, amount=amount, on=on)
        for code, amount, on in (
            ("OPBD", opening, "2026-11-01"),
            ("CLBD", closing, "2026-11-30"),
        )
        if amount
    )
    whole = HEAD.format(id=name, iban=iban, balances=balances, entries="".join(entries))
    return whole.encode()


def imported(data, name="releve.xml"):
    """Import bytes."""
    return import_bank(stream=io.BytesIO(data), name=name, actor=system_user())


def bank_balance():
    """What the books hold at the bank."""
    lines = Posting.objects.filter(account__kind=AccountKind.BANK)
    return sum(lines.values_list("amount", flat=True), D(0))


@pytest.fixture(autouse=True)
def association(db, settings, tmp_path):
    """The association whose account the statements are of; its files in a folder of the test."""
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    default = storage | {"OPTIONS": {"location": str(tmp_path), "base_url": None}}
    settings.STORAGES = settings.STORAGES | {"default": default}
    return Association.objects.create(
        name="Association Exemple",
        address="1 rue de l'Exemple",
        siret="12345678200010",
        iban=IBAN,
        signatory="Claire Exemple",
        valid_from=date(2020, 1, 1),
    )


def test_each_line_is_in_the_books_against_the_suspense_account():
    """The bank's account equals the statement; nothing is lost before a person has looked."""
    found = imported(statement(entry("200.00"), entry("-18.40", text="FRAIS")))
    check_constraints()
    assert (found.statements, found.entries, found.new, found.held) == (1, 2, 2, 0)
    assert (found.credits, found.debits) == (D("200.00"), D("18.40"))
    assert bank_balance() == D("181.60")
    assert check_ledger().failures == []


def test_the_same_file_adds_nothing():
    """The bytes are known; its counts are told all the same."""
    data = statement(entry("200.00"), entry("200.00"))
    imported(data)
    again = imported(data, name="autre-nom.xml")
    assert (again.entries, again.new, again.duplicates, again.is_known_file) == (2, 0, 2, True)
    assert BankLine.objects.count() == 2


def test_two_equal_transfers_of_one_day_both_live():
    """One would be lost if the amount and the words were the key."""
    assert imported(statement(entry("200.00"), entry("200.00"))).new == 2


def test_a_statement_that_overlaps_adds_only_what_is_new():
    """A re-issue in another order, with one line more."""
    imported(statement(entry("200.00"), entry("75.00", text="aide")))
    lines = entry("75.00", text="aide"), entry("200.00"), entry("200.00")
    found = imported(statement(*lines, name="2026-11 bis"))
    assert (found.new, found.duplicates) == (1, 2)
    assert bank_balance() == D("475.00")


def test_the_banks_reference_outlives_a_change_of_words():
    """Banks change the text later; their own reference says it is the same line."""
    imported(statement(entry("200.00", ref="S1", text="VIR")))
    found = imported(statement(entry("200.00", ref="S1", text="VIREMENT SEPA")))
    assert (found.new, found.duplicates) == (0, 1)


def test_another_account_is_held_and_not_in_the_books():
    """Somebody dropped another association's statement: a person is told why."""
    found = imported(statement(entry("200.00"), iban="FR7642559100000801234567862"))
    assert (found.new, found.held) == (1, 1)
    line = BankLine.objects.get()
    assert line.state == BankLineState.HELD
    assert "n'est pas celui de l'association" in line.note
    assert bank_balance() == 0


def test_another_currency_and_a_missing_day_are_held():
    """Only euros of a known day enter the books."""
    foreign = entry("200.00", money="CHF")
    found = imported(statement(foreign, entry("10.00", on="")))
    assert found.held == 2
    assert bank_balance() == 0


@pytest.mark.parametrize(
    ("on", "why"), [("2099-01-05", "dans le futur"), ("2009-01-05", "avant le début des comptes")]
)
def test_a_line_of_an_absurd_day_is_held_with_its_reason(on, why):
    """A mistyped year; one to come cannot be taken either, the others of the file enter."""
    found = imported(statement(entry("200.00", on=on), entry("10.00")))
    assert (found.new, found.held) == (2, 1)
    line = BankLine.objects.get(state=BankLineState.HELD)
    assert why in line.note
    assert bank_balance() == D("10.00")
    assert may_be_taken(line) is (on < "2027")
    if on > "2027":
        with pytest.raises(LineRefused, match="dans le futur"):
            take_held(line=line, actor=system_user())
    else:
        take_held(line=line, actor=system_user())
        assert bank_balance() == D("210.00")


def test_the_same_statement_under_other_references_is_held_not_dropped():
    """The bank renumbered its lines: residents are not credited twice, a person decides."""
    both = entry("200.00", ref="R1"), entry("200.00", ref="R2")
    assert imported(statement(*both, entry("75.00", ref="R3"))).held == 0
    again = entry("200.00", ref="Q1"), entry("200.00", ref="Q2"), entry("75.00", ref="Q3")
    found = imported(statement(*again, name="bis"))
    assert (found.new, found.held) == (3, 3)
    held = BankLine.objects.filter(state=BankLineState.HELD)
    assert all("Sans doute déjà là" in line.note for line in held)
    assert bank_balance() == D("475.00")
    take_held(line=held[0], actor=system_user())
    assert BankLine.objects.filter(state=BankLineState.HELD).count() == 2


def test_the_same_statement_with_other_days_is_held_not_doubled():
    """The bank makes a statement anew and moves its entries: its references remain."""
    imported(statement(entry("30.00", ref="R1"), entry("40.00", "2026-11-28", ref="R2")))
    moved = [entry("30.00", "2026-11-06", ref="R1"), entry("40.00", "2026-11-29", ref="R2")]
    again = imported(statement(*moved, entry("40.00", "2026-11-29", ref="R3")), "encore.xml")
    assert (again.new, again.held) == (3, 2)
    assert bank_balance() == D("110.00")
    assert "cette référence de la banque" in BankLine.objects.filter(state="HELD").first().note


def test_a_reference_that_serves_again_a_month_later_is_another_movement():
    """Some banks number their fees anew each month; a return bears the reference with its sign."""
    imported(statement(entry("-18.40", ref="FRAIS")))
    later = [entry("-18.40", "2026-12-05", ref="FRAIS"), entry("18.40", "2026-11-06", ref="FRAIS")]
    assert imported(statement(*later, name="2026-12"), "decembre.xml").held == 0


def test_new_lines_beside_known_ones_live_whatever_their_references():
    """A monthly file after the day's: one line known again, an equal one and others are new."""
    imported(statement(entry("200.00", ref="R1"), name="jour"))
    found = imported(
        statement(
            entry("200.00", ref="R2"),
            entry("200.00", ref="R1"),
            entry("200.00", ref="R3", payer="KARIMI"),
            entry("200.00", ref="R4", text="autre"),
            entry("200.00", "2026-11-06", ref="R5"),
        )
    )
    assert (found.new, found.duplicates, found.held) == (4, 1, 0)


def test_what_is_only_announced_posts_nothing():
    """It will come again, booked."""
    imported(statement(entry("200.00", status="PDNG")))
    assert BankLine.objects.get().state == BankLineState.ANNOUNCED
    assert bank_balance() == 0


def test_another_format_of_the_same_lines_is_a_probable_duplicate():
    """A CSV after the camt: held for a person, never posted twice."""
    imported(statement(entry("200.00", payer="DIALLO AMINA", text="LOYER NOVEMBRE")))
    text = f"Compte n° {IBAN[14:25]};\nDate;Libellé;Montant\n05/11/2026;VIR DIALLO;200,00\n"
    found = imported(text.encode(), name="releve.csv")
    assert (found.new, found.held) == (1, 1)
    assert "Doublon probable" in BankLine.objects.get(state=BankLineState.HELD).note
    assert bank_balance() == D("200.00")


def test_a_gap_between_statements_is_named():
    """One statement is missing: its closing and the next opening differ."""
    imported(statement(entry("200.00"), opening="100.00", closing="300.00"))
    other = statement(entry("5.00", on="2026-12-02"), opening="310.00", name="2026-12")
    later = other.replace(b"2026-11-01", b"2026-12-01")
    assert "Il manque un relevé" in imported(later).remarks[0]


def test_balances_that_do_not_tie_are_said_and_the_file_is_kept():
    """On a real file it is the best alarm there is; it refuses nothing."""
    found = imported(statement(entry("200.00"), opening="100.00", closing="250.00"))
    assert "ne font pas le nouveau solde" in found.remarks[0]
    assert BankStatement.objects.get().ties is False
    assert BankFile.objects.get().size == len(
        statement(entry("200.00"), opening="100.00", closing="250.00")
    )


def test_a_line_of_a_locked_month_enters_on_the_first_open_day():
    """Its true day stays on the line and in the entry; the locked months do not move."""
    for month in (date(2026, 10, 1), date(2026, 11, 1)):
        PeriodLock.objects.create(
            month=month, state="LOCKED", changed_by=system_user(), reason="bilan"
        )
    imported(
        statement(entry("200.00"), entry("50.00", on="2026-10-31"), entry("7.00", "2026-12-02"))
    )
    lines = BankLine.objects.order_by("booked_on").select_related("entry")
    assert [(line.booked_on.day, line.entry.date) for line in lines] == [
        (31, date(2026, 12, 1)),
        (5, date(2026, 12, 1)),
        (2, date(2026, 12, 2)),
    ]
    assert lines[0].entry.source == {"booked_on": "2026-10-31"}
    assert lines[2].entry.source == {}
    assert check_ledger().failures == []


def test_a_month_locked_during_the_import_refuses_the_whole_file(monkeypatch):
    """The guard of the books speaks first: nothing stays, in words."""
    PeriodLock.objects.create(
        month=date(2026, 11, 1), state="LOCKED", changed_by=system_user(), reason="bilan"
    )
    monkeypatch.setattr(bank_copying, "locked_months", set)  # as read before it was locked
    with pytest.raises(BankMonthLocked, match="Recommencez"):
        imported(statement(entry("200.00")))
    assert not BankFile.objects.exists()


def test_a_line_announced_then_booked_is_money_once():
    """The daily report announces it; the statement books it, with the same words."""
    announced = statement(entry("200.00", ref="S1", status="PDNG"), name="jour")
    assert imported(announced).new == 1
    assert imported(statement(entry("200.00", ref="S1"))).new == 1
    assert bank_balance() == D("200.00")


def test_known_and_new_lines_of_several_thousands_are_told_apart(monkeypatch):
    """Whatever the size of what is written at once, ranks and twins go through the whole file."""
    monkeypatch.setattr(bank_rows, "CHUNK", 3)
    text = f"Compte n° {IBAN[14:25]};\nDate;Libellé;Montant\n05/11/2026;VIR;9,00\n"
    imported(text.encode(), name="releve.csv")
    same = [entry("200.00") for _ in range(7)]
    nines = [entry("9.00", ref=f"N{n}") for n in range(5)]
    first = imported(statement(*same, *nines))
    assert (first.new, first.held) == (12, 1)
    more = imported(statement(*same, *nines, entry("200.00"), name="bis"))
    assert (more.new, more.duplicates) == (1, 12)
    assert bank_balance() == D(8 * 200 + 5 * 9)


def test_an_amount_that_no_account_holds_is_refused_with_its_place():
    """A spoiled figure; the database would say no in words of its own."""
    with pytest.raises(FileRefused, match=r"Écriture 2 : le montant 1\.00E\+20"):
        imported(statement(entry("1.00"), entry("100000000000000000000")))
    with pytest.raises(FileRefused, match="dépasse tout ce qu'un compte porte"):
        imported(statement(entry("9000000000.00"), entry("9000000000.00")))


def test_a_spoiled_file_leaves_nothing(tmp_path):
    """Its first lines were good: nothing of them stays, the file neither."""
    data = statement(entry("200.00"), "<Ntry><Amt>x</Amt></Ntry>")
    with pytest.raises(FileRefused):
        imported(data)
    assert not BankLine.objects.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_an_iban_of_a_payer_is_found_and_never_in_clear():
    """Stored encrypted; searched by its exact value."""
    imported((SAMPLES / "camt053" / "syn_fr_v02_month.xml").read_bytes())
    line = BankLine.objects.exclude(payer_iban="").first()
    assert BankLine.objects.paid_from(line.payer_iban).filter(pk=line.pk).exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM payments_bankline WHERE payer_iban ~ '[0-9]{8}'")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT string_agg(l::text, '') FROM payments_bankline l")
        assert line.payer_iban not in cursor.fetchone()[0]


@pytest.mark.parametrize(
    "path",
    [path for folder in sorted(SAMPLES.glob("*/")) for path in sorted(folder.glob("*"))[:4]],
    ids=lambda path: f"{path.parent.name}/{path.name}",
)
def test_every_sample_is_imported_once_or_refused(path):
    """Twice the same counts, the second time nothing new; the books stay right."""
    try:
        first = imported(path.read_bytes(), path.name)
    except FileRefused:
        assert not BankFile.objects.exists()
        return
    again = imported(path.read_bytes(), path.name)
    assert (again.entries, again.credits, again.debits) == (
        first.entries,
        first.credits,
        first.debits,
    )
    assert again.new == 0
    assert first.new + first.duplicates == first.entries


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_write_one():
    """Two people drop the same file in the same second."""
    data = statement(*(entry(f"{n}.00") for n in range(1, 40)))
    outcomes = at_once(lambda: imported(data).new, lambda: imported(data).new)
    assert sorted(outcomes) == [0, 39]
