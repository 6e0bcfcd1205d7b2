"""Rules to check against without a database."""

import importlib
from datetime import date

import pytest

from caracol.takeover.checks import Rules
from caracol.takeover.checks.rules import TypeRule
from tests.takeover.workbooks import TODAY

TERRITORIES = importlib.import_module("caracol.accounts.migrations.0002_territories").TERRITORIES
LAW = importlib.import_module("residents.migrations.0002_contract_rules").RULES
KEPT = (
    "min_months",
    "max_total_months",
    "fee_cap",
    "deposit_cap_months",
    "needs_precarity_ground",
)


@pytest.fixture(scope="session")
def rules():
    """The rules the product is born with."""
    return Rules(
        today=TODAY,
        departments={code: frozenset(codes) for code, _name, codes in TERRITORIES},
        type_rules=[
            TypeRule(
                kind=law["kind"],
                valid_from=law["valid_from"],
                valid_to=None,
                label=law["kind"],
                **{name: law[name] for name in KEPT if name in law},
            )
            for law in LAW
        ],
        agreement_years=[(date(2018, 11, 25), None, 3)],
    )
