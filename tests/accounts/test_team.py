"""Rights given and taken back, accounts closed, the direction never left empty."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from caracol.accounts import services
from caracol.accounts.enums import AccountAct, Role
from caracol.accounts.models import AccountEvent, User
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def director():
    return factories.make_user(Role.DIRECTOR, "*")


@pytest.fixture
def manager():
    return factories.make_user(Role.GLA_MANAGER, "IDF")


def test_the_direction_opens_the_administration_at_the_next_request(client_for, director, manager):
    client, index = client_for(manager), reverse("admin:index")
    assert client.get(index, follow=True).status_code == 403
    services.grant(user=manager, role=Role.DIRECTOR, territory=None, actor=director)
    assert client.get(index, follow=True).status_code == 200
    services.withdraw(membership=manager.memberships.get(role=Role.DIRECTOR), actor=director)
    assert client.get(index, follow=True).status_code == 403


def test_the_last_director_stays(director, manager):
    with pytest.raises(services.LastDirector, match="seule à tenir la direction"):
        services.withdraw(membership=director.memberships.get(), actor=director)
    with pytest.raises(services.LastDirector):
        services.close_account(user=director, actor=director, reason="départ")
    services.grant(user=manager, role=Role.DIRECTOR, territory=None, actor=director)
    services.close_account(user=director, actor=manager, reason="départ")
    assert not User.objects.get(pk=director.pk).is_active


def test_a_closed_account_is_out_at_the_next_request(client_for, director, manager):
    client = client_for(manager)
    services.close_account(user=manager, actor=director, reason="fin de mission")
    assert client.get("/").status_code == 302
    services.reopen_account(user=manager, actor=director, reason="retour")
    assert User.objects.get(pk=manager.pk).roles == {Role.GLA_MANAGER}
    acts = AccountEvent.objects.filter(user=manager, actor=director).order_by("pk")
    assert [(event.act, event.reason) for event in acts] == [
        (AccountAct.CLOSED, "fin de mission"),
        (AccountAct.REOPENED, "retour"),
    ]


def test_a_grave_act_wants_its_reason(director, manager):
    with pytest.raises(services.ReasonMissing):
        services.close_account(user=manager, actor=director, reason="  ")
    with pytest.raises(services.ResetRefused):
        services.reset_second_factor(user=manager, actor=director, reason="")


def test_a_new_address_is_noted(director, manager):
    services.rename(
        user=manager, email="Neuve@Example.org", first_name="Ada", last_name="L", actor=director
    )
    manager.refresh_from_db()
    assert manager.email == "neuve@example.org"
    assert "neuve@example.org" in AccountEvent.objects.get(act=AccountAct.RENAMED).detail


@pytest.mark.parametrize("order", ["UPDATE {} SET reason = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_journal_is_never_changed(director, manager, order):
    services.withdraw(membership=manager.memberships.get(), actor=director)
    table = AccountEvent._meta.db_table
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(order.format(table))


def test_the_first_account_of_an_installation_is_a_director():
    user = User.objects.create_superuser("premiere@example.org", "escargot-en-ville")
    assert user.roles == {Role.DIRECTOR}
    assert user.is_staff
