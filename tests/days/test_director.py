"""A day of the director: the door, the team, words and rules, what others have prepared."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from django.db import transaction
from playwright.sync_api import expect

from caracol.accounts.enums import Role
from caracol.accounts.models import Invitation
from caracol.documents.models import TextTemplate
from caracol.parameters.models import Parameter
from colocations.models import Room
from payments.enums import PaymentMeans
from payments.models import DepositSettlement
from payments.services.depositing import record_deposit
from payments.services.settling import Deduction, prepare_settlement
from residents.models import Contract
from tests.days.people import press
from tests.helpers.browsers import PHONE

pytestmark = pytest.mark.browser
PASSWORD = "colimacon-du-matin"
REGISTER = "Colocation;Numéro;Redevance mensuelle\r\n{code};1;195,50\r\n{other};9;200\r\n"


def test_the_door_is_kept_and_the_team_grows(page_for, live_site, town, eye):
    it = town("JDA")
    with live_site.database():
        director = it.colleague(Role.DIRECTOR, "Hélène")
        director.password = make_password(PASSWORD, hasher=Argon2PasswordHasher())
        director.save(update_fields=["password"])
    page, other = page_for(), page_for()
    see = eye(page)
    for one in (other, page):
        one.goto("/")
        one.locator("[name=login]").fill(director.email)
        one.locator("[name=password]").fill(PASSWORD)
        if one is page:
            see.look("director-door")
        one.keyboard.press("Enter")
        one.wait_for_url(live_site.url + "/")
    # A second factor, whose codes are kept aside.
    page.goto("/compte/protection/")
    see.look("director-factor")
    press(page, re.compile("Une application de codes"), "link")
    see.look("director-codes")
    secret = page.locator(".plain-steps code").inner_text()
    counter = next(iter(yield_hotp_counters_from_time()))
    page.locator("[name=code]").fill(format_hotp_value(hotp_value(secret, counter)))
    page.keyboard.press("Enter")
    page.wait_for_url("**/recovery-codes/")
    see.look("director-recovery")
    # Somebody is invited into the team.
    page.goto("/admin/accounts/invitation/add/")
    page.locator("[name=email]").fill("days-jda-invitee@example.org")
    page.locator("[name=first_name]").fill("Nadia")
    page.locator("[name=role]").select_option("GLA_MANAGER")
    page.locator("[name=territory]").select_option(label=str(it.territory))
    see.look("director-invitation")
    page.locator("[name=_save]").press("Enter")
    expect(page.locator(".messagelist .success")).to_be_visible()
    with live_site.database():
        assert Invitation.objects.get(email="days-jda-invitee@example.org").role == "GLA_MANAGER"
    # Another device is sent away.
    other.goto("/parc/")
    page.goto("/compte/sessions/")
    see.look("director-sessions")
    press(page, "Déconnecter tous les autres appareils")
    expect(page.get_by_role("button", name="Déconnecter tous les autres appareils")).to_have_count(
        0
    )
    other.goto("/residents/")
    other.wait_for_url("**/compte/login/**")


def test_words_rules_and_registers_are_changed_in_the_administration(
    page_for, live_site, town, eye
):
    it = town("JDB")
    with live_site.database():
        director = it.colleague(Role.DIRECTOR, "Hélène")
    page = page_for(director)
    see = eye(page)
    page.goto("/admin/")
    see.look("director-administration")
    change_a_text(page, see, live_site)
    # A dated parameter follows the one in force, from a day and with its source.
    with live_site.database():
        row = Parameter.objects.filter(valid_to=None).exclude(key__contains="conciliation").first()
    page.goto(f"/admin/parameters/parameter/{row.pk}/change/")
    page.get_by_role("link", name="Donner une nouvelle valeur").click()
    day = it.today + timedelta(days=90)
    page.locator("[name=valid_from]").fill(day.isoformat())
    page.locator("[name=source]").fill("Décret à venir")
    see.look("director-parameter")
    page.locator("[name=_save]").click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    with live_site.database():
        row.refresh_from_db()
        assert row.valid_to == day - timedelta(days=1)
    # A register is tried first: the wrong row is told by its number.
    page.goto("/admin/colocations/room/import/")
    send(page, REGISTER.format(code=it.home.code, other="INCONNU"))
    expect(page.locator(".faults")).to_contain_text("INCONNU")
    see.look("director-import-faults")
    send(page, REGISTER.format(code=it.home.code, other=it.home.code))
    expect(page.locator("del").first).to_have_text("180,00")
    see.look("director-import-plan")
    page.get_by_role("button", name="Importer ces lignes").click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    with live_site.database():
        fees = Room.objects.filter(colocation=it.home, number__in=["1", "9"]).order_by("number")
        assert [str(room.fee) for room in fees] == ["195.50", "200.00"]


def change_a_text(page, see, live_site):
    """Change the words of a letter: a name that does not exist is refused, the right one shown."""
    with live_site.database():
        following = (
            TextTemplate.objects.filter(code="RESIDENCE_CERTIFICATE").latest("version").version + 1
        )
    page.goto("/admin/documents/texttemplate/?q=résidence")
    page.get_by_role("link", name=re.compile("ttestation de résidence")).first.press("Enter")
    press(page, "Nouvelle version", "link")
    press(page, "Ouvrir un brouillon")
    words = page.get_by_label("Texte du document")
    before = words.input_value()
    words.fill(before + "\n\nPour {{ résident.nom }}.")
    press(page, "Enregistrer et continuer")
    expect(page.get_by_text("Vouliez-vous dire « résident.noms »")).to_be_visible()
    see.look("director-text-refused")
    page.get_by_label("Texte du document").fill(before + "\n\nPour {{ résident.noms }}.")
    press(page, "Enregistrer et continuer")
    page.get_by_role("link", name="Publier…").press("Enter")
    see.look("director-text")
    press(page, "Publier cette version")
    expect(page.get_by_text("elle sert désormais")).to_be_visible()
    with live_site.database():
        assert TextTemplate.objects.get(
            code="RESIDENCE_CERTIFICATE", version=following
        ).is_published


def send(page, text):
    """Give a table to be tried."""
    page.set_input_files(
        "[name=table]",
        {"name": "chambres.csv", "mimeType": "text/csv", "buffer": text.encode("utf-8-sig")},
    )
    page.get_by_role("button", name="Voir ce qui changerait").click()


def test_by_phone_a_deposit_is_approved_and_the_readings_of_a_person_are_read(
    page_for, live_site, town, eye
):
    it = town("JDC")
    with live_site.database():
        director = it.colleague(Role.DIRECTOR, "Hélène")
        assistant = it.colleague(Role.GLA_ASSISTANT, "Inès")
        settlement = prepare(it, assistant)
        person = it.lived.holders.get().person
    reader = page_for(it.officer)
    reader.goto(f"/residents/{person.pk}/")
    page = page_for(director, viewport=PHONE, has_touch=True)
    see = eye(page)
    page.goto(f"/contrats/{it.lived.pk}/depot/")
    see.look("director-deposit")
    page.get_by_role("link", name="Relire et approuver").tap()
    expect(page.locator("main")).to_contain_text(re.compile(r"Clé perdue"))
    see.look("director-settlement")
    page.get_by_role("button", name="Approuver").tap()
    expect(page.locator("#toasts")).to_contain_text("Restitution approuvée")
    with live_site.database():
        done = DepositSettlement.objects.get(pk=settlement.pk)
        assert (done.approved_by, done.prepared_by) == (director, assistant)
    page.goto(f"/residents/{person.pk}/")
    page.get_by_role("link", name="Qui a consulté").tap()
    expect(page.locator("main")).to_contain_text("Sami")
    see.look("director-readings")


def prepare(it, assistant):
    """Let somebody leave with a deposit, whose return the assistant has prepared."""
    record_deposit(
        key=it.code,
        contract=it.lived,
        amount=Decimal(300),
        means=PaymentMeans.CHEQUE,
        received_on=it.first,
        today=it.today,
        actor=it.manager,
    )
    left_on = it.today.replace(day=1) - timedelta(days=1)
    with transaction.atomic():
        it.lived.terms.update(ends_on=left_on)
        it.lived.holders.update(ends_on=left_on)
        Contract.objects.filter(pk=it.lived.pk).update(
            ends_on=left_on,
            status="ENDED",
            exit_kind="AGREEMENT",
            left_on=left_on,
            keys_returned_on=left_on,
        )
    it.close_months()
    contract = Contract.objects.get(pk=it.lived.pk)
    return prepare_settlement(
        contract=contract,
        deductions=[Deduction("Clé perdue", Decimal(20), "facture du serrurier")],
        set_off=Decimal(100),
        today=it.today,
        actor=assistant,
    )
