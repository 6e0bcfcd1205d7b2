"""What each text must say, and the first version of each (RULEBOOK 1.2 to 1.5, 1.8, 5.1)."""

from datetime import date
from pathlib import Path

from django.db import migrations
from django.utils import timezone

TEXTS = Path(__file__).resolve().parent.parent / "texts"
FIRST = date(2000, 1, 1)

# Code, type ("" for all), title, file.
DEFAULTS = (
    ("CONTRACT", "CRT", "Contrat de résidence temporaire", "contract_crt"),
    ("CONTRACT", "COP", "Convention d'occupation précaire", "contract_cop"),
    ("CONTRACT", "SUBLET_SOCIAL", "Contrat de sous-location", "contract_sublet"),
    ("CONTRACT", "LEASE_89_FURN", "Bail d'habitation meublée", "contract_lease_furn"),
    ("CONTRACT", "LEASE_89_BARE", "Bail d'habitation", "contract_lease_bare"),
    ("CONTRACT", "MOBILITY", "Bail mobilité", "contract_mobility"),
    ("CONTRACT_SUMMARY", "", "En bref", "contract_summary"),
    ("AMENDMENT", "", "Avenant", "amendment"),
    ("NOTICE_NON_RENEWAL", "", "Non-renouvellement du contrat", "notice_non_renewal"),
    ("NOTICE_OBJECTIVE_CAUSE", "", "Fin du contrat pour cause objective", "notice_objective_cause"),
    ("NOTICE_BREACH", "", "Fin du contrat pour manquement", "notice_breach"),
    ("NOTICE_AT_TERM", "", "Congé pour le terme du bail", "notice_at_term"),
    ("NOTICE_ORDINARY", "", "Congé", "notice_ordinary"),
    ("NOTICE_ACK", "", "Nous avons reçu votre congé", "notice_acknowledgement"),
    ("INSURANCE_BEHALF", "", "Mise en demeure de vous assurer", "insurance_behalf"),
    ("INSURANCE_CLAUSE", "", "Mise en demeure de vous assurer", "insurance_clause"),
    ("RESIDENCE_CERTIFICATE", "", "Attestation de résidence", "residence_certificate"),
    ("DEPOSIT_SETTLEMENT", "", "Décompte du dépôt de garantie", "deposit_settlement"),
)

_ELAN = "Loi ELAN, art. 29"
_USE = "Usage de l'association"
_D19 = "Décret 2019-497"
_L89 = "Loi 89-462, art. 3"
_M26 = "Décret 2015-587 modifié par le décret 2026-596"
_A7 = "Loi 89-462, art. 7 g"
_A22 = "Loi 89-462, art. 22"
_PRECARIOUS = "Jurisprudence sur l'occupation précaire"
_IML = "Intermédiation locative"

