"""The first versions of the texts written to the CAFs: forms and letters (RULEBOOK 3.3, 3.4)."""

from datetime import date
from pathlib import Path

from django.db import migrations
from django.utils import timezone

TEXTS = Path(__file__).resolve().parent.parent / "texts"
FIRST = date(2000, 1, 1)
DEFAULTS = (
    ("CAF_RENT_CERTIFICATE", "Attestation de loyer", "caf_rent_certificate"),
    ("CAF_DIRECT_PAYMENT", "Demande de versement direct", "caf_direct_payment"),
    ("CAF_DEPARTURE", "Départ d'un allocataire", "caf_departure"),
    ("CAF_CONTEST", "Contestation d'un indu", "caf_contest"),
)


def add(apps, schema_editor):
    alias = schema_editor.connection.alias
    texts = apps.get_model("documents", "TextTemplate").objects.using(alias)
    requirements = apps.get_model("documents", "TextRequirement").objects.using(alias)
    for code, title, name in DEFAULTS:
        texts.create(
            code=code,
            variant="",
            version=1,
            title=title,
            body=(TEXTS / f"{name}.txt").read_text(encoding="utf-8"),
            state="PUBLISHED",
            valid_from=FIRST,
            note="Première version, livrée avec Caracol",
            published_at=timezone.now(),
        )
        requirements.create(
            code=code,
            variant="",
            element="{{ CAF.allocataire }}",
            label="de quel allocataire il s'agit",
            source="Usage de la CAF",
            when_known=False,
            valid_from=FIRST,
        )


class Migration(migrations.Migration):
    dependencies = [("payments", "0014_mandate_text"), ("documents", "0004_texts")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop, elidable=True)]
