"""Mandates as people read them: what each allows today, and since when the aid is deducted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Sum

from caracol.parameters.selectors import value
from payments.enums import AccountKind, MandateState, Payer
from payments.models import Mandate, Posting

TONES = {
    MandateState.ACTIVE: "success",
    MandateState.TO_SIGN: "warning",
    MandateState.SUSPENDED: "danger",
    MandateState.LAPSED: "danger",
    MandateState.REVOKED: "neutral",
}


@dataclass(frozen=True)
class MandateView:
    """A mandate and its state on a day."""

    mandate: Mandate
    state: MandateState
    lapses_on: date | None

    @property
    def tone(self) -> str:
        """The tone of its state."""
        return TONES[self.state]

    @property
    def label(self) -> str:
        """Its state in French."""
        return str(self.state.label)

    @property
    def is_alive(self) -> bool:
        """Whether something may still be done with it."""
        return self.state != MandateState.REVOKED


def lapse_months(on: date) -> int:
    """Return after how many months without a collection a mandate lapses, on a day."""
    return int(value("sepa.mandate_months", on))


def viewed(rows: Iterable[Mandate], on: date) -> list[MandateView]:
    """Return mandates with their states on a day."""
    months = lapse_months(on)
    return [MandateView(row, row.state_on(on, months), row.lapses_on(months)) for row in rows]


def active_mandates(contract_ids: Iterable[int], on: date) -> dict[int, Mandate]:
    """Return the mandate by which each contract may be debited on a day; IBANs are not read."""
    months = lapse_months(on)
    rows = Mandate.objects.signed().filter(contract__in=list(contract_ids)).defer("iban")
    return {row.contract_id: row for row in rows if row.state_on(on, months) == MandateState.ACTIVE}


def aid_deducted(contract_ids: Iterable[int]) -> set[int]:
    """Return the contracts whose aid is deducted from debits: the CAF has paid once, or was said.

    Between entry and the first payment the whole is asked: the aid may never come (RULEBOOK 3.4).
    """
    ids = list(contract_ids)
    paid = (
        Posting.objects.filter(
            account__contract__in=ids,
            account__kind__in=[AccountKind.RECEIVABLE, AccountKind.AID_AT_TAKEOVER],
            payer=Payer.CAF,
        )
        .values("account__contract")
        .annotate(total=Sum("amount"))
        .filter(total__lt=0)
        .values_list("account__contract", flat=True)
    )
    said = Mandate.objects.filter(contract__in=ids, revoked_on=None, aid_said_on__isnull=False)
    found: Any = set(paid) | set(said.values_list("contract", flat=True))
    return found
