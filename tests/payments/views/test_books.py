"""The page that gives the books to the accountant."""

from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook

from caracol.accounts.enums import Role
from caracol.audit.models import AccessRecord
from caracol.core.periods import Month
from payments.calculations.fec import check_fec
from payments.services.closing import close_month
from tests import factories

pytestmark = pytest.mark.django_db
URL = "/encaissements/export/"
ASKED = {"first": "2026-01-01", "last": "2026-12-31", "format": "fec"}


@pytest.fixture
def books(association):
    factories.make_contract(starts_on=date(2026, 3, 1), ends_on=date(2027, 2, 28))
    close_month(month=Month(2026, 11), actor=factories.make_user())


def test_the_accountant_downloads_a_checked_fec(client_for, books):
    """Named as the law wants, and written in the register."""
    client = client_for(factories.make_user(Role.ACCOUNTANT, "*"))
    assert client.get(URL).status_code == 200
    answer = client.post(URL, ASKED)
    assert "123456782FEC20261231.txt" in answer.headers["Content-Disposition"]
    report = check_fec(b"".join(answer.streaming_content))
    assert report.is_accepted
    assert report.entries == 1
    assert AccessRecord.objects.filter(action="EXPORT", page="payments:books-file").exists()


@pytest.mark.parametrize("form", ["csv", "hledger", "beancount"])
def test_every_format_is_a_file(client_for, books, form):
    client = client_for(factories.make_user(Role.ACCOUNTANT, "*"))
    answer = client.post(URL, ASKED | {"format": form})
    assert b"".join(answer.streaming_content)


def test_the_workbook_has_typed_cells_that_balance(client_for, books, monkeypatch):
    """Dates are dates and amounts are numbers; too long a period is refused in words."""
    client = client_for(factories.make_user(Role.ACCOUNTANT, "*"))
    answer = client.post(URL, ASKED | {"format": "xlsx"})
    assert "comptes-2026-12-31.xlsx" in answer.headers["Content-Disposition"]
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    headings, *rows = sheet.iter_rows(values_only=True)
    lines = [dict(zip(headings, row, strict=True)) for row in rows]
    assert sum(line["Débit"] or 0 for line in lines) == sum(line["Crédit"] or 0 for line in lines)
    assert {line["Date"].date() for line in lines} == {date(2026, 11, 1)}
    monkeypatch.setattr("payments.services.books.MOST_ROWS", 1)
    assert "plus courte" in client.post(URL, ASKED | {"format": "xlsx"}).content.decode()


def test_days_in_the_wrong_order_are_refused(client_for, books):
    client = client_for(factories.make_user(Role.ACCOUNTANT, "*"))
    answer = client.post(URL, ASKED | {"last": "2025-01-01"})
    assert answer.status_code == 422


def test_who_follows_one_territory_does_not_take_the_books_of_all(client_for, books):
    client = client_for(factories.make_user(Role.ACCOUNTANT, "IDF"))
    answer = client.post(URL, ASKED)
    assert answer.status_code == 200
    assert "tous les territoires" in answer.content.decode()
