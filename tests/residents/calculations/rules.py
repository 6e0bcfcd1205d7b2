"""The six types as RULEBOOK 1.9 says them, for tests that need no database."""

from decimal import Decimal

from residents.calculations.type_rule import TypeRule

CRT = TypeRule(
    kind="CRT",
    label="Contrat de résidence temporaire",
    source="décret 2019-497",
    min_months=2,
    max_total_months=18,
    is_tacitly_renewed=True,
    alarm_months=(12, 15, 17),
    fee_cap=Decimal(200),
    fee_cap_distress=Decimal(75),
    charges_mode="ALL_IN",
    charges_modes=("ALL_IN",),
    deposit_cap_months=0,
    deposit_cap_by_law=False,
    manager_notice_months=1,
    index_revision=True,
    revision_after_months=12,
    needs_purpose=True,
    needs_objective_causes=True,
)
COP = TypeRule(
    kind="COP",
    label="Convention d'occupation précaire",
    source="jurisprudence",
    fee_is_modest=True,
    charges_mode="FLAT",
    charges_modes=("ALL_IN", "FLAT", "PROVISION"),
    index_revision=True,
    revision_after_months=12,
    needs_precarity_ground=True,
    needs_term_event=True,
)
SUBLET = TypeRule(
    kind="SUBLET_SOCIAL",
    label="Sous-location",
    source="CCH L442-8-1",
    charges_mode="FLAT",
    charges_modes=("FLAT", "PROVISION"),
    deposit_cap_months=2,
    deposit_usual_months=1,
    index_revision=True,
    revision_after_months=12,
    needs_approval_reference=True,
)
FURNISHED = TypeRule(
    kind="LEASE_89_FURN",
    label="Bail meublé",
    source="loi 89-462",
    min_months=12,
    min_months_student=9,
    is_tacitly_renewed=True,
    charges_mode="FLAT",
    charges_modes=("FLAT", "PROVISION"),
    deposit_cap_months=2,
    manager_notice_months=3,
    index_revision=True,
    revision_after_months=12,
)
BARE = TypeRule(
    kind="LEASE_89_BARE",
    label="Bail nu",
    source="loi 89-462",
    min_months=72,
    min_months_person=36,
    is_tacitly_renewed=True,
    charges_mode="PROVISION",
    charges_modes=("PROVISION", "FLAT"),
    deposit_cap_months=1,
    manager_notice_months=6,
    index_revision=True,
    revision_after_months=12,
)
MOBILITY = TypeRule(
    kind="MOBILITY",
    label="Bail mobilité",
    source="loi 89-462, art. 25-12",
    min_months=1,
    max_total_months=10,
    is_renewable=False,
    max_end_extensions=1,
    charges_mode="FLAT",
    charges_modes=("FLAT",),
    deposit_cap_months=0,
)
ALL = (CRT, COP, SUBLET, FURNISHED, BARE, MOBILITY)
