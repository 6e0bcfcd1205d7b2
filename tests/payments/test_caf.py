"""What the CAFs pay goes to its month, once, and ties to the bank; nothing is forced on anybody."""

import csv
import io
import json
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caracol.core.periods import Month
from caracol.parameters.models import Association, Parameter
from payments.enums import AccountKind, CafState, Payer
from payments.models import (
    Account,
    BankLine,
    CafLine,
    CafStatement,
    Entry,
    PeriodLock,
    Posting,
    ReconciliationPart,
    Term,
)
from payments.selectors.caf_statements import shares_by_month
from payments.services.banking import import_bank
from payments.services.caf_importing import CafRefused, import_caf
from payments.services.caf_naming import (
    NamingRefused,
    name_line,
    reverse_statement,
    unname_line,
)
from payments.services.caf_settler import CafSettler, TieRefused
from payments.services.caf_ties import tie, untie
from payments.services.checking import check_ledger
from payments.services.closing import close_month
from payments.services.openings import OpeningBalance, take_over_balances
from payments.services.reconciling import tie_line
from residents.enums import AidEligibility, ContractKind
from tests import factories
from tests.helpers.databases import check_constraints
from tests.helpers.samples import sample
from tests.payments.test_banking import entry as bank_entry
from tests.payments.test_banking import statement as bank_statement

D = Decimal
TODAY = date(2026, 12, 10)
pytestmark = pytest.mark.django_db
HEAD = (
    "CodeOrganisme;NumBordereau;DatePaiement;NumAllocataire;NomAllocataire;PrenomAllocataire;"
    "ReferenceLocataire;TypeAide;MoisDu;MoisAu;NatureLigne;Montant\r\n"
)


@pytest.fixture(autouse=True)
def _association(association, settings, tmp_path):
    """The association; its files in a folder of the test."""
    association.iban = "FR7699999000010001234567809"
    association.save()
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    default = storage | {"OPTIONS": {"location": str(tmp_path), "base_url": None}}
    settings.STORAGES = settings.STORAGES | {"default": default}


@pytest.fixture
def actor():
    return factories.make_user()


@pytest.fixture
def contract(actor):
    return lodge("Diallo", "Amina", "0123456")


def lodge(last, first, number, fee="390.00", **facts):
    """Somebody at home since March, whose aid the CAF 75 pays to the association."""
    person = factories.make_person(last, first, caf_number=number, caf_department="75")
    return factories.make_contract(
        person=person,
        kind=ContractKind.SUBLET_SOCIAL,
        starts_on=date(2026, 3, 1),
        ends_on=date(2027, 2, 28),
        fee=fee,
        aid_eligible=AidEligibility.YES,
        **facts,
    )


def line(number, amount, months="11/2026", nature="DROIT", name="DIALLO", first="AMINA", ref=""):
    start, _, end = months.partition("-")
    written = str(amount).replace(".", ",")
    return f"{number};{name};{first};{ref};ALS;{start};{end or start};{nature};{written}"


def statement(*lines, number="B202612-75", total=None, paid="05/12/2026"):
    """A statement of the CAF of Paris, with its total."""
    amounts = [D(one.rsplit(";", 1)[1].replace(",", ".")) for one in lines]
    total = sum(amounts) if total is None else D(total)
    body = "".join(f"751;{number};{paid};{one}\r\n" for one in lines)
    tail = f"751;{number};{paid};TOTAL;;;;;;;;{str(total).replace('.', ',')}\r\n"
    return (HEAD + body + tail).encode("cp1252")


def imported(data, actor, name="caf.csv", today=TODAY):
    """Import bytes, and check every guard."""
    found = import_caf(stream=io.BytesIO(data), name=name, actor=actor, today=today)
    check_constraints()
    assert check_ledger().failures == []
    return found


def bill(actor, *months):
    """Close months."""
    for month in months:
        close_month(month=Month.parse(month), actor=actor)


def aid_by_month(contract):
    """The aid on a contract's account, by month."""
    found = {}
    for month, amount in Posting.objects.filter(
        account__contract=contract, account__kind=AccountKind.RECEIVABLE, payer=Payer.CAF
    ).values_list("entitlement_month", "amount"):
        found[str(Month.of(month))] = found.get(str(Month.of(month)), D(0)) - amount
    return {month: amount for month, amount in found.items() if amount}


