"""The rule of each kind of deadline: lead times, audience, wording, with where it comes from."""

from datetime import date

from django.db import migrations

FIRST = date(2018, 1, 1)
D, M, A = "DIRECTOR", "GLA_MANAGER", "GLA_ASSISTANT"
OFF, W, S = "MISSION_OFFICER", "SOCIAL_WORKER", "SOCIAL_DIRECTOR"
T, C = "TECHNICAL", "ACCOUNTANT"
GLA, SOCIAL = [D, M, A], [W, S]
RIGHTS = [D, W, S]
LONG = [365, 270, 180, 120, 90, 60, 30]
STAY = [180, 120, 90, 60, 45, 31]
CARD = [180, 120, 90, 60, 30]
HABIT = "Usage de l'association"

# Kind, label, lead times, audience, who acts, relay (days, role), why, otherwise, source.
RULES = [
    # --- Stays ---------------------------------------------------------------------------------
    (
        "residents.contract-end", "Fin du contrat", STAY, [*GLA, *SOCIAL, OFF], M, (7, D),
        "Le contrat arrive à son terme : le renouveler, ou préparer la sortie.",
        "Sans prolongation ni départ, la personne n'a plus de titre d'occupation.",
        "Décret 2019-497 ; délais : usage de l'association",
    ),
    (
        "residents.contract-limit", "Durée maximale du contrat", STAY, [*GLA, *SOCIAL], M, (7, D),
        "Aucun renouvellement ne peut aller au-delà : le relogement se prépare maintenant.",
        "Le contrat s'arrête sans solution, et la personne se maintient sans droit.",
        "Décret 2019-497 (18 mois), règles des types de contrat",
    ),
    (
        "residents.notice-effect", "Départ annoncé", [30, 15, 7, 1], [*GLA, *SOCIAL, OFF], M, (3, D),
        "Un congé est donné : état des lieux de sortie, clés, nouvelle adresse.",
        "Sans état des lieux ni clés rendues, le dépôt ne peut pas être soldé.",
        "Décret 2019-497 ; loi 89-462, art. 15",
    ),
    (
        "residents.entry", "Entrée : état des lieux et clés", [7, 1, 0], [*GLA, *SOCIAL, OFF], OFF,
        (3, M),
        "Les clés se remettent contre un état des lieux et une attestation d'assurance.",
        "Sans état des lieux d'entrée, le logement est réputé reçu en bon état.",
        "Loi 89-462, art. 3-2 et 7 g",
    ),
    (
        "residents.exit", "Sortie : état des lieux et clés", [7, 1, 0], [*GLA, *SOCIAL, OFF], OFF,
        (5, M),
        "Le contrat est fini : l'état des lieux de sortie ou la remise des clés manque.",
        "Le délai pour rendre le dépôt ne peut pas courir, ni la chambre être attribuée.",
        "Loi 89-462, art. 3-2 et 22",
    ),
    (
        "residents.insurance-end", "Attestation d'assurance", [45, 15, 0], [*GLA, *SOCIAL], A,
        (8, M),
        "Une attestation à jour est due chaque année (loi 89-462, art. 7 g, ou contrat).",
        "Un dégât resterait à la charge de la personne.",
        "Loi 89-462, art. 7 g ; rappels : usage de l'association",
    ),
    # --- Permits and housing requests ----------------------------------------------------------
    (
        "residents.permit-expiry", "Titre de séjour à renouveler", CARD, [*GLA, *SOCIAL], W,
        (7, S),
        "La carte arrive à expiration ; son renouvellement se demande avant.",
        "La CAF peut arrêter l'aide au logement : l'impayé commence le mois suivant.",
        "CESEDA L424-1, L424-9, L433-2",
    ),
    (
        "residents.permit-window", "Renouvellement du titre à demander", [60, 5], [*GLA, *SOCIAL],
        W, (3, S),
        "La demande se dépose entre le 120e et le 60e jour avant l'expiration.",
        "Hors délai, la demande est tardive et l'expiration laisse sans preuve de séjour.",
        "CESEDA R431-5",
    ),
    (
        "residents.permit-short", "Titre de séjour de courte durée", [30, 15, 7], [*GLA, *SOCIAL],
        W, (3, S),
        "Ce document ne vaut que quelques mois : il se renouvelle tant que l'instruction dure.",
        "Le séjour n'est plus prouvé : la CAF et l'employeur peuvent tout arrêter.",
        "CESEDA R431-13, R431-15-1",
    ),
    (
        "residents.permit-grace", "Titre expiré : fin des droits maintenus", [60, 30, 15, 7],
        [*GLA, *SOCIAL], W, (1, S),
        "La carte expirée prouve encore le séjour trois mois si la demande est déposée.",
        "Passé ce jour, plus rien ne prouve le séjour ni n'ouvre les droits sociaux.",
        "CESEDA L433-3",
    ),
    (
        "residents.permit-late", "Titre expiré depuis six mois", [60, 30, 7], [*GLA, *SOCIAL], W,
        (1, S),
        "Sans demande dans les six mois de l'expiration, tout est à refaire.",
        "La demande est traitée comme une première entrée.",
        "CESEDA R431-8",
    ),
    (
        "residents.housing-request", "Demande de logement social à renouveler", [60, 30, 15, 7],
        [*GLA, *SOCIAL], W, (3, S),
        "La demande vaut un an et se renouvelle avant cette date.",
        "Non renouvelée, elle est radiée : l'ancienneté est perdue.",
        "CCH R441-2-7 et R441-2-8",
    ),
    (
        "residents.retention", "Dossier à archiver ou à effacer", [30, 0], [D, M], M, (30, D),
        "Le délai de conservation du dossier locatif est écoulé.",
        "Garder plus longtemps des données personnelles sans motif est interdit.",
        "RGPD, art. 5 ; loi 89-462, art. 7-1 (3 ans) ; 5 ans pour CRT et COP",
    ),
    # --- Buildings -----------------------------------------------------------------------------
    (
        "colocations.agreement-end", "Fin de la convention avec le propriétaire", LONG,
        [*GLA, *SOCIAL, T], M, (14, D),
        "Le bâtiment est à rendre libre de toute occupation : prolonger, ou reloger.",
        "L'association occupe sans titre et le propriétaire peut la poursuivre.",
        "ELAN, art. 29 ; C. civ. 1888",
    ),
    (
        "colocations.vacate-by", "Bâtiment à libérer", LONG, [*GLA, *SOCIAL, T, OFF], M, (7, D),
        "Chaque personne doit être relogée avant ce jour, marge de restitution comprise.",
        "Des personnes y vivent encore quand le bâtiment doit être rendu.",
        "ELAN, art. 29 ; marge : convention",
    ),
    (
        "colocations.home-closing", "Fermeture de la colocation", LONG, [*GLA, *SOCIAL, T, OFF], M,
        (7, D),
        "La colocation ferme : relogements, états des lieux, compteurs, inventaire.",
        "Des personnes restent, et les contrats d'énergie courent.",
        HABIT,
    ),
    (
        "colocations.obligation", "Engagement envers le propriétaire", [60, 30, 15, 0], [*GLA, T],
        M, (7, D),
        "L'association s'y est engagée dans la convention.",
        "Le propriétaire peut y voir un manquement et reprendre le bâtiment.",
        "Convention avec le propriétaire",
    ),
    (
        "colocations.diagnostic", "Diagnostic à refaire", [180, 90, 30], [*GLA, T], T, (15, M),
        "Le diagnostic cesse d'être valable ; il est annexé aux contrats à signer.",
        "Un contrat signé sans lui est fragile, et un risque peut rester ignoré.",
        "Gaz et électricité 6 ans, DPE 10 ans, risques 6 mois",
    ),
    (
        "colocations.approval", "Agrément à renouveler", [180, 90, 30], [*GLA], D, None,
        "L'agrément permet à l'association de gérer ces logements.",
        "Son retrait est une cause de fin des conventions et des contrats.",
        "ELAN, art. 29 ; CCH L365-4",
    ),
    (
        "colocations.site-insurance", "Assurance à renouveler", [180, 90, 30], [*GLA, T], M,
        (7, D),
        "Le bâtiment ou l'activité de l'association n'est plus couvert après ce jour.",
        "Un sinistre resterait à la charge de l'association.",
        "Conventions avec les propriétaires",
    ),
    (
        "colocations.works", "Fin de travaux prévue", [7, 0], [*GLA, T], T, (7, M),
        "La chambre est vide pour travaux : les terminer, ou dire le nouveau jour.",
        "La chambre reste vide et rien n'est encaissé.",
        HABIT,
    ),
    # --- Money ---------------------------------------------------------------------------------
    (
        "payments.deposit-return", "Dépôt de garantie à rendre", [15, 7, 0], GLA, M, (1, D),
        "Le délai court depuis la remise des clés : un mois, ou deux si l'état des lieux diffère.",
        "Chaque mois commencé de retard ajoute 10 % du loyer, quand la loi de 1989 s'applique.",
        "Loi 89-462, art. 22",
    ),
    (
        "payments.mandate-lapse", "Mandat de prélèvement bientôt caduc", [60], GLA, A, (7, M),
        "Un mandat s'éteint trente-six mois après son dernier prélèvement.",
        "Le prochain prélèvement serait refusé ou contestable : faire signer un nouveau mandat.",
        "Règlement SEPA SDD Core",
    ),
    (
        "payments.month-close", "Mois à clôturer", [5, 0], GLA, M, (5, D),
        "Des contrats n'ont pas encore leur échéance de ce mois.",
        "Personne ne reçoit d'avis et rien n'est réclamé.",
        HABIT,
    ),
    (
        "payments.receipts", "Quittances et reçus à émettre", [5, 0], GLA, A, (10, M),
        "Des échéances sont payées, leurs papiers manquent.",
        "La personne ne peut rien prouver à la CAF ni à un futur bailleur.",
        "Loi 89-462, art. 21 ; contrat",
    ),
    (
        "payments.caf-july", "Loyers de juillet à déclarer à la CAF", [60, 30, 15, 7], GLA, A,
        (7, M),
        "La CAF calcule les aides de l'année suivante sur le loyer de juillet.",
        "Sans déclaration, l'aide de toutes les personnes peut s'arrêter en janvier.",
        "CCH R823-6 et R823-7",
    ),
    (
        "payments.caf-departure", "Départ à déclarer à la CAF", [0], GLA, A, (3, M),
        "Un départ se déclare tout de suite.",
        "L'aide reçue après le départ devra être rendue.",
        "CCH R823-12 ; usage des CAF",
    ),
    (
        "payments.caf-certificate", "Attestation de loyer à établir", [15, 7, 0], GLA, A, (7, M),
        "La CAF attend l'attestation de loyer pour ouvrir le droit.",
        "Le droit part du mois de la demande : chaque mois de retard est perdu.",
        "CCH R823-10",
    ),
    (
        "payments.aid-nil", "Aide nulle : nouvelle demande à faire", [30], GLA, A, (7, M),
        "Une aide nulle reste à l'étude neuf mois, puis se redemande.",
        "Même redevenue possible, l'aide ne reprend pas d'elle-même.",
        "CCH R823-6",
    ),
    # --- Rights of people ----------------------------------------------------------------------
    (
        "social.ofpra-address", "Nouvelle adresse à déclarer à l'OFPRA", [84, 31], RIGHTS, W,
        (7, S),
        "Un changement d'adresse se déclare dans les trois mois.",
        "Les actes d'état civil et les courriers n'arrivent plus.",
        "CESEDA R561-15",
    ),
    (
        "social.dalo-commission", "DALO : décision de la commission", [15, 0], RIGHTS, W, (7, S),
        "La commission décide dans les trois mois du recours.",
        "Son silence vaut refus, et un recours serait à former.",
        "CCH R441-15",
    ),
    (
        "social.dalo-offer", "DALO : offre attendue", [30, 0], RIGHTS, W, (7, S),
        "Le préfet doit faire une offre dans ce délai.",
        "Sans offre, le tribunal administratif peut être saisi.",
        "CCH R441-16-1",
    ),
    (
        "social.dalo-appeal", "DALO : recours au tribunal", [60, 30, 15, 7], RIGHTS, W, (1, S),
        "Le délai d'offre est passé : le recours se forme dans les quatre mois.",
        "Le recours n'est plus recevable.",
        "CCH R441-16-1 ; CPC 640 à 642",
    ),
    (
        "social.daho-commission", "DAHO : décision de la commission", [14, 0], RIGHTS, W, (3, S),
        "La commission décide dans les six semaines.",
        "Son silence vaut refus, et un recours serait à former.",
        "CCH R441-18",
    ),
    (
        "social.daho-place", "DAHO : place attendue", [14, 0], RIGHTS, W, (3, S),
        "Une place doit être proposée dans ce délai.",
        "Sans place, le tribunal administratif peut être saisi.",
        "CCH R441-18",
    ),
    (
        "social.dalo-ground", "DALO : dix-huit mois en logement de transition", [90, 30, 0], RIGHTS,
        W, (15, S),
        "Au quinzième mois, préparer le recours que dix-huit mois de transition permettent.",
        "Le contrat finit sans que ce droit ait été demandé.",
        "CCH R441-14-1",
    ),
    (
        "social.c2s", "Complémentaire santé solidaire à renouveler", [120, 90, 65], RIGHTS, W,
        (7, S),
        "Elle se redemande entre quatre et deux mois avant sa fin.",
        "La personne n'a plus de complémentaire et renonce à des soins.",
        "ameli.fr, renouvellement de la C2S",
    ),
    (
        "social.health-card", "Carte Vitale à mettre à jour", [15, 0], RIGHTS, W, (15, S),
        "Le droit suit le séjour : il se met à jour après chaque nouveau titre.",
        "Les soins ne sont plus pris en charge.",
        "CSS L160-1",
    ),
    (
        "social.rsa", "Déclaration trimestrielle (RSA, prime d'activité)", [10, 3], RIGHTS, W,
        (3, S),
        "Les ressources se déclarent tous les trois mois.",
        "Le versement s'arrête, et l'impayé suit.",
        "CASF R262-37",
    ),
    (
        "social.licence", "Permis de conduire à échanger", [180, 90, 60, 30], RIGHTS, W, (15, S),
        "L'échange se demande dans l'année de la reconnaissance de la protection.",
        "Le permis étranger ne peut plus être échangé : il faut le repasser.",
        "Arrêté du 12 janvier 2012, art. 11",
    ),
    (
        "social.visale", "Visa Visale bientôt périmé", [30], RIGHTS, W, (7, S),
        "Le visa porte sa date de fin ; il sert pour le prochain logement.",
        "La personne cherche sans garant.",
        "Visale, règles d'éligibilité",
    ),
    (
        "social.integration", "Démarche d'intégration ou de réunification", [30, 7], RIGHTS, W,
        (15, S),
        "Un rendez-vous ou un délai est fixé au dossier.",
        "La démarche est perdue ou repart de zéro.",
        "CESEDA ; selon le dossier",
    ),
    # --- Tasks ---------------------------------------------------------------------------------
    (
        "tasks.task", "Tâche", [1, 0], [*GLA, *SOCIAL, OFF, T, C], M, None,
        "Quelqu'un de l'équipe l'a notée.",
        "Ce qui a été promis n'est pas fait.",
        HABIT,
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
    dependencies = [("deadlines", "0001_deadlines")]

    operations = [migrations.RunPython(add_rules, migrations.RunPython.noop, elidable=True)]
