"""The dated parameters known when the product was made (RULEBOOK section 11)."""

from datetime import date

from django.db import migrations

PARAMETERS = [
    ("agreement.max_years", 3, date(2018, 11, 25), None, "Loi ELAN, art. 29"),
    ("agreement.extension_years", 1, date(2018, 11, 25), None, "Loi ELAN, art. 29"),
    (
        "caf.arrears_rule",
        "TWO_TIMES",
        date(2016, 9, 1),
        date(2026, 12, 31),
        "CCH R824-1",
    ),
    (
        "caf.arrears_rule",
        "450_OR_3_MONTHS",
        date(2027, 1, 1),
        None,
        "Décret 2026-84 du 12 février 2026 (CCH R824-2)",
    ),
    (
        "caf.report_delay_months",
        2,
        date(2016, 9, 1),
        None,
        "CCH R824-4 ; à vérifier pour 2027",
    ),
    (
        "caf.payout_threshold.AL",
        "10.00",
        date(2019, 10, 1),
        None,
        "Arrêté du 27/09/2019, art. 12",
    ),
    (
        "caf.payout_threshold.APL",
        "0.00",
        date(2019, 10, 1),
        None,
        "Arrêté du 27/09/2019, art. 12",
    ),
    (
        "winter_truce",
        {"from": "11-01", "to": "03-31"},
        date(2014, 3, 27),
        None,
        "CPCE L412-6",
    ),
    ("conciliation.threshold", "5000.00", date(2020, 1, 1), None, "CPC art. 750-1"),
    (
        "sepa.prenotification_days",
        14,
        date(2014, 8, 1),
        None,
        "Règlement SEPA SDD Core",
    ),
    (
        "deposit.return_months.conform",
        1,
        date(2014, 3, 27),
        None,
        "Loi 89-462, art. 22",
    ),
    ("deposit.return_months.other", 2, date(2014, 3, 27), None, "Loi 89-462, art. 22"),
    (
        "deposit.late_penalty_percent",
        10,
        date(2014, 3, 27),
        None,
        "Loi 89-462, art. 22",
    ),
]


def add(apps, schema_editor):
    parameters = apps.get_model("parameters", "Parameter").objects.using(
        schema_editor.connection.alias
    )
    for key, value, valid_from, valid_to, source in PARAMETERS:
        parameters.get_or_create(
            key=key,
            valid_from=valid_from,
            defaults={"value": value, "valid_to": valid_to, "source": source},
        )


class Migration(migrations.Migration):
    dependencies = [("parameters", "0001_initial")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop, elidable=True)]
