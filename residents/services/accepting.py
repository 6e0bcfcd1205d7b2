"""Take the verdicts of the rules: refuse what is forbidden, keep why the doubtful was accepted."""

from collections.abc import Iterable, Mapping
from datetime import date

from caracol.accounts.models import User
from caracol.accounts.policy import GLA_DECIDES, has_role
from caracol.core.errors import Refused
from residents.calculations.verdicts import Verdict, doubts, refusals
from residents.enums import ContractStatus
from residents.models import AcceptedWarning, Contract

REASON_LENGTH = 300


class LawForbids(Refused):
    """A rule forbids the act; the text names its article."""

    def __init__(self, verdicts: list[Verdict]) -> None:
        super().__init__(" ".join(verdict.sentence for verdict in verdicts))
        self.verdicts = verdicts


class ReasonNeeded(Refused):
    """Something doubtful was accepted without saying why."""

    def __init__(self, verdicts: list[Verdict]) -> None:
        said = " ".join(verdict.message for verdict in verdicts)
        super().__init__(f"Donnez la raison de passer outre : {said}")
        self.verdicts = verdicts


class AcceptanceReserved(Refused):
    """Only who decides may accept something doubtful."""


def settle(
    *,
    contract: Contract,
    verdicts: Iterable[Verdict],
    reasons: Mapping[str, str],
    actor: User,
    today: date,
) -> list[AcceptedWarning]:
    """Refuse what the law forbids; keep the reason of each doubt accepted, by whom it may be.

    An assistant prepares: what is doubtful waits for the manager or the director.
    Raises LawForbids, ReasonNeeded, AcceptanceReserved.
    """
    verdicts = list(verdicts)
    forbidden, doubtful = refusals(verdicts), doubts(verdicts)
    if forbidden:
        raise LawForbids(forbidden)
    silent = [verdict for verdict in doubtful if not reasons.get(verdict.code, "").strip()]
    if silent:
        raise ReasonNeeded(silent)
    if doubtful and not has_role(actor, GLA_DECIDES, contract.territory_id):
        text = "Ce contrat a des points à accepter : la responsable GLA ou la direction le valide."
        drafted = contract.status == ContractStatus.DRAFT
        raise AcceptanceReserved(
            f"{text} Vos raisons sont gardées dans le brouillon." if drafted else text
        )
    return keep_reasons(
        contract=contract, verdicts=doubtful, reasons=reasons, actor=actor, today=today
    )


def keep_reasons(
    *,
    contract: Contract,
    verdicts: Iterable[Verdict],
    reasons: Mapping[str, str],
    actor: User,
    today: date,
) -> list[AcceptedWarning]:
    """Write the reason given for each doubt, once; who says it again takes it as their own."""
    kept = []
    known = {
        (warning.code, warning.message, warning.reason): warning
        for warning in AcceptedWarning.objects.filter(contract=contract)
    }
    for verdict in doubts(verdicts):
        reason = reasons.get(verdict.code, "").strip()[:REASON_LENGTH]
        if not reason:
            continue
        code, message = verdict.code, verdict.sentence[:400]
        warning = known.get((code, message, reason)) or AcceptedWarning(
            contract=contract, code=code, message=message, reason=reason
        )
        warning.accepted_on, warning.accepted_by = today, actor
        warning.save()
        kept.append(warning)
    return kept


def reasons_kept(contract: Contract) -> dict[str, str]:
    """Return the last reason written for each point of a contract."""
    rows = AcceptedWarning.objects.filter(contract=contract).order_by("pk")
    return dict(rows.values_list("code", "reason"))
