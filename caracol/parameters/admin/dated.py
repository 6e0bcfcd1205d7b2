"""Pages of rules that change by a new value from a day."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from caracol.core import clock
from caracol.core.admin import KeptAdmin, Section, Tool, state_tag
from caracol.parameters import services

FROM = "depuis"


class DatedForm(forms.ModelForm):
    """A value from a day; a correction says why."""

    scope: tuple[str, ...] = ()
    reason = forms.CharField(
        label="Motif de la correction",
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="Demandé si la valeur sert déjà, ou commence dans le passé.",
    )

    after: Any = None
    """The row that a new value comes after."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None and self.after is not None:
            for name in self.scope:
                setattr(self.instance, name, getattr(self.after, name))

    def clean(self) -> dict[str, Any]:
        """Say in words what would be refused."""
        given = super().clean() or {}
        if self.instance.pk is None and given.get("valid_from"):
            self.instance.valid_from = given["valid_from"]
            refusal = services.why_not(self.instance, self.scope)
            if refusal:
                self.add_error("valid_from", refusal)
            elif given["valid_from"] < clock.today() and not given.get("reason"):
                self.add_error(
                    "reason", "Ce jour est passé : dites pourquoi la valeur change dès lors."
                )
        elif given.get("valid_from", clock.today()) <= clock.today() and not given.get("reason"):
            self.add_error("reason", "Cette valeur sert déjà : dites pourquoi vous la corrigez.")
        return given

    def validate_constraints(self) -> None:
        """Leave overlaps to the service: it first closes the value before."""


class WhenFilter(admin.SimpleListFilter):
    """What is in force today and later, unless told otherwise."""

    title = "période"
    parameter_name = "quand"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The periods."""
        return [
            ("jour", "en vigueur"),
            ("futur", "à venir"),
            ("passe", "passées"),
            ("tout", "toutes"),
        ]

    def choices(self, changelist: Any) -> Any:
        """Offer the usual view first."""
        found = list(super().choices(changelist))
        found[0]["display"] = "en vigueur et à venir"
        return found

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Keep a period."""
        today, value = clock.today(), self.value()
        if value == "jour":
            return queryset.on(today)  # type: ignore[attr-defined]
        if value == "futur":
            return queryset.filter(valid_from__gt=today)
        if value == "passe":
            return queryset.filter(valid_to__lt=today)
        return queryset if value == "tout" else queryset.exclude(valid_to__lt=today)


class DatedAdmin(KeptAdmin):
    """Rows of rules: a new value closes the one before; only the last one may be corrected."""

    section = Section.RULES
    scope: tuple[str, ...] = ()
    form: Any = DatedForm
    change_form_template = "admin/dated/change_form.html"
    new_label = "Donner une nouvelle valeur"

    def get_list_filter(self, request: HttpRequest) -> Any:
        """Filter by period first."""
        return (WhenFilter, *super().get_list_filter(request))

    @admin.display(description="état")
    def when(self, row: Any) -> SafeString:
        """In force, foreseen, past."""
        return state_tag(*state_of(row))

    def row_tools(self, request: HttpRequest, row: Any) -> list[Tool]:
        """Offer to give a new value, prefilled with this one."""
        add = reverse(f"admin:{self._name('add')}")
        return [Tool(self.new_label, f"{add}?{FROM}={row.pk}", "primary")]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A new value comes from the one before, or is the first of all."""
        first = not self.scope and not self.model._default_manager.exists()
        return first or FROM in request.GET

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Correct the last of its rule only."""
        return obj is None or services.may_correct(obj, self.scope)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """The day a value began is a fact."""
        fixed = [*self.scope, "valid_to"]
        return [*fixed, "valid_from"] if obj and obj.valid_from <= clock.today() else fixed

    def get_form(
        self,
        request: HttpRequest,
        obj: Any = None,
        change: bool = False,  # noqa: FBT001, FBT002 (Django's own)
        **kwargs: Any,
    ) -> Any:
        """Give the form its rule, and its row when it begins a new one."""
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.scope = self.scope
        form.after = self.source_of(request) if obj is None else None
        return form

    def source_of(self, request: HttpRequest) -> Any:
        """Return the row that a new value comes after."""
        pk = request.GET.get(FROM, "")
        return self.model._default_manager.filter(pk=pk).first() if pk.isdigit() else None

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin with the value before; its source is to be said anew."""
        row = self.source_of(request)
        if row is None:
            return {}
        left_out = {"id", "valid_from", "valid_to", "source"}
        fields = self.model._meta.concrete_fields
        return {f.name: getattr(row, f.attname) for f in fields if f.name not in left_out}

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        """Begin the value, or correct it."""
        reason = form.cleaned_data.get("reason", "")
        if change:
            today = clock.today()
            services.correct(
                row=obj, scope=self.scope, today=today, reason=reason, actor=request.user
            )
            return
        services.begin(row=obj, scope=self.scope, actor=request.user, reason=reason)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show the other values of the rule beside the form."""
        row = self.get_object(request, object_id) if object_id else self.source_of(request)
        rows = services.siblings(row, self.scope).reverse() if row is not None else []
        known = [(one, *state_of(one), self.value_shown(one)) for one in rows]
        context = {"values": known, "current": row, **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, context)

    def value_shown(self, row: Any) -> str:
        """Return a value on one line."""
        return str(row)


def state_of(row: Any) -> tuple[str, str]:
    """Return where a value stands today, and its tone."""
    today = clock.today()
    if row.valid_from > today:
        return "à venir", "info"
    if row.valid_to is not None and row.valid_to < today:
        return "passée", "neutral"
    return "en vigueur", "success"
