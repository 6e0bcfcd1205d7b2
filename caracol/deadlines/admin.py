"""Rules of deadlines, edited by the direction: lead times, audience, relay, wording; dated."""

from django import forms
from django.contrib import admin

from caracol.accounts.enums import Role
from caracol.deadlines.models import DeadlineRule
from caracol.parameters.admin import DatedAdmin
from caracol.parameters.admin.dated import DatedForm


class RuleForm(DatedForm):
    """A rule, its audience as boxes to tick."""

    audience = forms.MultipleChoiceField(
        label="Qui la voit", choices=Role.choices, widget=forms.CheckboxSelectMultiple
    )


@admin.register(DeadlineRule)
class DeadlineRuleAdmin(DatedAdmin):
    """When one is reminded of each kind of deadline, who is, in which words."""

    place = 30
    about = "Pour chaque échéance : quand on la rappelle, à qui, qui agit, et en quels mots."
    form = RuleForm
    scope = ("kind",)
    new_label = "Changer la règle à partir d'un jour"
    list_display = ("label", "when", "leads_said", "role", "is_enabled", "valid_from", "source")
    list_filter = ("role", "is_enabled")
    search_fields = ("label", "why", "kind")
    ordering = ("label", "-valid_from")

    @admin.display(description="rappels (jours avant)")
    def leads_said(self, row: DeadlineRule) -> str:
        """The lead times on one line."""
        return ", ".join(str(lead) for lead in row.leads)

    def value_shown(self, row: DeadlineRule) -> str:
        """What most distinguishes a version from the others."""
        return f"{self.leads_said(row)} jours avant, {row.get_role_display()}"
