"""The rents of July, by CAF: what each home cost in that month, on a paper that can be sent."""

import io
from datetime import date
from decimal import Decimal

import pikepdf
import pytest
import time_machine
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.audit.models import AccessRecord
from payments.selectors.july_rents import july_rents, last_july
from residents.enums import AidEligibility
from residents.models import Contract
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def contract(association):
    home = factories.make_home("IDF")
    person = factories.make_person("Diallo", "Ana", caf_number="1234567")
    return factories.make_contract(
        factories.make_room(home), person, starts_on=date(2026, 3, 1), ends_on=date(2027, 2, 28),
        fee="200.00", aid_eligible=AidEligibility.YES,
    )  # fmt: skip


def test_july_is_what_counts_and_who_opens_no_right_is_left_out(contract):
    factories.make_contract(starts_on=date(2026, 8, 1), ends_on=date(2027, 2, 28))
    factories.make_contract(
        starts_on=date(2026, 3, 1), ends_on=date(2027, 2, 28), aid_eligible=AidEligibility.NO
    )
    (office,) = july_rents(Contract.objects.all(), 2026)
    (row,) = office.rows
    assert (row.caf_number, row.fee, row.label.people) == ("1234567", Decimal(200), "DIALLO Ana")
    assert july_rents(Contract.objects.all(), 2025) == []


@pytest.mark.parametrize(
    ("today", "year"),
    [(date(2026, 6, 30), 2025), (date(2026, 7, 1), 2026), (date(2027, 1, 2), 2026)],
)
def test_the_list_offered_is_of_the_last_july_begun(today, year):
    assert last_july(today) == year


def test_the_paper_is_tagged_names_the_person_and_is_written_in_the_register(client_for, contract):
    manager = factories.make_user(Role.GLA_MANAGER, "IDF")
    department = contract.terms.get().room.colocation.site.department
    with time_machine.travel(date(2026, 11, 25), tick=False):
        answer = client_for(manager).get(
            reverse("payments:caf-july-paper", args=[2026, department])
        )
    assert answer["Content-Type"] == "application/pdf"
    with pikepdf.open(io.BytesIO(answer.content)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "fr"
        assert "Loyers de juillet 2026" in str(pdf.docinfo["/Title"])
    assert AccessRecord.objects.filter(user=manager, action="PRINT", rows=1).exists()
    northern = factories.make_user(Role.GLA_MANAGER, "HDF")
    with time_machine.travel(date(2026, 11, 25), tick=False):
        path = reverse("payments:caf-july-paper", args=[2026, department])
        assert client_for(northern).get(path).status_code == 404


def test_queries_do_not_follow_the_contracts(contract, django_assert_num_queries):
    for _ in range(3):
        factories.make_contract(starts_on=date(2026, 3, 1), ends_on=date(2027, 2, 28))
    with django_assert_num_queries(6):
        july_rents(Contract.objects.all(), 2026)
