"""The rules of contract types, edited by the director. People are never in the administration."""

from django.contrib import admin

from caracol.core.admin import KeptAdmin
from residents.models import ContractTypeRule


@admin.register(ContractTypeRule)
class ContractTypeRuleAdmin(KeptAdmin):
    """What each type of contract allows, from when, by which text."""

    list_display = ("kind", "valid_from", "valid_to", "max_total_months", "fee_cap", "source")
    list_filter = ("kind",)
    ordering = ("kind", "-valid_from")
