"""Delays of the law by which deadlines are reckoned (RULEBOOK 3.2, 6, 8)."""

from datetime import date

from django.db import migrations

FIRST = date(2018, 1, 1)
PARAMETERS = [
    ("permit.window_opens_days", 120, "CESEDA R431-5 (téléservice)"),
    ("permit.window_closes_days", 60, "CESEDA R431-5 (téléservice)"),
    ("permit.grace_months", 3, "CESEDA L433-3"),
    ("permit.late_months", 6, "CESEDA R431-8"),
    ("retention.lease_years", 3, "Loi 89-462, art. 7-1"),
    ("retention.other_years", 5, "C. civ. 2224 (CRT, COP)"),
    ("caf.july_rents_by", "09-30", "CCH R823-6 ; jour : usage des CAF, à confirmer"),
    ("caf.certificate_days", 15, "CCH R823-10 ; usage de l'association"),
    ("caf.nil_months", 9, "CCH R823-6"),
    ("ofpra.address_months", 3, "CESEDA R561-15"),
    ("dalo.commission_months", 3, "CCH R441-15"),
    ("dalo.offer_months", 6, "CCH R441-16-1 (agglomération de plus de 300 000 habitants)"),
    ("dalo.appeal_months", 4, "Délai de recours contentieux, à vérifier"),
    ("dalo.ground_months", 15, "CCH R441-14-1 : 18 mois ; préparé dès le 15e"),
    ("daho.commission_weeks", 6, "CCH R441-18"),
    ("daho.place_weeks", 6, "CCH R441-18 (3 mois en logement de transition)"),
    ("c2s.window_opens_months", 4, "ameli.fr, renouvellement de la C2S"),
    ("licence.exchange_months", 12, "Arrêté du 12 janvier 2012, art. 11"),
    ("rights.health_card_days", 30, "CSS L160-1 ; usage de l'association"),
    ("rights.rsa_months", 3, "CASF R262-37"),
    ("diagnostic.months.ELECTRICITY", 72, "Loi 89-462, art. 3-3 ; décret 2016-1105"),
    ("diagnostic.months.GAS", 72, "Loi 89-462, art. 3-3 ; décret 2016-1104"),
    ("diagnostic.months.DPE", 120, "CCH D126-19"),
    ("diagnostic.months.RISKS", 6, "C. env. R125-26"),
]


def add(apps, schema_editor):
    rows = apps.get_model("parameters", "Parameter").objects.using(schema_editor.connection.alias)
    for key, value, source in PARAMETERS:
        rows.get_or_create(key=key, valid_from=FIRST, defaults={"value": value, "source": source})


class Migration(migrations.Migration):
    dependencies = [("parameters", "0010_officer_days_after_exit")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop, elidable=True)]
