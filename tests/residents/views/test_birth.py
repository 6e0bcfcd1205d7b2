"""A contract from nothing on its pages: who, where, verified as it is typed, signed, entered."""

import html
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.core.periods import add_months, end_of_duration, french_day
from residents.enums import ContractStatus
from residents.models import Contract
from residents.selectors.proposals import proposal_of
from residents.selectors.states import contract_version
from tests import factories

NEW = reverse("residents:contract-new")


def fields(room, person, soon, **changed):
    """What a browser sends for a sound CRT."""
    return {
        "personne": person.pk,
        "kind": "CRT",
        "kind_shown": "CRT",
        "room": room.pk,
        "starts_on": soon[0].isoformat(),
        "months": 6,
        "aid_eligible": "YES",
        "aid_payee": "MANAGER",
        "payment_method": "TRANSFER",
        "due_day": 5,
        "purpose": "Logement temporaire",
        "objective_causes": "Démolition",
        **changed,
    }


def text(response):
    return " ".join(response.content.decode().split()).replace("\xa0", " ").replace("&nbsp;", " ")


# --- Who ----------------------------------------------------------------------------------------
def test_one_begins_by_the_person(page, amina, room):
    found = text(page.get(NEW, {"q": "diallo", "chambre": room.pk}))
    assert f"?personne={amina.pk}&amp;chambre={room.pk}" in found
    assert "suite=contrat" in found


def test_a_new_person_comes_back_to_the_contract(page, room):
    territory = room.colocation.site.territory
    address = reverse("residents:person-new") + f"?suite=contrat&chambre={room.pk}"
    sent = {"civility": "MRS", "first_name": "Selam", "last_name": "Tesfaye", "language": "fr"}
    response = page.post(address, {**sent, "territory": territory.pk})
    assert response.status_code == 302
    assert response.url.startswith(f"{NEW}?personne=")
    assert response.url.endswith(f"&chambre={room.pk}")


def test_drafts_left_open_are_offered_first(page, draft):
    assert reverse("residents:contract-edit", args=[draft.pk]) in text(page.get(NEW))


# --- What ---------------------------------------------------------------------------------------
def test_the_form_opens_on_the_room_its_usual_words_and_what_they_come_to(page, room, amina):
    shown = text(page.get(NEW, {"personne": amina.pk, "chambre": room.pk}))
    assert "Chambre 3, Les Tilleuls · 11,5 m² · 180,00 €" in shown
    assert "Démolition du bâtiment." in shown
    assert "180,00 € par mois, sous le plafond de 200,00 €" in shown
    assert "2 à 18 mois, renouvellements compris" in shown


def test_rooms_taken_on_those_days_are_not_offered(page, room, amina, soon):
    other = factories.make_room(room.colocation, number="4")
    factories.make_contract(other, starts_on=soon[0], ends_on=soon[1])
    shown = text(page.get(NEW, {"personne": amina.pk}))
    assert "Chambre 3, Les Tilleuls" in shown
    assert "Chambre 4, Les Tilleuls" not in shown


@pytest.mark.parametrize("name", ["essai", None])
def test_what_is_typed_is_verified_or_saved_by_the_same_page(page, room, amina, soon, name):
    sent = fields(room, amina, soon, **({name: 1} if name else {}))
    response = page.post(NEW, sent)
    if name:
        assert "Premières échéances" in text(response)
        assert not Contract.objects.exists()
    else:
        draft = Contract.objects.get()
        assert response.url == reverse("residents:contract-sign", args=[draft.pk])
        said = proposal_of(draft)
        assert (said.fee, said.ends_on) == (Decimal("180.00"), soon[1])


def test_htmx_gets_the_verification_and_what_the_type_changed(page, room, amina, soon):
    sent = fields(room, amina, soon, kind="MOBILITY", rooms_shown=str(room.pk), essai=1)
    shown = text(page.htmx("post", NEW, sent, target="verification"))
    assert "<html" not in shown
    assert 'id="selon-type" class="stack" hx-swap-oob="true"' in shown
    assert "Finalité" not in shown
    assert 'id="chambres"' not in shown
    assert "interdit" in shown


def test_another_type_brings_its_own_usual_duration_unless_one_was_typed(page, room, amina, soon):
    sent = fields(room, amina, soon, kind="LEASE_89_FURN", essai=1)
    shown = text(page.htmx("post", NEW, sent, target="verification"))
    assert '<div id="champ-months" hx-swap-oob="true">' in shown
    assert 'name="months" value="12"' in shown
    typed = text(page.htmx("post", NEW, sent | {"months": 8}, target="verification"))
    assert "champ-months" not in typed