def balance(kind, contract=None):
    """What an account holds."""
    lines = Posting.objects.filter(account__kind=kind, account__contract=contract)
    return sum(lines.values_list("amount", flat=True), D(0))


def bank(*entries, closing="2026-12-31"):
    """Import a bank statement of December that reaches its end."""
    data = bank_statement(*entries, name="2026-12", opening="1000.00", closing="1.00")
    data = data.replace(b"2026-11-01", b"2026-12-01").replace(b"2026-11-30", closing.encode())
    return import_bank(stream=io.BytesIO(data), name="r.xml", actor=factories.make_user())


CREDIT = {"on": "2026-12-07", "text": "CAF 75 AIDES AU LOGEMENT B202612-75", "payer": "CAF"}


@pytest.mark.parametrize(
    ("paid", "why"), [("05/12/2031", "dans le futur"), ("05/12/2006", "avant le début")]
)
def test_a_statement_paid_on_an_absurd_day_is_refused(contract, actor, paid, why):
    months = f"11/{paid[-4:]}"
    with pytest.raises(CafRefused, match=why):
        imported(statement(line("0123456", "220.00", months), paid=paid), actor)
    assert not CafStatement.objects.exists()


# --- Each line to its month -----------------------------------------------------------------------
def test_aid_goes_to_its_entitlement_month(contract, actor):
    """Paid in December, it settles November."""
    bill(actor, "2026-11", "2026-12")
    found = imported(statement(line("0123456", "220.00")), actor)
    assert (found.lines, found.posted, found.suspense, found.total) == (1, 1, 0, D("220.00"))
    assert aid_by_month(contract) == {"2026-11": D("220.00")}
    paid = dict(Term.objects.filter(contract=contract).values_list("month", "paid_amount"))
    assert paid == {date(2026, 11, 1): D("220.00"), date(2026, 12, 1): D("0.00")}


def test_a_rappel_without_known_aid_is_the_same_for_each_month(contract, actor):
    """612 over three months: 204 each, whether they are billed, open, or paid already."""
    bill(actor, "2026-09", "2026-10")
    imported(statement(line("0123456", "390.00", "09/2026"), number="A1234567"), actor)
    imported(statement(line("0123456", "612.00", "09/2026-11/2026", "RAPPEL")), actor)
    assert aid_by_month(contract) == {
        "2026-09": D("390.00"),  # 594.00 came: what is above the month is due back
        "2026-10": D("204.00"),
        "2026-11": D("204.00"),
    }
    assert -balance(AccountKind.REFUND_DUE, contract) == D("204.00")
    [of_rappel] = shares_by_month(CafLine.objects.filter(nature="BACKPAY")).values()
    assert [amount for _month, amount in of_rappel] == [D("204.00")] * 3


def test_a_rappel_follows_the_aid_that_each_month_expects(actor):
    """And an indu of the same months takes back the same parts."""
    contract = lodge("Diallo", "Amina", "0123456", expected_aid="210.00")
    later = contract.terms.get()
    later.ends_on = date(2026, 10, 31)
    later.save()
    later.pk, later.starts_on, later.ends_on = None, date(2026, 11, 1), date(2027, 2, 28)
    later.expected_aid = D("230.00")
    later.save(force_insert=True)
    imported(
        statement(line("123456", "650", "09/2026-11/2026", "RAPPEL"), number="A1234567"), actor
    )
    parts = {"2026-09": D("210.00"), "2026-10": D("210.00"), "2026-11": D("230.00")}
    assert aid_by_month(contract) == parts
    imported(statement(line("123456", "-650", "09/2026-11/2026", "RETENUE")), actor)
    assert aid_by_month(contract) == {}


def test_a_rappel_across_the_takeover_gives_its_earlier_part_to_the_balance_taken_over(
    contract, actor
):
    """And waits for a person."""
    opening = OpeningBalance(contract, D("500.00"))
    take_over_balances(balances=[opening], on=date(2026, 10, 31), actor=actor)
    bill(actor, "2026-11")
    imported(statement(line("123456", "400", "08/2026-11/2026", "RAPPEL")), actor)
    assert aid_by_month(contract) == {"2026-10": D("300.00"), "2026-11": D("100.00")}
    assert "avant la reprise" in CafLine.objects.get().review


