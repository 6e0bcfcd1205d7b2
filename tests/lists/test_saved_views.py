"""Saved views: one's own and the team's; they hold an address and give no right."""

from datetime import timedelta

import pytest
from django.urls import reverse

from caracol.accounts import saved_views
from caracol.accounts.enums import Role
from caracol.accounts.models import DefaultView, SavedView
from caracol.core import clock
from tests import factories

pytestmark = pytest.mark.django_db
CONTRACTS = "residents:contract-list"
PEOPLE = "residents:person-list"


@pytest.fixture
def amina():
    """The manager."""
    return factories.make_user(Role.GLA_MANAGER, "IDF", first_name="Amina")


@pytest.fixture
def hugo():
    """The mission officer: sees no amount."""
    return factories.make_user(Role.MISSION_OFFICER, "IDF", first_name="Hugo")


def keep(owner, name="À renouveler", query="ends=90&sort=-dates", **options):
    options = {"list_key": CONTRACTS, "columns": [], **options}
    return saved_views.save_view(owner=owner, name=name, query=query, **options)


def save(client, name="À renouveler", address="ends=90&page=3&vue=9", **more):
    data = {"liste": CONTRACTS, "adresse": address, "name": name, **more}
    return client.post(reverse("lists:view-save"), data)


def test_an_address_is_kept_without_its_page(client_for, amina):
    """Filters, order and columns stay; the page and the view it came from do not."""
    response = save(client_for(amina), address="ends=90&kind=&page=3&vue=9&cols=number,balance")
    view = SavedView.objects.get()
    assert (view.query, view.columns) == ("ends=90", ["number", "balance"])
    assert response.url == f"{reverse(CONTRACTS)}?ends=90&cols=number,balance&vue={view.pk}"


def test_the_same_name_twice_is_refused_in_words(client_for, amina):
    """Nothing is lost: the form comes back with what was typed."""
    client = client_for(amina)
    save(client)
    response = save(client, address="kind=COP")
    assert response.status_code == 422
    assert "Vous avez déjà une vue" in response.content.decode().replace("&#x27;", "'")
    assert "kind=COP" in response.content.decode()
    assert SavedView.objects.count() == 1


@pytest.mark.parametrize("name", ["", "   "])
def test_a_view_has_a_name(client_for, amina, name):
    """No view without one."""
    assert save(client_for(amina), name=name).status_code == 422


def test_a_view_of_a_list_one_may_not_open_is_refused(client_for):
    """The technical team has no list of contracts; an unknown list does not exist."""
    client = client_for(factories.make_user(Role.TECHNICAL, "IDF"))
    assert save(client).status_code == 403
    data = {"liste": "nothing:at-all", "name": "x"}
    assert client.post(reverse("lists:view-save"), data).status_code == 404


def test_own_views_are_ones_own(client_for, amina, hugo):
    """A colleague neither sees them nor changes them."""
    view = keep(amina)
    client = client_for(hugo)
    assert "À renouveler" not in client.get(reverse(CONTRACTS)).content.decode()
    for name in ("view-edit", "view-update", "view-delete", "view-restore", "view-default"):
        assert client.post(reverse(f"lists:{name}", args=[view.pk])).status_code == 404


def test_a_shared_view_is_read_by_right(client_for, amina, hugo):
    """The officer opens it without the balance, and may not change it."""
    contract = factories.make_contract(
        factories.make_room(factories.make_home("IDF", officer=hugo))
    )
    view = keep(amina, is_shared=True, query="owing=true", columns=["number", "balance", "fee"])
    client = client_for(hugo)
    page = client.get(reverse(CONTRACTS), {"cols": "number,balance,fee", "owing": "true"})
    text = page.content.decode()
    assert contract.number in text
    assert "Solde" not in text
    assert "180,00" not in text
    assert "À renouveler" in text
    assert client.post(reverse("lists:view-delete", args=[view.pk])).status_code == 403
    assert client.post(reverse("lists:view-edit", args=[view.pk]), {"name": "x"}).status_code == 403


