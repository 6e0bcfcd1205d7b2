"""Delays of the bank's files and of the CAF's credits, and over how many months a premium goes."""

from datetime import date

from django.db import migrations

FIRST = date(2014, 8, 1)
OWN = "Choix de l'association"
PARAMETERS = [
    ("caf.credit_days", 7, OWN),
    ("sepa.near_days", 6, "Choix de l'association : cinq jours TARGET pour un retour, et un"),
    ("sepa.unauthorised_months", 13, "CMF L133-24"),
    ("sepa.returns_shown_days", 90, OWN),
    ("sepa.collect_day", 5, OWN),
    ("insurance.premium_months", 12, "Loi 89-462 art. 7 g : par douzième, à chaque paiement"),
]


def add(apps, schema_editor):
    rows = apps.get_model("parameters", "Parameter").objects.using(schema_editor.connection.alias)
    for key, value, source in PARAMETERS:
        rows.get_or_create(key=key, valid_from=FIRST, defaults={"value": value, "source": source})


class Migration(migrations.Migration):
    dependencies = [("parameters", "0015_bank_lines_a_day")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop, elidable=True)]
