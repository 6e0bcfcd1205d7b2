"""The pages by which the patrimony is written: what they show, refuse, doubt and take back."""

import html
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.core.periods import add_months
from colocations.enums import VoidCause
from colocations.models import (
    Colocation,
    Equipment,
    KeySet,
    Owner,
    OwnerAgreement,
    OwnerObligation,
    Room,
    RoomVoid,
    RoomWorks,
    Site,
)
from tests import factories

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def home():
    """A home of two rooms, the first lived in by Amina Diallo."""
    home = factories.make_home("IDF", rooms=2, name="Les Tilleuls")
    factories.make_contract(home.rooms.get(number="1"), factories.make_person("Diallo", "Amina"))
    return home


@pytest.fixture
def manager():
    return factories.make_user(Role.GLA_MANAGER, "IDF")


@pytest.fixture
def client(client_for, manager):
    return client_for(manager)


def url(name, *args):
    return reverse(f"colocations:{name}", args=args)


def text_of(response):
    assert response.status_code == 200
    return response.content.decode()


def fields_of(client, path):
    """Return what the form of a page would send as it stands."""
    form = client.get(path).context["form"]
    data = {}
    for bound in form:
        value = bound.value()
        data[bound.html_name] = "" if value is None else getattr(value, "pk", value)
    return data


def test_a_building_is_recorded_from_owner_to_room(client):
    """The whole way: owner, site, agreement, home, room."""
    client.post(url("owner-new"), {"name": "Ville de Bellerive", "kind": "PUBLIC"})
    owner = Owner.objects.get()
    site = {
        "name": "Ancienne école",
        "code": "eco",
        "address": "2 rue Neuve",
        "postcode": "93100",
        "city": "Montreuil",
        "department": "93",
    }
    client.post(url("site-new"), site)
    made = Site.objects.get()
    assert (made.code, made.territory.code) == ("ECO", "IDF")
    today = clock.today()
    client.post(
        url("agreement-new"),
        {
            "site": made.pk,
            "owner": owner.pk,
            "legal_basis": "ELAN_29",
            "objective_causes": "Début du chantier",
            "starts_on": today,
            "ends_on": add_months(today, 24),
            "notice_months": 3,
            "vacate_margin_days": 30,
        },
    )
    assert OwnerAgreement.objects.get().owner == owner
    client.post(
        url("home-new"), {"name": "L'École", "code": "ecole", "site": made.pk, "opens_on": today}
    )
    home = Colocation.objects.get()
    client.post(url("room-new", home.pk), {"number": "1", "fee": "180", "capacity": "1"})
    room = Room.objects.get()
    assert (room.fee, room.charges, room.deposit) == (Decimal(180), Decimal(0), Decimal(0))


def test_a_form_says_its_errors_field_by_field(client):
    page = text_of(client.post(url("site-new"), {"name": "x", "department": "13"}))
    assert "Il y a des erreurs à corriger" in page


def test_two_people_on_one_home_see_both_values(client, client_for, home):
    other = client_for(factories.make_user(Role.GLA_MANAGER, "IDF"))
    path = url("home-edit", home.pk)
    mine, theirs = fields_of(client, path), fields_of(other, path)
    other.post(path, theirs | {"name": "Les Lilas"})
    page = text_of(client.post(path, mine | {"name": "Les Roses"}))
    assert "Les Lilas" in page
    assert "Les Roses" in page
    assert "Enregistrer ma saisie" in page
    response = client.post(path, mine | {"name": "Les Roses"})
    again = response.context["form"]["seen"].value()
    client.post(path, mine | {"name": "Les Roses", "seen": again})
    home.refresh_from_db()
    assert home.name == "Les Roses"


def test_two_people_on_one_agreement_see_both_values(client, client_for, home):
    agreement = home.site.agreements.get()
    other = client_for(factories.make_user(Role.DIRECTOR, "*"))
    path = url("agreement-edit", agreement.pk)
    causes = {"objective_causes": "Démolition"}
    mine, theirs = fields_of(client, path) | causes, fields_of(other, path) | causes
    other.post(path, theirs | {"notice_months": "6"})
    page = text_of(client.post(path, mine | {"notice_months": "1"}))
    assert "Deux saisies différentes" in page
    agreement.refresh_from_db()
    assert agreement.notice_months == 6


