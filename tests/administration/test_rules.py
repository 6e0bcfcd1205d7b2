"""The direction's pages of dated rules: what is in force, a new value, a correction."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.deadlines.models import DeadlineRule
from caracol.parameters.models import IndexValue, Parameter
from residents.models import ContractTypeRule
from tests import factories

pytestmark = pytest.mark.django_db
LIST = "/admin/parameters/parameter/"


@pytest.fixture
def client(client_for):
    return client_for(factories.make_user(Role.DIRECTOR, "*"))


@pytest.fixture
def threshold():
    return Parameter.objects.get(key="conciliation.threshold")


def add_url(row):
    return f"{LIST}add/?depuis={row.pk}"


def test_the_list_reads_in_french(client):
    text = client.get(LIST, {"q": "conciliation"}).content.decode()
    assert "Conciliation obligatoire jusqu" in text
    assert "5\N{NO-BREAK SPACE}000,00\N{NO-BREAK SPACE}€" in text
    assert "en vigueur" in text


def test_what_is_past_shows_on_demand(client, threshold):
    past = Parameter.objects.create(
        key="conciliation.threshold",
        value="4000.00",
        valid_from=threshold.valid_from.replace(year=2015),
        valid_to=threshold.valid_from - timedelta(days=1),
        source="avant",
    )
    assert "4\N{NO-BREAK SPACE}000,00" not in client.get(LIST).content.decode()
    assert "4\N{NO-BREAK SPACE}000,00" in client.get(LIST, {"quand": "passe"}).content.decode()
    assert "lui a succédé" in client.get(f"{LIST}{past.pk}/change/").content.decode()


def test_a_new_value_is_asked_with_the_others_beside(client, threshold):
    page = client.get(add_url(threshold)).content.decode()
    assert "Dans le temps" in page
    assert "5\N{NO-BREAK SPACE}000,00\N{NO-BREAK SPACE}€" in page
    day = clock.today() + timedelta(days=40)
    answer = client.post(
        add_url(threshold), {"value": "6000", "valid_from": day.isoformat(), "source": "Décret"}
    )
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    threshold.refresh_from_db()
    assert threshold.valid_to == day - timedelta(days=1)
    assert Parameter.objects.get(key=threshold.key, valid_from=day).value == "6000"


def test_a_day_taken_or_a_value_of_another_shape_is_said_on_the_field(client, threshold):
    same = {"value": "6000", "valid_from": threshold.valid_from.isoformat(), "source": "Décret"}
    assert "commence déjà" in client.post(add_url(threshold), same).content.decode()
    odd = client.post(add_url(threshold), same | {"value": "beaucoup"})
    assert "Saisissez un nombre" in odd.content.decode()
    assert Parameter.objects.filter(key=threshold.key).count() == 1


def test_correcting_what_is_in_force_needs_a_reason(client, threshold):
    page = f"{LIST}{threshold.pk}/change/"
    data = {"value": "5500", "source": threshold.source, "reason": ""}
    assert "dites pourquoi" in client.post(page, data).content.decode()
    client.post(page, data | {"reason": "mal recopié"})
    threshold.refresh_from_db()
    assert threshold.value == "5500"
    history = client.get(f"{LIST}{threshold.pk}/history/").content.decode()
    assert "mal recopié" in history
    assert "Correction d" in history


def test_a_rule_of_contracts_changes_from_a_day(client):
    rule = ContractTypeRule.objects.filter(valid_to=None).first()
    page = f"/admin/residents/contracttyperule/add/?depuis={rule.pk}"
    form = client.get(page).context["adminform"].form
    day = clock.today() + timedelta(days=10)
    data = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    data = {name: ",".join(map(str, v)) if isinstance(v, list) else v for name, v in data.items()}
    data = {name: v for name, v in data.items() if v not in (None, False, "")}
    answer = client.post(page, data | {"valid_from": day.isoformat(), "source": "Loi neuve"})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    rule.refresh_from_db()
    assert rule.valid_to == day - timedelta(days=1)


def deadline_form(client):
    """The page of a new value of a deadline's rule, and what its form holds."""
    rule = DeadlineRule.objects.filter(valid_to=None, escalation_days=None).first()
    page = f"/admin/deadlines/deadlinerule/add/?depuis={rule.pk}"
    form = client.get(page).context["adminform"].form
    data = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    data["leads"] = ",".join(map(str, data["leads"]))
    day = clock.today() + timedelta(days=10)
    kept = {name: value for name, value in data.items() if value not in (None, False, "")}
    return page, kept | {"valid_from": day.isoformat(), "source": "Usage"}


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({"leads": "7,-5"}, "Un rappel vient de 0"),
        ({"leads": "4000"}, "Un rappel vient de 0"),
        ({"audience": []}, "Ce champ est obligatoire"),
    ],
)
def test_a_rule_of_deadlines_refuses_what_makes_no_sense(client, said, word):
    page, data = deadline_form(client)
    answer = client.post(page, data | said)
    assert answer.status_code == 200
    assert word in answer.content.decode()


def test_a_value_that_begins_in_the_past_says_why(client):
    page, data = deadline_form(client)
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    answer = client.post(page, data | {"valid_from": yesterday})
    assert "Ce jour est passé" in answer.content.decode()
    answer = client.post(page, data | {"valid_from": yesterday, "reason": "oubliée"})
    assert answer.status_code == 302, answer.context["adminform"].form.errors


def test_nothing_begins_from_nothing(client):
    assert client.get(f"{LIST}add/").status_code == 403


def test_the_index_takes_a_new_quarter_once(client):
    data = {"year": 2026, "quarter": 3, "value": "149.10", "source": "INSEE"}
    add = reverse("admin:parameters_indexvalue_add")
    assert client.post(add, data).status_code == 302
    assert "déjà enregistré" in client.post(add, data).content.decode()
    assert IndexValue.objects.filter(year=2026, quarter=3).count() == 1


def test_the_list_writes_the_first_of_a_month_as_french_does(client_for):
    """A date of entry into force on the first reads "1er"."""
    director = client_for(factories.make_user(Role.DIRECTOR, "*"))
    rule = ContractTypeRule.objects.get(kind="CRT")
    ContractTypeRule.objects.filter(pk=rule.pk).update(valid_from=date(2026, 1, 1))
    page = director.get(reverse("admin:residents_contracttyperule_changelist")).text
    assert "1er janvier 2026" in page
    assert ">1 janvier 2026" not in page


def test_a_page_that_adds_is_named_by_what_one_does(client_for):
    """« Inviter quelqu'un », and no « Ajouter : invitation »."""
    director = client_for(factories.make_user(Role.DIRECTOR, "*"))
    page = director.get(reverse("admin:accounts_invitation_add")).text
    assert "Inviter quelqu" in page
    assert "Ajouter : " not in page
