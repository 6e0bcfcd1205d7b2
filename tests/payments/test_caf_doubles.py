"""The same statement under another day enters once; a month's aid is paid once."""

import html
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from payments.calculations.caf_doubles import Right, compare
from payments.enums import AccountKind, CafState
from payments.models import BankLine, CafLine, CafStatement, Entry
from payments.services.caf_doubles import is_numbered, reference_for
from payments.services.caf_importing import CafRefused
from payments.services.caf_naming import name_line, reverse_statement
from payments.services.caf_settler import CafSettler
from payments.services.reconciling import tie_line
from tests import factories
from tests.payments.test_banking import entry as bank_entry
from tests.payments.test_caf import (
    CREDIT,
    TODAY,
    _association,
    aid_by_month,
    balance,
    bank,
    imported,
    line,
    lodge,
    statement,
)

__all__ = ["_association"]
D = Decimal
pytestmark = pytest.mark.django_db


@pytest.fixture
def actor():
    return factories.make_user()


@pytest.fixture
def contract():
    return lodge("Diallo", "Amina", "0123456")


# --- What is known ------------------------------------------------------------------------------
def right(amount, number="123456", month=11, nature="CURRENT"):
    return Right(number, date(2026, month, 1), date(2026, month, 1), nature, D(amount))


A, B = right("220"), right("90", "654321")


@pytest.mark.parametrize(
    ("known", "given", "fresh", "same", "changed", "missing"),
    [
        ([A, B], [B, A], (), 2, 0, 0),
        ([A], [right("220", "0123456 K")], (), 1, 0, 0),
        ([A], [A, B], (1,), 1, 0, 0),
        ([A], [A, A], (1,), 1, 0, 0),
        ([A, A], [A], (), 1, 0, 1),
        ([A], [right("221")], (), 0, 1, 0),
        ([A], [right("221"), A], (0,), 1, 0, 0),
        ([A], [right("221"), right("222")], (1,), 0, 1, 0),
        ([A], [B], (0,), 0, 0, 1),
        ([A], [right("220", nature="BACKPAY")], (0,), 0, 0, 1),
        ([A], [right("220", month=10)], (0,), 0, 0, 1),
    ],
)
def test_lines_are_known_by_whose_right_they_are(known, given, fresh, same, changed, missing):
    found = compare(known, given)
    assert (found.fresh, found.same, found.changed, found.missing) == (
        *(fresh, same, changed, missing),
    )


def test_a_number_of_ours_is_told_from_one_of_a_caf():
    assert not is_numbered(reference_for("ALS", "75", date(2026, 12, 5)))
    assert not is_numbered(reference_for("", "2A", date(2026, 12, 5)))
    assert is_numbered("B202612-75")


# --- The same number under another day ----------------------------------------------------------
def test_the_same_statement_under_another_day_adds_nothing(contract, actor):
    """And the other day is said; so does its number in small letters."""
    rows = line("0123456", "220.00"), line("999", "10.00")
    imported(statement(*rows), actor)
    entries = Entry.objects.count()
    again = imported(statement(*rows, paid="09/12/2026"), actor)
    assert (again.is_known, again.posted, again.suspense) == (True, 0, 0)
    assert "payé le 05/12/2026 ; ce fichier dit le 09/12/2026" in again.remarks[0]
    assert imported(statement(*rows, paid="09/12/2026", number="b202612-75"), actor).is_known
    assert (Entry.objects.count(), CafStatement.objects.count()) == (entries, 1)
    assert aid_by_month(contract) == {"2026-11": D("220.00")}


def test_a_reissue_with_more_lines_lets_only_these_in_once_the_bank_pays_them(contract, actor):
    """They wait for their credit; then nothing is left in transit."""
    other = lodge("Sow", "Fatou", "654321")
    first, second = line("123456", "220.00"), line("654321", "90.00")
    bank(bank_entry("220.00", **CREDIT))
    imported(statement(first), actor)
    again = imported(statement(second, first, paid="09/12/2026"), actor)
    assert "seule entre 1 ligne nouvelle (90,00" in again.remarks[0]
    part = CafStatement.objects.get(rank=2)
    assert (part.total, part.state) == (D("90.00"), CafState.HELD)
    assert "déjà rapproché" in part.note
    assert aid_by_month(other) == {}
    third = statement(second, first, paid="10/12/2026")
    assert imported(third, actor).is_known
    assert CafStatement.objects.count() == 2
    assert aid_by_month(contract) == {"2026-11": D("220.00")}


