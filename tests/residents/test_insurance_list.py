"""Insurances on the common list: filters, columns, sort, saved views, files, who is asked."""

from datetime import timedelta
from html import unescape
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.audit.models import AccessRecord
from caracol.core import clock
from caracol.lists.services import exporting
from caracol.notifications.models import MailOut
from residents.views import insurances
from tests import factories

pytestmark = pytest.mark.django_db
LIST, ASK = reverse("residents:insurance-list"), reverse("residents:insurance-ask")
EXPORT = reverse("residents:insurance-export")
TODAY = clock.today()


@pytest.fixture
def three():
    """Zoé lacks a certificate, Ana's ends soon, Léa's is in order."""
    made = {}
    for name, days in (("Zoé", None), ("Ana", 20), ("Léa", 4000)):
        person = factories.make_person(first_name=name, last_name="=1+1", email_consent=True)
        ends_on = TODAY + timedelta(days=40 if name == "Ana" else 90)
        contract = factories.make_contract(person=person, ends_on=ends_on)
        if days:
            factories.make_insurance(contract, ends_on=TODAY + timedelta(days=days))
        made[name] = contract
    return made


@pytest.fixture
def client(client_for, three):
    return client_for(factories.make_user(Role.GLA_MANAGER, "IDF"))


def names(response):
    table = response.context["table"]
    return [table.lines[row.record.pk].name.split()[0] for row in table.rows]


def headings(response):
    return [column.name for column in response.context["table"].columns]


def text(response):
    return unescape(" ".join(response.content.decode().split()))


def sheet(response):
    rows = openpyxl.load_workbook(BytesIO(response.getvalue())).active.iter_rows(values_only=True)
    return [list(row) for row in rows]


def test_the_longest_without_cover_comes_first_and_tabs_count(client):
    answer = client.get(LIST)
    assert names(answer) == ["Zoé", "Ana"]
    counts = {item["label"]: item["count"] for item in answer.context["states"]}
    assert counts == {
        "À demander": 2,
        "Non assurés": 1,
        "Se terminent bientôt": 1,
        "Suivis ouverts": 0,
        "Tous": 3,
    }


def test_the_address_keeps_its_words(client, three):
    """State, words, home and order under their former names."""
    assert names(client.get(LIST, {"etat": "all"})) == ["Zoé", "Ana", "Léa"]
    assert names(client.get(LIST, {"etat": "soon"})) == ["Ana"]
    assert names(client.get(LIST, {"etat": "all", "q": "lea"})) == ["Léa"]
    assert names(client.get(LIST, {"sort": "-cover"})) == ["Ana", "Zoé"]
    home = three["Ana"].terms.first().room.colocation
    assert names(client.get(LIST, {"home": str(home.pk)})) == ["Ana"]
    assert "?q=zoe&etat=all" in text(client.get(LIST, {"q": "zoe", "page": "2"}))


def test_columns_are_chosen_and_sort(client):
    plain = client.get(LIST, {"etat": "all"})
    assert headings(plain) == ["select", "who", "cover", "state", "step"]
    chosen = client.get(LIST, {"etat": "all", "cols": "ends,number,way", "sort": "ends"})
    assert headings(chosen) == ["select", "who", "ends", "number", "way"]
    assert "par courriel" in text(chosen)
    for key in ("who", "number", "place", "territory", "cover", "ends"):
        up = names(client.get(LIST, {"etat": "all", "cols": key, "sort": key}))
        assert sorted(up) == ["Ana", "Léa", "Zoé"]
    assert names(client.get(LIST, {"etat": "all", "sort": "ends"}))[0] == "Ana"


def test_a_view_is_kept_and_opens_the_list(client):
    kept = {"liste": "residents:insurance-list", "adresse": "etat=soon&cols=who,ends"}
    client.post(reverse("lists:view-save"), kept | {"name": "À relancer"})
    shown = client.get(LIST, {"etat": "soon"})
    assert "À relancer</a>" in text(shown)
    view = shown.context["listing"].views[0]
    client.post(reverse("lists:view-default", args=[view.pk]), {"ouvrir": "1"})
    opened = client.get(LIST, follow=True)
    assert names(opened) == ["Ana"]
    assert headings(opened) == ["select", "who", "ends"]


def test_who_only_reads_has_no_box_to_tick(client_for, three):
    shown = client_for(factories.make_user(Role.SOCIAL_WORKER, "IDF")).get(LIST)
    assert "select" not in headings(shown)
    assert "Demander l'attestation" not in text(shown)


def test_the_file_keeps_filters_and_columns_and_leaves_one_line(client):
    before = AccessRecord.objects.count()
    rows = sheet(client.get(EXPORT, {"etat": "soon"}))
    assert rows[0] == [
        *("Contrat", "Ménage", "Chambre", "Assureur", "Couvert jusqu'au", "Non assuré depuis"),
        *("Jours sans assurance", "État", "Prochaine étape", "À partir du"),
    ]
    assert len(rows) == 2
    record = AccessRecord.objects.latest("pk")
    assert AccessRecord.objects.count() == before + 1
    assert (record.page, record.rows) == ("residents:insurance-export", 1)
    every = sheet(client.get(EXPORT, {"etat": "all", "toutes": "1"}))
    assert "Fin du contrat" in every[0]
    assert len(every) == 4


def test_a_formula_in_a_file_is_a_text(client, three):
    home = three["Zoé"].terms.first().room.colocation
    type(home).objects.filter(pk=home.pk).update(name="=1+1")
    answer = client.get(EXPORT, {"etat": "all", "toutes": "1", "format": "csv"})
    assert "=1+1" in answer.getvalue().decode("utf-8-sig")
    assert ";=1+1" not in answer.getvalue().decode("utf-8-sig")


def test_a_large_file_is_told_to_the_direction(monkeypatch, client):
    monkeypatch.setattr(exporting, "MANY_PEOPLE", 1)
    client.get(EXPORT, {"etat": "all"})
    assert exporting.large_exports().count() == 1


def test_all_that_the_filters_keep_are_asked_and_the_list_comes_back(client):
    """Previewed first; the way back keeps the filters."""
    query = "etat=soon"
    seen = client.post(ASK, {"all": "1", "query": query})
    assert [line.name.split()[0] for line in seen.context["mailed"]] == ["Ana"]
    ids = [line.pk for line in seen.context["mailed"]]
    done = client.post(ASK, {"ids": ids, "query": query, "confirmer": "1"})
    assert done.url == f"{LIST}?{query}"
    assert MailOut.objects.count() == 1


def test_too_many_at_once_is_refused_with_a_sentence(monkeypatch, client):
    monkeypatch.setattr(insurances, "MOST_ASKED", 1)
    answer = client.post(ASK, {"all": "1", "query": "etat=all"}, follow=True)
    assert "c'est plus que 1" in text(answer)
    assert not MailOut.objects.exists()
