"""The capabilities that the first table had no column for (RULEBOOK 1.2 to 1.9, 2.4, 3.1)."""

from datetime import date

from django.db import migrations

RULES = {
    "CRT": {
        "needs_purpose": True,
        "needs_objective_causes": True,
        "is_tacitly_renewed": True,
        "alarm_months": [12, 15, 17],
        "charges_modes": ["ALL_IN"],
        "deposit_cap_by_law": False,
        "manager_notice_after_months": 2,
        "revision_after_months": 12,
    },
    "COP": {
        "needs_term_event": True,
        "charges_modes": ["ALL_IN", "FLAT", "PROVISION"],
        "notice_by_contract": True,
        # The contract decides: without a clause nothing is revised.
        "index_revision": True,
        "revision_after_months": 12,
    },
    "SUBLET_SOCIAL": {
        "needs_approval_reference": True,
        "charges_modes": ["FLAT", "PROVISION"],
        "deposit_usual_months": 1,
        "notice_by_contract": True,
        "revision_after_months": 12,
    },
    "LEASE_89_FURN": {
        "min_months_student": 9,
        "is_tacitly_renewed": True,
        "charges_modes": ["FLAT", "PROVISION"],
        "manager_notice_at_term": True,
        "revision_after_months": 12,
    },
    "LEASE_89_BARE": {
        "min_months_person": 36,
        "is_tacitly_renewed": True,
        "charges_modes": ["PROVISION", "FLAT"],
        "resident_notice_reduced_months": 1,
        "manager_notice_at_term": True,
        "revision_after_months": 12,
    },
    "MOBILITY": {
        "is_renewable": False,
        "max_end_extensions": 1,
        "charges_modes": ["FLAT"],
    },
}
PARAMETERS = [
    (
        "irl.banned_dpe_classes",
        "FG",
        date(2022, 8, 24),
        "Loi 89-462, art. 17-1 III (loi 2021-1104, art. 159)",
    ),
    ("irl.claim_years", 1, date(2014, 3, 27), "Loi 89-462, art. 7-1"),
    (
        "aid.min_surface_m2",
        {"one": "9", "two": "16", "more": "9"},
        date(2019, 9, 1),
        "CCH R822-25",
    ),
]


def add(apps, schema_editor):
    alias = schema_editor.connection.alias
    rules = apps.get_model("residents", "ContractTypeRule").objects.using(alias)
    for kind, values in RULES.items():
        rules.filter(kind=kind).update(**values)
    parameters = apps.get_model("parameters", "Parameter").objects.using(alias)
    for key, value, valid_from, source in PARAMETERS:
        parameters.get_or_create(
            key=key, valid_from=valid_from, defaults={"value": value, "source": source}
        )


class Migration(migrations.Migration):
    dependencies = [("residents", "0004_capabilities"), ("parameters", "0004_irl")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop, elidable=True)]