def test_one_credit_pays_a_statement_and_what_completed_it(contract, actor):
    """Whether it comes before the complement or after."""
    lodge("Sow", "Fatou", "654321")
    first, second = line("123456", "220.00"), line("654321", "90.00")
    imported(statement(first), actor)
    bank(bank_entry("310.00", **CREDIT))
    imported(statement(first, second, paid="08/12/2026"), actor)
    assert set(CafStatement.objects.values_list("state", flat=True)) == {CafState.POSTED}
    assert balance(AccountKind.IN_TRANSIT) == balance(AccountKind.SUSPENSE) == 0


def test_a_credit_that_comes_last_is_offered_to_both(contract, actor):
    lodge("Sow", "Fatou", "654321")
    first, second = line("123456", "220.00"), line("654321", "90.00")
    imported(statement(first), actor)
    imported(statement(first, second), actor)
    assert CafStatement.objects.get(rank=2).state == CafState.HELD
    bank(bank_entry("310.00", **CREDIT))
    [money] = BankLine.objects.all()
    offer = CafSettler().offers([money])[money.pk]
    tie_line(line=money, settler="caf", ref=offer.ref, actor=actor, today=TODAY,
             reason=offer.reason)  # fmt: skip
    assert balance(AccountKind.IN_TRANSIT) == balance(AccountKind.SUSPENSE) == 0


def test_a_correction_takes_the_place_of_what_was_held(contract, actor):
    """The bank contradicted it, so nothing was posted."""
    bank(bank_entry("219.00", **CREDIT))
    imported(statement(line("123456", "220.00")), actor)
    found = imported(statement(line("123456", "219.00"), paid="06/12/2026"), actor)
    assert (found.posted, found.held) == (1, [])
    old, new = CafStatement.objects.order_by("pk")
    assert (old.state, new.state) == (CafState.REVERSED, CafState.POSTED)
    assert "Remplacé" in old.reason
    assert aid_by_month(contract) == {"2026-11": D("219.00")}


@pytest.mark.parametrize(
    "rows",
    [
        [line("123456", "221.00"), line("654321", "90.00")],
        [line("123456", "220.00")],
        [line("123456", "220.00"), line("777", "5.00")],
    ],
)
def test_what_contradicts_a_posted_statement_is_refused_whatever_its_day(contract, actor, rows):
    imported(statement(line("123456", "220.00"), line("654321", "90.00")), actor)
    for day in ("05/12/2026", "09/12/2026"):
        with pytest.raises(CafRefused, match="annulez d'abord le premier"):
            imported(statement(*rows, paid=day), actor)
    assert CafStatement.objects.count() == 1


def test_a_number_that_serves_again_for_other_months_enters_and_is_told(contract, actor):
    """Some CAFs number from 1 each year."""
    imported(statement(line("123456", "220.00", "10/2026"), number="12", paid="05/11/2026"), actor)
    found = imported(statement(line("123456", "220.00"), number="12"), actor)
    assert "déjà servi" in found.remarks[0]
    assert aid_by_month(contract) == {"2026-10": D("220.00"), "2026-11": D("220.00")}


def test_a_statement_without_number_is_known_by_its_lines(contract, actor):
    """Under another day, or beside the same one with its number."""
    rows = line("123456", "220.00"), line("123456", "30.00", "10/2026", "RAPPEL")
    imported(statement(*rows, number=""), actor)
    assert imported(statement(*rows, number="", paid="09/12/2026"), actor).is_known
    numbered = imported(statement(*rows), actor)
    assert numbered.is_known
    assert "Ses lignes sont celles du bordereau ALS-75-20261205" in numbered.remarks[0]
    assert CafStatement.objects.count() == 1