# By text and type: the element, what it is, who demands it; then whether only when the contract
# has it, and from when, if not always.
REQUIREMENTS = {
    ("CONTRACT", "CRT"): (
        ("{{ association.nom }}", "les parties : l'association", _USE),
        ("{{ résident.noms }} ou {{ résident.identités }}", "les parties : les titulaires", _USE),
        ("{{ logement.adresse }}", "l'adresse du logement", _USE),
        ("{{ logement.chambre }}", "la chambre", _USE),
        ("{{ contrat.début }}", "la prise d'effet", _USE),
        ("[[clause assurance]]", "l'assurance, dans une clause à part", _USE),
        ("[[clause état des lieux]]", "l'état des lieux d'entrée et de sortie", _USE),
        ("{{ contrat.fin }}", "la fin du contrat", _USE),
        ("{{ contrat.finalité }}", "la finalité de l'occupation", _ELAN),
        ("[[clause engagements]]", "les engagements réciproques", _ELAN),
        ("{{ contrat.causes objectives }}", "les causes objectives de résiliation", _D19),
        ("{{ contrat.durée maximale }}", "la durée totale maximale", _D19),
        ("[[clause parties communes]]", "les parties communes", _USE),
        ("{{ redevance.total }}", "la redevance, charges comprises", _D19),
        ("{{ redevance.plafond }}", "le plafond de redevance", _D19),
        ("{{ révision.trimestre }}", "la clause de révision", _D19, True),
        ("{{ contrat.préavis du résident }}", "le préavis du résident", _D19),
        ("[[clause préavis du résident]]", "la fin à l'initiative du résident", _D19),
        ("{{ contrat.préavis de l'association }}", "le préavis de l'association", _D19),
        ("[[clause fin par l'association]]", "la fin à l'initiative de l'association", _D19),
        ("[[clause règles de vie]]", "les règles de vie de la colocation", _USE),
        ("{{ convention.fin }}", "la fin de la convention du propriétaire", _USE),
    ),
    ("CONTRACT", "COP"): (
        ("{{ association.nom }}", "les parties : l'association", _USE),
        ("{{ résident.noms }} ou {{ résident.identités }}", "les parties : les titulaires", _USE),
        ("{{ logement.adresse }}", "l'adresse du logement", _USE),
        ("{{ logement.chambre }}", "la chambre", _USE),
        ("{{ contrat.début }}", "la prise d'effet", _USE),
        ("[[clause assurance]]", "l'assurance, dans une clause à part", _USE),
        ("[[clause état des lieux]]", "l'état des lieux d'entrée et de sortie", _USE),
        ("{{ contrat.motif de précarité }}", "le motif de précarité", _PRECARIOUS),
        (
            "{{ contrat.événement de fin }} ou {{ contrat.fin }}",
            "l'événement ou la date de fin",
            _PRECARIOUS,
            True,
        ),
        ("{{ redevance.montant }}", "la redevance", _PRECARIOUS),
        ("[[clause redevance modique]]", "le caractère modique de la redevance", _PRECARIOUS),
        ("{{ contrat.préavis du résident }}", "le préavis de l'occupant", _USE),
        ("{{ contrat.préavis de l'association }}", "le préavis de l'association", _USE),
        ("[[clause charges]]", "les charges", _USE),
        ("{{ dépôt.montant }}", "le dépôt de garantie", _USE, True),
        (
            "[[clause résolutoire]]",
            "la clause résolutoire, qui nomme les obligations couvertes",
            "Code civil, art. 1225",
        ),
        (
            "[[clause résidence principale]]",
            "la résidence principale, si l'aide est demandée",
            _USE,
            True,
        ),
    ),
    ("CONTRACT", "SUBLET_SOCIAL"): (
        ("{{ association.nom }}", "les parties : l'association", _USE),
        ("{{ résident.noms }} ou {{ résident.identités }}", "les parties : les titulaires", _USE),
        ("{{ logement.adresse }}", "l'adresse du logement", _USE),
        ("{{ logement.chambre }}", "la chambre", _USE),
        ("{{ contrat.début }}", "la prise d'effet", _USE),
        ("[[clause assurance]]", "l'assurance, dans une clause à part", _USE),
        ("[[clause état des lieux]]", "l'état des lieux d'entrée et de sortie", _USE),
        ("{{ contrat.fin }}", "la fin du contrat", _USE),
        ("{{ convention.référence }}", "le bail principal ou la convention", _IML),
        ("{{ contrat.agrément }}", "l'agrément", "CCH, art. L365-4"),
        ("{{ convention.fin }}", "la fin du bail principal", _IML),
        (
            "[[clause finalité temporaire]]",
            "la finalité temporaire et l'accompagnement social",
            _IML,
        ),
        ("{{ redevance.montant }}", "le loyer", _IML),
        ("{{ dépôt.montant }}", "le dépôt de garantie", _IML, True),
        ("[[clause points d'étape]]", "les dates des points d'étape", _IML),
        ("[[clause relogement]]", "la clause de relogement", _IML),
        ("{{ aide.destinataire }}", "à qui l'aide est versée", "CCH, art. D832-2"),
    ),
    ("CONTRACT", "LEASE_89_FURN"): (
        ("{{ association.nom }}", "les parties : l'association", _L89),
        ("{{ résident.noms }} ou {{ résident.identités }}", "les parties : les titulaires", _L89),
        ("{{ logement.adresse }}", "l'adresse du logement", _L89),
        ("{{ logement.chambre }}", "la chambre", _L89),
        ("{{ contrat.début }}", "la prise d'effet", _L89),
        ("[[clause assurance]]", "l'assurance, dans une clause à part", _A7),
        (
            "[[clause état des lieux]]",
            "l'état des lieux d'entrée et de sortie",
            "Loi 89-462, art. 3-2",
        ),
        ("{{ contrat.fin }}", "la fin du contrat", _L89),
        ("{{ contrat.durée }}", "la durée", _L89),
        ("{{ logement.surface }}", "la surface habitable", _L89),
        ("[[clause usage]]", "l'usage des lieux", _L89),
        ("[[clause équipements]]", "les équipements", _L89),
        ("{{ redevance.montant }}", "le loyer", _L89),
        ("[[clause paiement]]", "les modalités de paiement", _L89),
        ("[[clause précédent loyer]]", "le loyer du dernier locataire", _L89),
        ("[[clause travaux]]", "les travaux", _L89),
        ("{{ logement.classe DPE }}", "la classe du DPE", _L89),
        ("[[clause énergie]]", "le montant estimé des dépenses d'énergie", _L89),
        (
            "[[clause annexes]]",
            "les annexes : notice d'information, diagnostics, état des lieux",
            _L89,
        ),
        ("{{ révision.trimestre }}", "la clause de révision", "Loi 89-462, art. 17-1", True),
        ("{{ dépôt.montant }}", "le dépôt de garantie", _A22, True),
        ("{{ redevance.mode de charges }}", "le mode de charges", _L89),
        ("[[clause inventaire]]", "l'inventaire du mobilier", "Loi 89-462, art. 25-7"),
        (
            "[[clause résolutoire]]",
            "la clause résolutoire, six semaines",
            _M26,
            False,
            date(2026, 10, 1),
        ),
        (
            "[[clause tranquillité]]",
            "les troubles de voisinage, dans une clause à part",
            _M26,
            False,
            date(2026, 10, 1),
        ),
    ),
    ("CONTRACT", "LEASE_89_BARE"): (
        ("{{ association.nom }}", "les parties : l'association", _L89),
        ("{{ résident.noms }} ou {{ résident.identités }}", "les parties : les titulaires", _L89),
        ("{{ logement.adresse }}", "l'adresse du logement", _L89),
        ("{{ logement.chambre }}", "la chambre", _L89),
        ("{{ contrat.début }}", "la prise d'effet", _L89),
        ("[[clause assurance]]", "l'assurance, dans une clause à part", _A7),
        (
            "[[clause état des lieux]]",
            "l'état des lieux d'entrée et de sortie",
            "Loi 89-462, art. 3-2",
        ),
        ("{{ contrat.fin }}", "la fin du contrat", _L89),
        ("{{ contrat.durée }}", "la durée", _L89),
        ("{{ logement.surface }}", "la surface habitable", _L89),
        ("[[clause usage]]", "l'usage des lieux", _L89),
        ("[[clause équipements]]", "les équipements", _L89),
        ("{{ redevance.montant }}", "le loyer", _L89),
        ("[[clause paiement]]", "les modalités de paiement", _L89),
        ("[[clause précédent loyer]]", "le loyer du dernier locataire", _L89),
        ("[[clause travaux]]", "les travaux", _L89),
        ("{{ logement.classe DPE }}", "la classe du DPE", _L89),
        ("[[clause énergie]]", "le montant estimé des dépenses d'énergie", _L89),
        (
            "[[clause annexes]]",
            "les annexes : notice d'information, diagnostics, état des lieux",
            _L89,
        ),
        ("{{ révision.trimestre }}", "la clause de révision", "Loi 89-462, art. 17-1", True),
        ("{{ dépôt.montant }}", "le dépôt de garantie", _A22, True),
        ("{{ redevance.mode de charges }}", "le mode de charges", _L89),
        (
            "[[clause résolutoire]]",
            "la clause résolutoire, six semaines",
            _M26,
            False,
            date(2026, 10, 1),
        ),
        (
            "[[clause tranquillité]]",
            "les troubles de voisinage, dans une clause à part",
            _M26,
            False,
            date(2026, 10, 1),
        ),
    ),
    ("CONTRACT", "MOBILITY"): (
        ("{{ association.nom }}", "les parties : l'association", _L89),
        ("{{ résident.noms }} ou {{ résident.identités }}", "les parties : les titulaires", _L89),
        ("{{ logement.adresse }}", "l'adresse du logement", _L89),
        ("{{ logement.chambre }}", "la chambre", _L89),
        ("{{ contrat.début }}", "la prise d'effet", _L89),
        ("[[clause assurance]]", "l'assurance, dans une clause à part", _A7),
        (
            "[[clause état des lieux]]",
            "l'état des lieux d'entrée et de sortie",
            "Loi 89-462, art. 3-2",
        ),
        ("{{ contrat.fin }}", "la fin du contrat", _L89),
        ("{{ contrat.durée }}", "la durée", _L89),
        ("{{ logement.surface }}", "la surface habitable", _L89),
        ("[[clause usage]]", "l'usage des lieux", _L89),
        ("[[clause inventaire]]", "les équipements", _L89),
        ("{{ redevance.montant }}", "le loyer", _L89),
        ("[[clause paiement]]", "les modalités de paiement", _L89),
        ("[[clause précédent loyer]]", "le loyer du dernier locataire", _L89),
        ("[[clause travaux]]", "les travaux", _L89),
        ("{{ logement.classe DPE }}", "la classe du DPE", _L89),
        ("[[clause énergie]]", "le montant estimé des dépenses d'énergie", _L89),
        (
            "[[clause annexes]]",
            "les annexes : notice d'information, diagnostics, état des lieux",
            _L89,
        ),
        (
            "[[clause absence de dépôt]]",
            "l'absence de dépôt de garantie",
            "Loi 89-462 (bail mobilité)",
        ),
        ("[[clause motif]]", "le motif du bail mobilité", "Loi 89-462 (bail mobilité)"),
        (
            "[[clause résolutoire]]",
            "la clause résolutoire, six semaines",
            _M26,
            False,
            date(2026, 10, 1),
        ),
        (
            "[[clause tranquillité]]",
            "les troubles de voisinage, dans une clause à part",
            _M26,
            False,
            date(2026, 10, 1),
        ),
    ),
    ("AMENDMENT", ""): (
        ("{{ contrat.numéro }}", "le contrat modifié", _USE),
        ("{{ avenant.objet }}", "l'objet", _USE),
        ("{{ avenant.effet }}", "la date d'effet", _USE),
        ("[[clause ce qui change]]", "ce qui change", _USE),
        ("[[clause ce qui ne change pas]]", "ce qui ne change pas", _USE),
    ),
    ("NOTICE_NON_RENEWAL", ""): (
        ("{{ contrat.numéro }}", "le contrat", _USE),
        ("{{ contrat.préavis de l'association }}", "le préavis", _D19),
        ("{{ contrat.fin }}", "le terme", _D19),
    ),
    ("NOTICE_OBJECTIVE_CAUSE", ""): (
        ("{{ contrat.numéro }}", "le contrat", _USE),
        ("{{ contrat.préavis de l'association }}", "le préavis", _D19),
        ("{{ congé.motif }}", "le motif de la décision", _D19),
        ("{{ contrat.causes objectives }}", "les causes écrites au contrat", _D19),
        ("[[clause redevance du préavis]]", "la redevance du seul temps réel d'occupation", _D19),
    ),
    ("NOTICE_BREACH", ""): (
        ("{{ contrat.numéro }}", "le contrat", _USE),
        ("{{ contrat.préavis de l'association }}", "le préavis", _D19),
        ("{{ congé.motif }}", "le motif de la décision", _D19),
    ),
    ("NOTICE_AT_TERM", ""): (
        ("{{ contrat.numéro }}", "le contrat", _USE),
        ("{{ contrat.préavis de l'association }}", "le préavis", "Loi 89-462"),
        ("{{ congé.motif }}", "le motif de la décision", "Loi 89-462"),
        ("{{ contrat.fin }}", "le terme du bail", "Loi 89-462"),
    ),
    ("NOTICE_ORDINARY", ""): (
        ("{{ contrat.numéro }}", "le contrat", _USE),
        ("{{ contrat.préavis de l'association }}", "le préavis", "Contrat"),
    ),
    ("NOTICE_ACK", ""): (
        ("{{ congé.reçu le }}", "le jour de réception", "CPC, art. 668-669"),
        ("{{ congé.effet }}", "la fin du contrat", _USE),
        ("{{ congé.règle }}", "la règle qui donne la date", _USE),
    ),
    ("INSURANCE_BEHALF", ""): (
        ("[[clause mise en demeure]]", "la mise en demeure de s'assurer", _A7),
        ("{{ assurance.délai }}", "le délai d'un mois", _A7),
        (
            "[[clause assurance pour compte]]",
            "l'assurance souscrite pour compte, par douzième",
            _A7,
        ),
        ("{{ assurance.majoration }}", "la majoration au plus", "Décret 2016-383"),
        ("[[clause renonciation]]", "la renonciation à la clause résolutoire", _A7),
    ),
    ("INSURANCE_CLAUSE", ""): (
        ("[[clause mise en demeure]]", "la mise en demeure de s'assurer", _A7),
        ("[[clause résiliation]]", "la résiliation après commandement", _A7),
        ("{{ assurance.délai de la clause }}", "le délai d'un mois", _A7),
    ),
    ("RESIDENCE_CERTIFICATE", ""): (
        ("{{ résident.noms }}", "qui réside", _USE),
        ("{{ logement.adresse }}", "l'adresse", _USE),
        ("{{ contrat.début }}", "depuis quand", _USE),
        ("{{ association.signataire }}", "qui atteste", _USE),
    ),
    ("DEPOSIT_SETTLEMENT", ""): (
        ("{{ dépôt.versé }}", "le dépôt versé", _A22),
        ("{{ dépôt.retenu }}", "les sommes retenues", _A22),
        ("{{ dépôt.rendu }}", "la somme rendue", _A22),
        ("{{ sortie.clés rendues le }}", "la remise des clés", _A22),
        ("{{ dépôt.à rendre avant le }}", "le délai", _A22),
        ("{{ dépôt.retenues }}", "le détail des retenues, s'il y en a", _A22, True),
    ),
}


