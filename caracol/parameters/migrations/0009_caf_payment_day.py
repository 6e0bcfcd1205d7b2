"""The day of the next month by which a CAF's aid has come."""

from datetime import date

from django.db import migrations


def add(apps, schema_editor):
    rows = apps.get_model("parameters", "Parameter").objects.using(schema_editor.connection.alias)
    rows.get_or_create(
        key="caf.paid_by_day",
        valid_from=date(2014, 8, 1),
        defaults={
            "value": 12,
            "source": "CCH R823-8 : à terme échu ; usage : le 5, et quelques jours de banque",
        },
    )


class Migration(migrations.Migration):
    dependencies = [("parameters", "0008_sepa")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop, elidable=True)]