def test_an_indu_reopens_its_month_and_waits_to_be_looked_at(contract, actor):
    """The tenant owes it again; a person is told."""
    bill(actor, "2026-11")
    imported(statement(line("123456", "390.00"), number="A1234567"), actor)
    assert Term.objects.get(contract=contract).is_paid
    imported(statement(line("123456", "-98.50", nature="RETENUE")), actor)
    assert Term.objects.get(contract=contract).left == D("98.50")
    assert "se rouvre" in CafLine.objects.get(amount=D("-98.50")).review


def test_an_annulation_takes_the_aid_of_its_month_back(contract, actor):
    bill(actor, "2026-11")
    imported(statement(line("123456", "220.00"), number="A1234567"), actor)
    imported(statement(line("123456", "-220.00", nature="ANNULATION")), actor)
    assert aid_by_month(contract) == {}
    assert Term.objects.get(contract=contract).paid_amount == 0


def test_an_end_of_right_brings_no_money_and_a_warning(contract, actor):
    imported(statement(line("123456", "0.00", nature="FIN")), actor)
    [one] = CafLine.objects.all()
    assert one.entry is None
    assert "part du résident augmente" in one.review


def test_flatmates_are_known_by_their_number_never_by_their_home(actor):
    """Two contracts of one home, two numbers, the same printed dwelling."""
    one, other = lodge("Diallo", "Amina", "1111111"), lodge("Diallo", "Moussa", "2222222")
    imported(statement(line("1111111", "100.00"), line("2222222", "90.00")), actor)
    assert aid_by_month(one) == {"2026-11": D("100.00")}
    assert aid_by_month(other) == {"2026-11": D("90.00")}


def test_a_number_decides_and_a_name_only_warns(contract, actor):
    imported(statement(line("123456", "100.00", name="KEITA", first="OUMAR")), actor)
    assert aid_by_month(contract) == {"2026-11": D("100.00")}
    assert "KEITA" in CafLine.objects.get().review


def test_aid_above_the_month_is_due_back_to_the_resident(contract, actor):
    """A refund due, whatever else is owed; an indu then takes it back first."""
    bill(actor, "2026-11", "2026-12")
    imported(statement(line("123456", "450.00"), number="A1234567"), actor)
    assert balance(AccountKind.REFUND_DUE, contract) == D("-60.00")
    assert Account.objects.get(contract=contract, kind="RECEIVABLE").balance == D("390.00")
    imported(statement(line("123456", "-100.00", nature="RETENUE")), actor)
    assert balance(AccountKind.REFUND_DUE, contract) == D("0.00")
    assert Term.objects.get(contract=contract, month=date(2026, 11, 1)).left == D("40.00")


# --- Nobody is forced -----------------------------------------------------------------------------
def test_an_unknown_number_waits_in_suspense_until_a_person_names_it(contract, actor):
    """Then it is on the contract, and may come back."""
    bill(actor, "2026-11")
    found = imported(statement(line("999", "187.00"), line("123456", "20.00")), actor)
    assert (found.posted, found.suspense) == (1, 1)
    assert balance(AccountKind.SUSPENSE) == D("-187.00")
    held = CafLine.objects.get(number="999")
    named = name_line(line=held, contract=contract, today=TODAY, actor=actor)
    assert balance(AccountKind.SUSPENSE) == 0
    assert aid_by_month(contract) == {"2026-11": D("207.00")}
    unname_line(line=named, today=TODAY, actor=actor)
    assert balance(AccountKind.SUSPENSE) == D("-187.00")
    assert aid_by_month(contract) == {"2026-11": D("20.00")}
    check_constraints()
    assert check_ledger().failures == []


