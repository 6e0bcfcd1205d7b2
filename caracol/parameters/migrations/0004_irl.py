"""The IRL as INSEE published it (series 001515333), up to the second quarter of 2026."""

from decimal import Decimal

from django.db import migrations

SOURCE = "INSEE, série 001515333, France métropolitaine, base 100 au 4e trimestre 1998"
VALUES = {
    2018: (None, None, "128.45", "129.03"),
    2019: ("129.38", "129.72", "129.99", "130.26"),
    2020: ("130.57", "130.57", "130.59", "130.52"),
    2021: ("130.69", "131.12", "131.67", "132.62"),
    2022: ("133.93", "135.84", "136.27", "137.26"),
    2023: ("138.61", "140.59", "141.03", "142.06"),
    2024: ("143.46", "145.17", "144.51", "144.64"),
    2025: ("145.47", "146.68", "145.77", "145.78"),
    2026: ("146.60", "148.37", None, None),
}


def add(apps, schema_editor):
    index = apps.get_model("parameters", "IndexValue").objects.using(schema_editor.connection.alias)
    for year, quarters in VALUES.items():
        for quarter, value in enumerate(quarters, start=1):
            if value is not None:
                index.get_or_create(
                    year=year,
                    quarter=quarter,
                    defaults={"value": Decimal(value), "source": SOURCE},
                )


class Migration(migrations.Migration):
    dependencies = [("parameters", "0003_rent_index")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop, elidable=True)]
