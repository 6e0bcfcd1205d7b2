"""Registers of the patrimony: owners, sites, homes, rooms, equipment."""

from typing import ClassVar

from caracol.accounts.models import Territory
from caracol.core.registers import Amount, Choice, Day, Linked, Register, Whole, column
from colocations.enums import DpeClass, EquipmentKind, EquipmentState, OwnerKind
from colocations.models import Colocation, Equipment, Owner, Room, Site


class OwnerRegister(Register):
    """Who owns the buildings."""

    required = ("name",)
    name = column("Nom", "name")
    kind = column("Qualité", "kind", Choice(OwnerKind.choices))
    email = column("Courriel", "email")
    phone = column("Téléphone", "phone")
    address = column("Adresse", "address")

    class Meta(Register.Meta):
        abstract = False
        model = Owner
        fields: ClassVar = ("name", "kind", "email", "phone", "address")
        import_id_fields = ("name",)


class SiteRegister(Register):
    """Buildings and their addresses."""

    required = ("code", "name", "address", "postcode", "city", "department", "territory")
    code = column("Code", "code")
    name = column("Nom", "name")
    address = column("Adresse", "address")
    postcode = column("Code postal", "postcode")
    city = column("Ville", "city")
    department = column("Département", "department")
    insee_code = column("Code INSEE", "insee_code")
    territory = column("Territoire", "territory", Linked(Territory))
    surface_m2 = column("Surface (m²)", "surface_m2", Amount())

    class Meta(Register.Meta):
        abstract = False
        model = Site
        fields: ClassVar = (
            *("code", "name", "address", "postcode", "city", "department", "insee_code"),
            *("territory", "surface_m2"),
        )
        import_id_fields = ("code",)


class HomeRegister(Register):
    """Shared homes. Closing one is an act of its own page."""

    required = ("code", "name", "site", "opens_on")
    code = column("Code", "code")
    name = column("Nom", "name")
    site = column("Site", "site", Linked(Site))
    opens_on = column("Ouverture", "opens_on", Day())
    dpe_class = column("Classe DPE", "dpe_class", Choice(DpeClass.choices))

    class Meta(Register.Meta):
        abstract = False
        model = Colocation
        fields: ClassVar = ("code", "name", "site", "opens_on", "dpe_class")
        import_id_fields = ("code",)


class RoomRegister(Register):
    """Rooms, with what they are usually let for. Contracts signed keep their own amounts."""

    required = ("colocation", "number", "fee")
    colocation = column("Colocation", "colocation", Linked(Colocation))
    number = column("Numéro", "number")
    surface_m2 = column("Surface (m²)", "surface_m2", Amount())
    fee = column("Redevance mensuelle", "fee", Amount())
    charges = column("Charges mensuelles", "charges", Amount())
    deposit = column("Dépôt de garantie", "deposit", Amount())
    capacity = column("Personnes au plus", "capacity", Whole())
    opens_on = column("Ouverte le", "opens_on", Day())

    class Meta(Register.Meta):
        abstract = False
        model = Room
        fields: ClassVar = (
            *("colocation", "number", "surface_m2", "fee", "charges", "deposit"),
            *("capacity", "opens_on"),
        )
        import_id_fields = ("colocation", "number")


class EquipmentRegister(Register):
    """What furnishes rooms and common parts; a piece is recognised by its home, place and name."""

    required = ("colocation", "label", "kind")
    colocation = column("Colocation", "colocation", Linked(Colocation))
    place = column("Partie commune", "place")
    label = column("Équipement", "label")
    kind = column("Catégorie", "kind", Choice(EquipmentKind.choices))
    state = column("État", "state", Choice(EquipmentState.choices))
    quantity = column("Quantité", "quantity", Whole())
    acquired_on = column("Acquis le", "acquired_on", Day())
    value = column("Valeur d'achat", "value", Amount())

    class Meta(Register.Meta):
        abstract = False
        model = Equipment
        fields: ClassVar = (
            *("colocation", "place", "label", "kind", "state", "quantity"),
            *("acquired_on", "value"),
        )
        import_id_fields = ("colocation", "place", "label")