def test_a_line_on_the_wrong_contract_is_moved_and_moved_again(contract, actor):
    """Both accounts are right at each step."""
    other = lodge("Keita", "Oumar", "777")
    third = lodge("Sow", "Fatou", "778")
    imported(statement(line("123456", "187.00")), actor)
    one = CafLine.objects.get()
    for target, before in ((other, contract), (third, other), (contract, third)):
        one = name_line(line=one, contract=target, today=TODAY, actor=actor)
        assert aid_by_month(target) == {"2026-11": D("187.00")}
        assert aid_by_month(before) == {}
    check_constraints()
    assert check_ledger().failures == []
    with pytest.raises(NamingRefused, match="déjà sur ce contrat"):
        name_line(line=one, contract=contract, today=TODAY, actor=actor)


def test_the_number_named_is_remembered(contract, actor):
    """The next statement finds the person; a number is never given to two."""
    other = lodge("Keita", "Oumar", "")
    imported(statement(line("555", "187.00", name="KEITA"), number="A1234567"), actor)
    person = other.holders.get().person
    held = CafLine.objects.get()
    name_line(line=held, contract=other, today=TODAY, actor=actor, remember=person)
    later = statement(line("555", "187.00", "12/2026", name="KEITA"))
    assert imported(later, actor).posted == 1
    imported(statement(line("556", "10.00"), number="C1234567"), actor)
    person.refresh_from_db()
    person.caf_number = "556"
    person.save()
    with pytest.raises(NamingRefused, match="déjà le n°"):
        name_line(
            line=CafLine.objects.get(number="556"),
            contract=contract,
            today=TODAY,
            actor=actor,
            remember=contract.holders.get().person,
        )


# --- Once -----------------------------------------------------------------------------------------
def test_the_same_statement_adds_nothing(contract, actor):
    """The same file, or the same lines in another order."""
    data = statement(line("123456", "220.00"), line("999", "10.00"))
    imported(data, actor)
    entries = Entry.objects.count()
    again = imported(data, actor)
    assert (again.is_known, again.posted, again.suspense, again.lines) == (True, 0, 0, 2)
    turned = imported(statement(line("999", "10.00"), line("123456", "220.00")), actor)
    assert turned.is_known
    assert (Entry.objects.count(), CafStatement.objects.count()) == (entries, 1)


def test_another_content_under_the_same_number_is_refused(contract, actor):
    """Until the first is taken back."""
    imported(statement(line("123456", "220.00")), actor)
    other = statement(line("123456", "221.00"))
    with pytest.raises(CafRefused, match="déjà enregistré"):
        imported(other, actor)
    reverse_statement(
        statement=CafStatement.objects.get(), today=TODAY, reason="bordereau corrigé", actor=actor
    )
    imported(other, actor)
    assert aid_by_month(contract) == {"2026-11": D("221.00")}


def test_a_statement_taken_back_leaves_nothing(contract, actor):
    """Its named lines, its surplus, its tie."""
    bill(actor, "2026-11")
    bank(bank_entry("637.00", **CREDIT))
    imported(statement(line("123456", "450.00"), line("999", "187.00")), actor)
    name_line(line=CafLine.objects.get(number="999"), contract=contract, today=TODAY, actor=actor)
    reverse_statement(
        statement=CafStatement.objects.get(), today=TODAY, reason="erreur", actor=actor
    )
    check_constraints()
    assert check_ledger().failures == []
    assert aid_by_month(contract) == {}
    assert balance(AccountKind.REFUND_DUE, contract) == 0
    assert balance(AccountKind.SUSPENSE) == D("-637.00")
    assert balance(AccountKind.IN_TRANSIT) == 0


# --- The bank -------------------------------------------------------------------------------------
def test_a_total_that_does_not_tie_is_refused(contract, actor):
    with pytest.raises(CafRefused, match="écart de -1,00"):
        imported(statement(line("123456", "220.00"), total="221.00"), actor)
    assert not CafStatement.objects.exists()


def test_the_bank_credit_ties_whichever_comes_first(contract, actor):
    """Nothing is left in suspense nor in transit."""
    bank(bank_entry("220.00", **CREDIT))
    imported(statement(line("123456", "220.00")), actor)
    assert balance(AccountKind.SUSPENSE) == balance(AccountKind.IN_TRANSIT) == 0
    assert CafStatement.objects.get().ties.get().bank_line.state == "SETTLED"


