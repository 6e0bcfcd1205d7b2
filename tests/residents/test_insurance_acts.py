"""Certificates, what cuts them short, the path of the law, the list and its mails."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.core.periods import Span
from caracol.core.versions import ChangedMeanwhile
from caracol.documents.models import Upload
from caracol.notifications.models import MailOut
from residents.calculations.insurance import standing
from residents.enums import InsuranceOutcome
from residents.enums import InsuranceStepKind as Kind
from residents.models import Insurance, InsuranceStep
from residents.selectors.insurance import insurance_view, is_insured
from residents.selectors.insurance_list import in_state, insured_contracts, insured_lines
from residents.services import insurance as services
from residents.services.insurance import Certificate, Lapse, add_certificate, record_lapse
from residents.services.insurance_path import (
    Premium,
    StepRefused,
    cancel_step,
    insure_on_behalf,
    record_step,
)
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = clock.today()


@pytest.fixture
def manager():
    return factories.make_user()


@pytest.fixture
def contract():
    return factories.make_contract()


def certificate(**more):
    facts = {"insurer": "Mutuelle", "starts_on": TODAY, "ends_on": TODAY + timedelta(days=364)}
    return Certificate(**{**facts, **more})


def step(contract, kind, days_ago, actor, received=None, **more):
    done_on = TODAY - timedelta(days=days_ago)
    received_on = TODAY - timedelta(days=received) if received is not None else None
    return record_step(
        contract=contract, kind=kind, done_on=done_on, received_on=received_on, actor=actor, **more
    )


def lapse(insurance, actor, **facts):
    return record_lapse(insurance=insurance, lapse=Lapse(**facts), seen="", on=TODAY, actor=actor)


def test_an_unpaid_premium_kills_a_certificate_before_its_date(contract, manager):
    """Suspended 30 days after the insurer's notice, by a dated parameter (C. assur. L113-3)."""
    insurance = factories.make_insurance(contract)
    notice = TODAY - timedelta(days=31)
    row = lapse(insurance, manager, premium_notice_on=notice)
    assert row.suspended_on == notice + timedelta(days=30)
    assert not is_insured(contract, TODAY)
    assert is_insured(contract, row.suspended_on - timedelta(days=1))
    lapse(row, manager, premium_notice_on=notice, suspended_on=row.suspended_on, resumed_on=TODAY)
    assert is_insured(contract, TODAY)


def test_a_premium_paid_in_time_suspends_nothing(contract, manager):
    """Paid before the thirtieth day."""
    insurance = factories.make_insurance(contract)
    notice = TODAY - timedelta(days=60)
    row = lapse(insurance, manager, premium_notice_on=notice,
                resumed_on=notice + timedelta(days=10))  # fmt: skip
    assert (row.suspended_on, row.resumed_on) == (None, None)
    assert is_insured(contract, TODAY)


def test_a_certificate_that_reaches_further_closes_the_pursuit(contract, manager):
    """An old one corrected, or one from the association, does not."""
    old = factories.make_insurance(contract, ends_on=TODAY + timedelta(days=20))
    case = step(contract, Kind.REMINDER, 5, manager, lead_days=-45).case
    services.edit_certificate(
        insurance=old, certificate=certificate(starts_on=old.starts_on, ends_on=old.ends_on),
        seen="", on=TODAY, actor=manager,
    )  # fmt: skip
    case.refresh_from_db()
    assert case.closed_on is None
    add_certificate(contract=contract, certificate=certificate(), on=TODAY, actor=manager)
    case.refresh_from_db()
    assert (case.closed_on, case.outcome) == (TODAY, InsuranceOutcome.CERTIFICATE)


def test_choosing_one_way_forbids_the_other(contract, manager):
    """Art. 7 g: the notice on behalf waives the clause; the mistake cancelled, one may choose."""
    chosen = step(contract, Kind.BEHALF_NOTICE, 3, manager)
    with pytest.raises(StepRefused, match="s'excluent"):
        step(contract, Kind.ORDER, 2, manager)
    cancel_step(step=chosen, on=TODAY, actor=manager)
    assert step(contract, Kind.ORDER, 2, manager).pk


def test_nobody_insured_is_put_on_notice(contract, manager):
    """There is nothing to ask for."""
    factories.make_insurance(contract)
    with pytest.raises(StepRefused, match="couvre ce jour"):
        step(contract, Kind.BEHALF_NOTICE, 0, manager)