def test_sharing_leaves_the_words_searched_for_behind(client_for, amina):
    """They may name somebody."""
    view = keep(amina, query="q=diallo&kind=COP")
    url = reverse("lists:view-edit", args=[view.pk])
    client_for(amina).post(url, {"name": "COP", "is_shared": "on"})
    view.refresh_from_db()
    assert (view.name, view.query, view.is_shared) == ("COP", "kind=COP", True)
    saved_views.change_view(view=view, query="q=haddad&kind=CRT", columns=[])
    assert view.query == "kind=CRT"


def test_a_list_opens_with_the_view_one_chose(client_for, amina):
    """The bare address leads to it; the list without filter stays at hand."""
    view, client = keep(amina), client_for(amina)
    client.post(reverse("lists:view-default", args=[view.pk]), {"ouvrir": "1"})
    response = client.get(reverse(CONTRACTS))
    assert response.status_code == 302
    assert f"vue={view.pk}" in response.url
    assert client.get(reverse(CONTRACTS), {"vue": "0"}).status_code == 200
    client.post(reverse("lists:view-default", args=[view.pk]), {})
    assert client.get(reverse(CONTRACTS)).status_code == 200


def test_unsharing_closes_it_to_who_opened_with_it(client_for, amina, hugo):
    """The colleague's list opens plainly again."""
    view = keep(amina, is_shared=True)
    saved_views.set_default_view(user=hugo, list_key=CONTRACTS, view=view)
    saved_views.share_view(view=view, is_shared=False)
    assert not DefaultView.objects.exists()
    assert client_for(hugo).get(reverse(CONTRACTS)).status_code == 200


def test_a_deleted_view_comes_back(client_for, amina):
    """The toast's button takes the deletion back; a month later it is gone."""
    view, client = keep(amina), client_for(amina)
    response = client.post(reverse("lists:view-delete", args=[view.pk]), follow=True)
    undo = reverse("lists:view-restore", args=[view.pk])
    assert undo in response.content.decode()
    assert not SavedView.objects.visible_to(amina).exists()
    client.post(undo)
    assert SavedView.objects.visible_to(amina).get() == view
    saved_views.delete_view(view=view, at=clock.now() - timedelta(days=40))
    saved_views.delete_view(view=keep(amina, "Autre"), at=clock.now())
    assert not SavedView.objects.filter(pk=view.pk).exists()


def test_a_name_given_again_meanwhile_is_not_taken_from_it(client_for, amina):
    """Restoring says so."""
    view = keep(amina)
    saved_views.delete_view(view=view, at=clock.now())
    keep(amina)
    with pytest.raises(saved_views.ViewRefused):
        saved_views.restore_view(view=view)


def test_moving_away_from_a_view_offers_to_keep_it(client_for, amina):
    """ "Modifiée", and a button that puts the new address in it."""
    view, client = keep(amina), client_for(amina)
    same = client.get(reverse(CONTRACTS), {"ends": "90", "sort": "-dates", "vue": view.pk})
    assert "modifiée" not in same.content.decode()
    moved = client.get(reverse(CONTRACTS), {"ends": "30", "vue": view.pk}).content.decode()
    assert "modifiée" in moved
    assert "Mettre à jour" in moved
    client.post(reverse("lists:view-update", args=[view.pk]), {"adresse": "ends=30&vue=1"})
    view.refresh_from_db()
    assert view.query == "ends=30"


def test_the_views_of_a_list_are_managed_in_one_place(client_for, amina, hugo):
    """Own ones with their acts, the team's with their author."""
    keep(amina, "La mienne", list_key=PEOPLE)
    keep(hugo, "La sienne", list_key=PEOPLE, is_shared=True)
    text = client_for(amina).get(reverse("lists:view-list"), {"liste": PEOPLE}).content.decode()
    assert "La mienne" in text
    assert f"partagée par {hugo}" in text.replace("&#x27;", "'")
    assert text.count("Supprimer") == 1
