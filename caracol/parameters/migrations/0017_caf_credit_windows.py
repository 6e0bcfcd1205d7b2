"""How far around a CAF's day of payment its credit is looked for in the bank's statements."""

from datetime import date

from django.db import migrations

FIRST = date(2014, 8, 1)
HABIT = "Usage de l'association : la CAF annonce son jour, la banque crédite les jours suivants"
PARAMETERS = [
    ("caf.credit_before_days", 5, HABIT),
    ("caf.credit_after_days", 20, HABIT),
    ("caf.credit_missing_days", 7, "Usage de l'association : trois jours ouvrés et un pont"),
]


def add(apps, schema_editor):
    rows = apps.get_model("parameters", "Parameter").objects.using(schema_editor.connection.alias)
    for key, value, source in PARAMETERS:
        rows.get_or_create(key=key, valid_from=FIRST, defaults={"value": value, "source": source})


class Migration(migrations.Migration):
    dependencies = [("parameters", "0016_bank_delays")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop, elidable=True)]
