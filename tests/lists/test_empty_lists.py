"""An empty territory is not a filter that finds nothing: the list says what will appear."""

import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from tests import factories

pytestmark = pytest.mark.django_db
LISTS = {
    "residents:person-list": "qui habite ici",
    "residents:contract-list": "depuis la fiche d",
    "colocations:home-list": "la première apparaîtra ici",
    "colocations:room-list": "depuis leur colocation",
}


@pytest.mark.parametrize(("name", "words"), LISTS.items())
def test_an_empty_list_says_what_will_appear(client_for, name, words):
    client = client_for(factories.make_user(Role.GLA_MANAGER, "IDF"))
    shown = client.get(reverse(name)).content.decode()
    assert words in shown
    assert "ne correspond à ces filtres" not in shown
    filtered = client.get(reverse(name), {"q": "introuvable"}).content.decode()
    assert "ne correspond à ces filtres" in filtered
    assert words not in filtered
