"""Direct debits and transfers: delays, message versions, and what each bank's reason asks for."""

from datetime import date

from django.db import migrations

FIRST = date(2014, 8, 1)
RULEBOOK = "Règlement SEPA SDD Core"
PARAMETERS = [
    ("sepa.mandate_months", 36, RULEBOOK),
    ("sepa.bank_lead_days", 2, "Usage des banques : à demander à la vôtre"),
    ("sepa.first_sequence", "FRST", "Facultatif depuis le 20/11/2016 : RCUR est admis aussi"),
    ("sepa.refund_weeks", 8, "CMF L133-25 et L133-25-1"),
    ("sepa.debit_message", "pain.008.001.08", "À confirmer avec la banque"),
    ("sepa.transfer_message", "pain.001.001.09", "À confirmer avec la banque"),
]

# Code: what it means, what to do, which act.
REASONS = {
    "AM04": (
        "Il n'y avait pas assez d'argent sur le compte",
        "Appelez la personne, convenez d'une date, puis représentez une fois. Aucun frais",
        "REPRESENT",
    ),
    "AC01": ("L'IBAN est faux", "Demandez un nouveau relevé d'identité bancaire", "SUSPEND"),
    "AC04": ("Le compte est fermé", "Demandez le nouveau compte et un nouveau mandat", "SUSPEND"),
    "AC06": (
        "Le compte est bloqué",
        "Prévenez le pôle social, convenez d'un autre moyen de paiement",
        "SUSPEND",
    ),
    "AC13": (
        "Ce type de compte ne se prélève pas",
        "Convenez d'un autre moyen de paiement",
        "SUSPEND",
    ),
    "AG01": (
        "Ce compte n'accepte pas les prélèvements",
        "Convenez d'un autre moyen de paiement",
        "SUSPEND",
    ),
    "AG02": (
        "La banque n'accepte pas ce type d'opération",
        "Convenez d'un autre moyen de paiement, ou voyez avec notre banque",
        "SUSPEND",
    ),
    "AM05": (
        "La banque y voit un doublon",
        "Vérifiez qu'il n'a pas été envoyé deux fois ; ne représentez pas",
        "CHECK",
    ),
    "BE05": (
        "Notre identifiant de créancier n'est pas reconnu",
        "Vérifiez l'ICS de l'association avec notre banque",
        "CHECK",
    ),
    "DT01": ("La date est refusée", "Refaites la remise à un autre jour", "CHECK"),
    "FF01": ("Le fichier est mal formé", "Voyez avec notre banque", "CHECK"),
    "MD01": (
        "La banque n'a pas de mandat, ou la personne dit ne pas l'avoir donné",
        "Retrouvez le mandat signé ; faites-en signer un nouveau",
        "CANCEL",
    ),
    "MD02": (
        "Les données du mandat ne conviennent pas à la banque",
        "Vérifiez la RUM et la date de signature",
        "CHECK",
    ),
    "MD06": (
        "La personne a demandé à sa banque de la rembourser",
        "Prenez contact avant toute chose ; ne représentez pas seul",
        "CONTACT",
    ),
    "MD07": (
        "La personne titulaire du compte est décédée",
        "Arrêtez tout prélèvement et prévenez la direction",
        "STOP",
    ),
    "MS02": ("La personne a refusé le prélèvement", "Prenez contact", "CONTACT"),
    "MS03": ("La banque ne dit pas pourquoi", "Prenez contact", "CONTACT"),
    "SL01": (
        "La personne a demandé à sa banque de bloquer nos prélèvements",
        "Demandez-lui de lever ce blocage, ou convenez d'un autre moyen",
        "SUSPEND",
    ),
    "RC01": ("Le code de la banque (BIC) est faux", "Corrigez le BIC du mandat", "CHECK"),
    "RR01": ("Il manque le compte du débiteur", "Complétez le mandat", "CHECK"),
    "RR02": ("Il manque le nom ou l'adresse du débiteur", "Complétez le mandat", "CHECK"),
    "RR03": ("Il manque le nom ou l'adresse du créancier", "Voyez avec notre banque", "CHECK"),
    "RR04": ("Raison réglementaire", "Voyez avec notre banque", "CONTACT"),
}


def add(apps, schema_editor):
    rows = apps.get_model("parameters", "Parameter").objects.using(schema_editor.connection.alias)
    for key, value, source in PARAMETERS:
        rows.get_or_create(key=key, valid_from=FIRST, defaults={"value": value, "source": source})
    for code, (label, advice, act) in REASONS.items():
        rows.get_or_create(
            key=f"sepa.return.{code}",
            valid_from=FIRST,
            defaults={
                "value": {"label": label, "advice": advice, "act": act},
                "source": "ISO 20022, codes de motif externes ; usage de l'association",
            },
        )


class Migration(migrations.Migration):
    dependencies = [("parameters", "0007_security")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop, elidable=True)]
