"""The books as a file for the accountant: a period and a format."""

import tempfile
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase

from caracol.audit.services import record_access
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.export import XLSX
from caracol.core.pages import PageRequest, page, render_page
from caracol.parameters.models import Association
from caracol.ui.fields import DateField
from payments.calculations.fec import FecReport, check_fec
from payments.services.books import write_books
from payments.views.scope import Scope

FORMATS = (
    ("fec", "FEC, 18 colonnes"),
    ("xlsx", "Excel"),
    ("csv", "CSV, pour un autre logiciel"),
    ("hledger", "hledger"),
    ("beancount", "beancount"),
)
_ENDINGS = {
    "fec": "txt",
    "csv": "csv",
    "xlsx": "xlsx",
    "hledger": "journal",
    "beancount": "beancount",
}


class BooksForm(forms.Form):
    """Which part of the books, in which format."""

    first = DateField(label="Du")
    last = DateField(label="Au")
    format = forms.ChoiceField(label="Format", choices=FORMATS, widget=forms.RadioSelect)

    def clean(self) -> dict[str, Any]:
        """Want days in order."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("first") and data.get("last") and data["last"] < data["first"]:
            raise ValidationError({"last": "La fin vient avant le début."})
        return data


@page("payments:books-file", methods=("GET", "POST"))
def books_export(request: PageRequest) -> HttpResponseBase:
    """Choose a period and a format; answer with the file, checked when it is a FEC."""
    today = clock.today()
    may_export = Scope(request).sees_all
    initial = {"first": date(today.year, 1, 1), "last": today, "format": "fec"}
    form = BooksForm(request.POST or None, initial=initial)
    report: FecReport | None = None
    if may_export and form.is_valid():
        try:
            answer = _file(request, form.cleaned_data)
        except Refused as refusal:
            form.add_error("format", refusal.message)
        else:
            if isinstance(answer, HttpResponseBase):
                return answer
            report = answer
    context = {"form": form, "may_export": may_export, "report": report}
    failed = bool(form.errors) or report is not None
    return render_page(
        request, "payments/books_export.html", context, status=422 if failed else 200
    )


def _file(request: PageRequest, asked: dict[str, Any]) -> HttpResponse | FileResponse | FecReport:
    """Return the file, or what is wrong with it. It lives outside memory."""
    form, first, last = asked["format"], asked["first"], asked["last"]
    raw = tempfile.TemporaryFile()  # noqa: SIM115 (the answer closes it)
    try:
        exported = write_books(raw, form, first=first, last=last)
    except Refused:
        raw.close()
        raise
    raw.seek(0)
    name = _name(form, last)
    if form == "fec":
        report = check_fec(raw.read())
        raw.seek(0)
        if not report.is_accepted:
            raw.close()
            return report
    record_access(
        actor=request.user,
        action="EXPORT",
        label=f"Comptes du {first:%d/%m/%Y} au {last:%d/%m/%Y}, {form}",
        page=request.page_key,
        rows=exported.postings,
    )
    answer = FileResponse(
        raw,
        as_attachment=True,
        filename=name,
        content_type=XLSX if form == "xlsx" else "text/plain",
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _name(form: str, last: date) -> str:
    """Return the file's name: for a FEC, the SIREN and the closing day, as the law wants."""
    if form != "fec":
        return f"comptes-{last:%Y-%m-%d}.{_ENDINGS[form]}"
    association = Association.objects.order_by("-valid_from").first()
    siren = association.siret.replace(" ", "")[:9] if association else "000000000"
    return f"{siren}FEC{last:%Y%m%d}.txt"
