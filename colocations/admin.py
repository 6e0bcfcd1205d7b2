"""Reference data of the homes, edited by the director."""

from django.contrib import admin

from caracol.core.admin import KeptAdmin
from colocations.models import Colocation, Owner, OwnerAgreement, Site


@admin.register(Owner)
class OwnerAdmin(KeptAdmin):
    """Who owns the buildings."""

    list_display = ("name", "email", "phone")
    search_fields = ("name",)
    ordering = ("name",)


@admin.register(OwnerAgreement)
class OwnerAgreementAdmin(KeptAdmin):
    """By what the association holds each site, and until when."""

    list_display = (
        "site",
        "owner",
        "legal_basis",
        "starts_on",
        "ends_on",
        "extension_undocumented",
    )
    list_filter = ("legal_basis", "extension_undocumented")
    list_select_related = ("site", "owner")
    search_fields = ("site__name", "owner__name")
    ordering = ("ends_on",)


@admin.register(Site)
class SiteAdmin(KeptAdmin):
    """The buildings and their addresses."""

    list_display = ("name", "code", "city", "department", "territory")
    list_filter = ("territory",)
    list_select_related = ("territory",)
    search_fields = ("name", "code", "city")
    ordering = ("name",)


@admin.register(Colocation)
class ColocationAdmin(KeptAdmin):
    """The homes and who follows them."""

    list_display = ("name", "code", "site", "mission_officer", "opens_on", "closes_on")
    list_filter = ("site__territory",)
    list_select_related = ("site", "mission_officer")
    search_fields = ("name", "code", "site__name")
    ordering = ("name",)
