"""The rules of contract types, edited by the direction. People are never in the administration."""

from django.contrib import admin

from caracol.parameters.admin import DatedAdmin
from residents.models import ContractTypeRule


@admin.register(ContractTypeRule)
class ContractTypeRuleAdmin(DatedAdmin):
    """What each type of contract allows, from when, by which text."""

    place = 20
    about = "Ce que chaque type de contrat permet, depuis quand, selon quel texte."
    scope = ("kind",)
    new_label = "Changer la règle à partir d'un jour"
    list_display = (
        "kind",
        "when",
        "valid_from",
        "valid_to",
        "max_total_months",
        "fee_cap",
        "source",
    )
    list_filter = ("kind",)
    ordering = ("kind", "-valid_from")

    def value_shown(self, row: ContractTypeRule) -> str:
        """What most distinguishes a version from the others."""
        months = f"{row.max_total_months} mois au plus" if row.max_total_months else "sans maximum"
        days, count = row.resident_notice_days, row.resident_notice_months
        notice = f"{days} jours" if days else f"{count} mois" if count else "selon le contrat"
        return f"{months}, préavis du résident {notice}"
