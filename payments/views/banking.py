"""The bank's files: dropped, mapped when nobody knows their columns, and their statements."""

from typing import Any, BinaryIO, cast

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.core.signing import BadSignature, dumps, loads
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from caracol.accounts.policy import may
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, page, render_page
from caracol.ui import toasts
from caracol.ui.fields import DateField
from payments.forms import BankFileForm, LayoutForm, ReasonForm
from payments.models import BankFile, BankStatement
from payments.readers.sheet import LayoutUnknown
from payments.selectors.awaited import open_lines, transit
from payments.selectors.bank_check import bank_checks, suspense_balance
from payments.selectors.bank_files import brought, obstacles
from payments.selectors.bank_lines import counts, lines_seen
from payments.services.automatic import Run, reconcile
from payments.services.bank_uploads import AT_ONCE, import_later, words_of
from payments.services.bank_withdrawing import WithdrawalRefused, withdraw_file
from payments.services.banking import Imported, import_bank
from payments.services.layouts import remember_layout
from payments.views.bank_lines import roles_of
from residents.models import Contract

PER_PAGE = 30
SALT = "payments.bank-layout"
ROWS_SHOWN = 8
DECIDED_SHOWN = 10


@page("payments:bank-files", methods=("GET", "POST"))
def bank_files(request: PageRequest) -> HttpResponse:
    """Import the bank's file and list the statements, with what each adds up to."""
    sent = request.method == "POST"
    form = BankFileForm(request.POST if sent else None, request.FILES if sent else None)
    if sent and form.is_valid():
        file = form.cleaned_data["file"]
        if file.size > AT_ONCE:
            job = import_later(stream=file, name=file.name, actor=request.user)
            return redirect("jobs:job-detail", pk=job.pk)
        try:
            found = import_bank(stream=file, name=file.name, actor=request.user)
        except LayoutUnknown as unknown:
            return _ask_layout(request, file, unknown)
        except Refused as refusal:
            form.add_error("file", refusal.message)
        else:
            _say(request, found, reconcile(actor=request.user, today=clock.today()))
            return redirect("payments:bank-lines")
    rows = BankStatement.objects.select_related(
        "bank_account", "file__imported_by", "file__withdrawn_by"
    )
    statements = Paginator(rows.order_by("-closing_on", "-pk"), PER_PAGE)
    context = {
        "form": form,
        "page": statements.get_page(request.GET.get("page")),
        "numbers": counts(lines_seen(request.user, roles_of(request))),
        "checks": bank_checks(clock.today()),
        "may_decide": may(request.user, "payments:bank-line-settle"),
        "may_withdraw": may(request.user, "payments:bank-file-withdraw"),
    }
    return render_page(request, "payments/bank_files.html", context, status=422 if sent else 200)


def _say(request: PageRequest, found: Imported, run: Run) -> None:
    toasts.say(request, words_of(found, run), tone="info" if found.is_known_file else "success")
    for remark in found.remarks[:3]:
        toasts.say(request, remark, tone="warning")


def _ask_layout(request: PageRequest, file: UploadedFile, unknown: LayoutUnknown) -> HttpResponse:
    """Keep the file, and ask once what its columns hold."""
    file.seek(0)
    kept = default_storage.save("bank/waiting.csv", file)
    token = dumps({"path": kept, "name": file.name}, salt=SALT)
    request.session["bank_layout"] = {"token": token, "rows": unknown.rows[:20]}
    return redirect("payments:bank-layout")


@page("payments:bank-layout", methods=("GET", "POST"))
def bank_layout(request: PageRequest) -> HttpResponse:
    """Map the columns of an unknown CSV once; they are remembered, and the file imported."""
    waiting = request.session.get("bank_layout")
    if waiting is None:
        raise Http404
    rows = waiting["rows"]
    width = max((len(row) for row in rows), default=0)
    columns = [(str(n), _column(n, rows)) for n in range(width)]
    form = LayoutForm(request.POST or None, columns=columns)
    if form.is_valid():
        try:
            found, run = _import_waiting(request, waiting, form)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            del request.session["bank_layout"]
            _say(request, found, run)
            return redirect("payments:bank-lines")
    context = {"form": form, "rows": rows[:ROWS_SHOWN], "width": range(1, width + 1)}
    status = 422 if request.method == "POST" else 200
    return render_page(request, "payments/bank_layout.html", context, status=status)


