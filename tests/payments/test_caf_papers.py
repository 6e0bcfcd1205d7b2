"""What is written to the CAF about a contract: offered when it fits, filled, to the CAF."""

from datetime import date
from decimal import Decimal

import pytest

from payments.models import CafLine, CafOffice
from payments.papers.caf import caf_papers
from residents.papers import write
from residents.papers.choices import choices
from tests import factories
from tests.payments.test_caf import _association, bill, imported, line, lodge, statement

__all__ = ["_association"]
pytestmark = pytest.mark.django_db
TODAY = date(2026, 12, 10)


def test_papers_for_the_caf_are_offered_and_filled(db):
    """To the CAF of the home, with the person's number; a missing fact is told, not left blank."""
    contract = lodge("Diallo", "Amina", "0123456")
    contract.status = "IN_FORCE"
    site = contract.terms.get().room.colocation.site
    CafOffice.objects.create(
        department=site.department, name="CAF Exemple", address="1 rue", postcode="75000",
        city="Paris", landlord_number="0012345",
    )  # fmt: skip
    offered = {choice.what: plan for choice, plan in caf_papers(contract, TODAY)}
    assert set(offered) == {"caf-loyer", "caf-direct"}
    for plan in offered.values():
        paper = write(plan)
        assert paper.recipient.names == ("CAF Exemple",)
        assert "0123456" in str(paper.blocks)
        assert "0012345" in str(paper.blocks)


def test_an_indu_offers_its_contest(client):
    actor = factories.make_user()
    contract = lodge("Diallo", "Amina", "0123456")
    bill(actor, "2026-11")
    imported(statement(line("123456", "220.00"), number="A1234567"), actor)
    imported(statement(line("123456", "-98.50", nature="RETENUE")), actor)
    found = CafLine.objects.get(amount=Decimal("-98.50"))
    words = {choice.what for choice in choices(contract, TODAY)}
    assert f"caf-indu-{found.pk}" in words
    client.force_login(actor)
    shown = client.get(f"/caf/{found.statement_id}/").content.decode()
    assert f"/contrats/{contract.pk}/documents/caf-indu-{found.pk}/" in shown
