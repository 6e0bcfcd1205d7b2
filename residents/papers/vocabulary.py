"""What the texts of contracts and letters may name: facts with an example, questions after « si ».

No status, no nationality, no permit: they have no place on a paper.
"""

from collections.abc import Mapping

from caracol.documents.filling import Fact, Vocabulary

_DRAFT = "fiche du contrat, « Compléter le contrat » ou « Modifier le brouillon »"
_RULES = "administration, « Règles des types de contrat »"
_HOME = "fiche de la colocation"
_ROOM = "fiche de la chambre"
_PERSON = "fiche de la personne"
_TAKEOVER = "administration, « Association »"
_AGREEMENT = "convention du propriétaire, dans le parc"
_NOTICE = "congé du contrat"


def _f(label: str, example: str, where: str = "") -> Fact:
    return Fact(label=label, example=example, where=where)


_SHARED: dict[str, Fact] = {
    "association.nom": _f("nom de l'association", "Caracol", _TAKEOVER),
    "association.adresse": _f("adresse de l'association", "12 rue Exemple, 93100", _TAKEOVER),
    "association.siret": _f("SIRET de l'association", "123 456 782 00010", _TAKEOVER),
    "association.signataire": _f("signataire", "Nadia Fontaine, directrice", _TAKEOVER),
    "document.date": _f("date du document", "24 novembre 2026"),
    "résident.noms": _f("noms des titulaires", "Mme Amina DIALLO", _PERSON),
    "résident.identités": _f(
        "noms et dates de naissance", "Mme Amina DIALLO, née le 3 mars 1994", _PERSON
    ),
    "contrat.numéro": _f("numéro du contrat", "C2026-014"),
    "contrat.type": _f("type du contrat", "contrat de résidence temporaire"),
    "contrat.début": _f("prise d'effet", "1er décembre 2026", _DRAFT),
    "contrat.fin": _f("fin du contrat", "30 novembre 2027", _DRAFT),
    "contrat.durée": _f("durée en mois", "12 mois", _DRAFT),
    "contrat.durée minimale": _f("durée minimale du type", "2 mois", _RULES),
    "contrat.durée maximale": _f("durée maximale du type", "18 mois", _RULES),
    "contrat.signé le": _f("date de signature", "24 novembre 2026", _DRAFT),
    "contrat.finalité": _f("finalité de l'occupation", "Loger temporairement…", _DRAFT),
    "contrat.causes objectives": _f(
        "causes objectives de résiliation", "Restitution du bâtiment au propriétaire", _DRAFT
    ),
    "contrat.motif de précarité": _f(
        "motif de précarité", "Démolition prévue par le propriétaire", _DRAFT
    ),
    "contrat.événement de fin": _f(
        "événement qui met fin au contrat", "Ouverture du chantier", _DRAFT
    ),
    "contrat.agrément": _f(
        "agrément ou convention", "agrément du préfet d'Île-de-France n° 2020-14", _DRAFT
    ),
    "contrat.jour d'échéance": _f("jour d'échéance", "5", _DRAFT),
    "contrat.mode de paiement": _f("mode de paiement", "virement", _DRAFT),
    "contrat.préavis du résident": _f("préavis du résident", "15 jours", _DRAFT),
    "contrat.préavis de l'association": _f("préavis de l'association", "1 mois", _DRAFT),
    "logement.adresse": _f("adresse du logement", "4 rue des Lilas, 93100 Montreuil", _HOME),
    "logement.colocation": _f("nom de la colocation", "Les Tilleuls", _HOME),
    "logement.chambre": _f("numéro de la chambre", "3", _ROOM),
    "logement.surface": _f("surface de la chambre", "12 m²", _ROOM),
    "logement.équipements": _f("équipements de la chambre", "un lit, un bureau", _ROOM),
    "logement.classe DPE": _f("classe du DPE", "C", _HOME),
    "logement.dernier loyer": _f(
        "loyer du précédent locataire", "410,00 € par mois, jusqu'au 31 août 2026", _ROOM
    ),
    "convention.référence": _f(
        "acte par lequel l'association tient les lieux",
        "prêt à usage du 1er mars 2025",
        _AGREEMENT,
    ),
    "convention.fin": _f("fin de cet acte", "28 février 2028", _AGREEMENT),
    "redevance.montant": _f("redevance ou loyer mensuel", "180,00 €", _DRAFT),
    "redevance.charges": _f("charges mensuelles", "40,00 €", _DRAFT),
    "redevance.total": _f("total mensuel", "220,00 €", _DRAFT),
    "redevance.plafond": _f("plafond de redevance", "200,00 €", _RULES),
    "redevance.mode de charges": _f("mode de charges", "un forfait, sans régularisation", _DRAFT),
    "révision.trimestre": _f("trimestre de référence de l'IRL", "2e trimestre", _DRAFT),
    "dépôt.montant": _f("dépôt de garantie demandé", "180,00 €", _DRAFT),
    "aide.destinataire": _f(
        "à qui l'aide au logement est versée", "l'association (tiers payant)", _DRAFT
    ),
}

