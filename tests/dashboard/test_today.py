"""« Aujourd'hui »: what waits, why, until when, for each role."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.accounts.services import invite
from caracol.core import clock
from caracol.core.registries import WorkGroup, WorkItem
from caracol.dashboard.selectors import day_of
from payments.services.depositing import record_deposit
from residents.enums import ContractKind, ContractStatus
from residents.models import Contract
from residents.selectors.exit_steps import exit_steps
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    """The manager of Île-de-France."""
    return factories.make_user(Role.GLA_MANAGER, "IDF", first_name="Camille")


def group_of(user, code):
    groups = {group.code: group for group in day_of(user, clock.today()).groups}
    return groups.get(code)


def test_nothing_to_do_is_a_calm_page(client_for, manager):
    """An empty day says so."""
    text = client_for(manager).get(reverse("dashboard:today")).content.decode()
    assert "Tout est à jour" in text
    assert "Camille" in text


def test_a_free_room_says_since_when_why_and_what_it_loses(manager):
    """Euros to those who may know them only."""
    room = factories.make_room(factories.make_home("IDF"), fee="300.00")
    factories.make_void(room, starts_on=clock.today(), note="peinture")
    group = group_of(manager, "rooms-free")
    assert group.total == 1
    assert "300,00" in group.title
    assert "travaux (peinture)" in group.items[0].why
    assert "€" in group.items[0].otherwise
    technician = group_of(factories.make_user(Role.TECHNICAL, "IDF"), "rooms-free")
    assert "€" not in technician.title + technician.items[0].otherwise


def test_a_contract_that_ends_says_what_the_owners_end_allows(manager):
    """Extension possible, and until when; or not, and why."""
    today = clock.today()
    home = factories.make_home("IDF")
    soon = today + timedelta(days=40)
    factories.make_contract(factories.make_room(home), ends_on=soon)
    group = group_of(manager, "contracts-ending")
    assert (group.total, group.items[0].due_on) == (1, soon)
    assert "Peut être prolongé jusqu'au" in group.items[0].why
    agreement = home.site.agreements.get()
    agreement.ends_on = soon
    agreement.save()
    assert (
        "le propriétaire reprend le bâtiment" in group_of(manager, "contracts-ending").items[0].why
    )


def test_what_is_urgent_comes_first_and_is_not_folded_on_a_phone(client_for, manager):
    """The rest waits under its title."""
    home = factories.make_home("IDF")
    factories.make_contract(factories.make_room(home), starts_on=clock.today(), status="DRAFT")
    factories.make_contract(ends_on=clock.today() - timedelta(days=3))
    factories.make_room(home)
    groups = day_of(manager, clock.today()).groups
    urgent = [group.is_urgent for group in groups]
    assert urgent == sorted(urgent, reverse=True)
    assert {True, False} == set(urgent)
    text = client_for(manager).get(reverse("dashboard:today")).content.decode()
    assert text.count("data-unfold") == urgent.count(False)


@pytest.mark.parametrize(
    ("tone", "rank", "folded"),
    [("info", 4, False), ("info", 5, True), ("danger", 5, False)],
)
def test_a_long_day_folds_what_can_wait_from_its_fifth_block_on(tone, rank, folded):
    """Nothing urgent is folded, whatever its rank; a short day is whole."""
    item = WorkItem(kind="room", title="Chambre 3", why="Libre.", url="/", tone=tone)
    group = WorkGroup(code="x", title="Chambres", icon="door", total=1, items=[item])
    text = render_to_string("dashboard/work_group.html", {"group": group, "rank": rank})
    assert ("is-later" in text) is folded


def test_a_contract_past_its_end_is_late(manager):
    """Neither extended nor ended: the person has no title any more."""
    factories.make_contract(ends_on=clock.today() - timedelta(days=3))
    item = group_of(manager, "contracts-ending").items[0]
    assert item.tone == "danger"
    assert "titre" in item.otherwise


@pytest.mark.parametrize(("days", "waits"), [(None, True), (-1, True), (10, True), (90, False)])
def test_an_insurance_missing_or_ending_waits(manager, days, waits):
    """Thirty days before it ends."""
    contract = factories.make_contract()
    if days is not None:
        factories.make_insurance(contract, ends_on=clock.today() + timedelta(days=days))
    assert (group_of(manager, "insurance") is not None) is waits


def test_agreements_to_document_or_ending_wait(manager):
    """The last agreement of an open site only."""
    home = factories.make_home("IDF")
    assert group_of(manager, "agreements") is None
    agreement = home.site.agreements.get()
    agreement.extension_undocumented = True
    agreement.save()
    assert "pas d'acte signé" in group_of(manager, "agreements").items[0].why


def test_a_ground_of_precarity_that_nobody_wrote_waits(manager):
    """For the types that need one."""
    factories.make_contract(kind=ContractKind.COP)
    assert group_of(manager, "grounds").total == 1
    assert group_of(factories.make_user(Role.SOCIAL_WORKER, "IDF"), "grounds") is None


def test_invitations_and_arrivals_show(manager):
    """People awaited: in the team, in the homes."""
    invite(
        email="jeanne@example.org", role=Role.MISSION_OFFICER, territory=factories.make_territory()
    )
    invite(
        email="lille@example.org", role=Role.TECHNICAL, territory=factories.make_territory("HDF")
    )
    factories.make_contract(starts_on=clock.today(), status=ContractStatus.SIGNED)
    assert [item.title for item in group_of(manager, "invitations").items] == ["jeanne@example.org"]
    assert group_of(manager, "arrivals").total == 1


def test_what_all_lines_say_is_said_once(manager):
    """The note of the group, not of each line."""
    for _number in range(2):
        factories.make_contract(kind=ContractKind.COP)
    group = group_of(manager, "grounds")
    assert "motif" in group.note
    assert [item.why for item in group.items] == ["", ""]


def test_another_territory_does_not_show(manager):
    """Not one line of it."""
    factories.make_contract(factories.make_room(factories.make_home("HDF")), ends_on=clock.today())
    assert day_of(manager, clock.today()).groups == []


@pytest.mark.parametrize("role", list(Role))
def test_the_number_of_queries_does_not_follow_the_work(client_for, query_count, role):
    """Two contracts or forty."""
    user, counts = factories.make_user(role, "IDF"), []
    home = factories.make_home("IDF", officer=user)
    for wanted in (4, 30):
        for index in range(wanted):
            room = factories.make_room(home)
            if index % 2:
                end = clock.today() + timedelta(days=index)
                factories.make_contract(room, ends_on=end, kind=ContractKind.COP)
        client = client_for(user)
        client.get(reverse("dashboard:today"))
        with query_count() as counted:
            assert client.get(reverse("dashboard:today")).status_code == 200
        counts.append(counted.value)
    assert counts[0] == counts[1]


def test_a_notice_and_a_departure_say_what_is_to_be_done_next(manager):
    """To be sent, to be served, awaited too long; a departure nobody recorded."""
    today = clock.today()
    awaited = {"outcome": "AWAITED"}
    for facts in (
        awaited,
        {"outcome": "UNCLAIMED", "sent_on": today},
        {**awaited, "sent_on": today - timedelta(days=30)},
        {**awaited, "sent_on": today},
    ):
        notice = factories.make_notice(factories.make_contract())
        type(notice).objects.filter(pk=notice.pk).update(
            given_by="MANAGER", received_on=None, effective_on=None, **facts
        )
    factories.make_contract(status=ContractStatus.ENDED)
    group = group_of(manager, "exits")
    assert group.total == 4
    assert "signifier" in group.items[0].why
    steps_now, total = exit_steps(Contract.objects.all(), today, 6)
    assert total == 4
    said = [step.why for step in steps_now]
    for words in ("signifier", "sans nouvelle", "n'est pas enregistré", "à valider et à envoyer"):
        assert sum(words in why for why in said) == 1
    assert group_of(factories.make_user(Role.MISSION_OFFICER, "IDF"), "exits") is None


def test_every_thing_to_do_opens_for_who_is_told_to_do_it(client_for):
    """An assistant is not sent to the page of what only the manager decides, nor to a form."""
    today = clock.today()
    notice = factories.make_notice(factories.make_contract())
    type(notice).objects.filter(pk=notice.pk).update(
        given_by="MANAGER", received_on=None, effective_on=None, outcome="AWAITED"
    )
    factories.make_contract(
        status=ContractStatus.ENDED, exit_kind="AGREEMENT", left_on=today, keys_returned_on=today
    )
    for _each in range(4):
        factories.make_contract(status=ContractStatus.DRAFT)
        factories.make_contract(ends_on=today + timedelta(days=30))
    for role in (Role.GLA_ASSISTANT, Role.GLA_MANAGER, Role.SOCIAL_WORKER):
        client = client_for(user := factories.make_user(role, "IDF"))
        for group in day_of(user, today).groups:
            for url in filter(None, [group.url, *(item.url for item in group.items)]):
                assert client.get(url).status_code == 200, (role, url)
    assert group_of(factories.make_user(Role.GLA_ASSISTANT, "IDF"), "drafts").url.endswith("draft")


def test_a_deposit_to_return_tells_the_days_left_and_the_penalty_running(manager, query_count):
    """Late, each month begun costs; whoever may approve sees what waits."""
    today = clock.today()

    def leave(days):
        contract = factories.make_contract(
            kind=ContractKind.LEASE_89_FURN, status=ContractStatus.ENDED, fee="400.00",
            deposit=Decimal(400),
        )  # fmt: skip
        record_deposit(
            key=f"d{contract.pk}", contract=contract, amount=Decimal(400), means="CHEQUE",
            received_on=today, today=today, actor=manager,
        )  # fmt: skip
        gone = today - timedelta(days=days)
        Contract.objects.filter(pk=contract.pk).update(
            exit_kind="AGREEMENT", left_on=gone, keys_returned_on=gone, new_address="ailleurs"
        )

    leave(40)
    group_of(manager, "deposits")  # whoever asks is known once
    with query_count() as few:
        group_of(manager, "deposits")
    leave(5)
    leave(4)
    with query_count() as many:
        group = group_of(manager, "deposits")
    assert few.value == many.value
    assert group.total == 3
    assert "En retard" in group.items[0].why
    assert "majoration est de 40,00" in group.items[0].why
    assert "jours pour le rendre" in group.items[1].why
