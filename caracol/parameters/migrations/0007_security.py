"""Of whom a second factor is demanded, and what is unusual in the register of consultations."""

from datetime import date

from django.db import migrations

FIRST_DAY = date(2026, 11, 1)
PARAMETERS = [
    (
        "security.mfa_roles",
        ["ALL"],
        "CNIL, recommandation du 20 mars 2025 ; choix de l'association",
    ),
    ("access_alert.people_a_day", 60, "Choix de l'association"),
    ("access_alert.rows_a_day", 500, "Choix de l'association"),
    ("access_alert.office_hours", {"from": "07:00", "to": "21:00"}, "Choix de l'association"),
]


def add(apps, schema_editor):
    parameters = apps.get_model("parameters", "Parameter").objects.using(
        schema_editor.connection.alias
    )
    for key, value, source in PARAMETERS:
        parameters.get_or_create(
            key=key, valid_from=FIRST_DAY, defaults={"value": value, "source": source}
        )


class Migration(migrations.Migration):
    dependencies = [("parameters", "0006_least_surface")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop, elidable=True)]
