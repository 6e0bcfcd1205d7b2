"""The surface that housing aid asks for (RULEBOOK 3.1)."""

from datetime import date

from django.db import migrations

KEY = "housing.least_surface_m2"


def add(apps, schema_editor):
    parameters = apps.get_model("parameters", "Parameter").objects.using(
        schema_editor.connection.alias
    )
    parameters.get_or_create(
        key=KEY,
        valid_from=date(2019, 9, 1),
        defaults={
            "value": {"one": 9, "two": 16, "more": 9},
            "source": "CCH R822-25 : 9 m² pour une personne, 16 m² pour deux, 9 m² par personne "
            "en plus",
        },
    )


class Migration(migrations.Migration):
    dependencies = [("parameters", "0005_insurance")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop, elidable=True)]
