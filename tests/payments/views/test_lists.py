"""Arrears, the day's work, search; and how many questions each page asks the database."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.core.periods import Month, add_months
from caracol.notifications.models import MailOut
from payments.search import find_papers
from payments.services.closing import close_month
from payments.services.issuing import issue_due_notices
from payments.worklist.month import arrears_work, mail_work, money_figures, month_work
from tests import factories
from tests.payments.views.conftest import pay

D = Decimal
ARREARS = reverse("payments:arrears-list")


def test_arrears_are_aged(client_for, manager, contract, month):
    for each in (month.plus(-3), month):
        close_month(month=each, actor=manager)
    pay(contract, "50.00", manager)
    answer = client_for(manager).get(ARREARS)
    [row] = answer.context["table"].data
    assert (row["overdue"], row["count"], row["older"]) == (D(350), 2, D(150))
    assert row["a30"] + row["a60"] == D(200)
    assert client_for(manager).get(ARREARS, {"age": "a90"}).context["count"] == 0


def test_arrears_are_filtered_sorted_and_exported(client_for, manager, closed):
    client = client_for(manager)
    assert [
        row["label"].number
        for row in client.get(ARREARS, {"sort": "overdue"}).context["table"].data
    ] == ["C9001", "C9002"]
    assert client.get(ARREARS, {"q": "karimi"}).context["count"] == 1
    assert client.get(reverse("payments:arrears-export")).content[:2] == b"PK"


def test_aid_awaited_is_nobody_s_arrears(client_for, manager, month):
    factories.make_contract(fee="200.00", expected_aid="200.00", aid_eligible="YES")
    close_month(month=month, actor=manager)
    assert client_for(manager).get(ARREARS).context["count"] == 0


def test_accounting_has_no_list_of_arrears(client_for, association):
    assert client_for(factories.make_user(Role.ACCOUNTANT)).get(ARREARS).status_code == 403


def test_the_day_says_what_the_month_needs(manager, contract, month):
    today = clock.today()
    titles = [item.title for item in month_work(manager, today).items]
    assert f"Clôturer {month.label}" in titles
    close_month(month=month, actor=manager)
    pay(contract, "200.00", manager)
    titles = [item.title for item in month_work(manager, today).items]
    assert f"Émettre 1 quittance ou reçu {month.of_label}" in titles
    late = add_months(today, 2)
    assert any("verrouiller" in item.title for item in month_work(manager, late).items)


def test_the_day_asks_nobody_for_a_lock_that_reaches_further(manager, closed):
    late = add_months(clock.today(), 2)
    assert not any("verrouiller" in item.title for item in month_work(manager, late).items)


def test_the_day_names_who_owes_to_who_may_know(manager, closed):
    group = arrears_work(manager, clock.today())
    assert group.total == 2
    assert group.items[0].amount == D(310)
    [figure] = money_figures(manager, clock.today())
    assert "510,00" in figure.value
    officer = factories.make_user(Role.MISSION_OFFICER)
    for provider in (arrears_work, month_work, mail_work):
        assert provider(officer, clock.today()) is None
    assert money_figures(officer, clock.today()) == []


def test_the_day_tells_of_doubtful_mails(manager, contract):
    MailOut.objects.create(
        dedup_key="x", recipient="a@example.org", subject="Votre document", state="UNCERTAIN",
        next_attempt_at=clock.now(), created_at=clock.now(), territory=contract.territory,
    )  # fmt: skip
    assert mail_work(manager, clock.today()).total == 1


def test_papers_are_found_by_number(manager, closed):
    issue_due_notices(month=closed, on=clock.today(), actor=manager)
    [first, second] = find_papers(manager, f"AE-{clock.today().year}", 10)
    assert first.label < second.label
    assert list(find_papers(factories.make_user(Role.TECHNICAL), "AE-2026", 10)) == []
    accountant = factories.make_user(Role.ACCOUNTANT)
    assert list(find_papers(accountant, f"AE-{clock.today().year}", 10)) == []
    assert list(find_papers(manager, "diallo", 10)) == []


# --- Questions to the database ------------------------------------------------------------------
def fill(home, count, manager, month):
    """So many more contracts in a home, each with a term, a payment and a notice."""
    for _ in range(count):
        contract = factories.make_contract(factories.make_room(home), fee="100.00")
    close_month(month=month, actor=manager)
    pay(contract, "40.00", manager, on=month.last)
    issue_due_notices(month=month, on=clock.today(), actor=manager)


PAGES = ("month-detail", "month-terms", "papers", "papers-bundle", "receipts-mail", "notices-issue")


@pytest.mark.parametrize(
    "name", [*PAGES, "month-preview", "arrears-list", "payment-list", "month-index"]
)
def test_pages_ask_as_much_for_many_as_for_few(
    client_for, manager, contract, month, query_count, name
):
    home = contract.terms.get().room.colocation
    fill(home, 2, manager, month)
    month_pages = {*PAGES, "month-preview"}
    shown = month.next() if name == "month-preview" else month
    address = reverse(f"payments:{name}", args=[shown] if name in month_pages else [])
    client = client_for(manager)
    client.get(address)
    with query_count() as few:
        assert client.get(address, {"genre": "avis"}).status_code == 200
    fill(home, 12, manager, month)
    with query_count() as many:
        client.get(address, {"genre": "avis"})
    assert few.value == many.value, "\n".join(many.queries)
    assert many.value <= 40


def test_an_account_asks_as_much_for_60_months_as_for_two(
    client_for, manager, query_count, association
):
    start = Month.of(clock.today()).plus(-60)
    site = factories.make_site()
    factories.make_agreement(site, starts_on=start.first, ends_on=add_months(clock.today(), 12))
    room = factories.make_room(factories.make_home(site=site, opens_on=start.first))
    contract = factories.make_contract(
        room, fee="100.00", starts_on=start.first, ends_on=clock.today() + timedelta(days=30)
    )
    address = reverse("payments:account-detail", args=[contract.number])
    client = client_for(manager)
    counts = []
    for months in (2, 60):
        for each in start.until(start.plus(months - 1)):
            if not contract.bills.filter(month=each.first).exists():
                close_month(month=each, actor=manager)
                pay(contract, "90.00", manager, on=each.last)
        client.get(address)
        with query_count() as counted:
            assert client.get(address).status_code == 200
        counts.append(counted.value)
    assert counts[0] == counts[1]
    assert counts[1] <= 30
