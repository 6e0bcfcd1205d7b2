"""The lists of mandates and refunds: filters in the address, columns, files, rights."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.core.periods import add_months
from payments.enums import MandateState
from payments.models import Mandate
from payments.selectors.mandates import lapse_months, with_state
from payments.services.mandates import MandateFacts, record_mandates
from payments.services.refunding import approve_refund
from tests import factories
from tests.payments.sepa.conftest import IBANS, pay_more
from tests.payments.sepa.test_refunding import prepare

D = Decimal
pytestmark = pytest.mark.django_db
MANDATES, REFUNDS = reverse("payments:mandate-list"), reverse("payments:refund-list")


@pytest.fixture
def manager(association):
    return factories.make_user(Role.GLA_MANAGER)


def mandate(name="Diallo", **fields):
    contract = factories.make_contract(person=factories.make_person(name, "Amina"))
    facts = MandateFacts(contract, f"RUM-{contract.number}", IBANS[0], contract.starts_on)
    record_mandates([facts])
    Mandate.objects.filter(contract=contract).update(**fields)
    return Mandate.objects.get(contract=contract)


def shown(client, address, **asked):
    return [line.pk for line in client.get(address, asked).context["table"].data]


def test_mandates_are_filtered_sorted_and_exported(client_for, manager):
    today = clock.today()
    active = mandate()
    stopped = mandate("Keita", suspended_on=today, suspended_reason="AC06 : compte bloqué")
    revoked = mandate("Sow", revoked_on=today, revoked_reason="demande")
    client = client_for(manager)
    assert shown(client, MANDATES) == [stopped.pk, active.pk]
    assert shown(client, MANDATES, etat="REVOKED") == [revoked.pk]
    assert shown(client, MANDATES, etat="SUSPENDED") == [stopped.pk]
    assert shown(client, MANDATES, q=active.reference) == [active.pk]
    assert shown(client, MANDATES, q="keita amina") == [stopped.pk]
    assert (
        shown(client, MANDATES, sort="-reference")[0]
        == max((active, stopped), key=lambda one: one.reference).pk
    )
    page = client.get(MANDATES, {"cols": "people,why,account", "etat": "SUSPENDED"}).text
    assert "compte bloqué" in page
    file = client.get(reverse("payments:mandate-export"), {"format": "csv", "toutes": "1"})
    text = (
        b"".join(file).decode("utf-8-sig") if file.streaming else file.content.decode("utf-8-sig")
    )
    assert active.reference in text
    assert IBANS[0] not in text


def test_refunds_are_filtered_and_exported(client_for, contract, actor, director):
    pay_more(contract, actor)
    refund = prepare(contract, actor, "40.00")
    other = approve_refund(
        refund=prepare(contract, actor, "10.00"), today=clock.today(), actor=director
    )
    client = client_for(director)
    assert shown(client, REFUNDS) == [other.pk, refund.pk]
    assert shown(client, REFUNDS, etat="PREPARED") == [refund.pk]
    assert shown(client, REFUNDS, q="nobody") == []
    page = client.get(REFUNDS)
    assert reverse("payments:refund-approve", args=[refund.pk]) in page.text
    assert reverse("payments:refund-approve", args=[other.pk]) not in page.text
    assert "50,00" in page.context["listing"].detail
    assert client.get(reverse("payments:refund-export")).content[:2] == b"PK"
    reader = client_for(factories.make_user(Role.ACCOUNTANT, "*"))
    assert "Approuver…" not in reader.get(REFUNDS).text


def test_another_territory_sees_none_of_them(client_for, contract, actor):
    pay_more(contract, actor)
    prepare(contract, actor, "40.00")
    elsewhere = client_for(factories.make_user(Role.GLA_MANAGER, "HDF"))
    assert shown(elsewhere, REFUNDS) == []
    assert shown(elsewhere, MANDATES) == []


DAYS = st.dates(add_months(clock.today(), -37), clock.today())


@given(
    signed=st.none() | DAYS,
    used=st.none() | DAYS,
    suspended=st.booleans(),
    revoked=st.booleans(),
    ahead=st.integers(0, 1200),
)
def test_the_state_of_the_list_is_that_of_the_mandate(
    django_db_blocker, signed, used, suspended, revoked, ahead
):
    today = clock.today()
    day = today + timedelta(days=ahead)
    one = Mandate.objects.first() or mandate()
    Mandate.objects.filter(pk=one.pk).update(
        signed_on=signed,
        last_used_on=used,
        suspended_on=today if suspended else None,
        revoked_on=today if revoked else None,
    )
    found = with_state(Mandate.objects.filter(pk=one.pk), day).get()
    assert MandateState(found.state) == found.state_on(day, lapse_months(day))
