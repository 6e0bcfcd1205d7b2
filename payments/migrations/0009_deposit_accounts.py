"""Accounts for what is kept from deposits, and for what is paid for returning them late."""

from django.db import migrations

ACCOUNTS = [
    ("DEPOSIT_KEPT", "758000", "Retenues sur dépôts de garantie"),
    ("PENALTY", "658000", "Majorations pour dépôts rendus tard"),
]


def add(apps, schema_editor):
    accounts = apps.get_model("payments", "Account").objects.using(schema_editor.connection.alias)
    for kind, code, label in ACCOUNTS:
        accounts.get_or_create(code=code, defaults={"kind": kind, "label": label})


class Migration(migrations.Migration):
    dependencies = [("payments", "0008_deposits")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop, elidable=True)]