@pytest.mark.parametrize(
    ("received", "words"), [(None, "réception"), (20, "Pas avant le"), (40, "")]
)
def test_a_month_runs_from_receipt(contract, manager, received, words):
    """Before: refused with the day; after: the premium by twelfths, raised within the cap."""
    step(contract, Kind.BEHALF_NOTICE, 45, manager, received=received)
    taken = {
        "contract": contract,
        "certificate": certificate(insurer="Assureur de l'association"),
        "done_on": TODAY,
        "actor": manager,
    }
    premium = Premium(Decimal("120.00"), Decimal(10))
    if words:
        with pytest.raises(StepRefused, match=words):
            insure_on_behalf(premium=premium, **taken)
        assert not Insurance.objects.exists()
        return
    with pytest.raises(StepRefused, match="10 %"):
        insure_on_behalf(premium=Premium(Decimal(120), Decimal("10.5")), **taken)
    done = insure_on_behalf(premium=premium, **taken)
    assert done.monthly_share == Decimal("11.00")
    view = insurance_view(contract, TODAY)
    assert view.certificates[0].is_on_behalf
    assert view.case is not None
    assert view.next_step is None


def test_the_clause_follows_an_order_by_a_month(contract, manager):
    """And nothing else."""
    with pytest.raises(StepRefused, match="suit"):
        step(contract, Kind.CLAUSE, 0, manager)
    step(contract, Kind.ORDER, 40, manager, received=40)
    assert step(contract, Kind.CLAUSE, 0, manager).pk


def test_two_who_correct_a_certificate_at_once(contract, manager):
    """The second is told."""
    insurance = factories.make_insurance(contract)
    with pytest.raises(ChangedMeanwhile):
        services.edit_certificate(
            insurance=insurance, certificate=certificate(), seen="0" * 16, on=TODAY, actor=manager
        )


# --- Pages --------------------------------------------------------------------------------------
@pytest.fixture
def _private_files(settings, tmp_path):
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    default = storage | {"OPTIONS": {"location": str(tmp_path), "base_url": None}}
    settings.STORAGES = settings.STORAGES | {"default": default}


def photo(tmp_path):
    path = tmp_path / "photo.jpg"
    Image.new("RGB", (60, 80), "white").save(path)
    return SimpleUploadedFile("photo.jpg", path.read_bytes(), content_type="image/jpeg")


@pytest.mark.usefixtures("_private_files")
def test_a_certificate_comes_with_its_photo(client_for, contract, manager, tmp_path):
    """Without an end it is worth a year; a guarantee left out is told."""
    response = client_for(manager).post(
        reverse("residents:insurance-new", args=[contract.pk]),
        {
            "insurer": "Mutuelle",
            "starts_on": f"{contract.starts_on}",
            "guarantees": ["covers_fire", "covers_water", "covers_explosion"],
            "file": photo(tmp_path),
        },
        follow=True,
    )
    insurance = contract.insurances.get()
    assert insurance.missing_guarantees == ["responsabilité civile"]
    assert "Garanties manquantes" in response.content.decode()
    upload = Upload.objects.get()
    assert (upload.subject, upload.read_key) == (insurance, "residents:contract-insurance")


@pytest.mark.usefixtures("_private_files")
def test_a_certificate_whose_file_is_refused_does_not_cover(client_for, contract, manager):
    """The field says why; nothing is written, neither the certificate nor the file."""
    answer = client_for(manager).post(
        reverse("residents:insurance-new", args=[contract.pk]),
        {
            "insurer": "Mutuelle",
            "starts_on": f"{contract.starts_on}",
            "guarantees": ["covers_fire"],
            "file": SimpleUploadedFile("scan.pdf", b"MZ\x90\x00", content_type="application/pdf"),
        },
    )
    assert answer.status_code == 422
    assert answer.context["form"].errors["file"]
    assert not contract.insurances.exists()
    assert not Upload.objects.exists()


def test_the_tab_tells_the_days_without_cover_and_the_next_step(client_for, contract, manager):
    """With what may be recorded now, by right."""
    factories.make_insurance(contract, ends_on=TODAY - timedelta(days=9))
    path = reverse("residents:contract-insurance", args=[contract.pk])
    text = client_for(manager).get(path).content.decode()
    assert "non assuré depuis 9 jours" in text
    assert "Rappeler la personne" in text
    worker = client_for(factories.make_user(Role.SOCIAL_WORKER, "IDF"))
    text = worker.get(path).content.decode()
    assert "non assuré depuis 9 jours" in text
    assert "Ajouter une attestation" not in text


