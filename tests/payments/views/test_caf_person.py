"""The CAF tab of a person: expected against received, what brought it, what waits."""

from decimal import Decimal

import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.audit.models import AccessRecord
from caracol.core.periods import Month
from payments.models import CafLine
from payments.services.caf_naming import review_line
from residents.enums import AidEligibility
from tests import factories
from tests.payments.test_caf import _association, bill, imported, line, lodge, statement

__all__ = ["_association"]
D = Decimal
pytestmark = pytest.mark.django_db


@pytest.fixture
def actor():
    return factories.make_user()


@pytest.fixture
def page(client_for, actor):
    return client_for(actor)


@pytest.fixture
def contract():
    return lodge("Diallo", "Amina", "0123456", expected_aid="220.00")


def tab(contract):
    """The address of the person's tab."""
    return reverse("payments:person-caf", args=[contract.holders.get().person_id])


def shown(page, contract):
    """What the tab is given, by month."""
    aid = page.get(tab(contract)).context["aid"]
    return aid, {str(one.month): one for one in aid.months}


def test_each_month_says_what_was_expected_came_and_by_which_statement(page, actor, contract):
    bill(actor, "2026-10", "2026-11")
    imported(statement(line("123456", "220.00", "10/2026"), number="A1"), actor)
    imported(statement(line("123456", "40.00", "10/2026-11/2026", "RAPPEL"), number="A2"), actor)
    aid, months = shown(page, contract)
    assert [(part.amount, part.words) for part in months["2026-10"].parts] == [
        (D("220.00"), "droit du mois"),
        (D("20.00"), "rappel"),
    ]
    assert (months["2026-10"].gap, months["2026-11"].gap) == (D("20.00"), D("-200.00"))
    assert (str(aid.since), aid.missing) == ("2026-10", D("200.00"))
    text = page.get(tab(contract)).text
    for one in CafLine.objects.all():
        assert reverse("payments:caf-detail", args=[one.statement_id]) in text


def test_a_month_that_did_not_come_is_missing_once_its_day_is_past(page, actor, contract):
    bill(actor, "2026-09")
    aid, months = shown(page, contract)
    assert (months["2026-09"].rule, aid.missing) == ("none", D("220.00"))
    assert aid.since is None
    assert "au plus tôt avril 2026" in page.get(tab(contract)).text


def test_what_is_taken_back_and_what_exceeds_the_month_have_their_state(page, actor, contract):
    bill(actor, "2026-10", "2026-11")
    imported(statement(line("123456", "450.00", "10/2026"), number="A1"), actor)
    imported(statement(line("123456", "-50.00", nature="RETENUE"), number="A2"), actor)
    aid, _months = shown(page, contract)
    assert [(one.surplus, str(one.month)) for one in aid.surpluses] == [(D("60.00"), "2026-10")]
    assert aid.to_give_back == D("60.00")
    [(month, part)] = aid.taken_back
    assert (part.amount, str(month.month), month.left > 0) == (D("-50.00"), "2026-11", True)
    text = page.get(tab(contract)).text
    assert "mois rouvert" in text
    assert "Contester" in text
    assert part.state == ("à vérifier", "warning")
    review_line(line=part.line, actor=actor)
    [(_month, part)] = shown(page, contract)[0].taken_back
    assert part.state is None


def test_an_end_of_right_and_a_month_already_paid_are_told(page, actor, contract):
    imported(statement(line("123456", "220.00"), number="A1"), actor)
    rows = line("123456", "220.00"), line("123456", "0.00", "12/2026", "FIN")
    imported(statement(*rows, number="A2"), actor)
    aid, months = shown(page, contract)
    assert [one.amount for one in aid.waiting] == [D("220.00")]
    assert (aid.received, str(Month.of(aid.ends.month_from))) == (D("220.00"), "2026-12")
    assert [part.words for part in months["2026-12"].parts] == ["fin de droit"]
    text = page.get(tab(contract)).text
    assert "En attente de votre décision" in text
    assert reverse("payments:caf-name", args=[aid.waiting[0].pk]) in text


@pytest.mark.parametrize(
    ("eligible", "aid", "said"),
    [
        ("ASK_CAF", "0.00", "Droit à demander à la CAF"),
        ("NO", "0.00", "Pas d'aide sur ce contrat"),
        ("YES", "0.00", "Montant à noter"),
        ("YES", "220.00", "Rien encore"),
    ],
)
def test_an_empty_tab_says_what_to_do(page, eligible, aid, said):
    found = lodge("Sow", "Fatou", "77", expected_aid=aid)
    found.aid_eligible = AidEligibility(eligible)
    found.save()
    assert said in page.get(tab(found)).text
    alone = factories.make_person("Seule", "Zoé", territory="IDF")
    text = page.get(reverse("payments:person-caf", args=[alone.pk])).text
    assert "Pas encore de contrat" in text


def test_reading_it_leaves_one_line(page, contract):
    page.get(tab(contract))
    record = AccessRecord.objects.get()
    assert (record.action, record.subject) == ("VIEW", contract.holders.get().person)


@pytest.mark.parametrize("role", [Role.MISSION_OFFICER, Role.TECHNICAL])
def test_who_has_no_need_of_amounts_does_not_read_it(client_for, contract, role):
    user = factories.make_user(role)
    home = contract.terms.get().room.colocation
    home.mission_officer = user
    home.save()
    client = client_for(user)
    assert client.get(tab(contract)).status_code == 403
    person = reverse("residents:person-detail", args=[contract.holders.get().person_id])
    assert tab(contract) not in client.get(person).text


def test_another_territory_is_not_found(client_for, contract):
    elsewhere = client_for(factories.make_user(Role.GLA_MANAGER, "HDF"))
    assert elsewhere.get(tab(contract)).status_code == 404


@pytest.mark.parametrize(
    ("role", "number", "statements"),
    [(Role.ACCOUNTANT, False, True), (Role.SOCIAL_WORKER, True, False)],
)
def test_numbers_and_statements_are_for_who_may_read_them(
    client_for, actor, contract, role, number, statements
):
    imported(statement(line("123456", "220.00"), number="A1"), actor)
    imported(statement(line("123456", "220.00"), number="A2"), actor)
    text = client_for(factories.make_user(role)).get(tab(contract)).text
    assert ("0123456" in text) is number
    url = reverse("payments:caf-detail", args=[CafLine.objects.first().statement_id])
    assert (url in text) is statements
    assert "/caf/lignes/" not in text


def test_many_months_ask_as_little(page, actor, contract, django_assert_max_num_queries):
    page.get(tab(contract))
    bill(actor, *(f"2026-{month:02d}" for month in range(3, 12)))
    for month in range(3, 12):
        imported(statement(line("123456", "220.00", f"{month}/2026"), number=f"N{month}"), actor)
    with django_assert_max_num_queries(45) as few:
        page.get(tab(contract))
    imported(statement(line("123456", "12.00", "3/2026-11/2026", "RAPPEL"), number="R"), actor)
    imported(statement(line("123456", "-9.00", "9/2026", "RETENUE"), number="I"), actor)
    with django_assert_max_num_queries(len(few)):
        page.get(tab(contract))
