"""The account of what passes through the bank and is no rental management."""

from django.db import migrations


def add(apps, schema_editor):
    accounts = apps.get_model("payments", "Account").objects.using(schema_editor.connection.alias)
    accounts.get_or_create(
        code="471900", defaults={"kind": "OUT_OF_SCOPE", "label": "Hors gestion locative"}
    )


class Migration(migrations.Migration):
    dependencies = [("payments", "0006_bank")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop, elidable=True)]
