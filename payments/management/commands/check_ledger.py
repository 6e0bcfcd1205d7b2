"""`manage.py check_ledger`: every invariant of the ledger."""

from typing import Any

from caracol.core.commands import Answer, JsonCommand
from payments.services.checking import check_ledger


class Command(JsonCommand):
    """Verify the ledger; exit code 1 and the list when something fails."""

    help = "Vérifie tous les invariants du grand livre."

    def run(self, **options: Any) -> Answer:
        """Check, and say what fails."""
        report = check_ledger()
        failures = [
            {"invariant": f.invariant, "subject": f.subject, "message": f.message}
            for f in report.failures
        ]
        facts = {"ok": report.ok, "checked": report.checked, "failures": failures}
        lines = [f"{code} : {count} vérifiés" for code, count in report.checked.items()]
        lines += [f"FAUX {f.invariant} : {f.message}" for f in report.failures]
        lines.append("Le grand livre est juste." if report.ok else "Le grand livre est faux.")
        return Answer(facts, lines, exit_code=0 if report.ok else 1)
