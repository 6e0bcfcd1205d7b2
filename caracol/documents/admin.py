"""The texts of the documents, edited by the director: drafts, previews, versions, publication."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path

from caracol.audit.models import AccessAction
from caracol.audit.services import record_access
from caracol.core import clock
from caracol.core.admin import KeptAdmin, RowAct, Section, Tool, state_tag
from caracol.core.errors import Refused
from caracol.documents import registry, texts
from caracol.documents.comparing import compare
from caracol.documents.models import TextRequirement, TextTemplate
from caracol.documents.services import texts as services
from caracol.documents.services.drafting import draft_pdf


def _choice(code: str, variant: str) -> str:
    return f"{code}|{variant}"


class TextForm(forms.ModelForm):
    """A draft: refused with the line, the column and the nearest name when it is ill written."""

    which = forms.ChoiceField(label="texte", required=False)

    class Meta:
        model = TextTemplate
        fields = ("title", "valid_from", "note", "body")
        widgets = {"body": forms.Textarea({"rows": 32, "cols": 100, "spellcheck": "true"})}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "title" not in self.fields:  # a published version is only read
            return
        if self.instance.pk:
            del self.fields["which"]
        else:
            self.fields["which"].required = True
            which = cast(forms.ChoiceField, self.fields["which"])
            which.choices = list(_whiches())
            self.fields["valid_from"].initial = clock.today()

    def clean(self) -> dict[str, Any]:
        """Check the writing of the text and every name it uses."""
        data = super().clean() or {}
        if "which" in self.fields and data.get("which"):
            self.instance.code, _, self.instance.variant = data["which"].partition("|")
        if self.instance.code and data.get("body"):
            for problem in services.problems_of(self.instance.code, data["body"]):
                self.add_error("body", str(problem))
        return data


def _whiches() -> Any:
    for kind in texts.text_kinds():
        if not kind.every_variant:
            yield _choice(kind.code, ""), f"{kind.label}, tous les types"
        for variant, label in kind.variants:
            yield _choice(kind.code, variant), f"{kind.label}, {label}"


def _discard(request: HttpRequest, text: TextTemplate, reason: str) -> str:
    services.discard(template=text, actor=request.user)  # type: ignore[arg-type]
    return f"Le brouillon « {text} » est abandonné."


_NEW_VERSION = RowAct(
    code="nouvelle-version",
    label="Nouvelle version",
    explanation="Un brouillon s'ouvre avec les mots de cette version. Il ne sert à aucun document "
    "tant qu'il n'est pas publié ; la version en vigueur reste en place jusque-là.",
    button="Ouvrir un brouillon",
    run=lambda request, text, reason: "",
)


_DISCARD = RowAct(
    code="abandonner",
    label="Abandonner le brouillon",
    explanation="Les mots de ce brouillon sont perdus. Les versions publiées restent.",
    button="Abandonner le brouillon",
    run=_discard,
    tone="danger",
)


@admin.register(TextTemplate)
class TextTemplateAdmin(KeptAdmin):
    """Each text with its version in force and its draft; past versions stay readable."""

    section = Section.PAPERS
    about = "Les mots des contrats, avenants, lettres et attestations, version par version."
    place = 10
    form = TextForm
    list_display = ("label", "type_label", "version", "state_label", "valid_from", "note")
    list_display_links = ("label",)
    ordering = ("code", "variant", "-version")
    search_fields = ("title", "body", "note")
    change_form_template = "admin/documents/texttemplate/change_form.html"

    @admin.display(description="texte", ordering="code")
    def label(self, text: TextTemplate) -> str:
        """The name of the kind of text."""
        return texts.text_kind(text.code).label

    @admin.display(description="type de contrat", ordering="variant")
    def type_label(self, text: TextTemplate) -> str:
        """The type it is for."""
        return texts.text_kind(text.code).variant_label(text.variant)

    @admin.display(description="état", ordering="state")
    def state_label(self, text: TextTemplate) -> str:
        """Its state, a draft standing out."""
        if text.is_published:
            return state_tag("en vigueur", "success")
        return state_tag("brouillon à publier", "warning")

    def get_queryset(self, request: HttpRequest) -> Any:
        """List what is in force and the drafts; open any version by its address."""
        rows = super().get_queryset(request).select_related("published_by", "created_by")
        match = request.resolver_match
        if match is not None and (match.url_name or "").endswith("_changelist"):
            return rows.filter(pk__in=services.current_ids(clock.today()))
        return rows

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let drafts be written; a published version is only read."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or not obj.is_published)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask which text for a new one."""
        fields = ("title", "valid_from", "note", "body")
        return fields if obj is not None else ("which", *fields)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Keep the draft through its service: one draft a text, versions follow one another."""
        draft = services.save_draft(
            code=obj.code,
            variant=obj.variant,
            title=obj.title,
            body=obj.body,
            valid_from=obj.valid_from,
            note=obj.note,
            actor=request.user,  # type: ignore[arg-type]
        )
        obj.pk, obj.version, obj.state = draft.pk, draft.version, draft.state
        obj._state.adding = False

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """Show a version beside the names it may use, what it must say, and its other versions."""
        text = self.get_object(request, object_id)
        extra = {**(extra_context or {}), "show_save_and_continue": True}
        if text is not None:
            extra |= self._around(request, text)
        return super().change_view(request, object_id, form_url, extra)

    def _around(self, request: HttpRequest, text: TextTemplate) -> dict[str, Any]:
        kind = texts.text_kind(text.code)
        day = max(text.valid_from, clock.today())
        return {
            "text": text,
            "kind": kind,
            "title": f"{kind.label} · {kind.variant_label(text.variant)} · version {text.version}",
            "versions": services.versions_of(text),
            "lacking": services.lacking_in(text, day),
            "requirements": services.requirements(text.code, text.variant, day),
            "may_write": super().has_change_permission(request),
        }

    def row_tools(self, request: HttpRequest, row: Any) -> list[Tool]:
        """Offer what fits: a new version of a published text; to publish or abandon a draft."""
        if not super().has_change_permission(request):
            return []
        if row.is_published:
            return [Tool("Nouvelle version", self._named("nouvelle_version", row.pk))]
        return [
            Tool("Publier…", self._named("publier", row.pk)),
            Tool("Abandonner le brouillon", self._named("abandonner", row.pk), "danger"),
        ]

    def get_urls(self) -> list[URLPattern]:
        """Add the acts on a version."""
        acts = {
            "apercu": self.preview_view,
            "publier": self.publish_view,
            "comparer": self.compare_view,
            "nouvelle-version": self.draft_view,
            "abandonner": self.discard_view,
        }
        own = [
            path(
                f"<int:pk>/{name}/",
                self.admin_site.admin_view(view),
                name=self._name(name.replace("-", "_")),
            )
            for name, view in acts.items()
        ]
        return [*own, *super().get_urls()]

    # --- Acts -----------------------------------------------------------------------------------
    def _text(self, request: HttpRequest, pk: int, *, to_write: bool) -> TextTemplate:
        allowed = super().has_change_permission(request)
        if not allowed if to_write else not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(TextTemplate, pk=pk)

    def _page(self, request: HttpRequest, text: TextTemplate, title: str) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "text": text,
            "kind": texts.text_kind(text.code),
            "title": title,
        }

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Give the PDF of a version on a real contract, chosen by its number."""
        text = self._text(request, pk, to_write=False)
        number = request.GET.get("contrat", "").strip()
        try:
            paper = texts.text_kind(text.code).preview(request.user, number, text)  # type: ignore[arg-type]
        except Refused as refusal:
            messages.error(request, refusal.message)
            return redirect("admin:documents_texttemplate_change", pk)
        record_access(
            actor=request.user,  # type: ignore[arg-type]
            action=AccessAction.PRINT,
            label=f"Aperçu du texte « {text} » sur le contrat {number}",
            page="admin:documents_texttemplate_apercu",
        )
        kind = registry.kind_of(texts.text_kind(text.code).document_kind)
        pdf = draft_pdf(kind=kind, paper=paper, on=clock.today())
        response = HttpResponse(pdf, content_type="application/pdf")
        response["Content-Disposition"] = 'inline; filename="apercu.pdf"'
        response["Cache-Control"] = "private, no-store"
        response["Content-Security-Policy"] = "sandbox; default-src 'none'"
        return response

    def publish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what a publication changes, then publish."""
        text = self._text(request, pk, to_write=True)
        if request.method == "POST":
            try:
                services.publish(template=text, today=clock.today(), actor=request.user)  # type: ignore[arg-type]
            except services.TextRefused as refusal:
                messages.error(request, f"{refusal.message} {' ; '.join(refusal.problems)}.")
            else:
                messages.success(request, f"« {text} » est publiée : elle sert désormais.")
            return redirect("admin:documents_texttemplate_change", pk)
        before = _previous(text)
        context = self._page(request, text, f"Publier « {text} » ?") | {
            "before": before,
            "lines": compare(before.body if before else "", text.body),
            "lacking": services.lacking_in(text, max(text.valid_from, clock.today())),
        }
        return render(request, "admin/documents/texttemplate/publish.html", context)

    def compare_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what differs between a version and another one."""
        text = self._text(request, pk, to_write=False)
        asked = request.GET.get("avec", "")
        before = _previous(text)
        if asked.isdigit():
            before = services.versions_of(text).filter(pk=asked).first()
        if before is None:
            raise Http404
        context = self._page(request, text, f"Ce qui change de la version {before.version}") | {
            "before": before,
            "lines": compare(before.body, text.body),
        }
        return render(request, "admin/documents/texttemplate/compare.html", context)

    def draft_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Open the draft of a text, begun from this version unless there is one already."""
        text = self._text(request, pk, to_write=True)
        draft = services.versions_of(text).filter(published_at=None).first()
        if draft is None and request.method != "POST":
            return self._ask(request, text, _NEW_VERSION)
        if draft is None:
            draft = services.save_draft(
                code=text.code,
                variant=text.variant,
                title=text.title,
                body=text.body,
                valid_from=clock.today(),
                note="",
                actor=request.user,  # type: ignore[arg-type]
            )
            messages.success(request, "Brouillon ouvert : modifiez-le, puis publiez-le.")
        return redirect("admin:documents_texttemplate_change", draft.pk)

    def discard_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Abandon a draft."""
        text = self._text(request, pk, to_write=True)
        if text.is_published:
            return redirect("admin:documents_texttemplate_change", pk)
        if request.method != "POST":
            return self._ask(request, text, _DISCARD)
        messages.success(request, _DISCARD.run(request, text, ""))
        return redirect("admin:documents_texttemplate_changelist")

    def _ask(self, request: HttpRequest, text: TextTemplate, act: RowAct) -> HttpResponse:
        context = self._page(request, text, act.label) | {
            "original": text,
            "act": act,
            "form": None,
            "back": self._named("change", text.pk),
        }
        return render(request, "admin/act.html", context)


def _previous(text: TextTemplate) -> TextTemplate | None:
    return services.versions_of(text).filter(version__lt=text.version).first()


class VariantFilter(admin.AllValuesFieldListFilter):
    """By type of contract; what is for all of them says so."""

    def choices(self, changelist: Any) -> Any:
        """Name the choice of no type."""
        for choice in super().choices(changelist):
            yield choice | {"display": choice["display"] or "tous les types"}


@admin.register(TextRequirement)
class TextRequirementAdmin(KeptAdmin):
    """What the law demands of each text, dated: a change is a new line, the old one ends."""

    section = Section.PAPERS
    about = (
        "Ce que la loi ou l'usage exige de chaque texte ; un texte qui l'oublie ne se publie pas."
    )
    place = 20
    list_display = ("label", "code", "variant", "element", "source", "valid_from", "valid_to")
    list_filter = ("code", ("variant", VariantFilter))
    search_fields = ("label", "element", "source")
    ordering = ("code", "variant", "pk")
