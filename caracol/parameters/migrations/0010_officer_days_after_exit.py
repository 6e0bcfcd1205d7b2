"""How long a mission officer still reads of somebody who left."""

from datetime import date

from django.db import migrations


def add(apps, schema_editor):
    rows = apps.get_model("parameters", "Parameter").objects.using(schema_editor.connection.alias)
    rows.get_or_create(
        key="residents.officer_days_after_exit",
        valid_from=date(2018, 1, 1),
        defaults={
            "value": 90,
            "source": "Choix de l'association : clés, état des lieux, courrier",
        },
    )


class Migration(migrations.Migration):
    dependencies = [("parameters", "0009_caf_payment_day")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop, elidable=True)]
