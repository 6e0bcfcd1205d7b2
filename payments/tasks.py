"""The check of the books, the debits whose day has come, the large files that people drop."""

from datetime import time

from caracol.accounts.services import system_user
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.money import NBSP
from caracol.jobs.periods import Daily
from caracol.jobs.registry import handler, periodic
from caracol.jobs.work import Work
from payments.services import bank_uploads, caf_uploads
from payments.services.checking import check_ledger
from payments.services.checks import CHECK
from payments.services.debit_posting import post_due

MOST_KEPT = 100


class LedgerIsWrong(Refused):
    """An invariant of the ledger fails: the job fails in sight of everybody who may see it."""


@periodic(
    CHECK,
    label="Contrôle du grand livre",
    schedule=Daily(time(4, 15)),
    catch_up=1,
    max_attempts=2,
)
def verify(work: Work) -> None:
    """Verify every invariant and keep what was found with the job.

    At night, raises LedgerIsWrong with the first failures; who asked reads them on the page.
    """
    work.step("Lecture du grand livre")
    report = check_ledger()
    count = len(report.failures)
    if count and "period" in work.payload:
        first = " ; ".join(failure.message for failure in report.failures[:3])
        raise LedgerIsWrong(f"{count} anomalies : {first}")
    work.result["checked"] = report.checked
    work.result["failures"] = [failure.message for failure in report.failures[:MOST_KEPT]]
    if count:
        message = f"{count} anomalie{'s' if count > 1 else ''} dans les comptes : lisez le détail."
    else:
        done = f"{sum(report.checked.values()):,}".replace(",", NBSP)
        message = f"Le grand livre est juste ({done} contrôles)."
    work.conclude(message, links=[("Voir le contrôle", "payments:ledger-check", {})])


@periodic(
    "payments.post-debits",
    label="Inscription des prélèvements",
    schedule=Daily(time(5, 0)),
    catch_up=3,
    max_attempts=3,
)
def post_debits_due(work: Work) -> None:
    """Post the debits whose day has come: they pay their month from then on."""
    count = post_due(today=clock.today(), actor=system_user())
    work.conclude(f"{count} prélèvements inscrits aux comptes." if count else "Aucun aujourd'hui.")


@handler(bank_uploads.IMPORT, label="Import d'un relevé de banque", max_attempts=3)
def import_bank_file(work: Work) -> None:
    """Import a bank's file that was dropped on the page, and settle what is certain."""
    path = work.payload["path"]
    try:
        found, run = bank_uploads.import_waiting(
            path=path,
            name=work.payload["name"],
            actor=work.job.requested_by or system_user(),
            step=lambda done, doing: work.report(done=done, total=100, doing=doing),
        )
    except Refused:
        bank_uploads.forget_waiting(path)  # it would be refused again
        raise
    work.report(done=100, doing="")
    work.result["remarks"] = found.remarks[:MOST_KEPT]
    said = " ".join([bank_uploads.words_of(found, run), *found.remarks[:3]])
    work.conclude(
        said,
        links=[
            ("Rapprocher les lignes", "payments:bank-lines", {}),
            ("Voir les relevés", "payments:bank-files", {}),
        ],
    )
    bank_uploads.forget_waiting(path)


@handler(caf_uploads.IMPORT, label="Import d'un bordereau de la CAF", max_attempts=3)
def import_caf_file(work: Work) -> None:
    """Import a CAF's statement that was dropped on the page."""
    path = work.payload["path"]
    try:
        found = caf_uploads.import_waiting(
            path=path,
            name=work.payload["name"],
            actor=work.job.requested_by or system_user(),
            today=clock.today(),
            departments=work.payload["departments"],
            step=lambda done, doing: work.report(done=done, total=100, doing=doing),
        )
    except Refused:
        caf_uploads.forget_waiting(path)  # it would be refused again
        raise
    work.report(done=100, doing="")
    words, _tone = caf_uploads.words_of(found)
    work.conclude(
        words[:1000],
        links=[
            (f"Bordereau {one.reference}", "payments:caf-detail", {"pk": one.pk})
            for one in found.statements[:20]
        ],
    )
    caf_uploads.forget_waiting(path)