def test_months_that_the_owners_end_cuts_are_told_before_and_after_saving(page, room, amina, soon):
    owner_end = end_of_duration(soon[0], 4)
    room.colocation.site.agreements.update(ends_on=owner_end)
    sent = fields(room, amina, soon)
    shown = text(page.htmx("post", NEW, sent | {"essai": 1}, target="verification"))
    assert "Durée raccourcie" in shown
    assert f"6 mois iraient jusqu'au {french_day(soon[1])}" in html.unescape(shown)
    said = text(page.post(NEW, sent, follow=True))
    assert f"le propriétaire reprend le bâtiment le {french_day(owner_end)}" in html.unescape(said)
    assert "le propriétaire reprend alors le bâtiment : aucun renouvellement" in said
    assert "puis renouvelé tacitement" not in said
    draft = Contract.objects.get()
    assert draft.ends_on == owner_end
    typed = {**sent, "ends_on": owner_end.isoformat(), "essai": 1}
    assert "Durée raccourcie" not in text(page.post(NEW, typed))


def test_more_months_than_the_law_allows_are_refused_with_the_article(page, room, amina, soon):
    response = page.post(NEW, fields(room, amina, soon, months=24))
    shown = text(response)
    assert "Trop long : 18 mois au plus" in shown
    assert "décret 2019-497" in shown
    assert not Contract.objects.exists()
    assert "puis renouvelé tacitement" in text(
        page.post(NEW, fields(room, amina, soon), follow=True)
    )


def test_a_room_taken_since_names_the_other_contract(page, room, amina, soon):
    other = factories.make_contract(room, starts_on=soon[0], ends_on=soon[1])
    shown = text(page.post(NEW, fields(room, amina, soon, essai=1)))
    assert f"déjà prise par le contrat {other.number}" in shown
    assert "déjà prise</option>" in shown


def test_a_doubt_asks_for_a_reason_and_gives_back_what_was_typed(page, room, amina, soon):
    sent = fields(room, amina, soon, deposit="50", essai=1)
    sent["raison_deposit-unusual"] = "vote du CA"
    shown = text(page.post(NEW, sent))
    assert "Raison de passer outre" in shown
    assert 'value="vote du CA"' in shown


def test_what_cannot_be_read_says_which_field_and_keeps_the_rest(page, room, amina, soon):
    response = page.post(NEW, fields(room, amina, soon) | {"fee": "douze", "room": ""})
    assert response.status_code == 422
    shown = text(response)
    assert "Erreur :" in shown
    assert "Logement temporaire" in shown
    assert not Contract.objects.exists()


def test_what_is_wrong_is_not_said_to_be_missing(page, room, amina, soon):
    sent = fields(room, amina, soon, fee="99999999999999", due_day="", essai=1)
    sent["room"] = ""
    shown = html.unescape(text(page.htmx("post", NEW, sent, target="verification")))
    assert "Redevance par mois : Ce montant est trop grand" in shown
    assert "À compléter : chambre." in shown


def test_a_draft_has_neither_an_insurance_alarm_nor_a_date_of_signature(page, draft):
    first, last = clock.today(), draft.ends_on
    draft.terms.update(starts_on=first)
    draft.holders.update(starts_on=first)
    draft.starts_on = first
    draft.save()
    here = reverse("residents:contract-detail", args=[draft.pk])
    shown = text(page.get(here))
    assert "Pas d'assurance habitation" not in html.unescape(shown)
    assert "pas signé" in shown
    assert last == draft.ends_on


def test_no_deposit_no_tab(page, draft, signed):
    here = reverse("residents:contract-detail", args=[signed.pk])
    tab = reverse("payments:contract-deposit", args=[signed.pk])
    assert tab not in text(page.get(here))
    signed.deposit = Decimal(150)
    signed.save()
    assert tab in text(page.get(here))


def test_a_co_holder_is_found_then_ticked(page, room, amina, soon):
    bilal = factories.make_person("Diallo", "Bilal", territory="IDF")
    found = text(page.post(NEW, fields(room, amina, soon, co_search="bilal", essai=1)))
    assert f'value="{bilal.pk}"' in found
    page.post(NEW, fields(room, amina, soon, cotitulaires=[bilal.pk]))
    assert proposal_of(Contract.objects.get()).people == (amina, bilal)


def test_a_person_of_another_territory_does_not_exist_here(page, room):
    stranger = factories.make_person("Loin", "Tain", territory="HDF")
    assert page.get(NEW, {"personne": stranger.pk}).status_code == 404


def test_the_same_draft_twice_is_shown_not_doubled(page, room, amina, soon):
    first = page.post(NEW, fields(room, amina, soon))
    second = page.post(NEW, fields(room, amina, soon), follow=True)
    assert second.redirect_chain[-1][0] == first.url
    assert "existait déjà" in text(second)
    assert Contract.objects.count() == 1


