"""Acts on several rows: previewed, looked at again when confirmed, all or none, taken back."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.accounts.services import grant
from caracol.core import clock
from caracol.core.periods import add_months
from caracol.documents.models import Document
from caracol.lists.bulk import act_of
from caracol.lists.enums import ActState
from caracol.lists.models import ListAct
from caracol.lists.services import acting
from caracol.notifications.models import MailOut
from caracol.parameters.models import Association
from colocations.enums import VoidCause
from colocations.models import RoomVoid
from payments.services.mandates import MandateFacts, record_mandates
from residents.enums import ContractStatus, PaymentMethod
from residents.models import Contract
from tests import factories
from tests.helpers.threads import at_once

pytestmark = pytest.mark.django_db
BULK = "residents:contract-bulk"


@pytest.fixture
def manager():
    """The manager of Île-de-France."""
    return factories.make_user(Role.GLA_MANAGER, "IDF")


@pytest.fixture
def contracts():
    """Three contracts paid by transfer; the last is closed."""
    home = factories.make_home("IDF")
    made = [factories.make_contract(factories.make_room(home)) for _ in range(2)]
    closed = factories.make_contract(factories.make_room(home), status=ContractStatus.CLOSED)
    return [*made, closed]


def choose(client, rows, act="contract-payment-method", **more):
    data = {"act": act, "ids": [row.pk for row in rows], "query": "", **more}
    response = client.post(reverse(BULK), data)
    assert response.status_code == 302
    return response.url


def preview(client, url, **settings):
    client.post(url, {"etape": "reglages", **settings})
    return client.get(url).context["preview"]


def confirm(client, url, seen):
    return client.post(url, {"etape": "confirmer", "vu": seen.fingerprint})


def methods():
    return list(Contract.objects.order_by("pk").values_list("payment_method", flat=True))


def test_nothing_changes_before_it_is_confirmed(client_for, manager, contracts):
    """Before, after, and why a row is left out."""
    client = client_for(manager)
    url = choose(client, contracts)
    assert client.get(url).context["preview"] is None
    seen = preview(client, url, value=PaymentMethod.CASH)
    assert [(e.before, e.after) for e in seen.kept] == [("virement", "espèces")] * 2
    assert [e.left_out for e in seen.left] == ["contrat clos"]
    assert set(methods()) == {PaymentMethod.TRANSFER}
    text = client.get(url).content.decode()
    assert "lignes à changer" in text
    assert contracts[0].number in text


def test_confirmed_it_is_done_then_taken_back(client_for, manager, contracts):
    """The history names it; the undo is the reverse call."""
    client = client_for(manager)
    url = choose(client, contracts)
    response = confirm(client, url, preview(client, url, value=PaymentMethod.CASH))
    assert response.status_code == 302
    assert methods() == ["CASH", "CASH", "TRANSFER"]
    kept = ListAct.objects.get()
    assert (kept.state, kept.result) == (ActState.DONE, "2 contrats modifiés.")
    assert "Annuler" in client.get(url).content.decode()
    client.post(reverse("lists:act-undo", args=[kept.token]))
    assert set(methods()) == {"TRANSFER"}
    client.post(reverse("lists:act-undo", args=[kept.token]))
    kept.refresh_from_db()
    assert kept.state == ActState.UNDONE


def test_what_moved_since_the_preview_stops_everything(client_for, manager, contracts):
    """Nothing is half-done; the new effect is shown and may be confirmed."""
    client = client_for(manager)
    url = choose(client, contracts)
    seen = preview(client, url, value=PaymentMethod.CASH)
    Contract.objects.filter(pk=contracts[0].pk).update(payment_method=PaymentMethod.CHEQUE)
    response = confirm(client, url, seen)
    assert response.status_code == 422
    assert "ont changé depuis" in response.content.decode()
    assert methods() == ["CHEQUE", "TRANSFER", "TRANSFER"]
    assert confirm(client, url, response.context["preview"]).status_code == 302
    assert methods() == ["CASH", "CASH", "TRANSFER"]


def test_a_right_withdrawn_since_the_preview_stops_everything(client_for, manager, contracts):
    """Looked at again when it is done, not trusted from the preview."""
    client = client_for(manager)
    url = choose(client, contracts)
    seen = preview(client, url, value=PaymentMethod.CASH)
    manager.memberships.all().delete()
    grant(user=manager, role=Role.GLA_MANAGER, territory=factories.make_territory("HDF"))
    assert confirm(client, url, seen).status_code == 422
    assert set(methods()) == {"TRANSFER"}
    manager.memberships.all().delete()
    assert confirm(client, url, seen).status_code == 403


def test_a_row_changed_since_is_not_overwritten_by_the_undo(client_for, manager, contracts):
    """All or none, and it says so."""
    client = client_for(manager)
    url = choose(client, contracts)
    confirm(client, url, preview(client, url, value=PaymentMethod.CASH))
    Contract.objects.filter(pk=contracts[1].pk).update(payment_method=PaymentMethod.CHEQUE)
    undo = reverse("lists:act-undo", args=[ListAct.objects.get().token])
    text = client.post(undo, follow=True).content.decode()
    assert "pendant que vous" in text
    assert methods() == ["CASH", "CHEQUE", "TRANSFER"]


def test_all_that_matches_is_not_the_page(client_for, manager):
    """Sixty contracts, fifty on the page: the filters choose."""
    home = factories.make_home("IDF")
    for _ in range(60):
        factories.make_contract(factories.make_room(home))
    factories.make_contract(None, kind="COP", precarity_ground="travaux")
    client = client_for(manager)
    url = choose(client, [], all="1", query="kind=CRT&sort=number")
    assert len(preview(client, url, value=PaymentMethod.CASH).kept) == 60


def test_rows_out_of_sight_are_left_aside(client_for, manager, contracts):
    """An id typed by hand gives nothing."""
    foreign = factories.make_contract(factories.make_room(factories.make_home("HDF")))
    client = client_for(manager)
    url = choose(client, [contracts[0], foreign])
    seen = preview(client, url, value=PaymentMethod.CASH)
    assert [e.pk for e in seen.effects] == [contracts[0].pk]
    text = client.get(url).content.decode()
    assert "hors de vos droits" in text
    assert foreign.number not in text


@pytest.mark.parametrize("data", [{}, {"act": "contract-due-day"}, {"act": "unknown", "ids": "1"}])
def test_nothing_chosen_is_said(client_for, manager, data):
    """Back to the list, in words."""
    text = client_for(manager).post(reverse(BULK), data, follow=True).content.decode()
    assert "Choisissez d" in text or "Cochez d" in text


def test_too_many_rows_are_refused(client_for, manager, contracts, monkeypatch):
    """With what to do."""
    monkeypatch.setattr(acting, "MOST_ROWS", 2)
    data = {"act": "contract-due-day", "ids": [row.pk for row in contracts]}
    text = client_for(manager).post(reverse(BULK), data, follow=True).content.decode()
    assert "affinez les filtres" in text
    assert not ListAct.objects.exists()


def test_an_act_is_its_authors_alone(client_for, manager, contracts):
    """Nobody else previews, confirms or undoes it."""
    url = choose(client_for(manager), contracts)
    other = client_for(factories.make_user(Role.GLA_MANAGER, "IDF"))
    assert other.get(url).status_code == 404
    assert other.post(f"{url}annuler/").status_code == 404


def test_direct_debit_asks_for_a_mandate(client_for, manager, contracts):
    """Without one the row is left out; with one it is kept."""
    iban = "FR7630006000011234567890189"
    record_mandates([MandateFacts(contracts[0], "RUM1", iban, clock.today())])
    client = client_for(manager)
    url = choose(client, contracts[:2])
    seen = preview(client, url, value=PaymentMethod.DIRECT_DEBIT)
    assert [e.pk for e in seen.kept] == [contracts[0].pk]
    assert [e.left_out for e in seen.left] == ["pas de mandat de prélèvement en cours"]


def test_rooms_say_why_they_are_free(client_for, manager):
    """A void is recorded, another changes its cause; an occupied room is left out."""
    home = factories.make_home("IDF")
    free, works, lived = (factories.make_room(home, number=str(n)) for n in (1, 2, 3))
    factories.make_void(works, cause=VoidCause.TO_LET)
    factories.make_contract(lived)
    client = client_for(manager)
    data = {"act": "room-void", "ids": [free.pk, works.pk, lived.pk]}
    url = client.post(reverse("colocations:room-bulk"), data).url
    seen = preview(client, url, cause="RESERVED", starts_on=str(clock.today()), note="famille B")
    assert [e.left_out for e in seen.left] == ["occupée, ou attendue, sur ces jours"]
    assert seen.total == 2 * free.fee
    assert confirm(client, url, seen).status_code == 302
    assert set(RoomVoid.objects.values_list("cause", "note")) == {("RESERVED", "famille B")}
    client.post(f"{url}annuler/")
    void = RoomVoid.objects.get()
    assert (void.room_id, void.cause, void.note) == (works.pk, VoidCause.TO_LET, "")


def test_what_acts_kept_is_forgotten(manager, contracts):
    """A week later nothing of it is left."""
    act = act_of("contract-due-day")
    kept = acting.prepare_act(act=act, ids=[contracts[0].pk], query="", actor=manager)
    assert acting.forget_old_acts(now=kept.created_at + timedelta(days=1)) == 0
    assert acting.forget_old_acts(now=kept.created_at + timedelta(days=8)) == 1


@pytest.mark.django_db(transaction=True)
def test_confirmed_twice_at_once_it_is_done_once(manager, contracts):
    """The second one is told."""
    act = act_of("contract-due-day")
    kept = acting.prepare_act(act=act, ids=[contracts[0].pk], query="", actor=manager)
    acting.keep_settings(kept=kept, params={"value": "12"})
    seen = acting.preview_act(kept=kept, act=act, reader=act.reader(manager, clock.today()))

    def go():
        return acting.do_act(
            kept=kept, act=act, seen=seen.fingerprint, actor=manager, today=clock.today()
        )

    outcomes = at_once(go, go)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ActRefused", "ListAct"]
    contracts[0].refresh_from_db()
    assert contracts[0].due_day == 12


def test_contracts_are_renewed_together_and_taken_back(client_for, manager):
    """The amount a month is said first; what the law forbids is left out with its article."""
    site = factories.make_site("IDF")
    factories.make_agreement(site, ends_on=add_months(clock.today(), 30))
    home = factories.make_home("IDF", site=site)
    soon = clock.today() + timedelta(days=20)
    renewed, late = (
        factories.make_contract(
            factories.make_room(home),
            starts_on=add_months(clock.today(), -months),
            ends_on=soon,
            signed_on=add_months(clock.today(), -months),
            fee="200.00",
        )
        for months in (6, 17)
    )
    client = client_for(manager)
    url = choose(client, [renewed, late], act="contract-renew")
    until = str(soon + timedelta(days=150))
    seen = preview(client, url, ends_on=until, signed_on=str(clock.today()))
    assert [e.pk for e in seen.kept] == [renewed.pk], [e.left_out for e in seen.left]
    assert seen.total == Decimal("200.00")
    assert "mois" in seen.left[0].left_out
    assert confirm(client, url, seen).status_code == 302
    renewed.refresh_from_db()
    assert str(renewed.ends_on) == until
    client.post(f"{url}annuler/")
    renewed.refresh_from_db()
    assert renewed.ends_on == soon


def test_households_are_asked_for_their_insurance_once_a_day(client_for, manager):
    """Who takes no mail is left out; what left is not taken back."""
    home = factories.make_home("IDF")
    asked = factories.make_contract(
        factories.make_room(home), factories.make_person(email_consent=True)
    )
    silent = factories.make_contract(factories.make_room(home))
    client = client_for(manager)
    url = choose(client, [asked, silent], act="contract-insurance")
    seen = client.get(url).context["preview"]
    assert [e.pk for e in seen.kept] == [asked.pk]
    assert confirm(client, url, seen).status_code == 302
    assert MailOut.objects.count() == 1
    assert client.get(url).context["undoable"] is False
    again = client.get(choose(client, [asked], act="contract-insurance")).context["preview"]
    assert [e.left_out for e in again.left] == ["un rappel est déjà parti aujourd'hui"]


def test_homes_are_given_to_an_officer_of_their_territory(client_for):
    """An officer of elsewhere is no choice; the undo gives the home back."""
    manager = factories.make_user(Role.GLA_MANAGER, "IDF")
    officer = factories.make_user(Role.MISSION_OFFICER, "IDF")
    stranger = factories.make_user(Role.MISSION_OFFICER, "HDF")
    home = factories.make_home("IDF")
    client = client_for(manager)
    data = {"act": "home-officer", "ids": [home.pk]}
    url = client.post(reverse("colocations:home-bulk"), data).url
    response = client.post(url, {"etape": "reglages", "value": stranger.pk})
    assert response.status_code == 422
    assert confirm(client, url, preview(client, url, value=officer.pk)).status_code == 302
    home.refresh_from_db()
    assert (home.mission_officer, home.mission_officer_email) == (officer, officer.email)
    client.post(f"{url}annuler/")
    home.refresh_from_db()
    assert home.mission_officer is None


def test_certificates_are_issued_to_who_lives_there(client_for, manager):
    """One number each; the draft has none, and again the same day nothing is numbered twice."""
    Association.objects.create(
        name="Association Exemple",
        address="24 quai de l'Exemple, 75013 Paris",
        siret="12345678200010",
        iban="FR7642559100000801234567862",
        signatory="Claire Exemple",
        valid_from=add_months(clock.today(), -60),
    )
    home = factories.make_home("IDF")
    lived = [factories.make_contract(factories.make_room(home)) for _ in range(2)]
    draft = factories.make_contract(factories.make_room(home), status=ContractStatus.DRAFT)
    client = client_for(manager)
    for _round in range(2):
        url = choose(client, [*lived, draft], act="contract-certificate")
        seen = client.get(url).context["preview"]
        assert {e.pk for e in seen.kept} == {row.pk for row in lived}, seen.left
        assert confirm(client, url, seen).status_code == 302
    assert Document.objects.filter(kind="RESIDENCE_CERTIFICATE").count() == 2
