"""When messages may reach people."""

from datetime import date

from django.db import migrations


def add(apps, schema_editor):
    rows = apps.get_model("parameters", "Parameter").objects.using(schema_editor.connection.alias)
    rows.get_or_create(
        key="messages.hours",
        valid_from=date(2018, 1, 1),
        defaults={
            "value": {"from": "08:00", "to": "20:00"},
            "source": "choix de l'association : ni tôt le matin, ni la nuit",
        },
    )


class Migration(migrations.Migration):
    dependencies = [("parameters", "0012_exports_an_hour")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop, elidable=True)]
