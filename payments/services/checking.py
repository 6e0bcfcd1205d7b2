"""Verify every invariant of the ledger (DESIGN section 5) and say what fails."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.core.paginator import Paginator
from django.db import connection, transaction

from payments.models import Account, Term
from payments.selectors.allocations import allocations

_MOST = 50  # failures told per invariant; the count tells the rest


@dataclass(frozen=True)
class Failure:
    """One broken invariant: its code, what it is about, and a French sentence."""

    invariant: str
    subject: str
    message: str


@dataclass
class Report:
    """What was checked (facts, by invariant) and what failed."""

    checked: dict[str, int] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return not self.failures


@dataclass(frozen=True)
class _Rule:
    code: str
    counted: str
    broken: str
    message: str


# Each `broken` query yields (subject, detail…) rows to format the message with.
_RULES = (
    _Rule(
        "entry_balanced",
        "SELECT count(*) FROM payments_entry",
        """SELECT e.key, coalesce(sum(p.amount), 0), count(p.id) FROM payments_entry e
           LEFT JOIN payments_posting p ON p.entry_id = e.id
           GROUP BY e.id HAVING coalesce(sum(p.amount), 0) <> 0 OR count(p.id) < 2""",
        "l'écriture {0} fait {1} sur {2} lignes au lieu de zéro sur deux au moins",
    ),
    _Rule(
        "books_balanced",
        "SELECT count(*) FROM payments_posting",
        "SELECT 'grand livre', sum(amount) FROM payments_posting HAVING sum(amount) <> 0",
        "la somme de toutes les lignes fait {1}",
    ),
    _Rule(
        "balance_cached",
        "SELECT count(*) FROM payments_account WHERE contract_id IS NOT NULL",
        """SELECT a.code, a.balance, coalesce(s.total, 0) FROM payments_account a
           LEFT JOIN (SELECT account_id, sum(amount) total FROM payments_posting
                      GROUP BY account_id) s ON s.account_id = a.id
           WHERE a.contract_id IS NOT NULL AND a.balance <> coalesce(s.total, 0)""",
        "le compte {0} affiche {1} mais ses lignes font {2}",
    ),
    _Rule(
        "bank_equals_statements",
        "SELECT count(*) FROM payments_bankline",
        """SELECT l.place || ' du ' || to_char(l.booked_on, 'DD/MM/YYYY'), l.amount,
                  coalesce(sum(p.amount), 0)
           FROM payments_bankline l
           JOIN payments_bankstatement s ON s.id = l.statement_id
           JOIN payments_bankaccount b ON b.id = s.bank_account_id
           LEFT JOIN payments_posting p
                  ON p.entry_id = l.entry_id AND p.account_id = b.account_id
           WHERE l.state NOT IN ('HELD', 'ANNOUNCED', 'DISCARDED', 'WITHDRAWN')
           GROUP BY l.id HAVING coalesce(sum(p.amount), 0) <> l.amount""",
        "la ligne de relevé {0} vaut {1} mais la banque a reçu {2} dans les comptes",
    ),
    _Rule(
        "bank_only_statements",
        "SELECT count(*) FROM payments_posting p JOIN payments_account a ON a.id = p.account_id "
        "WHERE a.kind = 'BANK'",
        """SELECT e.key, p.amount FROM payments_posting p
           JOIN payments_account a ON a.id = p.account_id AND a.kind = 'BANK'
           JOIN payments_entry e ON e.id = p.entry_id
           LEFT JOIN payments_bankline l ON l.entry_id = e.id
           LEFT JOIN payments_entry r ON r.reverses_id = e.id
           WHERE l.id IS NULL AND e.kind <> 'OPENING' AND e.reverses_id IS NULL
             AND r.id IS NULL""",
        "l'écriture {0} touche la banque pour {1} sans ligne de relevé",
    ),
    _Rule(
        "bank_line_stands",
        "SELECT count(*) FROM payments_bankline WHERE entry_id IS NOT NULL",
        """SELECT l.place || ' du ' || to_char(l.booked_on, 'DD/MM/YYYY'), r.key
           FROM payments_bankline l JOIN payments_entry r ON r.reverses_id = l.entry_id""",
        "la ligne de relevé {0} est dans les comptes, mais {1} l'en a sortie",
    ),
    _Rule(
        "term_lines",
        "SELECT count(*) FROM payments_term",
        """SELECT c.number || ' ' || to_char(t.month, 'YYYY-MM'), t.amount, coalesce(l.total, 0)
           FROM payments_term t JOIN residents_contract c ON c.id = t.contract_id
           LEFT JOIN (SELECT term_id, sum(amount) total FROM payments_termline
                      GROUP BY term_id) l ON l.term_id = t.id
           WHERE t.amount <> coalesce(l.total, 0)""",
        "l'échéance {0} vaut {1} mais ses lignes font {2}",
    ),
    _Rule(
        "term_posted",
        "SELECT count(*) FROM payments_term WHERE entry_id IS NOT NULL",
        """SELECT c.number || ' ' || to_char(t.month, 'YYYY-MM'), t.amount, coalesce(p.total, 0)
           FROM payments_term t JOIN residents_contract c ON c.id = t.contract_id
           LEFT JOIN (SELECT p.entry_id, sum(p.amount) total FROM payments_posting p
                      JOIN payments_account a ON a.id = p.account_id
                      WHERE a.kind = 'RECEIVABLE' GROUP BY p.entry_id) p ON p.entry_id = t.entry_id
           WHERE t.entry_id IS NOT NULL AND t.amount <> coalesce(p.total, 0)""",
        "l'échéance {0} vaut {1} mais son écriture débite {2}",
    ),
    _Rule(
        "quittance_paid",
        "SELECT count(*) FROM payments_termpaper WHERE kind = 'QUITTANCE'",
        """SELECT c.number || ' ' || to_char(t.month, 'YYYY-MM'), t.paid_amount, t.amount
           FROM payments_termpaper k JOIN payments_term t ON t.id = k.term_id
           JOIN residents_contract c ON c.id = t.contract_id
           WHERE k.kind = 'QUITTANCE' AND k.cancelled_by_id IS NULL
             AND t.paid_amount <> t.amount""",
        "l'échéance {0} a une quittance mais n'est payée que {1} sur {2}",
    ),
    _Rule(
        "reversal_mirrors",
        "SELECT count(*) FROM payments_entry WHERE reverses_id IS NOT NULL",
        """SELECT key, account_id, total FROM (
               SELECT r.key, p.account_id, sum(p.amount) total FROM payments_entry r
               JOIN payments_posting p ON p.entry_id IN (r.id, r.reverses_id)
               WHERE r.reverses_id IS NOT NULL GROUP BY r.key, p.account_id) pairs
           WHERE total <> 0""",
        "la contre-passation {0} laisse {2} sur le compte n° {1}",
    ),
    _Rule(
        "deposit_is_owed",
        "SELECT count(*) FROM payments_account WHERE kind = 'DEPOSIT_HELD'",
        "SELECT code, balance FROM payments_account WHERE kind = 'DEPOSIT_HELD' AND balance > 0",
        "le dépôt {0} est débiteur de {1} : un dépôt est une dette envers le résident",
    ),
    _Rule(
        "closed_at_zero",
        "SELECT count(*) FROM residents_contract WHERE status = 'CLOSED'",
        """SELECT a.code, a.balance FROM payments_account a
           JOIN residents_contract c ON c.id = a.contract_id
           WHERE c.status = 'CLOSED' AND a.balance <> 0""",
        "le contrat est clos mais le compte {0} affiche {1}",
    ),
    _Rule(
        "settlement_posted",
        "SELECT count(*) FROM payments_depositsettlement WHERE state = 'APPROVED'",
        """SELECT c.number, s.held, coalesce(p.total, 0) FROM payments_depositsettlement s
           JOIN residents_contract c ON c.id = s.contract_id
           LEFT JOIN (SELECT p.entry_id, sum(p.amount) total FROM payments_posting p
                      JOIN payments_account a ON a.id = p.account_id
                      WHERE a.kind = 'DEPOSIT_HELD' GROUP BY p.entry_id) p
               ON p.entry_id = s.entry_id
           WHERE s.state = 'APPROVED' AND s.held <> coalesce(p.total, 0)""",
        "la restitution {0} rend un dépôt de {1} mais son écriture en reprend {2}",
    ),
    _Rule(
        "refund_is_owed",
        "SELECT count(*) FROM payments_account WHERE kind = 'REFUND_DUE'",
        "SELECT code, balance FROM payments_account WHERE kind = 'REFUND_DUE' AND balance > 0",
        "le compte {0} est débiteur de {1} : plus a été remboursé que dû",
    ),
    _Rule(
        "entries_numbered",
        "SELECT count(*) FROM payments_entrynumber",
        """SELECT year, max(number), count(*) FROM payments_entrynumber
           GROUP BY year HAVING max(number) <> count(*)""",
        "les écritures de {0} sont numérotées jusqu'à {1} alors qu'il y en a {2}",
    ),
    _Rule(
        "triggers_alive",
        "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'pgtrigger_%'",
        """SELECT tgrelid::regclass::text || ' ' || tgname FROM pg_trigger
           WHERE tgname LIKE 'pgtrigger_%' AND tgenabled = 'D'""",
        "la garde {0} est désarmée",
    ),
    _Rule(
        "papers_numbered",
        "SELECT count(*) FROM documents_document",
        """SELECT series || '-' || year, max(sequence), count(*) FROM documents_document
           GROUP BY series, year HAVING max(sequence) <> count(*)""",
        "la série {0} va jusqu'à {1} pour {2} documents",
    ),
)


def check_ledger() -> Report:
    """Verify the whole ledger in one reading of the database (one snapshot)."""
    report = Report()
    outermost = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if outermost:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        _check(report)
    return report


def _check(report: Report) -> None:
    with connection.cursor() as cursor:
        for rule in _RULES:
            cursor.execute(rule.counted)
            report.checked[rule.code] = cursor.fetchone()[0]
            cursor.execute(rule.broken)
            for row in cursor.fetchmany(_MOST):
                report.failures.append(Failure(rule.code, str(row[0]), rule.message.format(*row)))
    checks: tuple[Callable[[Report], Iterator[Failure]], ...] = (_paid_amounts, _balance_of_terms)
    for check in checks:
        report.failures.extend(check(report))


def _paid_amounts(report: Report) -> Iterator[Failure]:
    """Invariant 5: a term's paid and adjusted amounts are what the pure function gives them."""
    contracts = Term.objects.order_by("contract").values_list("contract", flat=True).distinct()
    checked = 0
    for page in Paginator(contracts, 1000):
        ids = list(page.object_list)
        stored = {
            row[0]: row[1:]
            for row in Term.objects.filter(contract__in=ids).values_list(
                "pk", "paid_amount", "adjusted_amount", "contract__number", "month"
            )
        }
        for allocation in allocations(ids).values():
            adjusted = allocation.adjusted
            for term, amount in allocation.paid.items():
                checked += 1
                paid, lowered, number, month = stored[term]
                if (paid, lowered) != (amount, adjusted[term]):
                    subject = f"{number} {month:%Y-%m}"
                    message = (
                        f"l'échéance {subject} affiche {paid} payés dont {lowered} régularisés "
                        f"au lieu de {amount} dont {adjusted[term]}"
                    )
                    yield Failure("paid_amount", subject, message)
    report.checked["paid_amount"] = checked


def _balance_of_terms(report: Report) -> Iterator[Failure]:
    """A receivable's balance is what its terms leave unpaid, less the money left, plus claims."""
    accounts = dict(Account.objects.filter(kind="RECEIVABLE").values_list("contract", "balance"))
    ids = sorted(accounts)
    for start in range(0, len(ids), 1000):
        chunk = ids[start : start + 1000]
        left: dict[int, object] = {}
        for pk, amount, paid in Term.objects.filter(contract__in=chunk).values_list(
            "contract", "amount", "paid_amount"
        ):
            left[pk] = left.get(pk, 0) + amount - paid  # type: ignore[operator]
        for pk, allocation in allocations(chunk).items():
            owed = left.get(pk, 0) + sum(allocation.reopened.values())  # type: ignore[operator]
            expected = owed - sum(allocation.left.values())
            if accounts[pk] != expected:
                subject = f"contrat {pk}"
                message = f"le {subject} doit {accounts[pk]} mais ses échéances laissent {expected}"
                yield Failure("balance_of_terms", subject, message)
    report.checked["balance_of_terms"] = len(ids)