def test_a_credit_that_differs_holds_the_statement(contract, actor):
    """Nothing is posted; the difference is said."""
    bank(bank_entry("219.00", **CREDIT))
    found = imported(statement(line("123456", "220.00")), actor)
    assert "écart de −1,00" in found.held[0]
    assert CafStatement.objects.get().state == CafState.HELD
    assert aid_by_month(contract) == {}


def test_a_credit_missing_from_the_bank_holds_the_statement(contract, actor):
    """The bank's statement reaches past that day and does not show it."""
    bank(bank_entry("12.00", on="2026-12-07", text="VIREMENT"))
    found = imported(statement(line("123456", "220.00")), actor)
    assert "ne montre aucun crédit" in found.held[0]


def test_how_far_a_credit_is_looked_for_is_a_dated_rule(contract, actor):
    """Eleven days before the payment is too far, until the direction says otherwise."""
    bank(bank_entry("220.00", on="2026-12-01", text="CAF 75 AIDES"))
    data = statement(line("123456", "220.00"), paid="12/12/2026")
    assert "ne montre aucun crédit" in imported(data, actor).held[0]
    rule = Parameter.objects.get(key="caf.credit_before_days")
    rule.valid_to = date(2026, 11, 30)
    rule.save()
    Parameter.objects.create(
        key=rule.key, value=11, valid_from=date(2026, 12, 1), source="Choix de la direction"
    )
    assert imported(data, actor).posted == 1


def test_a_statement_held_is_posted_once_the_credit_is_there(contract, actor):
    """The same file again is enough."""
    bank(bank_entry("12.00", on="2026-12-07", text="VIREMENT"))
    data = statement(line("123456", "220.00"))
    imported(data, actor)
    more = bank_statement(bank_entry("220.00", **CREDIT), name="2026-12-suite")
    import_bank(stream=io.BytesIO(more), name="s.xml", actor=actor)
    assert imported(data, actor).posted == 1
    assert balance(AccountKind.SUSPENSE) == D("-12.00")


def test_two_statements_by_one_credit_and_one_by_two(contract, actor):
    """Exact sums only."""
    imported(statement(line("123456", "220.00"), number="X1"), actor)
    imported(statement(line("123456", "80.00"), number="X2", paid="04/12/2026"), actor)
    bank(bank_entry("300.00", **CREDIT | {"text": "CAF"}), bank_entry("5.00", ref="R2", text="CAF"))
    both = list(CafStatement.objects.order_by("pk"))
    whole, small = BankLine.objects.get(amount=300), BankLine.objects.get(amount=5)
    with pytest.raises(TieRefused, match="écart"):
        tie(statements=both, credits=[whole, small], today=TODAY, actor=actor)
    tie(statements=both, credits=[whole], today=TODAY, actor=actor)
    assert balance(AccountKind.IN_TRANSIT) == 0
    untie(statement=both[0], today=TODAY, reason="essai", actor=actor)
    assert balance(AccountKind.IN_TRANSIT) == D("300.00")
    assert CafSettler().offers([whole, small]) == {}


def test_a_credit_that_comes_later_is_offered_to_its_statement(contract, actor):
    """Certain by its number, and told line by line; another amount is not offered."""
    imported(statement(line("123456", "220.00"), line("999", "7.00")), actor)
    assert "pas encore arrivé" in CafStatement.objects.get().note
    bank(bank_entry("227.00", **CREDIT), bank_entry("220.00", ref="R2", **CREDIT))
    lines = list(BankLine.objects.order_by("-amount"))
    [(number, offer)] = CafSettler().offers(lines).items()
    assert (number, offer.certainty, offer.parts[0].amount) == (lines[0].pk, "auto", D("220.00"))
    tie_line(
        line=lines[0],
        settler="caf",
        ref=offer.ref,
        actor=actor,
        today=TODAY,
        reason=offer.reason,
    )
    parts = ReconciliationPart.objects.values_list("kind", "amount")
    assert sorted(parts) == [("CONTRACT", D("220.00")), ("SUSPENSE", D("7.00"))]
    assert CafStatement.objects.get().note == ""
    check_constraints()
    assert check_ledger().failures == []


