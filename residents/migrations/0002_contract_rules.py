"""What each type of contract allows (RULEBOOK 1.9), from the texts in force."""

from datetime import date
from decimal import Decimal

from django.db import migrations

_LAW_89 = date(2014, 3, 27)
_ELAN = date(2019, 5, 24)
RULES = [
    {
        "kind": "CRT",
        "valid_from": _ELAN,
        "source": "Loi ELAN art. 29 ; décret 2019-497",
        "min_months": 2,
        "max_total_months": 18,
        "fee_cap": Decimal(200),
        "fee_cap_distress": Decimal(75),
        "resident_notice_days": 15,
        "manager_notice_months": 1,
        "deposit_cap_months": 0,
        "charges_mode": "ALL_IN",
        "arrears_path": "B",
        "index_revision": True,
    },
    {
        "kind": "COP",
        "valid_from": date(2000, 1, 1),
        "source": "Jurisprudence ; C. civ. art. 1224-1226",
        "fee_is_modest": True,
        "resident_notice_months": 1,
        "manager_notice_months": 1,
        "charges_mode": "FLAT",
        "arrears_path": "C",
        "needs_precarity_ground": True,
    },
    {
        "kind": "SUBLET_SOCIAL",
        "valid_from": _LAW_89,
        "source": "CCH L365-4, L442-8-1 et suivants ; convention",
        "resident_notice_months": 1,
        "manager_notice_months": 3,
        "deposit_cap_months": 2,
        "charges_mode": "FLAT",
        "receipt_by_law": True,
        "arrears_path": "A",
        "limitation_years": 3,
        "index_revision": True,
    },
    {
        "kind": "LEASE_89_FURN",
        "valid_from": _LAW_89,
        "source": "Loi 89-462, art. 25-3 et suivants",
        "min_months": 12,
        "resident_notice_months": 1,
        "manager_notice_months": 3,
        "deposit_cap_months": 2,
        "charges_mode": "FLAT",
        "receipt_by_law": True,
        "arrears_path": "A",
        "limitation_years": 3,
        "index_revision": True,
        "visale_possible": True,
    },
    {
        "kind": "LEASE_89_BARE",
        "valid_from": _LAW_89,
        "source": "Loi 89-462, art. 10, 12, 15, 22, 23",
        "min_months": 72,
        "resident_notice_months": 3,
        "manager_notice_months": 6,
        "deposit_cap_months": 1,
        "charges_mode": "PROVISION",
        "receipt_by_law": True,
        "arrears_path": "A",
        "limitation_years": 3,
        "index_revision": True,
        "visale_possible": True,
    },
    {
        "kind": "MOBILITY",
        "valid_from": date(2018, 11, 25),
        "source": "Loi 89-462, art. 25-12 et suivants",
        "min_months": 1,
        "max_total_months": 10,
        "resident_notice_months": 1,
        "deposit_cap_months": 0,
        "charges_mode": "FLAT",
        "receipt_by_law": True,
        "arrears_path": "A",
        "limitation_years": 3,
        "visale_possible": True,
    },
]


def add(apps, schema_editor):
    rules = apps.get_model("residents", "ContractTypeRule").objects.using(
        schema_editor.connection.alias
    )
    for rule in RULES:
        rules.get_or_create(
            kind=rule["kind"],
            valid_from=rule["valid_from"],
            defaults=dict(rule, valid_to=None),
        )


class Migration(migrations.Migration):
    dependencies = [("residents", "0001_initial")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop, elidable=True)]
