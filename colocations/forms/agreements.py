"""Forms of agreements, of their ends, and of what is owed to owners."""

from typing import Any

from django import forms

from caracol.documents.forms import UploadField
from caracol.ui.fields import DateField
from colocations.enums import EndedBy, LegalBasis
from colocations.forms.base import ActForm, RowForm
from colocations.models import OwnerAgreement, OwnerObligation, Site
from colocations.services import agreements, obligations


class AgreementForm(RowForm):
    """An agreement; `sites` are offered for a new one."""

    model = OwnerAgreement
    row_fields = agreements.FIELDS
    layout = (
        ("site",),
        ("owner", "legal_basis"),
        ("starts_on", "ends_on"),
        ("notice_months", "vacate_margin_days"),
        ("objective_causes",),
        ("approval_reference", "approval_ends_on"),
    )

    site = forms.ModelChoiceField(
        label="Site", queryset=Site.objects.none(), empty_label="Choisir…"
    )

    def __init__(self, *args: Any, owners: Any, sites: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = owners  # type: ignore[attr-defined]
        if sites is None:
            del self.fields["site"]
        else:
            site: Any = self.fields["site"]
            site.queryset = sites
            site.label_from_instance = lambda row: f"{row.name} · {row.postcode} {row.city}"
        self.fields["objective_causes"].widget.attrs["rows"] = 3
        self.hint(
            ends_on="Trois ans au plus pour une convention de l'article 29 de la loi ELAN.",
            notice_months="En mois ; 0 s'il n'y en a pas.",
            vacate_margin_days="Jours gardés entre le dernier départ et la remise des clés.",
            objective_causes="Telles que la convention les écrit ; elles sont obligatoires pour "
            "une convention ELAN (décret 2019-497, article 2).",
        )

    def clean(self) -> dict[str, Any]:
        """Ask for what an agreement of the ELAN act must say."""
        data = super().clean()
        causes = (data.get("objective_causes") or "").strip()
        if data.get("legal_basis") == LegalBasis.ELAN_29 and not causes:
            self.add_error(
                "objective_causes",
                "Écrivez les causes objectives de résiliation : une convention de l'article 29 de "
                "la loi ELAN les dit (décret 2019-497, article 2).",
            )
        return data


class ExtensionForm(ActForm):
    """A signed extension."""

    row_fields = ("ends_on",)
    layout = (("ends_on", "signed_on"), ("reason",))

    ends_on = DateField(label="Nouvelle fin")
    signed_on = DateField(label="Signée le")
    reason = forms.CharField(
        label="Ce qui empêche le changement d'usage prévu",
        max_length=300,
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(self, *args: Any, elan: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if elan:
            self.fields["reason"].required = True
        else:
            self.fields["reason"].label = "Motif"


class ShorteningForm(ActForm):
    """An end brought forward."""

    row_fields = ("ends_on",)
    layout = (("ends_on", "decided_on"), ("ended_by",), ("reason",))

    ends_on = DateField(label="Nouvelle fin", help_text="Le dernier jour de la convention.")
    decided_on = DateField(label="Notifiée le")
    ended_by = forms.ChoiceField(
        label="À la demande de",
        choices=[(each.value, str(each.label).capitalize()) for each in EndedBy],
        widget=forms.RadioSelect,
        initial=EndedBy.OWNER,
    )
    reason = forms.CharField(label="Motif", max_length=300, widget=forms.Textarea({"rows": 3}))


class CopyForm(ActForm):
    """A signed copy of an agreement or of one of its acts."""

    layout = (("name",), ("file",))

    name = forms.CharField(
        label="Ce que c'est",
        max_length=100,
        help_text="Convention signée, acte de prolongation, état des lieux…",
        initial="Convention signée",
    )
    file = UploadField(label="Copie signée")


class ObligationForm(RowForm):
    """Something owed to the owner by a day."""

    model = OwnerObligation
    row_fields = obligations.FIELDS
    layout = (("label", "kind"), ("due_on", "every_months"), ("note",))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hint(
            label="Par exemple : attestation d'assurance de l'immeuble.",
            every_months="12 pour une fois par an ; vide si une seule fois.",
        )
