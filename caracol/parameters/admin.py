"""Dated parameters and the association's identity, edited by the director."""

from django.contrib import admin

from caracol.core.admin import KeptAdmin
from caracol.parameters.models import Association, Parameter


@admin.register(Parameter)
class ParameterAdmin(KeptAdmin):
    """A rule of law changes by a new value from a day, never by overwriting the old one."""

    list_display = ("key", "value", "valid_from", "valid_to", "source")
    search_fields = ("key", "source")
    ordering = ("key", "-valid_from")


@admin.register(Association)
class AssociationAdmin(KeptAdmin):
    """Who signs the papers, from when."""

    list_display = ("name", "siret", "signatory", "valid_from", "valid_to")
    ordering = ("-valid_from",)
