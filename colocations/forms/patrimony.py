"""Forms of owners, sites, homes and rooms."""

from typing import Any

from django import forms

from caracol.accounts.enums import Role
from caracol.accounts.models import User
from caracol.ui.fields import DateField
from colocations.forms.base import ActForm, RowForm
from colocations.models import Colocation, Diagnostic, Owner, OwnerContact, Room, Site
from colocations.services import homes, owners, rooms, sites


class OwnerForm(RowForm):
    """An owner."""

    model = Owner
    row_fields = owners.FIELDS
    layout = (("name", "kind"), ("email", "phone"), ("address",), ("note",))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hint(kind="Demandée par le rapport annuel au préfet.")
        self.fields["note"].widget.attrs["rows"] = 3


class ContactForm(RowForm):
    """Somebody to speak to at an owner's."""

    model = OwnerContact
    row_fields = owners.CONTACT_FIELDS
    layout = (("name", "job"), ("email", "phone"))


class SiteForm(RowForm):
    """A site: its département decides the territory and the CAF."""

    model = Site
    row_fields = sites.FIELDS
    layout = (
        ("name", "code"),
        ("address",),
        ("postcode", "city"),
        ("department", "insee_code"),
        ("initial_use", "surface_m2"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hint(
            code="Court et unique, par exemple TIL : il sert dans les classeurs et les exports.",
            department="Il décide du territoire et de la CAF compétente.",
            insee_code="Celui de la commune, demandé par la CAF.",
            initial_use="Bureaux, école, hôpital… pour le rapport annuel au préfet.",
        )
        for name in ("postcode", "department", "insee_code"):
            self.fields[name].widget.attrs["autocomplete"] = "off"

    def clean_department(self) -> str:
        """Write "9" as it is filed, in capitals for Corsica."""
        text = self.cleaned_data["department"].strip().upper()
        return text.zfill(2) if text.isdigit() else text

    def clean_code(self) -> str:
        """A code is in capitals."""
        return str(self.cleaned_data["code"]).strip().upper()


class DiagnosticForm(RowForm):
    """A diagnostic of a building."""

    model = Diagnostic
    row_fields = sites.DIAGNOSTIC_FIELDS
    layout = (("kind",), ("done_on", "valid_until"), ("finding",))


class HomeForm(RowForm):
    """A home."""

    model = Colocation
    row_fields = homes.FIELDS
    layout = (
        ("name", "code"),
        ("site",),
        ("opens_on", "dpe_class"),
        ("mission_officer", "mission_officer_email"),
    )

    def __init__(self, *args: Any, sites_seen: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        site: Any = self.fields["site"]
        site.queryset = sites_seen
        site.label_from_instance = lambda row: f"{row.name} · {row.postcode} {row.city}"
        officer: Any = self.fields["mission_officer"]
        officer.queryset = (
            User.objects.filter(is_active=True, memberships__role=Role.MISSION_OFFICER)
            .distinct()
            .order_by("last_name", "first_name")
        )
        officer.label = "Suivie par"
        officer.empty_label = "Personne, ou quelqu'un d'attendu"
        self.fields["mission_officer_email"].label = "Ou l'adresse de la personne attendue"
        self.hint(
            mission_officer_email="La colocation lui reviendra à sa première connexion ; la "
            "direction doit encore l'inviter.",
            dpe_class="En F ou G, la redevance ne peut plus être révisée.",
        )

    def clean_code(self) -> str:
        """A code is in capitals."""
        return str(self.cleaned_data["code"]).strip().upper()


class CloseHomeForm(ActForm):
    """The last day of a home, and why."""

    row_fields = ("closes_on", "closing_note")
    layout = (("closes_on",), ("note",))

    closes_on = DateField(label="Dernier jour ouvert")
    note = forms.CharField(
        label="Motif", max_length=200, help_text="Restitution au propriétaire, vente, sinistre…"
    )


class RoomForm(RowForm):
    """A room."""

    model = Room
    row_fields = rooms.FIELDS
    layout = (("number", "surface_m2"), ("capacity", "opens_on"), ("fee", "charges"), ("deposit",))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hint(
            fee="Proposée aux prochains contrats ; ceux en cours gardent leur montant.",
            opens_on="Seulement si elle ouvre après la colocation.",
        )


class CloseRoomForm(ActForm):
    """The last day of a room, and why."""

    row_fields = ("closes_on",)
    layout = (("closes_on",), ("reason",))

    closes_on = DateField(label="Dernier jour où elle peut être louée")
    reason = forms.CharField(
        label="Motif", max_length=200, help_text="Devient un bureau, surface insuffisante…"
    )


class ReopenForm(ActForm):
    """A closing taken back."""

    row_fields = ("closes_on",)
