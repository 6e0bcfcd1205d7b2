"""Ctrl-K before anything is typed, and documents by their number."""

import pytest
from django.urls import NoReverseMatch, reverse

from caracol.accounts.enums import Role
from caracol.accounts.policy import PAGES
from caracol.audit.services import record_access
from caracol.core import clock
from caracol.core.registries import acts
from caracol.dashboard.selectors import search, starters
from caracol.documents.services import issue_document
from payments.enums import PaperKind
from tests import factories
from tests.documents import samples

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    """The manager of Île-de-France."""
    return factories.make_user(Role.GLA_MANAGER, "IDF")


def opened(user, subject):
    record_access(actor=user, action="VIEW", label="Fiche", subject=subject, page="x")


def groups(found):
    return {group.label: [hit.label for hit in group.items] for group in found}


def test_what_was_read_last_comes_first(client_for, manager):
    """People and contracts, each once; somebody else's readings are theirs."""
    ana = factories.make_person("Diallo", "Ana")
    contract = factories.make_contract(None, ana, number="C2601")
    zoe = factories.make_person("Zola", "Zoé", territory="IDF")
    for subject in (ana, contract, zoe, ana):
        opened(manager, subject)
    opened(factories.make_user(Role.GLA_MANAGER, "IDF"), factories.make_person("Autre", "X"))
    found = groups(starters(manager, clock.today()))
    assert found["Consultés récemment"] == ["DIALLO Ana", "ZOLA Zoé", "Contrat C2601"]
    assert "Enregistrer un paiement" in found["Actes"]
    page = client_for(manager).htmx("get", reverse("dashboard:search"), {"q": ""})
    assert "DIALLO Ana" in page.content.decode()


def test_what_one_may_no_longer_see_is_not_offered(manager):
    """Read when one had the right; gone with it."""
    person = factories.make_person("Diallo", "Ana", territory="IDF")
    opened(manager, person)
    manager.memberships.all().delete()
    factories.grant(user=manager, role=Role.GLA_MANAGER, territory=factories.make_territory("HDF"))
    again = type(manager).objects.get(pk=manager.pk)
    assert "Consultés récemment" not in groups(starters(again, clock.today()))


def test_the_number_of_queries_does_not_follow_what_was_read(manager, query_count):
    """One reading or many."""
    counts = []
    for wanted in (2, 20):
        for _number in range(wanted):
            person = factories.make_person()
            opened(manager, person)
            opened(manager, factories.make_contract(None, person))
        starters(manager, clock.today())
        with query_count() as counted:
            starters(manager, clock.today())
        counts.append(counted.value)
    assert counts[0] == counts[1] <= 16


def test_a_document_is_found_by_its_number_by_right(manager):
    """Neither by accounting, which has no need of papers, nor from another territory."""
    contract = factories.make_contract()
    document = issue_document(
        kind=PaperKind.DUE_NOTICE,
        key="x",
        subject=contract,
        data=samples.due_notice(),
        issued_on=clock.today(),
        actor=manager,
        territory=contract.territory,
    )
    for words in (document.number, document.number[:7].lower()):
        assert document.number in groups(search(manager, words))["Documents"]
    for other in (
        factories.make_user(Role.ACCOUNTANT, "IDF"),
        factories.make_user(Role.GLA_MANAGER, "HDF"),
    ):
        assert "Documents" not in groups(search(other, document.number))


@pytest.mark.parametrize("words", ["260", "C26", "2601"])
def test_a_contract_is_found_by_any_part_of_its_number(manager, words):
    """With its household beside it."""
    factories.make_contract(None, factories.make_person("Diallo", "Ana"), number="C2601")
    [group] = [found for found in search(manager, words) if found.label == "Contrats"]
    assert group.items[0].label == "C2601"
    assert "DIALLO" in group.items[0].detail


def test_every_page_that_begins_something_is_offered():
    """A page "…-new" that needs no subject has its act."""
    offered = {act.url_name for act in acts}
    wanted = {key for key in PAGES if key.endswith("-new") and not _needs_a_subject(key)}
    assert wanted <= offered


def _needs_a_subject(key):
    try:
        reverse(key)
    except NoReverseMatch:
        return True
    return False
