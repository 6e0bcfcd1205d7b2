"""More delays of the law and habits by which deadlines are reckoned (RULEBOOK 3.5, 5.3, 6, 9.3)."""

from datetime import date

from django.db import migrations

FIRST = date(2018, 1, 1)
HABIT = "Usage de l'association"
LARGE = ["59", "75", "77", "78", "91", "92", "93", "94", "95"]
PARAMETERS = [
    ("caf.arrears_times", 2, "CCH R824-1 (jusqu'au 31/12/2026)"),
    ("caf.arrears_amount", "450.00", "Décret 2026-84 (CCH R824-2, depuis le 01/01/2027)"),
    ("caf.arrears_months", 3, "Décret 2026-84 (CCH R824-2, depuis le 01/01/2027)"),
    ("ccapex.times", 2, "Loi 89-462, art. 24 I (redevance hors charges)"),
    ("ccapex.months", 2, "Loi 89-462, art. 24 I"),
    ("ccapex.report_delay_months", 2, "Loi 89-462, art. 24 II ; usage hors bail"),
    ("dalo.offer_months.elsewhere", 3, "CCH R441-16-1"),
    ("dalo.large_departments", LARGE, "CCH R441-16-1 (plus de 300 000 habitants), à compléter"),
    ("daho.transition_months", 3, "CCH R441-18 (logement de transition ou logement-foyer)"),
    ("rights.rsa_missed_days", 15, HABIT),
    ("rights.new_permit_days", 90, HABIT),
    ("rights.move_seen_months", 6, HABIT),
    ("entry.seen_days", 30, HABIT),
    ("receipts.by_day", 10, HABIT),
    ("caf.departure_seen_days", 180, HABIT),
    ("caf.entry_seen_days", 90, HABIT),
    ("home.closed_seen_days", 30, HABIT),
    ("home.visit_months", 6, HABIT),
    ("elan.report_by", "03-31", "ELAN, art. 29 ; arrêté du 06/08/2024 ; jour à confirmer"),
]


def add(apps, schema_editor):
    rows = apps.get_model("parameters", "Parameter").objects.using(schema_editor.connection.alias)
    for key, value, source in PARAMETERS:
        rows.get_or_create(key=key, valid_from=FIRST, defaults={"value": value, "source": source})


class Migration(migrations.Migration):
    dependencies = [("parameters", "0013_message_hours")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop, elidable=True)]