_QUESTIONS = {
    "plusieurs titulaires": "le contrat a plusieurs titulaires",
    "aide": "le contrat ouvre ou peut ouvrir droit à l'aide au logement",
    "tiers payant": "l'aide est versée à l'association",
    "charges": "des charges s'ajoutent à la redevance",
    "charges comprises": "les charges sont comprises",
    "charges en provisions": "les charges sont des provisions",
    "dépôt": "un dépôt de garantie est demandé",
    "révision": "une clause de révision est prévue",
    "tarif réduit": "la redevance suit le plafond CASF L. 345-2-2",
    "renouvellement tacite": "le contrat est renouvelé tacitement",
    "contrat terminé": "le contrat a pris fin",
    "contrat CRT": "c'est un contrat de résidence temporaire",
    "contrat COP": "c'est une convention d'occupation précaire",
    "sous-location": "c'est une sous-location",
    "bail de 1989": "c'est un bail soumis à la loi de 1989",
    "bail mobilité": "c'est un bail mobilité",
}

_AMENDMENT: dict[str, Fact] = {
    "avenant.numéro": _f("numéro de l'avenant", "2"),
    "avenant.objet": _f("objet de l'avenant", "Changement de chambre", "avenant du contrat"),
    "avenant.effet": _f("date d'effet", "1er janvier 2027"),
    **{
        f"{when}.{name}": _f(f"{label} {when} l'avenant", example)
        for when in ("avant", "après")
        for name, label, example in (
            ("chambre", "chambre", "3"),
            ("redevance", "redevance ou loyer", "180,00 €"),
            ("charges", "charges", "40,00 €"),
            ("total", "total mensuel", "220,00 €"),
            ("fin", "fin du contrat", "30 novembre 2027"),
            ("destinataire de l'aide", "destinataire de l'aide", "l'association (tiers payant)"),
            ("titulaires", "titulaires", "Mme Amina DIALLO"),
        )
    },
}
_CHANGES = {
    "chambre change": "la chambre change",
    "montant change": "la redevance, le loyer ou les charges changent",
    "fin change": "la date de fin change",
    "aide change": "le destinataire de l'aide change",
    "titulaires changent": "les titulaires changent",
    "rien de chiffré ne change": "aucun de ces changements",
}
_NOTICES: dict[str, Fact] = {
    "congé.motif": _f("motif du congé", "Le propriétaire reprend le bâtiment", _NOTICE),
    "congé.envoyé le": _f("date d'envoi", "24 novembre 2026", _NOTICE),
    "congé.reçu le": _f("date de réception", "24 novembre 2026", _NOTICE),
    "congé.effet": _f("fin du contrat par l'effet du congé", "9 décembre 2026", _NOTICE),
    "congé.règle": _f("règle appliquée", "15 jours à compter de la réception", _NOTICE),
}
_INSURANCE: dict[str, Fact] = {
    "assurance.manque depuis le": _f(
        "premier jour sans assurance", "3 novembre 2026", "onglet Assurance du contrat"
    ),
    "assurance.délai": _f("délai avant d'assurer pour compte", "1 mois"),
    "assurance.délai de la clause": _f("délai de la clause résolutoire", "1 mois"),
    "assurance.majoration": _f("majoration possible de la prime", "10 %"),
}
_DEPOSIT: dict[str, Fact] = {
    "sortie.clés rendues le": _f("remise des clés", "30 novembre 2026", "fiche du contrat, sortie"),
    "dépôt.versé": _f("dépôt versé", "180,00 €"),
    "dépôt.retenu": _f("total retenu", "0,00 €"),
    "dépôt.retenues": _f("sommes retenues, une par ligne", "Clé perdue : 25,00 €"),
    "dépôt.avance": _f("avance du compte, rendue avec le dépôt", "40,00 €"),
    "dépôt.rendu": _f("somme rendue", "180,00 €"),
    "dépôt.majoration": _f("majoration de retard", "18,00 €"),
    "dépôt.à rendre avant le": _f("date limite", "30 décembre 2026"),
}


def _words(*more: Mapping[str, Fact], questions: Mapping[str, str] | None = None) -> Vocabulary:
    facts = dict(_SHARED)
    for part in more:
        facts |= part
    return Vocabulary(facts=facts, questions={**_QUESTIONS, **(questions or {})})


CONTRACT_WORDS = _words()
AMENDMENT_WORDS = _words(_AMENDMENT, questions=_CHANGES)
NOTICE_WORDS = _words(_NOTICES)
INSURANCE_WORDS = _words(_INSURANCE)
DEPOSIT_WORDS = _words(_DEPOSIT)
