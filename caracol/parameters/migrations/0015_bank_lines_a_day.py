"""How many lines of the bank one user opens in a day of ordinary work."""

from datetime import date

from django.db import migrations


def add(apps, schema_editor):
    rows = apps.get_model("parameters", "Parameter").objects.using(schema_editor.connection.alias)
    rows.get_or_create(
        key="access_alert.bank_lines_a_day",
        valid_from=date(2018, 1, 1),
        defaults={"value": 1000, "source": "Choix de l'association"},
    )


class Migration(migrations.Migration):
    dependencies = [("parameters", "0014_deadline_windows")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop, elidable=True)]
