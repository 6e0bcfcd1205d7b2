"""Dated parameters, the association's identity, the rent reference index."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from caracol.core.admin import Section
from caracol.core.register_admin import RegisterAdmin
from caracol.parameters import catalogue
from caracol.parameters.admin.dated import DatedAdmin, DatedForm
from caracol.parameters.models import Association, IndexValue, Parameter
from caracol.parameters.registers import IndexRegister, ParameterRegister


class ParameterForm(DatedForm):
    """A parameter's value, typed as its kind asks."""

    class Meta:
        model = Parameter
        fields = ("value", "valid_from", "source")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.instance if self.instance.pk else self.after
        if row is None or "value" not in self.fields:
            return
        self.shape = catalogue.shape_of(row.key)
        field = self.shape.field()
        field.label = "Valeur"
        self.fields["value"] = field
        self.initial["value"] = self.shape.typed(row.value)

    def clean_value(self) -> Any:
        """Store the value as the rules read it."""
        value = self.cleaned_data["value"]
        try:
            return self.shape.stored(value)
        except (ValueError, TypeError) as error:
            raise forms.ValidationError("Cette valeur n'a pas la forme attendue.") from error


@admin.register(Parameter)
class ParameterAdmin(RegisterAdmin, DatedAdmin):
    """A rule of law changes by a new value from a day, never by overwriting the old one."""

    place = 10
    about = "Les chiffres de la loi et de l'association, avec leur jour et leur source."
    scope = ("key",)
    form = ParameterForm
    register_class = ParameterRegister
    list_display = ("label", "value_shown", "when", "valid_from", "valid_to", "source")
    list_display_links = ("label",)
    search_fields = ("key", "source")
    ordering = ("key", "-valid_from")
    fields = ("label", "value", "valid_from", "valid_to", "source", "reason")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for a reason only where there may be something to correct."""
        shown = ["label", "value", "valid_from", "source"]
        return [*shown, "valid_to", "reason"] if obj else shown

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """The name is the catalogue's."""
        known = [name for name in super().get_readonly_fields(request, obj) if name != "key"]
        return ["label", *known]

    @admin.display(description="paramètre", ordering="key")
    def label(self, row: Parameter) -> str:
        """The French name."""
        return catalogue.label_of(row.key) if row.key else ""

    @admin.display(description="valeur")
    def value_shown(self, row: Parameter) -> str:
        """The value in words."""
        return catalogue.words_of(row.key, row.value)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Find by French name too."""
        found, doubled = super().get_search_results(request, queryset, search_term)
        named = catalogue.keys_named(search_term) if search_term else []
        return (found | queryset.filter(key__in=named) if named else found), doubled


@admin.register(Association)
class AssociationAdmin(DatedAdmin):
    """Who signs the papers, from when; its bank account is a grave matter."""

    place = 30
    about = "Nom, adresse, SIRET, IBAN et signataire, tels qu'ils figurent sur les papiers."
    is_grave = True
    new_label = "Changer à partir d'un jour"
    list_display = ("name", "when", "siret", "signatory", "valid_from", "valid_to")
    ordering = ("-valid_from",)

    def value_shown(self, row: Association) -> str:
        """What distinguishes an identity from the one before."""
        return f"{row.name}, {row.signatory}, IBAN …{row.iban[-4:]}"


@admin.register(IndexValue)
class IndexValueAdmin(RegisterAdmin):
    """The rent reference index, quarter by quarter, as INSEE publishes it."""

    section = Section.RULES
    place = 40
    about = "L'indice qui révise les loyers, trimestre par trimestre."
    register_class = IndexRegister
    list_display = ("quarter_shown", "value", "published_on", "source")
    list_filter = ("year",)
    search_fields = ("year",)
    ordering = ("-year", "-quarter")

    @admin.display(description="trimestre", ordering="year")
    def quarter_shown(self, row: IndexValue) -> str:
        """The quarter as INSEE writes it."""
        return f"T{row.quarter} {row.year}"