def test_a_draft_is_changed_and_the_second_of_two_is_told(page, draft, room, amina, soon):
    address = reverse("residents:contract-edit", args=[draft.pk])
    assert "Logement temporaire en attendant" in text(page.get(address))
    seen = contract_version(draft)
    page.post(address, fields(room, amina, soon, fee="150", seen=seen))
    response = page.post(address, fields(room, amina, soon, fee="160", seen=seen))
    assert response.status_code == 422
    shown = text(response)
    assert "Quelqu'un a modifié" in shown.replace("&#x27;", "'")
    for words in ("Ce qui diffère", "150,00", "160,00", "Garder la version enregistrée"):
        assert words in shown
    assert shown.count('data-label="Votre saisie"') == 1
    assert proposal_of(draft).fee == Decimal(150)
    again = fields(room, amina, soon, fee="160", seen=contract_version(draft))
    assert page.post(address, again).status_code == 302
    assert proposal_of(draft).fee == Decimal(160)


# --- Signature ----------------------------------------------------------------------------------
def sign(page, contract, **more):
    address = reverse("residents:contract-sign", args=[contract.pk])
    return page.post(address, {"signed_on": clock.today().isoformat(), **more}, follow=True)


def test_a_draft_is_read_again_then_signed_and_what_remains_is_listed(page, draft):
    shown = text(page.get(reverse("residents:contract-sign", args=[draft.pk])))
    assert "Relisez tout" in shown
    ready = text(sign(page, draft))
    draft.refresh_from_db()
    assert draft.status == ContractStatus.SIGNED
    for point in ("Chambre retenue", "Assurance habitation", "Aide au logement", "Clés à remettre"):
        assert point in ready


def test_what_forbids_signing_is_said_beside_the_button(page, draft, room):
    room.closes_on = clock.today() + timedelta(days=30)
    room.save()
    response = sign(page, draft)
    assert response.status_code == 422
    assert "ferme le" in text(response)


def test_an_assistant_leaves_doubts_to_the_manager(client_for, draft, room):
    factories.make_void(room, starts_on=clock.today())
    assistant = client_for(factories.make_user(Role.GLA_ASSISTANT))
    shown = text(sign(assistant, draft, **{"raison_void-works": "fini vendredi"}))
    assert "à valider par la responsable" in shown
    draft.refresh_from_db()
    assert draft.status == ContractStatus.DRAFT


def test_keys_wait_for_the_certificate(page, signed):
    address = reverse("residents:contract-keys", args=[signed.pk])
    today = clock.today().isoformat()
    assert page.post(address, {"on": today}).status_code == 422
    reasons = {"raison_keys-uninsured": "promise demain", "raison_keys-early": "arrive plus tôt"}
    page.post(address, {"on": today, **reasons})
    signed.refresh_from_db()
    assert signed.keys_given_on == clock.today()
    page.post(f"{address}?defaire=1")
    signed.refresh_from_db()
    assert signed.keys_given_on is None


def test_a_draft_left_is_taken_back_by_its_undo(page, draft):
    address = reverse("residents:contract-cancel", args=[draft.pk])
    page.post(address, {"reason": ""})
    draft.refresh_from_db()
    assert draft.status == ContractStatus.CANCELLED
    page.post(f"{address}?retablir=1")
    draft.refresh_from_db()
    assert draft.status == ContractStatus.DRAFT


def test_a_signed_contract_is_cancelled_only_with_a_reason(page, signed):
    address = reverse("residents:contract-cancel", args=[signed.pk])
    assert page.post(address, {"reason": ""}).status_code == 422
    page.post(address, {"reason": "renonce"})
    signed.refresh_from_db()
    assert signed.status == ContractStatus.CANCELLED


# --- The day's work, the cost of pages -----------------------------------------------------------
def test_today_lists_drafts_renewals_and_legal_ends(page, draft, room):
    today = clock.today()
    common = {"is_tacitly_renewed": True, "charges_mode": "ALL_IN"}
    first = add_months(today, -5)
    renewing = factories.make_contract(
        factories.make_room(room.colocation),
        starts_on=first,
        ends_on=end_of_duration(first, 6),
        initial_months=6,
        **common,
    )
    old = add_months(today, -16)
    ending = factories.make_contract(
        factories.make_room(room.colocation),
        starts_on=old,
        ends_on=end_of_duration(old, 18),
        **common,
    )
    shown = text(page.get(reverse("dashboard:today")))
    for title in (
        "Contrats à signer",
        "Renouvellements tacites à venir",
        "Durée maximale qui approche",
    ):
        assert title in shown
    for contract in (renewing, ending):
        assert reverse("residents:contract-detail", args=[contract.pk]) in shown


def queries_of(page, query_count, address, data=None):
    page.get(address, data)
    with query_count() as counted:
        assert page.get(address, data).status_code == 200
    return counted.value


def test_the_form_costs_the_same_with_three_rooms_and_thirty(page, query_count, room, amina):
    for number in ("11", "12"):
        factories.make_room(room.colocation, number=number)
    few = queries_of(page, query_count, NEW, {"personne": amina.pk, "chambre": room.pk})
    for number in range(20, 47):
        factories.make_room(factories.make_home(site=room.colocation.site), number=str(number))
    many = queries_of(page, query_count, NEW, {"personne": amina.pk, "chambre": room.pk})
    assert few == many <= 40
