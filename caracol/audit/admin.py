"""The registers the direction reads: consultations, what is unusual in them, history of acts."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from caracol.accounts.models import User
from caracol.audit import history
from caracol.audit.alerts import DAYS, alerts
from caracol.audit.models import AccessRecord, Act
from caracol.audit.selectors import RowChange, rows_of_act, tracked_models
from caracol.core import clock
from caracol.core.admin import ReadOnlyAdmin, Tool

# Of people, the administration tells that something changed, never what.
PEOPLE = ("residents.", "social.")
READABLE_RULES = {"residents.contracttyperule"}


def people_masks() -> frozenset[str]:
    """Return the models whose facts stay out of the administration."""
    labels = {model._meta.label_lower for model in tracked_models()}
    return frozenset(label for label in labels - READABLE_RULES if label.startswith(PEOPLE))


@admin.register(AccessRecord)
class AccessRecordAdmin(ReadOnlyAdmin):
    """Who read, printed, exported or downloaded what."""

    place = 60
    about = "Qui a lu, imprimé, exporté ou téléchargé quoi, et ce qui sort de l'ordinaire."
    list_display = ("at", "user", "action", "label", "rows")
    list_filter = ("action", ("user", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("user",)
    search_fields = ("label", "user__email", "user__last_name")
    date_hierarchy = "at"
    ordering = ("-at", "-pk")
    fields = ("at", "user", "action", "label", "rows", "page", "request_id")

    def list_tools(self, request: HttpRequest) -> list[Tool]:
        """Lead to what is unusual."""
        return [Tool("Ce qui sort de l'ordinaire", reverse("admin:audit_accessrecord_alerts"))]

    def get_urls(self) -> list[URLPattern]:
        """Add the page of what is unusual."""
        wrap = self.admin_site.admin_view
        own = [path("alertes/", wrap(self.alerts_view), name="audit_accessrecord_alerts")]
        return own + super().get_urls()

    def alerts_view(self, request: HttpRequest) -> HttpResponse:
        """Show who read at unusual hours, or a great deal, in the last days."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": "Ce qui sort de l'ordinaire",
            "opts": self.opts,
            "alerts": alerts(clock.now()),
            "days": DAYS,
            "log": reverse("admin:audit_accessrecord_changelist"),
            "rules": reverse("admin:parameters_parameter_changelist"),
        }
        return TemplateResponse(request, "admin/alerts.html", context)


class ActFilter(admin.SimpleListFilter):
    """Acts that have a name."""

    title = "acte"
    parameter_name = "acte"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The names, in alphabetical order."""
        return sorted(history.LABELS.items(), key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Keep one act."""
        value = self.value()
        return queryset.filter(metadata__act=value) if value else queryset


@admin.register(Act)
class ActAdmin(ReadOnlyAdmin):
    """Who changed what, act by act. Of people, only that something changed."""

    place = 50
    about = "Qui a changé quoi, acte par acte. Les données des personnes n'y figurent pas."
    list_display = ("at", "act_shown", "author", "reason_shown")
    list_filter = (ActFilter,)
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    fields = ("at", "act_shown", "author", "reason_shown")
    change_form_template = "admin/act_history.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Know everybody's name at once: authors are written as numbers."""
        self._names = {user.pk: str(user) for user in User.objects.all()}
        return super().get_queryset(request)

    @admin.display(description="le", ordering="created_at")
    def at(self, act: Act) -> datetime:
        """When."""
        return act.created_at

    @admin.display(description="acte")
    def act_shown(self, act: Act) -> str:
        """What it is called."""
        return history.LABELS.get((act.metadata or {}).get("act", ""), "Modification")

    @admin.display(description="par")
    def author(self, act: Act) -> str:
        """Who did it."""
        number = (act.metadata or {}).get("user") or 0
        return self._names.get(number, "Caracol (automatique)")

    @admin.display(description="motif")
    def reason_shown(self, act: Act) -> str:
        """Why, when it was said."""
        return str((act.metadata or {}).get("reason", ""))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show the rows that an act touched."""
        rows: list[RowChange] = rows_of_act(object_id, masks=people_masks()) if object_id else []
        context = {"rows": rows, **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, context)