def test_an_assistant_prepares_and_the_manager_chooses(client_for, contract):
    """Reminders and the letter for both; the two ways for who decides."""
    assistant = client_for(factories.make_user(Role.GLA_ASSISTANT, "IDF"))
    reminder = reverse("residents:insurance-step", args=[contract.pk, "recommandee"])
    assert assistant.post(reminder, {"done_on": f"{TODAY}"}).status_code == 302
    way = reverse("residents:insurance-choose", args=[contract.pk, "commandement"])
    assert assistant.post(way, {"done_on": f"{TODAY}"}).status_code == 403
    sneaky = reverse("residents:insurance-step", args=[contract.pk, "commandement"])
    assert assistant.post(sneaky, {"done_on": f"{TODAY}"}).status_code == 404
    manager = client_for(factories.make_user())
    assert manager.post(way, {"done_on": f"{TODAY}"}).status_code == 302
    order = InsuranceStep.objects.get(kind=Kind.ORDER)
    assistant.post(reverse("residents:insurance-step-cancel", args=[order.pk]))
    order.refresh_from_db()
    assert order.cancelled_on is None


def test_the_list_says_what_the_rules_say(contract):
    """Filters in SQL agree with the pure rules, whatever cut a certificate short."""
    user = factories.make_user()
    soon = factories.make_contract()
    factories.make_insurance(soon, ends_on=TODAY + timedelta(days=20))
    dead = factories.make_contract()
    factories.make_insurance(dead, terminated_on=TODAY - timedelta(days=3))
    fine = factories.make_contract()
    factories.make_insurance(fine, ends_on=fine.ends_on)
    found = insured_contracts(user, frozenset({Role.GLA_MANAGER}), TODAY)
    by_state = {
        state: set(in_state(found, state, TODAY).values_list("pk", flat=True))
        for state in ("", "lacking", "soon", "all")
    }
    assert by_state["lacking"] == {contract.pk, dead.pk}
    assert by_state["soon"] == {soon.pk}
    assert by_state[""] == by_state["lacking"] | by_state["soon"]
    lines = {line.pk: line for line in insured_lines(user, found, TODAY)}
    for row in found:
        covers = [one.cover for one in row.insurances.all()]
        stand = standing(covers, Span(row.starts_on, TODAY), TODAY)
        assert row.expiry == stand.expiry
        assert lines[row.pk].days_lacking == stand.days_lacking


def test_asking_writes_to_who_accepts_mail_and_notes_a_reminder(client_for, contract, manager):
    """Previewed first; once a day; who has no mail is to call."""
    holder = contract.holders.get().person
    holder.email_consent = True
    holder.save()
    unmailed = factories.make_contract()
    client, path = client_for(manager), reverse("residents:insurance-ask")
    ids = [contract.pk, unmailed.pk]
    text = client.post(path, {"ids": ids}).content.decode()
    assert "1 courriel" in text
    assert "À appeler ou à voir" in text
    assert not MailOut.objects.exists()
    for _turn in range(2):
        client.post(path, {"ids": ids, "confirmer": "1"})
    mail = MailOut.objects.get()
    assert mail.subject == "Votre attestation d'assurance"
    assert holder.last_name not in mail.subject
    assert InsuranceStep.objects.get().by_mail


def test_asking_another_territory_is_asking_nobody(client_for, manager):
    """Ids are checked again when sending."""
    foreign = factories.make_contract(factories.make_room(factories.make_home("HDF")))
    person = foreign.holders.get().person
    person.email_consent = True
    person.save()
    path = reverse("residents:insurance-ask")
    client_for(manager).post(path, {"ids": [foreign.pk], "confirmer": "1"})
    assert not MailOut.objects.exists()


def test_the_queries_of_the_list_do_not_follow_its_length(client_for, manager, query_count):
    """Two rows or twenty."""
    client, path, counts = client_for(manager), reverse("residents:insurance-list"), []
    for number in (2, 18):
        for _each in range(number):
            factories.make_insurance(
                factories.make_contract(), ends_on=date(2026, 1, 1) + timedelta(days=300)
            )
        client.get(path)
        with query_count() as counted:
            assert client.get(path).status_code == 200
        counts.append(counted.value)
    assert counts[0] == counts[1]
    assert counts[0] <= 30
