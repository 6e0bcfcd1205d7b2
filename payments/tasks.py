"""The nightly work of this application."""

from datetime import time

from caracol.core.errors import Refused
from caracol.jobs.periods import Daily
from caracol.jobs.registry import periodic
from caracol.jobs.work import Work
from payments.services.checking import check_ledger


class LedgerIsWrong(Refused):
    """An invariant of the ledger fails: the job fails in sight of everybody who may see it."""


@periodic(
    "payments.check-ledger",
    label="Contrôle du grand livre",
    schedule=Daily(time(4, 15)),
    catch_up=1,
    max_attempts=2,
)
def verify(work: Work) -> None:
    """Verify every invariant. Raises LedgerIsWrong with the first failures."""
    report = check_ledger()
    if not report.ok:
        first = " ; ".join(failure.message for failure in report.failures[:3])
        raise LedgerIsWrong(f"{len(report.failures)} anomalies : {first}")
    work.conclude(f"Le grand livre est juste ({sum(report.checked.values())} contrôles).")