def test_a_locked_month_sends_the_aid_to_the_open_one_with_its_true_day(contract, actor):
    """Dated where the books take it; the CAF's day stays in the entry's source."""
    PeriodLock.objects.create(month=date(2026, 12, 1), state="LOCKED", changed_by=actor)
    imported(statement(line("123456", "220.00")), actor)
    [one] = Entry.objects.filter(key__startswith="caf:")
    assert (one.date, one.source["paid_on"]) == (date(2027, 1, 1), "2026-12-05")


# --- Files in any order ---------------------------------------------------------------------------
LINES = st.lists(
    st.tuples(
        st.sampled_from(["123456", "654321", "999"]),
        st.decimals(-120, 500, places=2),
        st.sampled_from(
            ["10/2026", "11/2026", "12/2026", "10/2026-11/2026", "10/2026-12/2026", "2/2026-4/2026"]
        ),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(files=st.lists(LINES, min_size=2, max_size=3), order=st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_give_the_same_books(files, order, django_db_blocker):
    """Order of files irrelevant, twice is once, the lines make the total."""
    outcomes = []
    for shuffled in (False, True):
        with transaction.atomic():
            actor = factories.make_user()
            contracts = [lodge("Diallo", "Amina", "123456"), lodge("Sow", "Fatou", "654321")]
            bill(actor, "2026-10", "2026-11", "2026-12")
            made = []
            for rank, rows in enumerate(files):
                lines = [
                    line(n, a, m, "RETENUE" if a < 0 else "RAPPEL", name="", first="")
                    for n, a, m in rows
                ]
                made.append(statement(*lines, number=f"N{rank}"))
            if shuffled:
                order.shuffle(made)
                made += made[:1]
            for data in made:
                import_caf(stream=io.BytesIO(data), name="x.csv", actor=actor, today=TODAY)
            assert check_ledger().failures == []
            outcomes.append(
                [
                    *(balance(AccountKind.RECEIVABLE, one) for one in contracts),
                    *(balance(AccountKind.REFUND_DUE, one) for one in contracts),
                    *(aid_by_month(one) for one in contracts),
                    balance(AccountKind.SUSPENSE),
                    balance(AccountKind.IN_TRANSIT),
                ]
            )
            transaction.set_rollback(True)
    assert outcomes[0] == outcomes[1]


# --- The two months of the samples ----------------------------------------------------------------
def manage(*arguments):
    """Run a command; its last line and its exit code."""
    out, code = io.StringIO(), 0
    try:
        call_command(*map(str, arguments), "--json", stdout=out, stderr=io.StringIO())
    except SystemExit as stop:
        code = stop.code
    return json.loads(out.getvalue().splitlines()[-1]), code


def truth(month):
    """What each CAF credit is made of, by its statement's département order."""
    with sample(f"attendu-{month}.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    return [row for row in rows if row["kind"] == "caf"]


def test_the_two_months_of_the_samples():
    """Every part of every statement is on the contract that the truth names, or in suspense."""
    Association.objects.all().delete()
    assert manage("takeover", sample("reprise.xlsx"))[1] == 0
    for month in ("2026-11", "2026-12"):
        manage("close_month", month)
        manage("import_bank", sample(f"releve-{month}.camt053.xml"))
        files = sorted(sample("caf-59-2026-11.csv").parent.glob(f"caf-*-{month}.csv"))
        found, code = manage("import_caf", *files)
        assert (code, [one["error"] for one in found["files"]]) == (0, [""] * 9)
        assert all(one["posted"] + one["suspense"] == one["lines"] for one in found["files"])
        expected = sorted(_parts(row["contracts"])
                          for row in truth(month))  # fmt: skip
        paid = date.fromisoformat(f"{month}-05")
        got = sorted(_posted(one) for one in CafStatement.objects.filter(paid_on=paid))
        assert got == expected
        assert manage("import_caf", *files)[0]["files"][0]["posted"] == 0
        assert manage("check_ledger")[0]["failures"] == []
    assert balance(AccountKind.IN_TRANSIT) == 0


def _parts(text):
    pairs = (part.split(":") for part in text.split("|"))
    return sorted((name, D(amount)) for name, amount in pairs)


def _posted(found):
    return sorted(
        (one.contract.number if one.contract else "SUSPENSE", one.amount)
        for one in found.lines.select_related("contract")
    )
