"""What each dated parameter is, in French: its name, how it is typed, how it is read."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms

from caracol.accounts.enums import Role
from caracol.core.money import NBSP, euros

# Units in their singular, where it differs.
_ONE = {"ans": "an", "jours": "jour", "fiches": "fiche", "lignes": "ligne", "fichiers": "fichier"}
ROLES = [("ALL", "Tous les rôles"), *Role.choices]


@dataclass(frozen=True)
class Shape:
    """How a value is typed and read: a form field, what it is given, what it gives, its words."""

    field: Callable[[], forms.Field]
    typed: Callable[[Any], Any] = lambda value: value
    stored: Callable[[Any], Any] = lambda value: value
    words: Callable[[Any], str] = str


def _choices(choices: list[tuple[str, str]]) -> Shape:
    return Shape(
        lambda: forms.ChoiceField(choices=choices),
        words=lambda value: dict(choices).get(value, str(value)),
    )


def _whole(unit: str) -> Shape:
    return Shape(
        lambda: forms.IntegerField(min_value=0, help_text=f"En {unit}."),
        words=lambda value: f"{value}{NBSP}{_ONE.get(unit, unit) if value == 1 else unit}",
    )


def _day() -> Shape:
    return Shape(
        lambda: forms.IntegerField(min_value=1, max_value=28, help_text="Jour du mois, 1 à 28."),
        words=lambda value: f"le {value}",
    )


def _decimal(unit: str) -> Shape:
    return Shape(
        lambda: forms.DecimalField(min_value=0, decimal_places=2, help_text=f"En {unit}."),
        stored=str,
        words=lambda value: _said(value, unit),
    )


def _said(value: Any, unit: str) -> str:
    if unit == "€":
        return euros(Decimal(str(value)))
    return f"{str(value).replace('.', ',')}{NBSP}{unit}"


def _pairs(names: dict[str, str], example: str) -> Shape:
    """Return the shape of a few named values typed on one line, between bars."""

    def typed(value: Any) -> str:
        return " | ".join(str(value.get(name, "")) for name in names) if value else ""

    def words(value: Any) -> str:
        return ", ".join(f"{said} {value.get(name, '')}" for name, said in names.items())

    def stored(text: str) -> dict[str, str]:
        return dict(zip(names, (part.strip() for part in text.split("|")), strict=True))

    pattern = r"^[^|]+" + r"\|[^|]+" * (len(names) - 1) + "$"
    said = " | ".join(names.values())
    return Shape(
        lambda: forms.RegexField(pattern, help_text=f"{said}. Exemple : {example}."),
        typed,
        stored,
        words,
    )


def _numbers() -> Shape:
    def stored(text: str) -> list[int]:
        return [int(part) for part in text.replace(";", ",").split(",")]

    return Shape(
        lambda: forms.RegexField(
            r"^\s*-?\d+(\s*[,;]\s*-?\d+)*\s*$",
            help_text="Des jours, avec des virgules ; négatifs : avant. Exemple : -45, 0, 8.",
        ),
        lambda value: ", ".join(map(str, value)) if value else "",
        stored,
        lambda value: ", ".join(map(str, value)),
    )


_ROLES = Shape(
    lambda: forms.MultipleChoiceField(choices=ROLES, widget=forms.CheckboxSelectMultiple),
    words=lambda value: ", ".join(dict(ROLES).get(role, role) for role in value),
)
_LETTERS = Shape(
    lambda: forms.RegexField(r"^[A-G]*$", help_text="Les lettres, sans espace. Exemple : FG."),
    words=lambda value: ", ".join(str(value)) or "aucune",
)
_CODES = Shape(
    lambda: forms.RegexField(
        r"^\s*\w+(\s*[,;]\s*\w+)*\s*$", help_text="Des codes, avec des virgules : 59, 75."
    ),
    lambda value: ", ".join(value) if value else "",
    lambda text: [part.strip() for part in text.replace(";", ",").split(",")],
    ", ".join,
)
ANY = Shape(lambda: forms.JSONField(help_text="Au format JSON."))
_HOURS = _pairs({"from": "de", "to": "à"}, "07:00 | 21:00")
_SEASON = _pairs({"from": "du (mois-jour)", "to": "au"}, "11-01 | 03-31")
_SURFACE = _pairs(
    {"one": "une personne (m²)", "two": "deux (m²)", "more": "chacune en plus (m²)"}, "9 | 16 | 9"
)
_ARREARS = _choices(
    [
        ("TWO_TIMES", "deux fois la dépense mensuelle"),
        ("450_OR_3_MONTHS", "plus de 450 €, ou trois mois après un premier impayé"),
    ]
)

_MONTH_DAY = Shape(
    lambda: forms.RegexField(
        r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$", help_text="Mois-jour : 09-30."
    ),
    words=lambda value: "le " + "/".join(reversed(str(value).split("-"))),
)
_SEQUENCE = _choices([("FRST", "annoncé comme premier"), ("RCUR", "comme les suivants")])
_DEBITS = _choices([(name, name) for name in ("pain.008.001.08", "pain.008.001.02")])
_TRANSFERS = _choices([(name, name) for name in ("pain.001.001.09", "pain.001.001.03")])
_RETURN = _pairs(
    {
        "label": "ce que cela veut dire",
        "advice": "que faire",
        "act": "REPRESENT, CONTACT, SUSPEND, CANCEL, STOP ou CHECK",
    },
    "Pas assez d'argent sur le compte | Appelez la personne | REPRESENT",
)
RETURN = "sepa.return."

KNOWN: dict[str, tuple[str, Shape]] = {
    "agreement.max_years": ("Convention ELAN : durée maximale", _whole("ans")),
    "agreement.extension_years": ("Convention ELAN : une prolongation", _whole("ans")),
    "caf.arrears_rule": ("Impayé au sens de la CAF", _ARREARS),
    "caf.paid_by_day": ("Aide de la CAF : reçue le mois suivant avant", _day()),
    "caf.credit_days": ("Bordereau de la CAF : son crédit en banque sous", _whole("jours")),
    "caf.report_delay_months": ("Signaler un impayé à la CAF sous", _whole("mois")),
    "caf.arrears_times": ("Impayé CAF : tant de fois la dépense mensuelle", _whole("fois")),
    "caf.arrears_amount": ("Impayé CAF : au-delà de", _decimal("€")),
    "caf.arrears_months": ("Impayé CAF : après un premier impayé", _whole("mois")),
    "ccapex.times": ("Impayé CCAPEX : tant de fois la redevance", _whole("fois")),
    "ccapex.months": ("Impayé CCAPEX : après un premier impayé", _whole("mois")),
    "ccapex.report_delay_months": ("Saisir la CCAPEX sous", _whole("mois")),
    "caf.payout_threshold.AL": ("Seuil de versement, allocation logement", _decimal("€")),
    "caf.payout_threshold.APL": ("Seuil de versement, APL", _decimal("€")),
    "winter_truce": ("Trêve hivernale", _SEASON),
    "conciliation.threshold": ("Conciliation obligatoire jusqu'à", _decimal("€")),
    "sepa.prenotification_days": ("Prélèvement : prévenir avant", _whole("jours")),
    "sepa.mandate_months": ("Mandat : caduc sans prélèvement après", _whole("mois")),
    "sepa.bank_lead_days": ("Prélèvement : la banque le veut avant", _whole("jours ouvrés")),
    "sepa.first_sequence": ("Premier prélèvement d'un mandat", _SEQUENCE),
    "sepa.refund_weeks": ("Prélèvement contestable sans motif pendant", _whole("semaines")),
    "sepa.unauthorised_months": ("Prélèvement non autorisé : contestable sur", _whole("mois")),
    "sepa.near_days": ("Remise : reconnue à son montant à", _whole("jours près")),
    "sepa.returns_shown_days": ("Prélèvements revenus : en vue pendant", _whole("jours")),
    "sepa.collect_day": ("Prélèvement : au plus tôt dans le mois", _day()),
    "sepa.debit_message": ("Fichier de prélèvements", _DEBITS),
    "sepa.transfer_message": ("Fichier de virements", _TRANSFERS),
    "deposit.return_months.conform": ("Rendre le dépôt, logement conforme", _whole("mois")),
    "deposit.return_months.other": ("Rendre le dépôt, sinon", _whole("mois")),
    "deposit.late_penalty_percent": ("Dépôt rendu tard : majoration par mois", _whole("%")),
    "insurance.reminder_days": ("Assurance : jours de rappel", _numbers()),
    "insurance.registered_letter_days": ("Assurance : lettre recommandée après", _whole("jours")),
    "insurance.choice_days": ("Assurance : choisir la suite après", _whole("jours")),
    "insurance.behalf_months": ("Assurance pour compte : après", _whole("mois")),
    "insurance.behalf_increase_percent": ("Assurance pour compte : majoration", _decimal("%")),
    "insurance.premium_months": ("Assurance pour compte : prime répartie sur", _whole("mois")),
    "insurance.clause_months": ("Assurance : clause résolutoire après", _whole("mois")),
    "insurance.suspension_days": ("Assurance : suspension après", _whole("jours")),
    "insurance.termination_days": ("Assurance : résiliation après", _whole("jours")),
    "irl.banned_dpe_classes": ("Classes DPE sans révision de loyer", _LETTERS),
    "irl.claim_years": ("Révision : ne remonte pas au-delà de", _whole("ans")),
    "aid.min_surface_m2": ("Surface minimale pour l'aide au logement", _SURFACE),
    "housing.least_surface_m2": ("Surface minimale d'une chambre", _SURFACE),
    "residents.officer_days_after_exit": (
        "Chargé·e de mission : voit un ancien résident pendant",
        _whole("jours"),
    ),
    "permit.window_opens_days": ("Titre : renouvellement possible avant", _whole("jours")),
    "permit.window_closes_days": ("Titre : renouvellement à demander avant", _whole("jours")),
    "permit.grace_months": ("Titre expiré : droits maintenus", _whole("mois")),
    "permit.late_months": ("Titre expiré : première entrée après", _whole("mois")),
    "retention.lease_years": ("Dossier gardé après un bail", _whole("ans")),
    "retention.other_years": ("Dossier gardé après un autre contrat", _whole("ans")),
    "caf.july_rents_by": ("CAF : loyers de juillet à déclarer avant", _MONTH_DAY),
    "caf.certificate_days": ("CAF : attestation de loyer sous", _whole("jours")),
    "caf.nil_months": ("CAF : aide nulle, nouvelle demande après", _whole("mois")),
    "ofpra.address_months": ("OFPRA : nouvelle adresse à déclarer sous", _whole("mois")),
    "dalo.commission_months": ("DALO : la commission décide sous", _whole("mois")),
    "dalo.offer_months": ("DALO : offre, grande agglomération, sous", _whole("mois")),
    "dalo.offer_months.elsewhere": ("DALO : offre, autre département, sous", _whole("mois")),
    "dalo.large_departments": ("DALO : départements d'une grande agglomération", _CODES),
    "dalo.appeal_months": ("DALO : recours au tribunal sous", _whole("mois")),
    "dalo.ground_months": ("DALO : préparer le recours au mois", _whole("mois")),
    "daho.commission_weeks": ("DAHO : la commission décide sous", _whole("semaines")),
    "daho.place_weeks": ("DAHO : place d'hébergement sous", _whole("semaines")),
    "daho.transition_months": ("DAHO : logement de transition sous", _whole("mois")),
    "c2s.window_opens_months": ("C2S : à redemander avant la fin", _whole("mois")),
    "licence.exchange_months": ("Permis de conduire : à échanger sous", _whole("mois")),
    "rights.health_card_days": ("Carte Vitale : à mettre à jour sous", _whole("jours")),
    "rights.rsa_months": ("RSA : déclaration tous les", _whole("mois")),
    "rights.rsa_missed_days": ("RSA : déclaration manquée, en vue pendant", _whole("jours")),
    "rights.new_permit_days": ("Nouveau titre : carte Vitale en vue pendant", _whole("jours")),
    "rights.move_seen_months": ("Déménagement : à déclarer en vue pendant", _whole("mois")),
    "entry.seen_days": ("Entrée sans clés : en vue pendant", _whole("jours")),
    "receipts.by_day": ("Quittances et reçus : le mois suivant, avant", _day()),
    "caf.credit_before_days": ("CAF : crédit cherché avant le jour du paiement", _whole("jours")),
    "caf.credit_after_days": ("CAF : crédit cherché après le jour du paiement", _whole("jours")),
    "caf.credit_missing_days": ("CAF : crédit réputé manquant après", _whole("jours")),
    "caf.departure_seen_days": ("CAF : départ à déclarer, en vue pendant", _whole("jours")),
    "caf.entry_seen_days": ("CAF : attestation de loyer, en vue pendant", _whole("jours")),
    "home.closed_seen_days": ("Colocation fermée : en vue pendant", _whole("jours")),
    "home.visit_months": ("Colocation : une visite tous les", _whole("mois")),
    "elan.report_by": ("ELAN : rapport annuel au préfet avant", _MONTH_DAY),
    "diagnostic.months.ELECTRICITY": ("Diagnostic électricité : valable", _whole("mois")),
    "diagnostic.months.GAS": ("Diagnostic gaz : valable", _whole("mois")),
    "diagnostic.months.DPE": ("DPE : valable", _whole("mois")),
    "diagnostic.months.RISKS": ("État des risques : valable", _whole("mois")),
    "security.mfa_roles": ("Double authentification demandée à", _ROLES),
    "access_alert.people_a_day": ("Alerte : fiches ouvertes en un jour", _whole("fiches")),
    "access_alert.rows_a_day": ("Alerte : lignes exportées en un jour", _whole("lignes")),
    "access_alert.bank_lines_a_day": (
        "Alerte : lignes de relevé ouvertes en un jour",
        _whole("lignes"),
    ),
    "access_alert.exports_an_hour": ("Exports au plus en une heure", _whole("fichiers")),
    "messages.hours": ("Messages : heures où ils partent", _HOURS),
    "access_alert.office_hours": ("Heures habituelles de consultation", _HOURS),
}


def label_of(key: str) -> str:
    """Return a parameter's French name; its key when nobody named it."""
    if key.startswith(RETURN):
        return f"Rejet de prélèvement {key.removeprefix(RETURN)}"
    return KNOWN[key][0] if key in KNOWN else key


def shape_of(key: str) -> Shape:
    """Return how a parameter is typed and read."""
    if key.startswith(RETURN):
        return _RETURN
    return KNOWN[key][1] if key in KNOWN else ANY


def words_of(key: str, value: Any) -> str:
    """Return a value as people read it; as it is stored when it has another shape."""
    try:
        return shape_of(key).words(value)
    except (AttributeError, TypeError, ValueError):
        return str(value)


def keys_named(words: str) -> list[str]:
    """Return the keys whose French name holds the words."""
    wanted = words.casefold()
    return [key for key, (label, _shape) in KNOWN.items() if wanted in label.casefold()]
