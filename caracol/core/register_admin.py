"""The pages by which a register goes out to a file and comes back."""

import pghistory
from django import forms
from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.module_loading import import_string

from caracol.core import clock, export
from caracol.core.admin import KeptAdmin, Tool
from caracol.core.errors import Refused
from caracol.core.registers import Reading, Register, read
from caracol.core.sheetfiles import MAX_ROWS, SheetFile, read_table

KEPT_SECONDS = 3600


class FileForm(forms.Form):
    """A table to read."""

    table = forms.FileField(
        label="Fichier .xlsx ou .csv",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={"required": "Choisissez un fichier."},
    )


class RegisterAdmin(KeptAdmin):
    """A page whose rows are exported, and imported after a look at what would change."""

    register_class: type[Register]
    may_import = True

    def list_tools(self, request: HttpRequest) -> list[Tool]:
        """Offer the export of what is listed, and the import."""
        query = request.GET.copy()
        query.pop("p", None)
        tools = []
        for form, label in (("xlsx", "Exporter (Excel)"), ("csv", "CSV")):
            query["format"] = form
            tools.append(Tool(label, f"{self._named('export')}?{query.urlencode()}"))
        if self._may_import(request):
            tools.append(Tool("Importer", self._named("import")))
        return [*super().list_tools(request), *tools]

    def get_urls(self) -> list[URLPattern]:
        """Add the addresses of the files."""
        wrap = self.admin_site.admin_view
        own = [path("export/", wrap(self.export_view), name=self._name("export"))]
        if self.may_import:
            own.append(path("import/", wrap(self.import_view), name=self._name("import")))
        return own + super().get_urls()

    def _may_import(self, request: HttpRequest) -> bool:
        codes = (
            f"{self.opts.app_label}.{verb}_{self.opts.model_name}" for verb in ("add", "change")
        )
        return self.may_import and all(request.user.has_perm(code) for code in codes)

    # --- Out ------------------------------------------------------------------------------------
    def export_view(self, request: HttpRequest) -> HttpResponse:
        """Give what the list shows as a file; it is written in the register of consultations."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        query = request.GET.copy()
        form = "csv" if query.pop("format", ["xlsx"])[0] == "csv" else "xlsx"
        blank = query.pop("modele", None)
        request.GET = query  # type: ignore[assignment]
        register = self.register_class()
        queryset = self.get_changelist_instance(request).queryset
        rows = [] if blank else register.rows(queryset)
        title = str(self.opts.verbose_name_plural)
        # The register of consultations lives in a higher layer: found by name.
        import_string("caracol.audit.services.record_access")(
            actor=request.user,
            action="EXPORT",
            label=f"Registre : {title}",
            page=f"admin:{self._name('export')}",
            rows=len(rows),
            request_id=getattr(request, "request_id", ""),
        )
        name = f"{title.replace(' ', '-')}-{clock.today():%Y-%m-%d}"
        return export.answer(register.kinds(), rows, name=name, form=form)

    # --- In -------------------------------------------------------------------------------------
    def import_view(self, request: HttpRequest) -> HttpResponseBase:
        """Ask for a file, show what it would do, do it."""
        if not self._may_import(request):
            raise PermissionDenied
        if "kept" in request.POST:
            return self._confirmed(request)
        form = FileForm(request.POST or None, request.FILES or None)
        reading, kept = None, ""
        if request.method == "POST" and form.is_valid():
            try:
                sent = form.cleaned_data["table"]
                table = read_table(sent.name, sent.read())
                reading = read(self.register_class(), table, user=request.user, dry_run=True)
                kept = "" if reading.faults else self._keep(request, table)
            except Refused as error:
                form.add_error("table", error.message)
        return self._page(request, form, reading, kept)

    def _page(
        self, request: HttpRequest, form: FileForm, reading: Reading | None, kept: str = ""
    ) -> HttpResponseBase:
        register = self.register_class()
        context = {
            **self.admin_site.each_context(request),
            "title": f"Importer : {self.opts.verbose_name_plural}",
            "opts": self.opts,
            "form": form,
            "reading": reading,
            "kept": kept,
            "headings": list(register.headings.values()),
            "required": [register.headings[name] for name in register.required],
            "model_url": f"{self._named('export')}?modele=1&format=xlsx",
            "back": self._named("changelist"),
            "most": MAX_ROWS,
        }
        status = 422 if form.errors or (reading and reading.faults) else 200
        return TemplateResponse(request, "admin/register/import.html", context, status=status)

    def _keep(self, request: HttpRequest, table: SheetFile) -> str:
        """Seal the table read, so that what is confirmed is what was shown."""
        content = [table.headings, table.rows, table.lines]
        return signing.dumps(content, salt=self._salt(request), compress=True)

    def _salt(self, request: HttpRequest) -> str:
        return f"register:{self.opts.label}:{request.user.pk}"

    def _confirmed(self, request: HttpRequest) -> HttpResponseBase:
        try:
            content = signing.loads(
                request.POST["kept"], salt=self._salt(request), max_age=KEPT_SECONDS
            )
        except signing.BadSignature:
            messages.error(
                request, "Cet aperçu est trop ancien : choisissez de nouveau le fichier."
            )
            return HttpResponseRedirect(self._named("import"))
        with pghistory.context(act="register.imported"):
            reading = read(
                self.register_class(), SheetFile(*content), user=request.user, dry_run=False
            )
        if reading.faults:
            return self._page(request, FileForm(), reading)
        messages.success(
            request,
            f"Import terminé : {reading.count('new')} ajoutées, {reading.count('update')} "
            f"modifiées, {reading.count('skip')} inchangées.",
        )
        return HttpResponseRedirect(reverse(f"admin:{self._name('changelist')}"))
