"""The association's own accounts."""

from django.db import migrations

ACCOUNTS = [
    ("BANK", "512000", "Banque"),
    ("CASH", "531000", "Caisse"),
    ("IN_TRANSIT", "511000", "Encaissements à rapprocher"),
    ("FEES", "706000", "Redevances et loyers"),
    ("CHARGES", "708000", "Charges récupérées"),
    ("SUSPENSE", "471000", "Compte d'attente"),
    ("WRITE_OFF", "654000", "Créances abandonnées"),
    ("OPENING", "890000", "Soldes de reprise"),
]


def add(apps, schema_editor):
    accounts = apps.get_model("payments", "Account").objects.using(schema_editor.connection.alias)
    for kind, code, label in ACCOUNTS:
        accounts.get_or_create(code=code, defaults={"kind": kind, "label": label})


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop, elidable=True)]
