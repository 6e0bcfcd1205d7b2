"""What each type of contract says of an exit (RULEBOOK 1.2, 1.6)."""

from django.db import migrations

OWES_REAL_STAY_ONLY = ("CRT",)
DEPOSIT_RETURN_BY_LAW = ("SUBLET_SOCIAL", "LEASE_89_FURN", "LEASE_89_BARE", "MOBILITY")


def add(apps, schema_editor):
    alias = schema_editor.connection.alias
    rules = apps.get_model("residents", "ContractTypeRule").objects.using(alias)
    rules.filter(kind__in=OWES_REAL_STAY_ONLY).update(owes_real_stay_only=True)
    rules.filter(kind__in=DEPOSIT_RETURN_BY_LAW).update(deposit_return_by_law=True)


class Migration(migrations.Migration):
    dependencies = [("residents", "0007_exits")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop, elidable=True)]
