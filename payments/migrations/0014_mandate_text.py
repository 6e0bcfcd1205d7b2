"""The first version of the text of a mandate, and what it must say (RULEBOOK 7)."""

from datetime import date
from pathlib import Path

from django.db import migrations
from django.utils import timezone

TEXTS = Path(__file__).resolve().parent.parent / "texts"
CODE = "SEPA_MANDATE"
FIRST = date(2000, 1, 1)
SOURCE = "Règlement SEPA SDD Core"
REQUIREMENTS = (
    ("{{ mandat.RUM }}", "la référence unique du mandat"),
    ("{{ association.ICS }}", "l'identifiant du créancier"),
    ("{{ association.nom }}", "le nom du créancier"),
    ("{{ association.adresse }}", "l'adresse du créancier"),
    ("{{ mandat.titulaire }}", "le titulaire du compte"),
    ("{{ mandat.IBAN }}", "l'IBAN"),
)


def add(apps, schema_editor):
    alias = schema_editor.connection.alias
    apps.get_model("documents", "TextTemplate").objects.using(alias).create(
        code=CODE,
        variant="",
        version=1,
        title="Mandat de prélèvement SEPA",
        body=(TEXTS / "sepa_mandate.txt").read_text(encoding="utf-8"),
        state="PUBLISHED",
        valid_from=FIRST,
        note="Première version, livrée avec Caracol",
        published_at=timezone.now(),
    )
    requirements = apps.get_model("documents", "TextRequirement").objects.using(alias)
    for element, label in REQUIREMENTS:
        requirements.create(
            code=CODE,
            variant="",
            element=element,
            label=label,
            source=SOURCE,
            when_known=False,
            valid_from=FIRST,
        )


class Migration(migrations.Migration):
    dependencies = [("payments", "0013_sepa"), ("documents", "0004_texts")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop, elidable=True)]