def test_a_shortened_agreement_shows_who_outlasts_it_then_opens_the_work(client, home):
    agreement = home.site.agreements.get()
    contract = home.rooms.get(number="1").terms.get().contract
    path = url("agreement-shorten", agreement.pk)
    data = {
        "ends_on": contract.ends_on - 20 * DAY,
        "decided_on": add_months(clock.today(), -6),
        "ended_by": "BOTH",
        "reason": "Vente",
    }
    response = client.post(path, data)
    page = text_of(response)
    assert "Amina DIALLO" in page
    assert "Rien n'est encore enregistré" in page
    carried = {"accepted": response.context["form"]["accepted"].value(), "accept_reason": "Vu"}
    assert client.post(path, data | carried).status_code == 302
    for name, pk in (("home-detail", home.pk), ("agreement-detail", agreement.pk)):
        assert "Contrats à raccourcir" in text_of(client.get(url(name, pk)))
    assert "Contrats à raccourcir" in text_of(client.get(reverse("dashboard:today")))
    history = text_of(client.get(url("agreement-history", agreement.pk)))
    assert "Fin de convention avancée" in history
    act = agreement.shortenings.get()
    client.post(url("shortening-undo", act.pk))
    assert "Contrats à raccourcir" not in text_of(client.get(reverse("dashboard:today")))


def test_an_officer_reads_the_work_without_names_he_may_not_know(client_for, home):
    """The technical team learns that a room outlasts, not whose it is."""
    agreement = home.site.agreements.get()
    OwnerAgreement.objects.filter(pk=agreement.pk).update(ends_on=clock.today() + 5 * DAY)
    technician = client_for(factories.make_user(Role.TECHNICAL, "IDF"))
    page = text_of(technician.get(url("home-detail", home.pk)))
    assert "Contrats à raccourcir" in page
    assert "DIALLO" not in page


def test_a_void_over_a_contract_is_refused_in_words(client, home):
    lived = home.rooms.get(number="1")
    path = url("void-new", lived.pk)
    page = text_of(client.post(path, {"cause": "WORKS", "starts_on": clock.today()}))
    assert "La chambre est prise sur ces jours" in page
    assert "Amina DIALLO" in page
    assert not RoomVoid.objects.exists()


def test_a_free_room_says_since_when_why_and_what_may_follow(client, home):
    free = home.rooms.get(number="2")
    client.post(url("void-new", free.pk), {"cause": "WORKS", "starts_on": clock.today()})
    void = RoomVoid.objects.get()
    soon = clock.today() + 9 * DAY
    client.post(url("works-new", void.pk), {"label": "Peinture", "expected_on": soon, "cost": "80"})
    for path in (url("home-detail", home.pk), url("room-detail", free.pk)):
        page = text_of(client.get(path))
        assert "travaux" in page
        assert "Fin des travaux prévue le" in page
        assert url("void-end", void.pk) in page
    assert "Fin des travaux prévue le" in text_of(client.get(reverse("dashboard:today")))


def test_a_code_taken_is_said_humanly(client, home):
    site = home.site
    sent = {"site": site.pk, "name": "Autre", "code": home.code, "opens_on": clock.today()}
    shown = html.unescape(text_of(client.post(reverse("colocations:home-new"), sent)))
    assert "cette valeur est déjà prise, choisissez-en une autre" in shown
    assert "avec ce champ" not in shown


def test_an_elan_agreement_says_its_objective_causes(client, home):
    agreement = home.site.agreements.get()
    sent = {
        "owner": agreement.owner_id,
        "legal_basis": "ELAN_29",
        "starts_on": agreement.starts_on,
        "ends_on": agreement.ends_on,
        "objective_causes": " ",
    }
    here = url("agreement-edit", agreement.pk)
    shown = html.unescape(text_of(client.post(here, sent)))
    assert "Écrivez les causes objectives de résiliation" in shown
    loan = html.unescape(text_of(client.post(here, {**sent, "legal_basis": "COMMODAT"})))
    assert "Écrivez les causes objectives" not in loan


def test_a_void_asks_for_its_cause_and_shows_what_it_closes_before_it_is_written(client, home):
    free, today = home.rooms.get(number="2"), clock.today()
    explained = factories.make_void(free, cause=VoidCause.TO_LET, starts_on=today - 20 * DAY)
    path = url("void-new", free.pk)
    assert client.get(path).context["form"]["cause"].value() == ""
    assert client.get(path, {"cause": "WORKS"}).context["form"]["cause"].value() == "WORKS"
    empty = text_of(client.post(path, {"starts_on": today}))
    assert "Dites pourquoi la chambre n'accueille personne." in html.unescape(empty)
    sent = {"cause": "WORKS", "starts_on": today}
    response = client.post(path, sent)
    shown = text_of(response)
    assert "prendra fin le" in shown
    assert "Confirmer et enregistrer" in shown
    assert RoomVoid.objects.get().ends_on is None
    told = response.context["form"].data["accepted"]
    later = client.post(path, {**sent, "starts_on": today + DAY, "accepted": told})
    assert "prendra fin le" in text_of(later)
    client.post(path, {**sent, "accepted": told})
    explained.refresh_from_db()
    assert explained.ends_on == today - DAY
    assert RoomVoid.objects.count() == 2


