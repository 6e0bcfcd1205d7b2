"""What was brought or taken by mistake goes back: by reversing entries, to the cent, and again."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.accounts.services import system_user
from caracol.core.errors import Refused
from payments.enums import BankLineState
from payments.models import BankFile, BankLine, BankStatement, Entry, PeriodLock
from payments.selectors.bank_check import bank_checks
from payments.selectors.bank_files import obstacles
from payments.services.bank_withdrawing import WithdrawalRefused, withdraw_file
from payments.services.checking import check_ledger
from payments.services.held import put_back, take_held, was_taken
from payments.services.line_parts import LineRefused
from payments.services.reconciling import set_aside, undo_line
from tests import factories
from tests.payments.lines import OWN_IBAN
from tests.payments.test_banking import bank_balance, entry, imported, statement

pytestmark = pytest.mark.django_db
D = Decimal
TODAY = date(2026, 11, 25)
MONTH = (entry("200.00"), entry("50.00", "2026-11-06", text="autre"))


def data(*entries, **balances):
    return statement(*(entries or MONTH), iban=OWN_IBAN, **balances)


def withdraw(file=None, reason="importé deux fois"):
    found = file or BankFile.objects.get(withdrawn_at=None)
    return withdraw_file(file=found, actor=system_user(), reason=reason)


@pytest.fixture
def held(association):
    """The line of a CSV that a statement had brought."""
    imported(data(entry("200.00")))
    imported("Date;Libellé;Montant(EUROS)\n05/11/2026;VIR;200,00\n".encode(), "r.csv")
    return BankLine.objects.get(state=BankLineState.HELD)


def test_a_held_line_taken_by_mistake_goes_back(held):
    """Its note comes back with it; it may be taken again, and no entry is counted twice."""
    why = held.note
    for times in (1, 2):
        taken = take_held(line=held, actor=system_user())
        assert was_taken(taken)
        assert bank_balance() == D("400.00")
        back = put_back(line=taken, actor=system_user(), today=TODAY, reason="doublon")
        assert (back.state, back.entry) == (BankLineState.HELD, None)
        assert back.note.startswith(why)
        assert bank_balance() == D("200.00")
        assert Entry.objects.filter(kind="REVERSAL").count() == times
    assert put_back(line=held, actor=system_user(), today=TODAY, reason="x").pk == held.pk
    assert check_ledger().failures == []


def test_what_an_import_posted_or_a_person_decided_does_not_go_back(held):
    posted = BankLine.objects.get(state=BankLineState.TO_SETTLE)
    with pytest.raises(LineRefused, match="retirez tout le fichier"):
        put_back(line=posted, actor=system_user(), today=TODAY, reason="x")
    taken = take_held(line=held, actor=system_user())
    with pytest.raises(LineRefused, match="Dites pourquoi"):
        put_back(line=taken, actor=system_user(), today=TODAY, reason=" ")
    set_aside(line=taken, actor=system_user(), today=TODAY)
    with pytest.raises(LineRefused, match="Défaites"):
        put_back(line=held, actor=system_user(), today=TODAY, reason="x")


def test_a_line_of_a_month_locked_since_goes_back_today(held):
    taken = take_held(line=held, actor=system_user())
    PeriodLock.objects.create(month=date(2026, 11, 1), state="LOCKED", changed_by=system_user())
    put_back(line=taken, actor=system_user(), today=date(2026, 12, 3), reason="doublon")
    assert Entry.objects.get(kind="REVERSAL").date == date(2026, 12, 3)
    assert check_ledger().failures == []


def test_a_file_is_withdrawn_and_the_same_one_comes_again(association):
    """Nothing is left at the bank, the raw file stays, and the second import is like the first."""
    first = imported(data(opening="0.01", closing="250.01"))
    kept = BankFile.objects.get()
    assert withdraw().reversed == 2
    assert (withdraw(kept).lines, bank_balance()) == (0, D(0))
    assert set(BankLine.objects.values_list("state", "entry")) == {("WITHDRAWN", None)}
    with kept.file.open() as stream:
        assert stream.read() == data(opening="0.01", closing="250.01")
    assert bank_checks(date(2026, 12, 31))[0].said is None
    again = imported(data(opening="0.01", closing="250.01"))
    assert (again.new, again.duplicates, again.is_known_file) == (first.new, 0, False)
    assert bank_balance() == D("250.00")
    assert imported(data(opening="0.01", closing="250.01")).is_known_file
    assert withdraw().reversed == 2
    assert imported(data(opening="0.01", closing="250.01")).new == 2
    assert check_ledger().failures == []
    assert BankStatement.objects.count() == 3


def test_a_decided_line_keeps_the_file(association):
    """Until it is undone."""
    imported(data())
    line = BankLine.objects.order_by("pk").first()
    done = set_aside(line=line, actor=system_user(), today=TODAY)
    with pytest.raises(WithdrawalRefused, match="défaites-la") as refusal:
        withdraw()
    assert refusal.value.obstacles[0].lines == (line.pk,)
    undo_line(reconciliation=done, actor=system_user(), today=TODAY, reason="erreur")
    withdraw()
    assert bank_balance() == D(0)
    assert check_ledger().failures == []


def test_a_locked_month_keeps_the_file(association):
    imported(data())
    PeriodLock.objects.create(month=date(2026, 11, 1), state="LOCKED", changed_by=system_user())
    with pytest.raises(WithdrawalRefused, match="novembre 2026 sont verrouillés"):
        withdraw()
    assert bank_balance() == D("250.00")


def test_a_file_that_knew_the_lines_again_goes_first(association):
    """Else the lines that both have would be in none."""
    imported(data(), "debut.xml")
    imported(data(*MONTH, entry("9.00", "2026-11-20"), name="mois"), "mois.xml")
    first, month = BankFile.objects.order_by("pk")
    assert [one.kind for one in obstacles(first)] == ["known"]
    with pytest.raises(WithdrawalRefused, match=r"« mois\.xml »"):
        withdraw(first)
    withdraw(month)
    withdraw(first)
    assert bank_balance() == D(0)


def test_a_reason_is_wanted(association):
    imported(data())
    with pytest.raises(Refused, match="Dites pourquoi"):
        withdraw(reason=" ")


def test_the_page_shows_what_it_does_then_does_it(association, client_for):
    """Who decides; the list then says by whom and why."""
    imported(data(), "novembre.xml")
    client = client_for(factories.make_user(Role.DIRECTOR, "*"))
    file = BankFile.objects.get()
    assert "retirer/?fichier=" in client.get(reverse("payments:bank-files")).content.decode()
    url = reverse("payments:bank-file-withdraw")
    text = client.get(url, {"fichier": file.pk}).content.decode()
    assert "2 écritures contre-passées" in text
    assert client.post(url, {"fichier": file.pk, "reason": ""}).status_code == 422
    answer = client.post(url, {"fichier": file.pk, "reason": "autre mois"}, follow=True)
    text = answer.content.decode()
    assert "est retiré" in text
    assert "autre mois" in text
    assert client.get(url, {"fichier": file.pk}).status_code == 302
    line = BankLine.objects.first()
    text = client.get(reverse("payments:bank-line", args=[line.pk])).content.decode()
    assert "autre mois" in text
    text = client.get(reverse("payments:bank-lines") + "?etat=retirees").content.decode()
    assert "loyer" in text


def test_the_page_of_what_keeps_a_file_names_the_lines(association, client_for):
    imported(data(), "novembre.xml")
    line = BankLine.objects.order_by("pk").first()
    set_aside(line=line, actor=system_user(), today=TODAY)
    client = client_for(factories.make_user(Role.DIRECTOR, "*"))
    url = reverse("payments:bank-file-withdraw")
    text = client.get(url, {"fichier": BankFile.objects.get().pk}).content.decode()
    assert f"/banque/{line.pk}/" in text
    assert "Retirer le fichier" not in text


def test_the_page_of_a_line_taken_gives_it_back(held, client_for):
    client = client_for(factories.make_user(Role.DIRECTOR, "*"))
    url = reverse("payments:bank-line-held", args=[held.pk])
    client.post(url, {"prendre": "1"})
    page = reverse("payments:bank-line", args=[held.pk])
    assert 'name="rendre"' in client.get(page).content.decode()
    client.post(url, {"rendre": "1", "motif": "doublon"})
    held.refresh_from_db()
    assert held.state == BankLineState.HELD
