"""Amendments, renewals and revisions on their pages: shown first, then done."""

from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse

from caracol.core import clock
from caracol.core.periods import Month, add_months, end_of_duration
from payments.services.closing import close_month
from residents.models import Amendment, ContractTypeRule
from tests import factories
from tests.residents.views.test_birth import text


def address(name, contract):
    return reverse(f"residents:{name}", args=[contract.pk])


def sent(contract, **changed):
    today = clock.today()
    return {
        "effective_on": Month.of(today).next().first.isoformat(),
        "signed_on": today.isoformat(),
        "words": "accord",
        **changed,
    }


def test_an_amendment_shows_its_effect_before_it_is_saved(page, lived):
    here = address("amendment-new", lived)
    assert "Ce qui reste vide ne change pas" in text(page.get(here))
    shown = text(page.htmx("post", here, sent(lived, fee="190", essai=1), target="apercu"))
    assert "<html" not in shown
    assert "Ce que ça change au compte" in shown
    assert not Amendment.objects.exists()
    page.post(here, sent(lived, fee="190"))
    assert lived.terms.order_by("-starts_on")[0].fee == Decimal(190)


def test_billed_months_ask_for_a_word_more(page, lived, manager):
    month = Month.of(clock.today()).previous()
    close_month(month=month, actor=manager)
    here = address("amendment-new", lived)
    data = sent(lived, fee="190", effective_on=month.first.isoformat())
    data["raison_retroactive"] = "oubli"
    shown = page.post(here, data)
    assert shown.status_code == 422
    assert "Je confirme" in text(shown)
    assert page.post(here, data | {"confirme": 1}).status_code == 302
    assert Amendment.objects.get().effective_on == month.first


def test_what_is_forbidden_stays_on_the_page_with_what_was_typed(page, lived):
    response = page.post(address("amendment-new", lived), sent(lived, fee="250"))
    assert response.status_code == 422
    shown = text(response)
    assert "plafond de 200,00" in shown
    assert 'value="accord"' in shown


def test_an_amendment_to_come_is_undone_from_its_message(page, lived):
    page.post(address("amendment-new", lived), sent(lived, fee="190"))
    amendment = Amendment.objects.get()
    here = reverse("residents:amendment-withdraw", args=[amendment.pk])
    assert "Retirer" in text(page.get(here))
    page.post(f"{here}?defaire=1")
    amendment.refresh_from_db()
    assert amendment.withdrawn_on == clock.today()
    assert lived.terms.count() == 1


def test_the_page_of_a_contract_offers_to_withdraw_what_is_to_come(page, lived):
    page.post(address("amendment-new", lived), sent(lived, fee="190"))
    here = reverse("residents:amendment-withdraw", args=[Amendment.objects.get().pk])
    assert here in text(page.get(address("contract-detail", lived)))


def test_the_page_of_a_contract_says_that_the_law_has_changed_since(page, lived):
    assert "La règle a changé depuis" not in text(page.get(address("contract-detail", lived)))
    today = clock.today()
    old = ContractTypeRule.objects.get(kind="CRT")
    ContractTypeRule.objects.filter(pk=old.pk).update(valid_to=today - timedelta(days=1))
    old.pk, old.valid_from = None, today
    old.save()
    assert "La règle a changé depuis" in text(page.get(address("contract-detail", lived)))


def test_a_renewal_proposes_what_the_law_allows(page, lived):
    here = address("contract-renew", lived)
    shown = text(page.get(here))
    assert "Au plus tard le" in shown
    assert "Renouvellement tacite à venir" in shown
    until = add_months(lived.ends_on, 2)
    data = {"ends_on": until.isoformat(), "signed_on": clock.today().isoformat()}
    page.post(here, data)
    lived.refresh_from_db()
    assert lived.ends_on == until


def test_a_renewal_too_long_is_refused_in_words(page, lived):
    data = {
        "ends_on": add_months(lived.starts_on, 19).isoformat(),
        "signed_on": clock.today().isoformat(),
    }
    response = page.post(address("contract-renew", lived), data)
    assert "18 mois au plus" in text(response)
    assert not Amendment.objects.exists()


