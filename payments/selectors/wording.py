"""Say in French what a line of an account is."""

from caracol.core.periods import Month
from payments.enums import EntryKind, Payer, PaymentMeans, TermKind
from payments.models import Posting, Term

# How money that a file of debits brought came.
DIRECT_DEBIT = "DIRECT_DEBIT"


def describe(posting: Posting) -> tuple[str, str]:
    """Say in French what a line of the account is: a label and a detail."""
    entry = posting.entry
    if is_term(posting):
        return _term_label(entry.term), ""
    if entry.kind == EntryKind.OPENING:
        return "Reprise du solde", ""
    if entry.kind == EntryKind.REVERSAL:
        return "Annulation", entry.reason
    if entry.kind in (EntryKind.PAYMENT, EntryKind.AID):
        payer = Payer(posting.payer or Payer.RESIDENT).label
        note = str(entry.source.get("note", ""))
        words = [str(payer), note, _named(posting)]
        return means_label(posting).capitalize(), " · ".join(word for word in words if word)
    if entry.kind == EntryKind.ADJUSTMENT and posting.entitlement_month:
        return f"Régularisation {Month.of(posting.entitlement_month).of_label}", entry.reason
    return str(EntryKind(entry.kind).label).capitalize(), entry.reason or entry.label


def means_label(posting: Posting) -> str:
    """Say how money came."""
    entry = posting.entry
    if entry.kind == EntryKind.OPENING:
        return "avance reprise"
    if entry.kind == EntryKind.REVERSAL:
        return "annulation"
    means = entry.source.get("means", "")
    if means in PaymentMeans.values:
        return str(PaymentMeans(means).label)
    if means == DIRECT_DEBIT:
        return "prélèvement"
    if means == "RETURN":
        return "prélèvement revenu"
    return str(EntryKind(entry.kind).label)


def _term_label(term: Term) -> str:
    if term.kind == TermKind.OPENING:
        return "Reprise du solde"
    if term.kind == TermKind.ADJUSTMENT:
        return f"Complément {Month.of(term.month).of_label}"
    return f"Échéance {Month.of(term.month).of_label}"


def _named(posting: Posting) -> str:
    if posting.entitlement_month is None:
        return ""
    return f"pour {Month.of(posting.entitlement_month).label}"


def is_term(posting: Posting) -> bool:
    """Whether it bills a term."""
    return getattr(posting.entry, "term", None) is not None


def is_adjustment(posting: Posting) -> bool:
    """Whether it lowers a month billed too much, or takes such a lowering back."""
    entry = posting.entry
    reversed_kind = entry.reverses.kind if entry.reverses else ""
    return EntryKind.ADJUSTMENT in (entry.kind, reversed_kind)


def is_debt_taken_over(posting: Posting) -> bool:
    """Whether it is the debt that came with the books."""
    return posting.entry.kind == EntryKind.OPENING and posting.amount > 0
