"""Owners and agreements on the common list: filters, columns, sort, saved views, files."""

from datetime import timedelta
from html import unescape
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.audit.models import AccessRecord
from caracol.core import clock
from caracol.core.periods import add_months
from colocations.models import Owner
from tests import factories

pytestmark = pytest.mark.django_db
OWNERS = reverse("colocations:owner-list")
AGREEMENTS = reverse("colocations:agreement-list")


@pytest.fixture
def two(db):
    """Two sites of two owners: one agreement ends soon, the other later."""
    today = clock.today()
    made = []
    for name, months, owner in (("Tilleuls", 3, "Zola SA"), ("Lilas", 20, "Amiens Habitat")):
        site = factories.make_site("IDF", name=name)
        agreement = factories.make_agreement(
            site, starts_on=today - timedelta(days=200), ends_on=add_months(today, months)
        )
        Owner.objects.filter(pk=agreement.owner_id).update(name=owner, email="=2+5@exemple.org")
        made.append(agreement)
    return made


@pytest.fixture
def client(client_for, two):
    return client_for(factories.make_user(Role.GLA_MANAGER, "IDF"))


def text(response):
    return unescape(" ".join(response.content.decode().split()))


def test_agreements_come_by_their_end_and_sort_filter_and_choose_columns(client, two):
    soon, later = (reverse("colocations:agreement-detail", args=[one.pk]) for one in two)
    shown = text(client.get(AGREEMENTS))
    assert shown.index(soon) < shown.index(later)
    assert "Exporter" in shown
    assert "Colonnes" in shown
    shown = text(client.get(AGREEMENTS, {"sort": "site"}))
    assert shown.index(later) < shown.index(soon)
    shown = text(client.get(AGREEMENTS, {"state": "soon"}))
    assert soon in shown
    assert later not in shown
    shown = text(client.get(AGREEMENTS, {"cols": ["site", "notice"]}))
    assert "Préavis" in shown


def test_owners_sort_and_filter_and_keep_a_view(client, two):
    shown = text(client.get(OWNERS))
    assert shown.index("Amiens Habitat") < shown.index("Zola SA")
    shown = text(client.get(OWNERS, {"q": "zola"}))
    assert "Amiens Habitat" not in shown
    kept = {"liste": "colocations:owner-list", "adresse": "q=zola", "name": "Zola"}
    client.post(reverse("lists:view-save"), kept)
    assert "Zola</a>" in text(client.get(OWNERS, {"q": "zola"}))


@pytest.mark.parametrize(
    ("name", "heading"), [("owner-export", "Propriétaire"), ("agreement-export", "Site")]
)
def test_the_file_keeps_the_filters_and_leaves_one_line_in_the_register(client, two, name, heading):
    before = AccessRecord.objects.count()
    answer = client.get(reverse(f"colocations:{name}"), {"q": "zola", "toutes": "1"})
    sheet = openpyxl.load_workbook(BytesIO(answer.getvalue())).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][0] == heading
    if name == "agreement-export":
        assert [row[0] for row in rows[1:]] == ["Tilleuls"]
    assert AccessRecord.objects.count() == before + 1
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_another_territory_and_who_may_not_export(client_for, two):
    stranger = client_for(factories.make_user(Role.GLA_MANAGER, "HDF"))
    assert "Zola SA" not in text(stranger.get(OWNERS))
    assert "Tilleuls" not in text(stranger.get(AGREEMENTS))
    technician = client_for(factories.make_user(Role.TECHNICAL, "IDF"))
    assert "Tilleuls" in text(technician.get(AGREEMENTS))
    assert reverse("colocations:agreement-export") not in text(technician.get(AGREEMENTS))
    assert technician.get(reverse("colocations:agreement-export")).status_code == 403