def _column(number: int, rows: list[list[str]]) -> str:
    cells = [row[number].strip() for row in rows if number < len(row) and row[number].strip()]
    return f"Colonne {number + 1} : {' · '.join(cells[:2])[:50]}"


def _import_waiting(
    request: PageRequest, waiting: dict[str, Any], form: LayoutForm
) -> tuple[Imported, Run]:
    try:
        kept = loads(waiting["token"], salt=SALT, max_age=24 * 3600)
    except BadSignature as error:
        raise Refused("Le fichier n'est plus là : déposez-le de nouveau.") from error
    remember_layout(
        rows=waiting["rows"],
        name=form.cleaned_data["name"],
        columns=form.mapping(),
        actor=request.user,
    )
    with default_storage.open(kept["path"]) as stream:
        found = import_bank(stream=cast(BinaryIO, stream), name=kept["name"], actor=request.user)
    default_storage.delete(kept["path"])
    return found, reconcile(actor=request.user, today=clock.today())


@page("payments:bank-file-withdraw", methods=("GET", "POST"))
def bank_file_withdraw(request: PageRequest) -> HttpResponse:
    """Show what a file imported by mistake brought, then take it back; say what keeps it."""
    asked = (request.POST if request.method == "POST" else request.GET).get("fichier", "")
    file = BankFile.objects.filter(pk=asked, withdrawn_at=None).first() if asked.isdigit() else None
    if file is None:
        return redirect("payments:bank-files")
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            done = withdraw_file(file=file, actor=request.user, reason=form.cleaned_data["reason"])
        except WithdrawalRefused:
            form.add_error(None, "Ce fichier ne peut pas être retiré : voyez pourquoi ci-dessous.")
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            toasts.say(
                request,
                f"« {file.name} » est retiré, ses lignes mises de côté, leurs écritures "
                f"contre-passées ({done.reversed}). Le fichier peut être importé de nouveau.",
            )
            return redirect("payments:bank-files")
    status = 422 if form.errors else 200
    context = {"form": form, **_withdrawal(request, file)}
    return render_page(request, "payments/bank_file_withdraw.html", context, status=status)


def _withdrawal(request: PageRequest, file: BankFile) -> dict[str, Any]:
    """Return what taking a file back would do, or what keeps it; the lines that one sees."""
    found = obstacles(file)
    decided = [pk for one in found for pk in one.lines]
    seen = lines_seen(request.user, roles_of(request)).filter(pk__in=decided)
    return {
        "file": file,
        "brought": brought(file),
        "obstacles": found,
        "decided": seen.order_by("booked_on", "pk")[:DECIDED_SHOWN],
    }


@page("payments:bank-check")
def bank_check(request: PageRequest) -> HttpResponse:
    """Show what the bank says, what the ledger says, and why they differ, on a day."""
    asked = request.GET.get("le", "")
    try:
        on = DateField().clean(asked) if asked else clock.today()
    except ValidationError:
        on = clock.today()
    suspense, waiting = suspense_balance(on), open_lines(on)
    context = {
        "on": on,
        "checks": bank_checks(on),
        "suspense": suspense,
        "open_lines": waiting,
        "suspense_others": suspense - waiting.total,
        "transit": transit(on, _numbers_seen(request)),
        "may_post": may(request.user, "payments:bank-opening-post"),
        "may_decide": may(request.user, "payments:bank-line-settle"),
    }
    return render_page(request, "payments/bank_check.html", context)


def _numbers_seen(request: PageRequest) -> set[str] | None:
    """Return the numbers of the contracts that one sees; None for all of them."""
    roles = roles_of(request)
    if Contract.objects.all().visible_condition(request.user, roles) is None:
        return None
    seen = Contract.objects.visible_to(request.user, roles)
    return set(seen.values_list("number", flat=True))
