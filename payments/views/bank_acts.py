"""What is done with a line: settled, shared, set aside, left to wait, undone."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from caracol.accounts.policy import may
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.money import ZERO, euros
from caracol.core.pages import PageRequest, allowed, get_visible_or_404, page, render_page
from caracol.core.periods import Month
from caracol.ui import toasts
from payments.enums import BankLineState, MatchRule, PartKind, Payer
from payments.forms import SplitForm, SuspenseForm
from payments.models import BankLine, Entry, Reconciliation
from payments.selectors.bank_lines import choices
from payments.selectors.returns import mandates_stopped_by, said_of_mandates
from payments.services.automatic import third_parties
from payments.services.held import discard_held, hold_again, put_back, take_held
from payments.services.line_parts import BY_HAND, Act, LinePart, LineRefused
from payments.services.proposing import Proposal, propose, propose_one
from payments.services.reconciling import (
    leave_in_suspense,
    set_aside,
    settle_line,
    settle_lines,
    tie_line,
    undo_line,
)
from payments.views.bank_keys import leave_trail
from payments.views.bank_lines import Queue, line_context, line_seen
from residents.models import Contract

MOST_STRONG = 200


@page("payments:bank-line-settle", methods=("POST",))
def bank_line_settle(request: PageRequest, pk: int) -> HttpResponse:
    """Settle a line on the contract chosen, on what was proposed, or on what was recorded."""
    line, queue = line_seen(request, pk), Queue(request)
    proposal = propose_one(line, on=clock.today())
    try:
        done = _settle(request, line, proposal)
    except Refused as refusal:
        return _refused(request, line, queue, refusal)
    _say(request, done)
    leave_trail(request.session, line)
    return queue.go_on(line)


def _settle(request: PageRequest, line: BankLine, proposal: Proposal) -> Reconciliation:
    today, actor = clock.today(), request.user
    if recorded := request.POST.get("saisi", ""):
        entry = Entry.objects.filter(pk=int(recorded) if recorded.isdigit() else 0).first()
        parts: list[LinePart] = [LinePart(line.amount, recorded=entry)]
        return settle_line(
            line=line, parts=parts, actor=actor, today=today, rule=MatchRule.RECORDED
        )
    number = request.POST.get("contrat", "")
    if not number and proposal.settler:
        return tie_line(
            line=line,
            settler=proposal.settler,
            ref=proposal.settler_ref,
            actor=actor,
            today=today,
            reason=proposal.reason,
        )
    shares = [(number, line.amount)] if number else [(p.contract, p.amount) for p in proposal.parts]
    if not shares:
        raise LineRefused("Rien n'est proposé pour cette ligne : choisissez une personne.")
    parts = [_part(request, line, one, amount) for one, amount in shares]
    same = not number or number in {part.contract for part in proposal.parts}
    return settle_line(
        line=line,
        parts=parts,
        actor=actor,
        today=today,
        rule=proposal.rule if same else MatchRule.PERSON,
        reason=f"Confirmé : {proposal.reason}" if same else BY_HAND,
    )


def _part(
    request: PageRequest, line: BankLine, number: str, amount: Decimal, month: Month | None = None
) -> LinePart:
    contract = get_visible_or_404(request, Contract.objects.all(), number=number)
    other = (line.payer_index, contract.pk) in third_parties([line])
    return LinePart(amount, contract, month, Payer.OTHER if other else Payer.RESIDENT)


@page("payments:bank-line-split", methods=("POST",))
def bank_line_split(request: PageRequest, pk: int) -> HttpResponse:
    """Share a line between contracts and months."""
    line, queue = line_seen(request, pk), Queue(request)
    if "plus" in request.POST:
        context = line_context(request, line, queue, split=SplitForm.longer(request.POST))
        return render_page(request, "payments/bank_line.html", context | {"splits": True})
    form = SplitForm(request.POST)
    if form.is_valid():
        try:
            parts = _shared(request, line, form)
            _say(
                request,
                settle_line(line=line, parts=parts, actor=request.user, today=clock.today()),
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            leave_trail(request.session, line)
            return queue.go_on(line)
    context = line_context(request, line, queue, split=form)
    return render_page(request, "payments/bank_line.html", context | {"form": form}, status=422)


def _shared(request: PageRequest, line: BankLine, form: SplitForm) -> list[LinePart]:
    sign = 1 if line.amount > 0 else -1
    shares = form.shares()
    known = {
        row.number
        for row in allowed(request, Contract.objects.filter(number__in=[one[0] for one in shares]))
    }
    for number, _amount, _month in shares:
        if number not in known:
            raise LineRefused(f"Le contrat « {number} » est inconnu sur votre territoire.")
    parts = [_part(request, line, number, amount * sign, month) for number, amount, month in shares]
    left = line.amount - sum((part.amount for part in parts), ZERO)
    if left and form.cleaned_data["waits"]:
        parts.append(LinePart(left, kind=PartKind.SUSPENSE))
    return parts


@page("payments:bank-line-aside", methods=("POST",))
def bank_line_aside(request: PageRequest, pk: int) -> HttpResponse:
    """Set a line aside: it is no rental money."""
    line, queue = line_seen(request, pk), Queue(request)
    why = request.POST.get("motif", "").strip() or "Hors gestion locative."
    try:
        _say(request, set_aside(line=line, actor=request.user, today=clock.today(), reason=why))
    except Refused as refusal:
        return _refused(request, line, queue, refusal)
    leave_trail(request.session, line)
    return queue.go_on(line)


@page("payments:bank-line-wait", methods=("POST",))
def bank_line_wait(request: PageRequest, pk: int) -> HttpResponse:
    """Leave a line in suspense, with what is to be done about it."""
    line, queue = line_seen(request, pk), Queue(request)
    form = SuspenseForm(request.POST)
    if form.is_valid():
        try:
            done = leave_in_suspense(
                line=line, actor=request.user, today=clock.today(), **form.cleaned_data
            )
        except Refused as refusal:
            return _refused(request, line, queue, refusal)
        _say(request, done)
        leave_trail(request.session, line)
        return queue.go_on(line)
    context = line_context(request, line, queue, suspense=form)
    return render_page(request, "payments/bank_line.html", context | {"form": form}, status=422)


@page("payments:bank-line-undo", methods=("POST",))
def bank_line_undo(request: PageRequest, pk: int) -> HttpResponse:
    """Take the decision on a line back: it is reversed, and the line is open again."""
    line, queue = line_seen(request, pk), Queue(request)
    why = request.POST.get("motif", "").strip() or "Erreur de rapprochement, corrigée aussitôt."
    living = Reconciliation.objects.filter(line=line, undone_at=None).first()
    stopped = mandates_stopped_by(line)
    try:
        if line.state == BankLineState.DISCARDED:
            hold_again(line=line, actor=request.user)
        elif living is not None:
            undo_line(reconciliation=living, actor=request.user, today=clock.today(), reason=why)
    except Refused as refusal:
        return _refused(request, line, queue, refusal)
    said = f"Rapprochement défait : la ligne attend une autre décision. {said_of_mandates(stopped)}"
    toasts.say(request, said.strip())
    return redirect(reverse("payments:bank-line", args=[line.pk]))


@page("payments:bank-line-held", methods=("POST",))
def bank_line_held(request: PageRequest, pk: int) -> HttpResponse:
    """Take a held line into the books, or put it away."""
    line, queue = line_seen(request, pk), Queue(request)
    try:
        if "prendre" in request.POST:
            take_held(line=line, actor=request.user)
            toasts.say(request, "La ligne est entrée dans les comptes : décidez de qui elle est.")
            return redirect(reverse("payments:bank-line", args=[line.pk]))
        if "rendre" in request.POST:
            why = request.POST.get("motif", "")
            put_back(line=line, actor=request.user, today=clock.today(), reason=why)
            toasts.say(request, "La ligne est sortie des comptes : elle est de nouveau retenue.")
            return redirect(reverse("payments:bank-line", args=[line.pk]))
        discard_held(line=line, actor=request.user, reason="doublon ou ligne étrangère")
    except Refused as refusal:
        return _refused(request, line, queue, refusal)
    undo = reverse("payments:bank-line-undo", args=[line.pk])
    undo = undo if may(request.user, "payments:bank-line-undo") else ""
    toasts.say(request, "Ligne écartée : elle n'entre pas dans les comptes.", undo_url=undo)
    leave_trail(request.session, line)
    return queue.go_on(line)


@page("payments:bank-strong", methods=("GET", "POST"))
def bank_strong(request: PageRequest) -> HttpResponse:
    """Look once at the strong proposals, then accept together those left ticked."""
    queue = Queue(request)
    rows = queue.seen.filter(state=BankLineState.TO_SETTLE, proposal__is_strong=True)
    lines = list(rows.order_by("booked_on", "pk")[:MOST_STRONG])
    found = {pk: one for pk, one in propose(lines, on=clock.today()).items() if one.is_strong}
    contracts = _seen_contracts(request, found.values())
    lines = [line for line in lines if line.pk in found and _is_seen(found[line.pk], contracts)]
    if request.method == "POST":
        return _accept_all(request, lines, found, contracts)
    chosen = choices(
        [contracts[found[line.pk].parts[0].contract] for line in lines], {}, clock.today()
    )
    context = {
        "pairs": list(zip(lines, chosen, [found[line.pk] for line in lines], strict=True)),
        "total": sum((line.amount for line in lines), ZERO),
        "may_decide": may(request.user, "payments:bank-line-settle"),
    }
    return render_page(request, "payments/bank_strong.html", context)


def _seen_contracts(request: PageRequest, found: Any) -> dict[str, Contract]:
    numbers = {part.contract for one in found for part in one.parts}
    rows = allowed(request, Contract.objects.filter(number__in=numbers))
    return {row.number: row for row in rows}


def _is_seen(proposal: Proposal, contracts: dict[str, Contract]) -> bool:
    return len(proposal.parts) == 1 and proposal.parts[0].contract in contracts


def _accept_all(
    request: PageRequest,
    lines: Sequence[BankLine],
    found: dict[int, Proposal],
    contracts: dict[str, Contract],
) -> HttpResponse:
    ticked = set(request.POST.getlist("ids"))
    # What was shown beside the tick: a proposal that changed since is not accepted unseen.
    acts = [
        _strong_act(line, found[line.pk], contracts)
        for line in lines
        if f"{line.pk}:{found[line.pk].parts[0].contract}" in ticked
    ]
    try:
        done = settle_lines(acts=acts, actor=request.user, today=clock.today(), learns=True)
    except Refused as refusal:
        toasts.say(request, refusal.message, tone="danger")
        return redirect("payments:bank-strong")
    left = len(ticked) - len(done.made) - len(done.same)
    total = euros(sum((row.line.amount for row in done.made), ZERO))
    more = f" {left} ont changé entre-temps : regardez-les." if left else ""
    toasts.say(request, f"{len(done.made)} lignes rapprochées pour {total}.{more}")
    return redirect("payments:bank-lines")


def _strong_act(line: BankLine, proposal: Proposal, contracts: dict[str, Contract]) -> Act:
    return Act(
        line=line,
        parts=(LinePart(line.amount, contracts[proposal.parts[0].contract]),),
        rule=proposal.rule,
        reason=f"Confirmé en liste : {proposal.reason}",
    )


def _say(request: PageRequest, done: Reconciliation) -> None:
    words = {
        BankLineState.SETTLED: "rapprochés",
        BankLineState.SET_ASIDE: "mis hors gestion locative",
        BankLineState.SUSPENSE: "laissés en attente",
    }
    undo = ""
    if may(request.user, "payments:bank-line-undo"):
        undo = reverse("payments:bank-line-undo", args=[done.line_id])
    what = words[BankLineState(done.outcome)]
    toasts.say(request, f"{euros(done.line.amount)} {what}.", undo_url=undo)


def _refused(request: PageRequest, line: BankLine, queue: Queue, refusal: Refused) -> HttpResponse:
    toasts.say(request, refusal.message, tone="danger")
    return redirect(queue.url(line.pk))
