"""A CAF's statement typed in, which is given on paper or on screen only."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet, formset_factory
from django.http import HttpResponse
from django.shortcuts import redirect

from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.money import ZERO, euros
from caracol.core.pages import PageRequest, page, render_page
from caracol.ui import toasts
from caracol.ui.fields import MoneyField
from payments.calculations.caf import Announced, tie_lines
from payments.readers.caf import CafRow, checked
from payments.readers.shapes import FileRefused
from payments.services.caf_importing import TAKES_BACK, CafImported, Given, type_statement
from payments.services.caf_uploads import words_of
from payments.views.caf import DETAIL, departments_of
from payments.views.caf_forms import CafTypedForm, CafTypedLine

FIRST_LINES, MORE_LINES, MOST_LINES = 8, 5, 200
PREFIX = "l"
TEMPLATE = "payments/caf_type.html"


class CafTypedLines(BaseFormSet):
    """The lines: all of them may be left empty, those shown again with what was typed too."""

    def initial_form_count(self) -> int:
        """No line is there already."""
        return 0


def _lines_of(count: int) -> Any:
    return formset_factory(
        CafTypedLine,
        formset=CafTypedLines,
        extra=count,
        max_num=MOST_LINES,
        absolute_max=MOST_LINES,
    )


@page("payments:caf-type", methods=("GET", "POST"))
def caf_type(request: PageRequest) -> HttpResponse:
    """Type a statement in; ask for more lines, keeping what was typed; see what the lines come to.

    `ajouter` asks for lines; `essai` (in the address) for the sum alone.
    """
    sent = request.POST or None
    if sent and "essai" in request.GET:
        return render_page(request, f"{TEMPLATE}#essai", {"sum": _sum(request.POST)})
    if sent and "ajouter" in sent:
        return _with_more(request)
    form = CafTypedForm(sent, departments=departments_of(request))
    lines = _lines_of(FIRST_LINES)(sent, prefix=PREFIX)
    if sent and form.is_valid() and _are_right(form, lines):
        try:
            found = _type(request, form.cleaned_data, lines.cleaned_data)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            words, tone = words_of(found)
            toasts.say(request, words, tone="info" if tone == "danger" else "success")
            return redirect(DETAIL, pk=found.statements[0].pk)
    return _shown(request, form, lines, status=422 if sent else 200)


def _are_right(form: forms.Form, lines: Any) -> bool:
    """Check the lines; the summary of errors names those that are wrong."""
    if lines.is_valid():
        return True
    wrong = [str(rank) for rank, errors in enumerate(lines.errors, start=1) if errors]
    plural = "s" if len(wrong) > 1 else ""
    named = f"Vérifiez la ligne{plural} {', '.join(wrong)}.".replace("la lignes", "les lignes")
    form.add_error(None, named if wrong else "Rechargez la page : des lignes se sont perdues.")
    return False


def _shown(request: PageRequest, form: Any, lines: Any, *, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "lines": lines,
        "sum": _sum(request.POST),
        "may_add": lines.total_form_count() < MOST_LINES,
        "more": MORE_LINES,
        "most": MOST_LINES,
        "partials": ("essai",),
    }
    return render_page(request, TEMPLATE, context, status=status)


def _with_more(request: PageRequest) -> HttpResponse:
    """Show the page again with more lines and all that was typed; nothing is judged yet."""
    count = _count(request.POST)
    typed = [_typed(request.POST, CafTypedLine, f"{PREFIX}-{rank}-") for rank in range(count)]
    total = min(count + MORE_LINES, MOST_LINES)
    form = CafTypedForm(
        initial=_typed(request.POST, CafTypedForm), departments=departments_of(request)
    )
    lines = _lines_of(total)(initial=typed, prefix=PREFIX)
    if total > count:
        lines.forms[count].fields["number"].widget.attrs["autofocus"] = True
    return _shown(request, form, lines)


def _count(sent: Mapping[str, str]) -> int:
    written = sent.get(f"{PREFIX}-TOTAL_FORMS", "")
    return min(int(written), MOST_LINES) if written.isdecimal() and len(written) < 6 else 0


def _typed(sent: Mapping[str, str], form: type[forms.Form], prefix: str = "") -> dict[str, str]:
    """Return what was typed in a form, as it was."""
    names = form.base_fields
    return {name: sent[prefix + name] for name in names if sent.get(prefix + name)}


@dataclass(frozen=True)
class TypedSum:
    """What the lines typed so far come to, beside the total announced."""

    count: int
    total: Decimal
    announced: Decimal | None
    why_not: str = ""

    @property
    def words(self) -> str:
        """In one sentence."""
        plural = "s" if self.count > 1 else ""
        return f"{self.count} ligne{plural}, {euros(self.total)}."

    @property
    def is_right(self) -> bool:
        """Whether the lines make the total."""
        return self.announced is not None and not self.why_not


def _sum(sent: Mapping[str, str]) -> TypedSum | None:
    """Return what the lines come to; None while there is none."""
    rows = [
        (amount, sent.get(f"{PREFIX}-{rank}-nature") in TAKES_BACK)
        for rank in range(_count(sent))
        if (amount := _amount(sent.get(f"{PREFIX}-{rank}-amount", ""))) is not None
    ]
    if not rows:
        return None
    announced = _amount(sent.get("total", ""))
    found = tie_lines(
        [amount for amount, _back in rows],
        [back for _amount, back in rows],
        [Announced(announced)] if announced is not None else [],
    )
    return TypedSum(len(rows), sum(found.amounts, ZERO), announced, found.why_not)


def _amount(written: str) -> Decimal | None:
    try:
        found: Decimal | None = MoneyField(required=False).clean(written)
    except ValidationError:
        return None
    return found


def _type(request: PageRequest, head: dict[str, Any], lines: list[dict[str, Any]]) -> CafImported:
    rows = [
        checked(
            CafRow(
                place=f"ligne {number}",
                number=facts["number"],
                last_name=facts["name"],
                month_from=facts["month_from"],
                month_to=facts["month_to"] or facts["month_from"],
                nature=facts["nature"],
                amount=facts["amount"],
                paid_on=head["paid_on"],
            ),
            number,
        )
        for number, facts in enumerate(lines, start=1)
        if facts
    ]
    if not rows:
        raise FileRefused("Saisissez au moins une ligne.")
    given = Given(head["department"], head["reference"], head["paid_on"])
    return type_statement(
        rows=rows, total=head["total"], given=given, actor=request.user, today=clock.today()
    )
