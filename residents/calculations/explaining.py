"""A type's rule in plain French, line by line, beside the form that applies it."""

from collections.abc import Iterator

from caracol.core.money import euros
from residents.calculations.amounts import MODE_WORDS
from residents.calculations.type_rule import TypeRule


def explain_rule(rule: TypeRule) -> list[tuple[str, str]]:
    """Return what a type allows: (point, words), only what there is something to say of."""
    return [(point, words) for point, words in _points(rule) if words]


def _points(rule: TypeRule) -> Iterator[tuple[str, str]]:
    yield "Durée", _duration(rule)
    yield "Renouvellement", _renewal(rule)
    yield "Redevance", _fee(rule)
    yield "Charges", " ou ".join(MODE_WORDS[mode] for mode in rule.charges_modes)
    yield "Dépôt de garantie", _deposit(rule)
    yield "Révision", _revision(rule)
    yield "Préavis", _notice(rule)
    yield "Source", rule.source


def _duration(rule: TypeRule) -> str:
    if rule.needs_term_event:
        return "jusqu'à l'événement écrit dans le contrat, à une date au plus tard"
    least, most = rule.min_months, rule.max_total_months
    if least and most:
        return f"{least} à {most} mois, renouvellements compris"
    if least and rule.min_months_person:
        return (
            f"{least} mois au moins ({rule.min_months_person} si le bailleur est une personne "
            "physique)"
        )
    if least and rule.min_months_student:
        return f"{least} mois au moins ({rule.min_months_student} pour une personne étudiante)"
    return f"{least} mois au moins" if least else "celle de la convention"


def _renewal(rule: TypeRule) -> str:
    if not rule.is_renewable:
        if rule.max_end_extensions:
            return "aucun ; la durée se change une fois, dans la limite totale"
        return "aucun"
    return "tacite, pour la durée initiale" if rule.is_tacitly_renewed else "par avenant"


def _fee(rule: TypeRule) -> str:
    if rule.fee_cap is not None:
        low = rule.fee_cap_distress
        also = f", {euros(low)} pour les personnes de l'article L345-2-2" if low else ""
        return f"{euros(rule.fee_cap)} au plus par mois, tout compris{also}"
    return "modique, et dire en quoi" if rule.fee_is_modest else ""


def _deposit(rule: TypeRule) -> str:
    months = rule.deposit_cap_months
    if months is None:
        return "comme le contrat le dit"
    if months == 0:
        return "interdit" if rule.deposit_cap_by_law else "aucun, sauf décision motivée"
    return f"{months} mois hors charges au plus"


def _revision(rule: TypeRule) -> str:
    if not rule.index_revision:
        return "aucune"
    capped = ", sans passer le plafond" if rule.fee_cap is not None else ""
    return f"par l'IRL si le contrat le dit, une fois par an{capped}"


def _notice(rule: TypeRule) -> str:
    if rule.notice_by_contract:
        return "comme le contrat le dit"
    parts = []
    if rule.resident_notice_days:
        parts.append(f"{rule.resident_notice_days} jours pour la personne")
    elif rule.resident_notice_months:
        less = rule.resident_notice_reduced_months
        also = f" ({less} si réduit)" if less else ""
        parts.append(f"{rule.resident_notice_months} mois{also} pour la personne")
    if rule.manager_notice_months:
        term = " avant le terme" if rule.manager_notice_at_term else ""
        parts.append(f"{rule.manager_notice_months} mois{term} pour l'association")
    return ", ".join(parts)