def test_a_void_recorded_is_undone_from_its_message(client, home):
    free = home.rooms.get(number="2")
    response = client.post(
        url("void-new", free.pk), {"cause": "UNFIT", "starts_on": clock.today()}, follow=True
    )
    undo = url("void-remove", RoomVoid.objects.get().pk)
    assert undo in text_of(response)
    client.post(undo)
    assert not RoomVoid.objects.exists()


def test_the_technical_team_writes_works_and_their_cost_only(client_for, home):
    technician = client_for(factories.make_user(Role.TECHNICAL, "IDF"))
    free = home.rooms.get(number="2")
    page = text_of(technician.get(url("void-new", free.pk)))
    assert "Travaux" in page
    assert "Réservée" not in page
    reserved = factories.make_void(free, cause=VoidCause.RESERVED)
    assert technician.get(url("void-edit", reserved.pk)).status_code == 403
    reserved.delete()
    void = factories.make_void(free, cause=VoidCause.WORKS)
    technician.post(url("works-new", void.pk), {"label": "Sol", "cost": "321,00"})
    assert RoomWorks.objects.get().cost == Decimal(321)
    page = text_of(technician.get(url("room-detail", free.pk)))
    assert "321,00" in page
    assert "180,00" not in page


def test_an_officer_says_how_equipment_is_and_who_holds_keys(client_for, home):
    officer = factories.make_user(Role.MISSION_OFFICER, "IDF")
    home.mission_officer = officer
    home.save()
    piece = Equipment.objects.create(
        colocation=home, place="Cuisine", kind="APPLIANCE", label="Four", value=Decimal(300)
    )
    client = client_for(officer)
    assert "300,00" not in text_of(client.get(url("home-equipment", home.pk)))
    assert client.get(url("equipment-edit", piece.pk)).status_code == 403
    client.post(url("equipment-state", piece.pk), {"state": "BROKEN"})
    piece.refresh_from_db()
    assert piece.state == "BROKEN"
    keys = KeySet.objects.create(colocation=home, label="Jeu 1")
    page = text_of(client.get(url("keys-move", keys.pk, "given")))
    assert "Amina DIALLO" in page
    contract = home.rooms.get(number="1").terms.get().contract
    client.post(
        url("keys-move", keys.pk, "given"),
        {"to": f"RESIDENT:{contract.number}", "on": clock.today()},
    )
    assert "Amina DIALLO" in text_of(client.get(url("home-keys", home.pk)))


def test_an_owners_page_shows_ones_own_sites_only(client, client_for, home):
    owner = home.site.agreements.get().owner
    lille = factories.make_home("HDF", agreement=False, name="Le Fil")
    factories.make_agreement(lille.site, owner=owner)
    page = text_of(client.get(url("owner-detail", owner.pk)))
    assert home.site.name in page
    assert lille.site.name not in page
    stranger = client_for(factories.make_user(Role.GLA_MANAGER, "OCC"))
    assert stranger.get(url("owner-detail", owner.pk)).status_code == 404


def test_obligations_late_reach_the_day(client, home):
    agreement = home.site.agreements.get()
    client.post(
        url("obligation-new", agreement.pk),
        {"kind": "INSURANCE", "label": "Attestation", "due_on": clock.today() - DAY,
         "every_months": "12"},
    )  # fmt: skip
    assert "Engagements envers les propriétaires" in text_of(client.get(reverse("dashboard:today")))
    late = OwnerObligation.objects.get()
    client.post(url("obligation-done", late.pk), {"done_on": clock.today()})
    assert OwnerObligation.objects.filter(done_on=None).get().due_on > clock.today()
    client.post(url("obligation-reopen", late.pk))
    assert OwnerObligation.objects.get().done_on is None


def test_rooms_closed_are_neither_free_nor_counted(client, home):
    room = home.rooms.get(number="2")
    room.closes_on = clock.today() - DAY
    room.save()
    assert "1 chambre occupée sur 1" in text_of(client.get(url("home-list")))
    page = text_of(client.get(url("room-detail", room.pk)))
    assert "fermée depuis le" in page
    assert "Redevance non perçue" not in page


