"""Two people do the same act at the same moment: one number, one copy."""

from datetime import date
from io import BytesIO

import pytest

from caracol.core import clock
from caracol.documents.models import Document, Upload
from caracol.documents.services.uploads import keep_upload
from caracol.parameters.models import Association
from residents.papers import certificate_plan
from residents.services.documents import cancel_paper, issue_plan
from tests import factories
from tests.documents import brought
from tests.helpers.threads import at_once


@pytest.fixture
def contract(real_db):
    """A contract, and who signs its papers."""
    Association.objects.create(
        name="Association Exemple",
        address="24 quai de l'Exemple, 75013 Paris",
        siret="12345678200010",
        iban="FR7642559100000801234567862",
        signatory="Claire Exemple",
        valid_from=date(2018, 1, 1),
    )
    return factories.make_contract()


def test_two_clicks_give_one_document_and_one_cancellation(contract):
    """The lock of the contract, then the key of the document."""
    actor, today = factories.make_user(), clock.today()

    def issue():
        return issue_plan(plan=certificate_plan(contract, today), today=today, actor=actor)

    first, second = at_once(issue, issue)
    assert first.pk == second.pk
    assert Document.objects.count() == 1

    def cancel():
        return cancel_paper(document=first, reason="erreur", today=today, actor=actor)

    outcomes = at_once(cancel, cancel)
    assert Document.objects.filter(cancels=first).count() == 1
    assert any(isinstance(outcome, Document) for outcome in outcomes)


def test_the_same_scan_brought_twice_at_once_is_kept_once(contract):
    """The lock of who brings it makes the second one find the first."""
    actor, scan = factories.make_user(), brought.pdf()

    def bring():
        return keep_upload(
            file=BytesIO(scan),
            kind="SIGNED_COPY",
            subject=contract,
            read_key="residents:document-read",
            territory=contract.territory,
            name="scan.pdf",
            actor=actor,
        )

    first, second = at_once(bring, bring)
    assert first.pk == second.pk
    assert Upload.objects.count() == 1
