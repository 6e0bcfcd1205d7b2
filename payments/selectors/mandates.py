"""Mandates as people read them: what each allows today, and since when the aid is deducted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, DateField, Func, Q, Sum, Value, When
from django.db.models.functions import Greatest

from caracol.core.money import euros
from caracol.core.periods import french_day
from caracol.parameters.selectors import value
from payments.enums import AccountKind, DebitState, MandateState, Payer
from payments.models import Debit, Mandate, Posting

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


# Those to look at come first.
RANKS = {
    MandateState.SUSPENDED: 1,
    MandateState.LAPSED: 2,
    MandateState.TO_SIGN: 3,
    MandateState.ACTIVE: 4,
    MandateState.REVOKED: 5,
}


class _MonthsLater(Func):
    """A day so many months later, cut at the end of a shorter month, as add_months does."""

    template = "(%(expressions)s + make_interval(months => %(months)s))::date"
    output_field = DateField()


def with_state(rows: Any, on: date) -> Any:
    """Annotate mandates with their `state` on a day, as Mandate.state_on, and its `state_rank`."""
    months = lapse_months(on)
    last = Greatest("last_used_on", "signed_on")
    lapses = _MonthsLater(last, months=months)
    cases = [
        (Q(revoked_on__isnull=False), MandateState.REVOKED),
        (Q(signed_on=None), MandateState.TO_SIGN),
        (Q(lapses__lte=on), MandateState.LAPSED),
        (Q(suspended_on__isnull=False), MandateState.SUSPENDED),
    ]
    state = Case(
        *(When(condition, then=Value(found.value)) for condition, found in cases),
        default=Value(MandateState.ACTIVE.value),
    )
    ranks = [When(state=found.value, then=Value(rank)) for found, rank in RANKS.items()]
    found = rows.select_related("contract").annotate(lapses=lapses, state=state)
    return found.annotate(state_rank=Case(*ranks, default=Value(9)))


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


def in_flight(mandate: Mandate) -> Debit | None:
    """Return a debit of a mandate that waits in a file, prepared or sent; those sent first."""
    rows = Debit.objects.filter(mandate=mandate, state=DebitState.WAITING)
    return rows.select_related("batch").order_by("-batch__state", "batch__collect_on").first()


def said_in_flight(mandate: Mandate) -> str:
    """Say what becomes of a debit in a file when its mandate is suspended; "" when none is."""
    debit = in_flight(mandate)
    if debit is None:
        return ""
    batch = debit.batch
    what = f"Un prélèvement de {euros(debit.amount)} est dans la remise {batch}"
    if batch.is_sent:
        return (
            f"{what}, déjà envoyée : il sera pris le {french_day(batch.collect_on)} quand même, "
            "sauf si la banque l'arrête. Demandez-le-lui, ou annulez la remise avec elle."
        )
    return (
        f"{what}, qui n'est pas envoyée : elle ne pourra plus l'être. Annulez-la et préparez-la de "
        "nouveau, sans ce prélèvement."
    )
