"""The month in steps: preview, closing, terms, lock."""

from decimal import Decimal

import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.accounts.services import grant
from caracol.audit.models import AccessRecord
from caracol.core import clock
from caracol.core.periods import Month
from payments.models import MonthClosing, PeriodLock, Term
from payments.services.closing import close_month
from tests import factories
from tests.payments.views.conftest import pay, term_of


def url(name, month, query=""):
    return reverse(f"payments:{name}", args=[month]) + query


def test_the_index_shows_the_months_latest_first(client_for, manager, closed):
    answer = client_for(manager).get(reverse("payments:month-index"), {"annee": closed.year})
    months = [line.month for line in answer.context["lines"]]
    assert closed in months
    assert months == sorted(months, reverse=True)


def test_an_index_without_anything_still_answers(client_for, manager):
    assert client_for(manager).get(reverse("payments:month-index")).status_code == 200


def test_an_empty_month_says_so(client_for, manager, month):
    assert "Aucun contrat ne court" in client_for(manager).get(url("month-detail", month)).text


def test_the_month_says_what_is_next(client_for, manager, contract, month):
    answer = client_for(manager).get(url("month-detail", month))
    assert answer.context["steps"]["close"].state == "current"
    assert "Prévisualiser et clôturer" in answer.text
    close_month(month=month, actor=manager)
    answer = client_for(manager).get(url("month-detail", month))
    assert [step.state for step in answer.context["step_list"]] == [
        *("done", "current", "todo", "blocked", "todo"),
    ]


def test_the_preview_lists_contracts_and_writes_nothing(
    client_for, manager, contract, lille, month
):
    answer = client_for(manager).get(url("month-preview", month))
    assert "DIALLO Amina" in answer.text
    assert "LEFÈVRE Hugo" not in answer.text  # another territory
    assert not Term.objects.exists()


def test_the_preview_is_searched_and_sorted(client_for, manager, contract, neighbour, month):
    client = client_for(manager)
    found = client.get(url("month-preview", month), {"q": "karim", "sort": "-amount"})
    assert [line.label.number for line in found.context["table"].data] == ["C9002"]
    assert found.context["preview"].total == Decimal("510.00")
    assert found.context["shown_total"] == Decimal("310.00")
    places = client.get(url("month-preview", month), {"sort": "place"})
    assert len(places.context["table"].rows) == 2


def test_closing_takes_the_preview_as_shown(client_for, manager, contract, lille, month):
    client = client_for(manager)
    shown = client.get(url("month-preview", month)).context["preview"]
    data = {"count": len(shown.lines), "total": shown.total}
    answer = client.post(url("month-close", month), data, follow=True)
    assert "1 échéances inscrites" in answer.text
    assert [term.contract for term in Term.objects.select_related("contract")] == [contract]
    again = client.post(url("month-close", month), data, follow=True)
    assert "était déjà clôturé" in again.text
    assert MonthClosing.objects.count() == 1


def test_closing_refuses_what_is_no_longer_as_shown(client_for, manager, contract, month):
    data = {"count": "1", "total": "180.00"}
    answer = client_for(manager).post(url("month-close", month), data, follow=True)
    assert "rien n&#x27;a été inscrit" in answer.text or "rien n'a été inscrit" in answer.text
    assert not Term.objects.exists()


def test_a_month_to_come_is_closed_only_on_a_word_more(client_for, manager, contract):
    client, ahead = client_for(manager), Month.of(clock.today()).next()
    assert "ne se supprime pas" in client.get(url("month-detail", ahead)).text
    answer = client.get(url("month-preview", ahead))
    assert "Je clôture un mois à venir" in answer.text
    assert "pas commencé" in answer.text
    shown = answer.context["preview"]
    data = {"count": len(shown.lines), "total": shown.total}
    refused = client.post(url("month-close", ahead), data, follow=True)
    assert "cochez « Je clôture un mois à venir »" in refused.text
    assert refused.redirect_chain[-1][0] == url("month-preview", ahead)
    assert not Term.objects.exists()
    done = client.post(url("month-close", ahead), {**data, "ahead": "on"}, follow=True)
    assert "ne se supprime pas" in done.text
    assert "régularisation" not in done.text
    assert Term.objects.get().month == ahead.first


def test_the_present_month_asks_no_word_more(client_for, manager, contract):
    now = Month.of(clock.today())
    assert "mois à venir" not in client_for(manager).get(url("month-preview", now)).text


def test_the_assistant_previews_and_does_not_close(client_for, contract, month, association):
    client = client_for(factories.make_user(Role.GLA_ASSISTANT))
    assert "à valider par la responsable" in client.get(url("month-preview", month)).text
    assert client.post(url("month-close", month), {}).status_code == 403


def test_the_territory_is_kept_in_the_address(client_for, director, closed):
    client = client_for(director)
    assert client.get(url("month-detail", closed)).context["state"].terms == 3
    one = client.get(url("month-detail", closed, "?territoire=HDF"))
    assert one.context["state"].terms == 1
    assert "territoire=HDF" in one.context["urls"]["preview"]


