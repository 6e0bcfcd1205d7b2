"""Lead times of a missing insurance (RULEBOOK 5.1)."""

from datetime import date

from django.db import migrations

ART_7G = "Loi 89-462, art. 7 g"
PARAMETERS = [
    ("insurance.reminder_days", [-45, -15, 0, 8], date(2014, 3, 27), "Usage de l'association"),
    ("insurance.registered_letter_days", 15, date(2014, 3, 27), "Usage de l'association"),
    ("insurance.choice_days", 15, date(2014, 3, 27), "Usage de l'association"),
    ("insurance.behalf_months", 1, date(2014, 3, 27), ART_7G),
    ("insurance.behalf_increase_percent", "10", date(2016, 4, 2), "Décret 2016-383"),
    ("insurance.clause_months", 1, date(2014, 3, 27), ART_7G),
    ("insurance.suspension_days", 30, date(1976, 7, 21), "Code des assurances, art. L113-3"),
    ("insurance.termination_days", 10, date(1976, 7, 21), "Code des assurances, art. L113-3"),
]


def add(apps, schema_editor):
    parameters = apps.get_model("parameters", "Parameter").objects.using(
        schema_editor.connection.alias
    )
    for key, value, valid_from, source in PARAMETERS:
        parameters.get_or_create(
            key=key, valid_from=valid_from, defaults={"value": value, "source": source}
        )


class Migration(migrations.Migration):
    dependencies = [("parameters", "0004_irl")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop, elidable=True)]
