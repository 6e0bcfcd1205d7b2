"""The regions of the network."""

from django.db import migrations

TERRITORIES = [
    ("IDF", "Île-de-France", ["75", "77", "78", "91", "92", "93", "94", "95"]),
    ("HDF", "Hauts-de-France", ["02", "59", "60", "62", "80"]),
    (
        "ARA",
        "Auvergne-Rhône-Alpes",
        ["01", "03", "07", "15", "26", "38", "42", "43", "63", "69", "73", "74"],
    ),
    ("GES", "Grand Est", ["08", "10", "51", "52", "54", "55", "57", "67", "68", "88"]),
    (
        "OCC",
        "Occitanie",
        ["09", "11", "12", "30", "31", "32", "34", "46", "48", "65", "66", "81", "82"],
    ),
]


def add(apps, schema_editor):
    territories = apps.get_model("accounts", "Territory").objects.using(
        schema_editor.connection.alias
    )
    for code, name, departments in TERRITORIES:
        territories.get_or_create(code=code, defaults={"name": name, "departments": departments})


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop, elidable=True)]