def test_a_revision_too_early_says_when(page, lived):
    shown = text(page.get(address("contract-revise", lived)))
    assert "Pas avant 12 mois" in shown


def test_a_contract_that_is_over_refuses_acts_in_words(page, lived):
    lived.status = "ENDED"
    lived.save()
    for name in ("amendment-new", "contract-renew", "contract-revise"):
        for ask in (page.get, page.post):
            shown = unescape(text(ask(address(name, lived), follow=True)))
            assert "il est terminé, faites un nouveau contrat" in shown
            assert f"Le contrat {lived.number} ne" in shown
    assert not Amendment.objects.exists()


def test_a_contract_under_notice_is_not_renewed_but_amended(page, lived):
    lived.status = "NOTICE_GIVEN"
    lived.save()
    shown = unescape(text(page.get(address("contract-renew", lived), follow=True)))
    assert "ne se renouvelle pas : un congé court" in shown
    assert page.get(address("amendment-new", lived)).status_code == 200


def lengthen(contract, months):
    """Make a contract last so many months, whoever signed it."""
    ends_on = end_of_duration(contract.starts_on, months)
    contract.terms.update(ends_on=ends_on)
    contract.holders.update(ends_on=ends_on)
    contract.ends_on = ends_on
    contract.save()


def test_a_contract_at_its_legal_end_is_offered_no_renewal_and_says_why(page, lived):
    here = address("contract-renew", lived)
    assert here in text(page.get(address("contract-detail", lived)))
    lengthen(lived, 18)
    shown = text(page.get(address("contract-detail", lived)))
    assert here not in shown
    assert "durée maximale atteinte : aucun renouvellement" in shown
    said = unescape(text(page.get(here, follow=True)))
    assert "ne se prolonge plus : 18 mois au plus" in said
    assert "décret 2019-497" in said
    form = unescape(text(page.get(address("amendment-new", lived))))
    assert "Elle ne peut plus reculer" in form


def test_a_contract_at_the_owners_end_says_so(page, lived):
    lived.terms.get().room.colocation.site.agreements.update(ends_on=lived.ends_on)
    said = unescape(text(page.get(address("contract-renew", lived), follow=True)))
    assert "ne se prolonge pas : le propriétaire reprend le bâtiment" in said
    assert address("contract-renew", lived) not in text(page.get(address("contract-detail", lived)))


@pytest.mark.parametrize("name", ["amendment-new", "contract-renew", "contract-revise"])
def test_a_page_costs_the_same_whatever_the_contract_has_lived(page, query_count, lived, name):
    def cost():
        page.get(address(name, lived))
        with query_count() as counted:
            page.get(address(name, lived))
        return counted.value

    before = cost()
    day = Month.of(clock.today()).next().first
    for turn in range(3):
        factories.make_amendment(lived, effective_on=add_months(day, turn))
    assert cost() <= before + 1


def tried(page, here, data):
    return unescape(text(page.htmx("post", here, data | {"essai": 1}, target="apercu")))


def test_the_effect_is_shown_before_the_object_is_written_and_what_lacks_is_named(page, lived):
    here = address("amendment-new", lived)
    shown = tried(page, here, sent(lived, fee="190", words=""))
    assert "Ce que ça change au compte" in shown
    assert "Avant d'enregistrer, indiquez « Objet »." in shown
    shown = tried(page, here, sent(lived, fee="190", effective_on=""))
    assert "Pour voir l'effet, indiquez « Prend effet le »." in shown
    assert "Ce que ça change au compte" not in shown
    refused = page.post(here, sent(lived, fee="190", words=""))
    assert refused.status_code == 422
    assert not Amendment.objects.exists()


def test_the_preview_of_a_notice_says_what_is_wrong_with_a_day_to_come(page, lived):
    tomorrow = clock.today() + timedelta(days=1)
    data = {"received_on": tomorrow.isoformat(), "delivery": "LRAR"}
    shown = tried(page, address("notice-receive", lived), data)
    assert "Reçu le : Cette date ne peut pas être dans l'avenir." in shown
    shown = tried(page, address("notice-receive", lived), data | {"received_on": ""})
    assert "Pour voir l'effet, indiquez « Reçu le »." in shown
