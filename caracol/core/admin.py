"""What the administration shares: its sections, rows that are kept or only read, acts on a row."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString

from caracol.core.errors import Refused
from caracol.core.periods import french_day


class Section(Enum):
    """The parts of the administration, in the order of its first page."""

    TEAM = "Équipe et droits"
    RULES = "Règles et paramètres"
    PAPERS = "Modèles de documents"
    HOMES = "Patrimoine"
    REGISTERS = "Registres"
    OTHERS = "Autres"

    @property
    def code(self) -> str:
        """Its name in an address."""
        return self.name.lower()


@dataclass(frozen=True)
class Tool:
    """A button above a list or a form."""

    label: str
    url: str
    tone: str = ""


@dataclass(frozen=True)
class RowAct:
    """An act on one row, asked for on a page of its own: what it does, its button, its reason.

    `run(request, row, reason)` does it and returns the sentence that tells it; `offered(row)`
    says whether it makes sense now. A grave one asks who is there.
    """

    code: str
    label: str
    explanation: str
    button: str
    run: Callable[[HttpRequest, Any, str], str]
    offered: Callable[[Any], bool] = lambda row: True
    asks_reason: bool = False
    is_grave: bool = True
    tone: str = ""


def state_tag(word: str, tone: str) -> SafeString:
    """Return a state in a word and a tone."""
    return format_html('<span class="state tone-{}">{}</span>', tone, word)


class ReasonForm(forms.Form):
    """Why a grave act is done."""

    reason = forms.CharField(
        label="Motif",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
        help_text="Il est gardé au journal, et lu par la direction seulement.",
    )


class KeptAdmin(admin.ModelAdmin):
    """Rows that are changed but never deleted; their history is the product's."""

    section = Section.OTHERS
    about = ""
    """What the page is for, in a few words, on the first page of the administration."""
    place = 50
    list_per_page = 50
    actions = None
    formfield_overrides: ClassVar = {
        models.DateField: {"widget": forms.DateInput({"type": "date"}, format="%Y-%m-%d")}
    }
    acts: tuple[RowAct, ...] = ()
    is_grave = False
    """Whether writing here asks who is there."""

    adding = ""
    """The title of the page that adds a row, where its name alone would not do."""

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Write the days of the list as French does: the first of a month is "1er"."""
        return [self._column(name) for name in super().get_list_display(request)]

    def _column(self, name: Any) -> Any:
        field = next((each for each in self.opts.fields if each.name == name), None)
        if not isinstance(field, models.DateField) or isinstance(field, models.DateTimeField):
            return name

        @admin.display(description=field.verbose_name, ordering=field.name, empty_value="–")
        def said(row: Any) -> str | None:
            day = getattr(row, field.name)
            return french_day(day) if day else None

        said.__name__ = field.name
        return said

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keep every row."""
        return False

    # --- Buttons --------------------------------------------------------------------------------
    def list_tools(self, request: HttpRequest) -> list[Tool]:
        """Return the buttons above the list."""
        return []

    def row_tools(self, request: HttpRequest, row: Any) -> list[Tool]:
        """Return the buttons above one row: its acts."""
        return [
            Tool(act.label, self._named("act", row.pk, act.code), act.tone)
            for act in self.acts
            if act.offered(row)
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list, its purpose and its buttons."""
        name = str(self.opts.verbose_name_plural)
        context = {
            "title": name[:1].upper() + name[1:],
            "tools": self.list_tools(request),
            "about": self.about,
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show or save a row; what the domain refuses is said in words, and nothing is written."""
        if request.method == "POST" and self.is_grave:
            raise_if_reauthentication_required(request, app="caracol.admin")
        row = self.get_object(request, object_id) if object_id else None
        tools = self.row_tools(request, row) if row is not None else []
        context = {
            "title": str(row) if row is not None else self._title_of_new(),
            "subtitle": None,
            "tools": tools,
            "about": "" if row is not None else self.about,
            "show_save_and_continue": False,
            "show_save_and_add_another": False,
            **(extra_context or {}),
        }
        try:
            return super().changeform_view(request, object_id, form_url, context)
        except Refused as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(request.get_full_path())

    def _title_of_new(self) -> str:
        return self.adding or f"Nouvelle fiche : {self.opts.verbose_name}"

    # --- Acts -----------------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        """Add the addresses of the acts."""
        wrap = self.admin_site.admin_view
        own = [path("<int:pk>/acte/<slug:code>/", wrap(self.act_view), name=self._name("act"))]
        return (own if self.acts else []) + super().get_urls()

    def act_view(self, request: HttpRequest, pk: int, code: str) -> HttpResponseBase:
        """Ask for an act, then do it."""
        row = self.get_object(request, str(pk))
        act = next((one for one in self.acts if one.code == code), None)
        if row is None or act is None:
            raise Http404
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        if act.is_grave:
            raise_if_reauthentication_required(request, app="caracol.admin")
        form = ReasonForm(request.POST or None) if act.asks_reason else None
        if request.method == "POST" and (form is None or form.is_valid()):
            reason = form.cleaned_data["reason"] if form else ""
            return self._done(request, row, act, reason)
        context = {
            **self.admin_site.each_context(request),
            "title": act.label,
            "opts": self.opts,
            "original": row,
            "act": act,
            "form": form,
            "back": self._named("change", row.pk),
        }
        return TemplateResponse(request, "admin/act.html", context)

    def _done(self, request: HttpRequest, row: Any, act: RowAct, reason: str) -> HttpResponseBase:
        try:
            messages.success(request, act.run(request, row, reason))
        except Refused as error:
            messages.error(request, error.message)
        return HttpResponseRedirect(self._named("change", row.pk))

    # --- History --------------------------------------------------------------------------------
    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show who changed what of a row, from the history that the database writes."""
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        tracked = hasattr(self.model, "pgh_event_model")
        # The history lives in a higher layer: found by name, as the rights table is.
        read = import_string("caracol.audit.selectors.history_of")
        context = {
            **self.admin_site.each_context(request),
            "title": f"Historique : {row}",
            "opts": self.opts,
            "original": row,
            "lines": read({self.model: [row.pk]}) if tracked else [],
            "tracked": tracked,
            "back": self._named("change", row.pk),
        }
        return TemplateResponse(request, "admin/row_history.html", context)

    def log_addition(self, *args: Any, **kwargs: Any) -> None:  # type: ignore[override]
        """Leave the journal of Django empty: the database writes the history."""

    log_change = log_deletions = log_addition  # type: ignore[assignment]

    def _name(self, what: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{what}"

    def _named(self, what: str, *arguments: Any) -> str:
        return reverse(f"admin:{self._name(what)}", args=arguments)


class ReadOnlyAdmin(KeptAdmin):
    """Rows that the administration shows and never writes; the database refuses as well."""

    section = Section.REGISTERS
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse to add."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse to change."""
        return False
