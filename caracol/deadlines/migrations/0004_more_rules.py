"""Rules of debts to report, visits of homes, and the yearly report to the préfet."""

from datetime import date

from django.db import migrations

FIRST = date(2018, 1, 1)
D, M, A, OFF = "DIRECTOR", "GLA_MANAGER", "GLA_ASSISTANT", "MISSION_OFFICER"
GLA = [D, M, A]

# Kind, label, lead times, audience, who acts, relay (days, role), why, otherwise, source.
RULES = [
    (
        "payments.caf-arrears", "Impayé à signaler à la CAF", [30, 15, 7, 0], GLA, M, (1, D),
        "La dette compte pour la CAF : elle se signale dans les deux mois, sauf si elle est payée.",
        "Pénalité (CCH R824-6), aide suspendue trop tard, et une dette qui grandit sans secours.",
        "CCH R824-1 à R824-6 ; décret 2026-84 depuis 2027, délai à vérifier",
    ),
    (
        "payments.ccapex-arrears", "Impayé à signaler à la CCAPEX", [30, 15, 0], GLA, M, (7, D),
        "Deux mois d'impayé, ou deux fois la redevance : la commission cherche une issue.",
        "Sans saisine, l'assignation est irrecevable pour un bail, et aucune aide n'est cherchée.",
        "Loi 89-462, art. 24 I et II",
    ),
    (
        "colocations.home-visit", "Visite de la colocation", [15, 0], [*GLA, OFF], OFF, (15, M),
        "La maison n'a pas été visitée depuis six mois ; la visite se prend avec les personnes.",
        "Un dégât, un danger ou une tension s'installe sans que personne le sache.",
        "Usage de l'association",
    ),
    (
        "colocations.prefect-report", "Rapport annuel au préfet", [60, 30, 7], GLA, D, None,
        "L'agrément demande chaque année un rapport sur les opérations de l'année passée.",
        "L'agrément peut être retiré, et avec lui la base des conventions et des contrats.",
        "ELAN, art. 29 ; arrêté du 6 août 2024",
    ),
]  # fmt: skip


def add_rules(apps, schema_editor):
    """Write the rules that nobody has changed yet."""
    rules = apps.get_model("deadlines", "DeadlineRule").objects.using(
        schema_editor.connection.alias
    )
    for kind, label, leads, audience, role, relay, why, otherwise, source in RULES:
        days, relay_role = relay or (None, "")
        rules.create(
            kind=kind,
            label=label,
            leads=leads,
            audience=audience,
            role=role,
            escalation_days=days,
            escalation_role=relay_role,
            why=why,
            otherwise=otherwise,
            source=source,
            valid_from=FIRST,
        )


class Migration(migrations.Migration):
    dependencies = [("deadlines", "0003_reminders_and_agenda")]

    operations = [migrations.RunPython(add_rules, migrations.RunPython.noop, elidable=True)]
