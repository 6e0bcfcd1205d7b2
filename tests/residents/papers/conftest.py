"""A contract that says all that its type asks, of any type."""

from datetime import date

import pytest

from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.parameters.models import Association
from colocations.enums import EquipmentKind
from colocations.models import Equipment
from residents.enums import ContractKind
from tests import factories

FULL = {
    "purpose": "Loger temporairement des personnes qui préparent leur accès à un logement.",
    "objective_causes": "Restitution du bâtiment au propriétaire\nRetrait de l'agrément",
    "precarity_ground": "la démolition du bâtiment est décidée",
    "term_event": "l'ouverture du chantier",
    "approval_reference": "agrément du préfet n° 2020-14",
    "resident_notice_months": 1,
    "manager_notice_months": 3,
    "revision_quarter": 2,
    "deposit": 0,
}


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    """Keep the files of each test in its own folder."""
    default = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path / "files"), "base_url": None},
    }
    settings.STORAGES = settings.STORAGES | {"default": default}


@pytest.fixture
def association(db):
    """Who signs."""
    return Association.objects.create(
        name="Association Exemple",
        address="24 quai de l'Exemple, 75013 Paris",
        siret="12345678200010",
        iban="FR7642559100000801234567862",
        signatory="Claire Exemple",
        valid_from=date(2018, 1, 1),
    )


@pytest.fixture
def manager(db):
    """Who issues."""
    return factories.make_user(Role.GLA_MANAGER, "IDF")


@pytest.fixture
def contract_of(association):
    """A function that makes a full contract of a type."""

    def make(kind=ContractKind.CRT, **fields):
        home = factories.make_home("IDF", dpe_class="D", name="Les Tilleuls")
        room = factories.make_room(home, number="3")
        Equipment.objects.create(
            colocation=home, room=room, kind=EquipmentKind.FURNITURE, label="un lit"
        )
        person = factories.make_person(
            "Diallo", "Amina", civility="MRS", birth_date=date(1994, 3, 3), email_consent=True
        )
        factories.make_status(person, nationality="Kiribati")
        factories.make_permit(person)
        today = clock.today()
        starts_on = today.replace(day=1)
        return factories.make_contract(
            room, person, kind=kind, starts_on=starts_on, **{**FULL, **fields}
        )

    return make
