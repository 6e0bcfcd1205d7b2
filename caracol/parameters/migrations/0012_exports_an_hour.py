"""How many files one user may take in an hour."""

from datetime import date

from django.db import migrations


def add(apps, schema_editor):
    rows = apps.get_model("parameters", "Parameter").objects.using(schema_editor.connection.alias)
    rows.get_or_create(
        key="access_alert.exports_an_hour",
        valid_from=date(2018, 1, 1),
        defaults={"value": 20, "source": "Choix de l'association"},
    )


class Migration(migrations.Migration):
    dependencies = [("parameters", "0011_deadlines")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop, elidable=True)]
