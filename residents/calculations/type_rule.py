"""The capabilities of a contract type, as the dated row in force says them (RULEBOOK 1.9)."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class TypeRule:
    """One row of `ContractTypeRule`, field for field, so that rules need no database."""

    kind: str
    label: str
    source: str
    min_months: int | None = None
    min_months_person: int | None = None
    min_months_student: int | None = None
    max_total_months: int | None = None
    is_renewable: bool = True
    is_tacitly_renewed: bool = False
    max_end_extensions: int | None = None
    alarm_months: tuple[int, ...] = ()
    fee_cap: Decimal | None = None
    fee_cap_distress: Decimal | None = None
    fee_is_modest: bool = False
    charges_mode: str = ""
    charges_modes: tuple[str, ...] = ()
    deposit_cap_months: int | None = None
    deposit_usual_months: int | None = None
    deposit_cap_by_law: bool = True
    deposit_without_charges: bool = True
    notice_by_contract: bool = False
    resident_notice_days: int | None = None
    resident_notice_months: int | None = None
    resident_notice_reduced_months: int | None = None
    manager_notice_months: int | None = None
    manager_notice_at_term: bool = False
    manager_notice_after_months: int | None = None
    owes_real_stay_only: bool = False
    deposit_return_by_law: bool = False
    index_revision: bool = False
    revision_after_months: int | None = None
    needs_precarity_ground: bool = False
    needs_term_event: bool = False
    needs_purpose: bool = False
    needs_objective_causes: bool = False
    needs_approval_reference: bool = False