# --- A month already paid -----------------------------------------------------------------------
def test_the_right_of_a_month_paid_by_another_statement_waits_for_a_person(contract, actor):
    """In suspense, with the reason; a person may still put it on the account."""
    imported(statement(line("0123456", "220.00"), number="A1234567"), actor)
    found = imported(statement(line("123456", "220.00")), actor)
    assert (found.posted, found.suspense) == (0, 1)
    assert "attend votre décision" in " ".join(found.remarks)
    held = CafLine.objects.get(statement__reference="B202612-75")
    assert "Mois déjà payé : 220,00" in held.review
    assert "bordereau A1234567 du 05/12/2026" in held.review
    assert held.double_of.statement.reference == "A1234567"
    assert aid_by_month(contract) == {"2026-11": D("220.00")}
    assert balance(AccountKind.SUSPENSE) == D("-220.00")
    name_line(line=held, contract=contract, today=TODAY, actor=actor)
    assert aid_by_month(contract) == {"2026-11": D("440.00")}


def test_other_months_another_caf_and_a_right_taken_back_do_not_wait(contract, actor):
    imported(statement(line("123456", "220.00"), number="A1"), actor)
    other = statement(line("123456", "10.00"), number="N1").replace(b"751;", b"921;")
    assert imported(other, actor).posted == 1
    assert CafLine.objects.filter(double_of__isnull=False).count() == 0
    assert imported(statement(line("123456", "220.00", "12/2026"), number="A2"), actor).posted == 1
    imported(statement(line("123456", "-220.00", nature="ANNULATION"), number="A3"), actor)
    assert imported(statement(line("123456", "215.00"), number="A4"), actor).posted == 1
    assert aid_by_month(contract) == {"2026-11": D("225.00"), "2026-12": D("220.00")}


def test_a_rappel_on_a_paid_month_is_posted_and_looked_at_when_it_is_the_same_sum(contract, actor):
    imported(statement(line("123456", "220.00"), number="A1"), actor)
    imported(statement(line("123456", "12.00", nature="RAPPEL"), number="A2"), actor)
    imported(statement(line("123456", "12.00", nature="RAPPEL"), number="A3"), actor)
    first, second = CafLine.objects.filter(nature="BACKPAY").order_by("pk")
    assert (first.review, "Même somme pour les mêmes mois" in second.review) == ("", True)
    assert aid_by_month(contract) == {"2026-11": D("244.00")}


def test_two_rights_of_one_statement_are_told_apart_by_their_rank(contract, actor):
    found = imported(statement(line("123456", "100.00"), line("123456", "100.00")), actor)
    assert (found.posted, aid_by_month(contract)) == (2, {"2026-11": D("200.00")})


def test_a_double_whose_first_is_taken_back_does_not_hide_the_correction(contract, actor):
    imported(statement(line("123456", "220.00"), number="A1"), actor)
    imported(statement(line("123456", "220.00"), number="A2"), actor)
    reverse_statement(
        statement=CafStatement.objects.get(reference="A1"), today=TODAY, reason="x", actor=actor
    )
    assert imported(statement(line("123456", "210.00"), number="A1"), actor).posted == 1


def test_the_pages_say_why_a_line_waits_and_where_it_was_paid(client_for, contract, actor):
    imported(statement(line("123456", "220.00"), number="A1234567"), actor)
    imported(statement(line("123456", "220.00")), actor)
    held = CafLine.objects.get(statement__reference="B202612-75")
    page = client_for(actor)
    shown = page.get(reverse("payments:caf-detail", args=[held.statement_id])).content.decode()
    assert "mois déjà payé" in shown
    assert reverse("payments:caf-detail", args=[held.double_of.statement_id]) in shown
    named = page.get(reverse("payments:caf-name", args=[held.pk]))
    assert [one.number for one, _why in named.context["proposed"]] == [contract.number]
    assert "Déjà payé à ce numéro" in named.content.decode()
    today = page.get(reverse("dashboard:today")).content.decode()
    assert "1 ligne d'un mois déjà payé par un autre bordereau" in html.unescape(today)
