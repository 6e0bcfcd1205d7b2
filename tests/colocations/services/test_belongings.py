"""Equipment that leaves without disappearing, keys that are in one hand at a time."""

from datetime import timedelta

import pytest

from caracol.accounts.enums import Role
from caracol.core import clock
from colocations.enums import HolderKind, KeyAct
from colocations.models import Equipment, KeyMove
from colocations.selectors.belongings import home_keys, inventory, key_lines, passages
from colocations.services import equipment, keys
from colocations.services.saving import Invalid
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return factories.make_user(Role.GLA_MANAGER, "IDF")


@pytest.fixture
def home():
    return factories.make_home("IDF", rooms=2)


def furnish(home, actor, **facts):
    return equipment.add_equipment(
        home=home,
        actor=actor,
        **{
            "room": None,
            "place": "Cuisine",
            "kind": "APPLIANCE",
            "label": "Four",
            "state": "GOOD",
            "quantity": 1,
            "acquired_on": None,
            "value": None,
            **facts,
        },
    )


def test_equipment_is_somewhere(home, manager):
    with pytest.raises(Invalid, match="une chambre ou une partie commune"):
        furnish(home, manager, place="")
    elsewhere = factories.make_room(factories.make_home("IDF"))
    with pytest.raises(equipment.WrongRoom):
        furnish(home, manager, room=elsewhere)


def test_a_room_is_furnished_like_another(home, manager):
    first, second = home.rooms.order_by("number")
    furnish(home, manager, room=first, label="Lit", quantity=2, value="90.00")
    gone = furnish(home, manager, room=first, label="Chaise")
    today = clock.today()
    equipment.remove_equipment(piece=gone, removed_on=today, removed_reason="cassée", actor=manager)
    assert equipment.copy_equipment(source=first, target=second, actor=manager) == 1
    copy = Equipment.objects.get(room=second)
    assert (copy.label, copy.quantity, copy.value) == ("Lit", 2, None)


def test_what_leaves_the_inventory_comes_back(home, manager):
    piece = furnish(home, manager)
    facts = {"removed_on": clock.today(), "removed_reason": "cassé"}
    equipment.remove_equipment(piece=piece, actor=manager, **facts)
    assert inventory(home) == []
    equipment.restore_equipment(piece=piece, actor=manager)
    assert [place.name for place in inventory(home)] == ["Cuisine"]


def make_keys(home, actor, count=1, label="Jeu"):
    return keys.add_key_sets(
        home=home, count=count, actor=actor, label=label, room=None, opens="", kept_at="bureau"
    )


def give(key_set, actor, on=None, **holder):
    holder = holder or {"holder_kind": HolderKind.OTHER, "holder": "Serrurier"}
    return keys.move_keys(
        keys=key_set, act=KeyAct.GIVEN, on=on or clock.today(), actor=actor, **holder
    )


def move(key_set, act, actor, on=None):
    return keys.move_keys(keys=key_set, act=act, on=on or clock.today(), actor=actor)


def test_several_sets_are_numbered(home, manager):
    made = make_keys(home, manager, count=3)
    assert [each.label for each in made] == ["Jeu · 1", "Jeu · 2", "Jeu · 3"]
    with pytest.raises(Invalid, match="déjà un trousseau de ce nom"):
        make_keys(home, manager, label="Jeu · 2")


def test_keys_are_in_one_hand_at_a_time(home, manager):
    (one,) = make_keys(home, manager)
    give(one, manager)
    with pytest.raises(keys.KeysRefused, match="entre les mains de quelqu'un"):
        give(one, manager)
    move(one, KeyAct.LOST, manager)
    with pytest.raises(keys.KeysRefused, match="déclaré perdu"):
        move(one, KeyAct.RETURNED, manager)
    move(one, KeyAct.FOUND, manager)
    assert give(one, manager).pk


def test_keys_are_given_to_somebody(home, manager):
    (one,) = make_keys(home, manager)
    with pytest.raises(Invalid, match="à qui les clés sont remises"):
        give(one, manager, holder_kind=HolderKind.OTHER, holder=" ")


def test_a_move_never_comes_before_the_last_one(home, manager):
    (one,) = make_keys(home, manager)
    give(one, manager)
    with pytest.raises(Invalid, match="pas avant"):
        move(one, KeyAct.RETURNED, manager, on=clock.today() - timedelta(days=1))


def test_only_the_last_move_is_taken_back(home, manager):
    (one,) = make_keys(home, manager)
    first = give(one, manager)
    last = move(one, KeyAct.RETURNED, manager)
    with pytest.raises(keys.KeysRefused, match="dernier mouvement"):
        keys.undo_move(move=first, actor=manager)
    keys.undo_move(move=last, actor=manager)
    assert key_lines(manager, [one])[0].is_out


def test_keys_held_stay_in_the_register(home, manager):
    (one,) = make_keys(home, manager)
    give(one, manager)
    with pytest.raises(keys.KeysRefused, match="retour ou sa perte"):
        keys.remove_key_set(keys=one, on=clock.today(), actor=manager)
    move(one, KeyAct.RETURNED, manager)
    keys.remove_key_set(keys=one, on=clock.today(), actor=manager)
    assert not home_keys(home).exists()


def test_who_holds_keys_is_named_by_right(home, manager):
    room = home.rooms.first()
    person = factories.make_person("Diallo", "Amina")
    contract = factories.make_contract(room, person, status="ENDED")
    resident, staff = make_keys(home, manager, count=2)
    give(resident, manager, holder_kind=HolderKind.RESIDENT, contract=contract.number)
    give(staff, manager, holder_kind=HolderKind.STAFF, staff=manager)
    lines = {line.keys.label: line for line in key_lines(manager, home_keys(home))}
    assert lines["Jeu · 1"].who == "Amina DIALLO"
    assert (lines["Jeu · 1"].words, lines["Jeu · 1"].tone) == ("à rendre", "danger")
    assert str(manager) in lines["Jeu · 2"].who
    technician = factories.make_user(Role.TECHNICAL, "IDF")
    masked = key_lines(technician, home_keys(home))
    assert "DIALLO" not in " ".join(line.who for line in masked)
    assert passages(technician, resident)[0].who == "Résident·e"


def test_where_keys_are_is_read_at_once(home, manager, query_count):
    for label in "ab":
        give(make_keys(home, manager, label=label)[0], manager)
    with query_count() as few:
        key_lines(manager, home_keys(home))
    for index in range(18):
        give(make_keys(home, manager, label=f"c{index}")[0], manager)
    with query_count() as many:
        key_lines(manager, home_keys(home))
    assert few.value == many.value
    assert KeyMove.objects.count() == 20
