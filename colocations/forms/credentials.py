"""Forms of approvals and insurances of the association."""

from typing import Any

from colocations.forms.base import RowForm
from colocations.models import Credential
from colocations.services import credentials


class CredentialForm(RowForm):
    """What it is, for what, until when."""

    model = Credential
    row_fields = credentials.FIELDS
    layout = (
        ("kind", "label"),
        ("reference",),
        ("territory", "site"),
        ("starts_on", "expires_on"),
    )

    def __init__(self, *args: Any, territories: Any, sites: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["territory"].queryset = territories  # type: ignore[attr-defined]
        self.fields["territory"].empty_label = "Toute l'association"  # type: ignore[attr-defined]
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]
        self.fields["site"].empty_label = "Aucun en particulier"  # type: ignore[attr-defined]
        self.hint(
            label="Par exemple l'assureur, ou la préfecture.",
            expires_on="Six mois, trois mois et un mois avant, une échéance le rappelle.",
        )