def test_terms_are_listed_and_exported(client_for, manager, closed, contract):
    pay(contract, "200.00", manager)
    client = client_for(manager)
    paid = client.get(url("month-terms", closed), {"etat": "paid"})
    assert "DIALLO Amina" in paid.text
    assert "KARIMI Farid" not in paid.text
    answer = client.get(url("month-terms-export", closed))
    assert answer.status_code == 200
    assert answer.content[:2] == b"PK"
    assert AccessRecord.objects.filter(action="EXPORT", rows=2).exists()
    assert client.get(url("month-preview-export", closed.next())).content[:2] == b"PK"


def test_accounting_sees_no_place(client_for, closed):
    answer = client_for(factories.make_user(Role.ACCOUNTANT)).get(url("month-terms", closed))
    assert "chambre" not in answer.text
    assert "DIALLO Amina" in answer.text


def follow_everything(user):
    grant(user=user, role=Role.GLA_MANAGER, territory=factories.make_territory("HDF"))


def test_a_month_is_locked_then_reopened_by_the_director(client_for, manager, director, closed):
    follow_everything(manager)
    client = client_for(manager)
    assert "Pour tous les territoires" in client.get(url("period-lock", closed)).text
    client.post(url("period-lock", closed))
    assert PeriodLock.objects.get().state == "LOCKED"
    assert client.post(url("period-reopen", closed), {"reason": "Oubli"}).status_code == 403
    refused = client_for(director).post(url("period-reopen", closed), {"reason": ""})
    assert refused.status_code == 200
    client_for(director).post(url("period-reopen", closed), {"reason": "Chèque impayé"})
    assert PeriodLock.objects.get().state == "REOPENED"


ONLY_WHO_FOLLOWS_ALL = "Seule une personne qui suit tous les territoires verrouille les comptes."


@pytest.mark.parametrize("role", [Role.GLA_MANAGER, Role.ACCOUNTANT])
def test_one_territory_does_not_lock_the_books_of_all(client_for, closed, role):
    user = factories.make_user(role)
    # Another role in the other territory does not open the page there.
    grant(user=user, role=Role.GLA_ASSISTANT, territory=factories.make_territory("HDF"))
    client = client_for(user)
    page, month = client.get(url("period-lock", closed)), client.get(url("month-detail", closed))
    for answer in (page, month):
        assert ONLY_WHO_FOLLOWS_ALL in answer.text
    assert 'method="post" class="form-acts"' not in page.text
    assert url("period-lock", closed) not in month.text
    assert client.post(url("period-lock", closed)).status_code == 403
    assert not PeriodLock.objects.exists()


@pytest.mark.parametrize("role", [Role.GLA_MANAGER, Role.ACCOUNTANT, Role.DIRECTOR])
def test_who_follows_every_territory_locks(client_for, closed, role):
    client = client_for(factories.make_user(role, "*"))
    assert ONLY_WHO_FOLLOWS_ALL not in client.get(url("month-detail", closed)).text
    assert 'method="post" class="form-acts"' in client.get(url("period-lock", closed)).text
    client.post(url("period-lock", closed))
    assert PeriodLock.objects.get().state == "LOCKED"


def test_a_territory_without_accounts_does_not_hold_the_lock_back(client_for, contract, manager):
    month = Month.of(clock.today()).previous()
    close_month(month=month, actor=manager)
    factories.make_contract(factories.make_room(factories.make_home("HDF")))
    client_for(manager).post(url("period-lock", month))
    assert PeriodLock.objects.get().state == "LOCKED"


def test_a_month_that_is_not_over_is_not_locked(client_for, manager, association):
    now = Month.of(clock.today())
    answer = client_for(manager).post(url("period-lock", now), follow=True)
    assert "pas fini" in answer.text
    assert not PeriodLock.objects.exists()


@pytest.mark.parametrize("address", ["/encaissements/2026-13/", "/encaissements/2026-1/"])
def test_a_month_badly_written_is_not_found(client_for, manager, address):
    assert client_for(manager).get(address).status_code == 404


def test_the_books_are_checked_on_demand(client_for, manager, closed, monkeypatch):
    client = client_for(manager)
    assert "Aucun contrôle" in client.get(reverse("payments:ledger-check")).text
    client.post(reverse("payments:ledger-check"))
    client.post(reverse("payments:ledger-check"))
    answer = client.get(reverse("payments:ledger-check"))
    assert answer.context["follows"]
    assert term_of(factories.Contract.objects.get(number="C9001"), closed)


def test_a_couple_is_named_in_full_on_the_list_and_in_the_export(client_for, manager, month):
    partner = factories.make_person("Idrissan", "Amna")
    factories.make_contract(person=factories.make_person("Eltahir", "Salwa"), co_holders=(partner,))
    close_month(month=month, actor=manager)
    page = client_for(manager).get(reverse("payments:month-terms", args=[month]))
    text = page.content.decode()
    assert "ELTAHIR Salwa" in text
    assert "IDRISSAN Amna" in text
    assert not {"\x1e", "\x1f"} & set(text)
    assert "Value(" not in text