@pytest.mark.parametrize("words", ["nouvelle convention", "propriétaire", "convention tilleuls"])
def test_acts_and_agreements_are_found(client, home, words):
    home.site.name = "Les Tilleuls"
    home.site.save()
    page = text_of(client.get(reverse("dashboard:search"), {"q": words}))
    assert "/parc/conventions/" in page or "/parc/proprietaires/" in page


def _grow(home):
    for index in range(12):
        room = factories.make_room(home)
        void = factories.make_void(room)
        RoomWorks.objects.create(void=void, label="Sol")
        factories.make_void(home.rooms.get(number="2"), starts_on=clock.today() - 60 * DAY * (
            index + 2), ends_on=clock.today() - 60 * DAY * (index + 2) + DAY)  # fmt: skip
        Equipment.objects.create(colocation=home, room=room, kind="BEDDING", label="Lit")
        KeySet.objects.create(colocation=home, room=home.rooms.get(number="2"), label=f"J{index}")
        OwnerObligation.objects.create(
            agreement=home.site.agreements.get(), kind="WORKS", label=f"{index}",
            due_on=clock.today(),
        )  # fmt: skip
        other = factories.make_home("IDF", rooms=1)
        factories.make_contract(other.rooms.get())


def test_the_number_of_queries_does_not_follow_the_rows(client, query_count, home):
    """Lists and pages ask as much for one as for many."""
    agreement = home.site.agreements.get()
    free = home.rooms.get(number="2")
    RoomWorks.objects.create(void=factories.make_void(free), label="Peinture")
    Equipment.objects.create(colocation=home, place="Salon", kind="FURNITURE", label="Canapé")
    KeySet.objects.create(colocation=home, room=free, label="J")
    OwnerObligation.objects.create(
        agreement=agreement, kind="WORKS", label="Toit", due_on=clock.today()
    )
    paths = [
        url("owner-list"),
        url("agreement-list"),
        url("home-detail", home.pk),
        url("room-detail", free.pk),
        url("site-detail", home.site_id),
        url("agreement-detail", agreement.pk),
        url("owner-detail", agreement.owner_id),
        url("home-equipment", home.pk),
        url("home-keys", home.pk),
        url("home-inventory", home.pk),
    ]

    def counts():
        found = {}
        for path in paths:
            client.get(path)
            with query_count() as counted:
                client.get(path)
            found[path] = counted.value
        return found

    before = counts()
    _grow(home)
    assert counts() == before
    assert max(before.values()) <= 30


def test_a_signed_copy_is_kept_with_its_agreement(client, client_for, home, settings, tmp_path):
    """Cleaned, listed, read by the team alone."""
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    default = storage | {"OPTIONS": {"location": str(tmp_path), "base_url": None}}
    settings.STORAGES = settings.STORAGES | {"default": default}
    agreement = home.site.agreements.get()
    image = io.BytesIO()
    Image.new("RGB", (40, 40), "white").save(image, "PNG")
    file = SimpleUploadedFile("scan.png", image.getvalue(), "image/png")
    client.post(url("agreement-copy", agreement.pk), {"name": "Convention signée", "file": file})
    page = text_of(client.get(url("agreement-detail", agreement.pk)))
    assert "Convention signée.png" in page
    social = client_for(factories.make_user(Role.SOCIAL_WORKER, "IDF"))
    assert "Convention signée.png" not in text_of(social.get(url("agreement-detail", agreement.pk)))
    refused = client.post(url("agreement-copy", agreement.pk), {"name": "Acte"})
    assert "Choisissez un fichier" in text_of(refused)


def test_an_owner_of_several_agreements_is_seen_once_and_takes_another(client_for):
    """Listed once, found once, and the form of an agreement opens on its owner."""
    manager = factories.make_user()
    agreements = [factories.make_agreement(factories.make_site("IDF")) for _ in range(3)]
    owner = agreements[0].owner
    OwnerAgreement.objects.update(owner=owner)
    assert list(Owner.objects.visible_to(manager).filter(pk=owner.pk)) == [owner]
    path = reverse("colocations:agreement-edit", args=[agreements[0].pk])
    page = client_for(manager).get(path)
    assert page.text.count(f'<option value="{owner.pk}"') == 1
    typed = {
        field.html_name: field.value()
        for field in page.context["form"]
        if field.value() is not None
    } | {"objective_causes": "Démolition"}
    assert client_for(manager).post(path, typed).status_code in {302, 422}
