"""What tests of money share."""

from datetime import date

import pytest

from caracol.parameters.models import Association


@pytest.fixture
def association(db):
    """The association that signs the papers."""
    return Association.objects.create(
        name="Association Exemple",
        address="24 quai de l'Exemple, 75013 Paris",
        siret="12345678200010",
        creditor_id="FR72ZZZ123456",
        iban="FR7642559100000801234567862",
        bic="CCOPFRPPXXX",
        signatory="Claire Exemple, directrice GLA",
        valid_from=date(2020, 1, 1),
    )