def add_texts(apps, schema_editor):
    """Publish the first version of each text."""
    alias = schema_editor.connection.alias
    texts = apps.get_model("documents", "TextTemplate").objects.using(alias)
    for code, variant, title, name in DEFAULTS:
        texts.create(
            code=code,
            variant=variant,
            version=1,
            title=title,
            body=(TEXTS / f"{name}.txt").read_text(encoding="utf-8"),
            state="PUBLISHED",
            valid_from=FIRST,
            note="Première version, livrée avec Caracol",
            published_at=timezone.now(),
        )


def add_requirements(apps, schema_editor):
    """Write what each text must say."""
    alias = schema_editor.connection.alias
    requirements = apps.get_model("documents", "TextRequirement").objects.using(alias)
    for (code, variant), rows in REQUIREMENTS.items():
        for element, label, source, *more in rows:
            when_known, since = [*more, *(False, FIRST)[len(more) :]]
            requirements.create(
                code=code,
                variant=variant,
                element=element,
                label=label,
                source=source,
                when_known=when_known,
                valid_from=since,
            )


class Migration(migrations.Migration):
    """The texts follow the tables that hold them."""

    dependencies = [
        ("documents", "0004_texts"),
        ("residents", "0009_search_indexes"),
    ]

    operations = [
        migrations.RunPython(add_texts, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(add_requirements, migrations.RunPython.noop, elidable=True),
    ]
