"""The registers of the patrimony. Acts on it have their pages, with their rules: « Parc »."""

from django.contrib import admin

from caracol.core.admin import ReadOnlyAdmin, Section
from caracol.core.register_admin import RegisterAdmin
from colocations.models import Colocation, Equipment, Owner, OwnerAgreement, Room, Site
from colocations.registers import (
    EquipmentRegister,
    HomeRegister,
    OwnerRegister,
    RoomRegister,
    SiteRegister,
)


class HomesAdmin(RegisterAdmin, ReadOnlyAdmin):
    """A register of the patrimony: shown, exported, imported."""

    section = Section.HOMES


@admin.register(Owner)
class OwnerAdmin(HomesAdmin):
    """Who owns the buildings."""

    place = 10
    about = "Qui possède les bâtiments. On les modifie dans Parc."
    register_class = OwnerRegister
    list_display = ("name", "kind", "email", "phone")
    list_filter = ("kind",)
    search_fields = ("name",)
    ordering = ("name",)


@admin.register(OwnerAgreement)
class OwnerAgreementAdmin(ReadOnlyAdmin):
    """By what the association holds each site, and until when."""

    section = Section.HOMES
    place = 20
    about = "Par quoi l'association tient chaque site, et jusqu'à quand. On agit dans Parc."
    list_display = ("site", "owner", "legal_basis", "starts_on", "ends_on")
    list_filter = ("legal_basis", "extension_undocumented", "site__territory")
    list_select_related = ("site", "owner")
    search_fields = ("site__name", "owner__name")
    ordering = ("ends_on",)


@admin.register(Site)
class SiteAdmin(HomesAdmin):
    """The buildings and their addresses."""

    place = 30
    about = "Les bâtiments et leurs adresses."
    register_class = SiteRegister
    list_display = ("name", "code", "city", "department", "territory")
    list_filter = ("territory",)
    list_select_related = ("territory",)
    search_fields = ("name", "code", "city")
    ordering = ("name",)


@admin.register(Colocation)
class ColocationAdmin(HomesAdmin):
    """The homes and who follows them."""

    place = 40
    about = "Les maisons, leur ouverture et qui les suit."
    register_class = HomeRegister
    list_display = ("name", "code", "site", "mission_officer", "opens_on", "closes_on")
    list_filter = ("site__territory",)
    list_select_related = ("site", "mission_officer")
    search_fields = ("name", "code", "site__name")
    ordering = ("name",)


@admin.register(Room)
class RoomAdmin(HomesAdmin):
    """The rooms and what they are usually let for."""

    place = 50
    about = "Les chambres, leur surface et leur redevance habituelle."
    register_class = RoomRegister
    list_display = ("colocation", "number", "surface_m2", "fee", "charges", "deposit", "capacity")
    list_display_links = ("colocation", "number")
    list_filter = ("colocation__site__territory",)
    list_select_related = ("colocation",)
    search_fields = ("number", "colocation__name", "colocation__code")
    ordering = ("colocation__name", "number")


@admin.register(Equipment)
class EquipmentAdmin(HomesAdmin):
    """What furnishes rooms and common parts."""

    place = 60
    about = "Ce qui meuble les chambres et les parties communes."
    register_class = EquipmentRegister
    list_display = ("label", "kind", "colocation", "place", "room", "state", "quantity")
    list_filter = ("kind", "state", "colocation__site__territory")
    list_select_related = ("colocation", "room")
    search_fields = ("label", "colocation__name", "place")
    ordering = ("colocation__name", "label")
