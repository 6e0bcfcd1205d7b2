"""A cell edited where it stands: its form, its conflict, its undo; the same page without script."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, get_visible_or_404, policy, render_page
from caracol.core.versions import ChangedMeanwhile
from caracol.lists.definition import ListDefinition, Reader, roles_of
from caracol.lists.fields import in_words
from caracol.lists.selectors import last_author
from caracol.lists.services.acting import keep_edit
from caracol.lists.table import editable
from caracol.ui import toasts


class CellForm(forms.Form):
    """The new value of a cell, and the version it was read at."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any, control: forms.Field, **options: Any) -> None:
        super().__init__(data, auto_id="cell_%s", **options)
        control.widget.attrs["data-cell-input"] = ""
        self.fields["value"] = control


class _Cell:
    """One cell of one row, as the request edits it."""

    def __init__(self, request: PageRequest, definition: ListDefinition, pk: int, key: str) -> None:
        target = definition.fields.get(key)
        if target is None:
            raise Http404
        self.request, self.definition, self.target = request, definition, target
        self.row = get_visible_or_404(request, definition.model._default_manager.all(), pk=pk)
        self.reader = Reader(request.user, roles_of(request.page_key), clock.today())
        self.control = target.control(self.reader, [self.row])
        self.control.label = target.label
        self.is_partial = bool(getattr(request, "htmx", None))

    def form(self, data: Any = None) -> CellForm:
        """Return the form, with what was sent or with what is."""
        initial = {"value": self.target.raw(self.row), "seen": self.target.version(self.row)}
        return CellForm(data, self.control, initial=initial)

    def write(self, form: CellForm) -> tuple[str, Any]:
        """Write what was typed; return what was there and the row. Raises Refused."""
        value = form.cleaned_data["value"]
        refused = self.target.objections([self.row], value).get(self.row.pk)
        if refused:
            raise Refused(f"{refused[:1].upper()}{refused[1:]}.")
        was = self.target.raw(self.row)
        written = self.target.write(
            row=self.row,
            value=value,
            seen=form.cleaned_data["seen"],
            actor=self.request.user,
            today=self.reader.day,
        )
        return was, written

    def saved(self, was: str, written: Any) -> HttpResponse:
        """Answer with the cell as it is now, and the way back."""
        kept = keep_edit(
            definition=self.definition,
            key=self.target.key,
            pk=self.row.pk,
            was=was,
            version=self.target.version(written),
            actor=self.request.user,
        )
        said = f"{self.target.label} : modification enregistrée."
        undo = reverse("lists:act-undo", args=[kept.token])
        if self.is_partial:
            return toasts.say_now(HttpResponse(self.drawn()), said, undo_url=undo)
        toasts.say(self.request, said, undo_url=undo)
        return redirect(self.back)

    def conflict(self, form: CellForm) -> HttpResponse:
        """Show what somebody else wrote beside what was typed, and let choose."""
        self.row.refresh_from_db()
        typed = form.data.get("value", "")
        again = self.form({"value": typed, "seen": self.target.version(self.row)})
        conflict = {
            "who": last_author(self.row) or "Quelqu'un",
            "theirs": self.target.shown(self.row, self.control),
            "mine": in_words(self.control, typed),
        }
        return self.page(again, status=422, conflict=conflict)

    def page(self, form: CellForm, *, status: int = 200, conflict: Any = None) -> HttpResponse:
        """Answer the form alone to the cell, or in a page of its own."""
        context = {
            "form": form,
            "target": self.target,
            "definition": self.definition,
            "row_label": self.label,
            "url": self.request.path,
            "back": self.back,
            "conflict": conflict,
        }
        template = "lists/cell_form.html" if self.is_partial else "lists/cell_page.html"
        return render_page(self.request, template, context, status=status)

    def line(self, reader: Reader) -> Any:
        """Return the line of the row as the list reads it; None when it is not there."""
        rows = list(self.definition.rows(reader, "").filter(pk=self.row.pk))
        return next(iter(self.definition.lines(reader, rows)), None)

    @property
    def _list_reader(self) -> Reader:
        return Reader(self.request.user, roles_of(self.definition.key), self.reader.day)

    @property
    def label(self) -> str:
        """Name the row as the list does."""
        line = self.line(self._list_reader)
        return str(self.row) if line is None else self.definition.label_of(line)

    def drawn(self) -> Any:
        """Draw the cell as the list does."""
        reader = self._list_reader
        line = self.line(reader)
        columns = {column.key: column for column in self.definition.columns_for(reader)}
        if line is None or self.target.key not in columns:
            return ""
        what = f"{self.target.label} de {self.definition.label_of(line)}"
        return editable(columns[self.target.key].cell(line), self.request.path, what)

    @property
    def back(self) -> str:
        """Return the list that the cell was seen in."""
        request, home = self.request, reverse(self.definition.key)
        said = request.POST.get("retour") or request.headers.get("Referer") or ""
        is_ours = url_has_allowed_host_and_scheme(said, {request.get_host()})
        if is_ours and said.split("?")[0].endswith(home):
            return said
        return home if policy().may(request.user, self.definition.key) else "/"


def edit_cell(request: PageRequest, definition: ListDefinition, pk: int, key: str) -> HttpResponse:
    """Show the form of a cell, or write what was typed in it."""
    cell = _Cell(request, definition, pk, key)
    if request.method != "POST":
        return cell.page(cell.form())
    form = cell.form(request.POST)
    if not form.is_valid():
        return cell.page(form, status=422)
    try:
        was, written = cell.write(form)
    except ChangedMeanwhile:
        return cell.conflict(form)
    except Refused as refusal:
        form.add_error("value", refusal.message)
        return cell.page(form, status=422)
    return cell.saved(was, written)
