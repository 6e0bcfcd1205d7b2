"""The facts of a contract as its papers print them: words ready to be set, nothing else."""

from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from caracol.core.errors import Refused
from caracol.core.money import euros
from caracol.core.periods import Span, end_of_duration, french_day, months_spanned
from caracol.documents.filling import Values
from caracol.documents.typography import siret
from caracol.parameters.models import Association
from caracol.parameters.selectors import association
from colocations.models import Equipment, OwnerAgreement
from residents.calculations.type_rule import TypeRule
from residents.enums import AidEligibility, AidPayee, ChargesMode, ContractKind, ContractStatus
from residents.models import Contract, ContractHolder, ContractTerms
from residents.selectors.rules import rule_in_force

_CHARGES = {
    ChargesMode.ALL_IN: "comprises dans la redevance",
    ChargesMode.FLAT: "un forfait, sans régularisation",
    ChargesMode.PROVISION: "des provisions, régularisées chaque année",
}
_QUARTERS = {1: "1er trimestre", 2: "2e trimestre", 3: "3e trimestre", 4: "4e trimestre"}
_LEASES = {ContractKind.LEASE_89_BARE, ContractKind.LEASE_89_FURN, ContractKind.MOBILITY}
_OVER = {ContractStatus.ENDED, ContractStatus.CLOSED}


def day_words(day: date | None) -> str:
    """Write a day, or nothing."""
    return french_day(day) if day else ""


def amount_words(amount: Decimal | None) -> str:
    """Write an amount, or nothing for none."""
    return euros(amount) if amount else ""


class ContractFacts:
    """What papers say of a contract on a day: constant number of queries.

    `bound_on`: the day whose law the paper follows: the signature's for the contract itself.
    """

    def __init__(self, contract: Contract, *, on: date, bound_on: date, as_signed: bool) -> None:
        self.contract, self.on, self.bound_on = contract, on, bound_on
        self.as_signed = as_signed

    @cached_property
    def versions(self) -> list[ContractTerms]:
        """The terms, version by version."""
        rows = ContractTerms.objects.filter(contract=self.contract).order_by("starts_on")
        return list(rows.select_related("room__colocation__site"))

    @cached_property
    def version(self) -> ContractTerms:
        """The terms the paper speaks of: those signed, or those in force on its day."""
        begun = [line for line in self.versions if line.starts_on <= self.on]
        return self.versions[0] if self.as_signed or not begun else begun[-1]

    @cached_property
    def holders(self) -> list[ContractHolder]:
        """Who signed, or who holds the contract on the day; the main holder first."""
        rows = ContractHolder.objects.filter(contract=self.contract).select_related("person")
        known = list(rows.order_by("-is_main", "pk"))
        day = self.contract.starts_on if self.as_signed else min(self.on, self.contract.ends_on)
        return [h for h in known if h.starts_on <= day <= h.ends_on] or known

    @cached_property
    def rule(self) -> TypeRule:
        """What the type allowed on the day whose law the paper follows."""
        return rule_in_force(self.contract.kind, self.bound_on)

    @cached_property
    def association(self) -> Association:
        """The association on the day."""
        return association(self.on)

    @cached_property
    def agreement(self) -> OwnerAgreement | None:
        """The act by which the association holds the building over the contract."""
        rows = OwnerAgreement.objects.filter(site=self.version.room.colocation.site_id)
        within = rows.filter(starts_on__lte=self.contract.starts_on).order_by("-starts_on")
        return within.first() or rows.order_by("-ends_on").first()

    @cached_property
    def ends_on(self) -> date:
        """The end: as first signed for the contract itself, else the one in force."""
        contract = self.contract
        if not self.as_signed:
            return contract.ends_on
        first = contract.amendments.filter(withdrawn_on=None).order_by("number").first()
        if first is not None and first.before:
            return date.fromisoformat(first.before["ends_on"])
        cut_short = first is not None or contract.status in _OVER | {ContractStatus.NOTICE_GIVEN}
        return _signed_end(contract) if cut_short else contract.ends_on

    @cached_property
    def charges_mode(self) -> str:
        """How charges are asked for: as the contract says, else as its type does."""
        return self.contract.charges_mode or self.rule.charges_mode

    @cached_property
    def residents_delay(self) -> str:
        """The resident's notice, as the contract says, else as its type does."""
        own, rule = self.contract, self.rule
        said = own.resident_notice_days or own.resident_notice_months
        says = own if rule.notice_by_contract and said else rule
        return delay_words(says.resident_notice_months, says.resident_notice_days)

    @cached_property
    def managers_delay(self) -> str:
        """The association's notice."""
        own = self.contract.manager_notice_months if self.rule.notice_by_contract else None
        return delay_words(own or self.rule.manager_notice_months)

    def names(self) -> tuple[str, ...]:
        """The names a letter is addressed to."""
        return tuple(holder.person.addressed_name for holder in self.holders)

    def values(self, **more: str) -> Values:
        """Return the facts and the answers to the questions."""
        facts = self._parties() | self._contract() | self._place() | self._money()
        return Values(facts | more, self._answers())

    def _parties(self) -> dict[str, str]:
        signs = self.association
        return {
            "association.nom": signs.name,
            "association.adresse": signs.address,
            "association.siret": siret(signs.siret),
            "association.signataire": signs.signatory,
            "document.date": french_day(self.on),
            "résident.noms": _and(self.names()),
            "résident.identités": _and([_identity(h.person) for h in self.holders]),
        }

    def _contract(self) -> dict[str, str]:
        contract, rule = self.contract, self.rule
        cap = rule.max_total_months
        return {
            "contrat.numéro": contract.number,
            "contrat.type": _lower_first(contract.get_kind_display()),
            "contrat.début": french_day(contract.starts_on),
            "contrat.fin": french_day(self.ends_on),
            "contrat.durée": _duration(contract.starts_on, self.ends_on),
            "contrat.durée minimale": f"{rule.min_months} mois" if rule.min_months else "",
            "contrat.durée maximale": f"{cap} mois" if cap else "",
            "contrat.signé le": day_words(contract.signed_on),
            "contrat.finalité": contract.purpose.strip(),
            "contrat.causes objectives": contract.objective_causes.strip(),
            "contrat.motif de précarité": contract.precarity_ground,
            "contrat.événement de fin": contract.term_event,
            "contrat.agrément": self._approval(),
            "contrat.jour d'échéance": str(contract.due_day),
            "contrat.mode de paiement": contract.get_payment_method_display(),
            "contrat.préavis du résident": self.residents_delay,
            "contrat.préavis de l'association": self.managers_delay,
        }

    def _approval(self) -> str:
        upstream = self.agreement.approval_reference if self.agreement else ""
        return self.contract.approval_reference or upstream

    def _place(self) -> dict[str, str]:
        room = self.version.room
        home, agreement = room.colocation, self.agreement
        basis = agreement.get_legal_basis_display() if agreement else ""
        return {
            "logement.adresse": f"{home.site.address}, {home.site.postcode} {home.site.city}",
            "logement.colocation": home.name,
            "logement.chambre": room.number,
            "logement.surface": f"{_plain(room.surface_m2)} m²" if room.surface_m2 else "",
            "logement.équipements": self._equipment(),
            "logement.classe DPE": home.dpe_class,
            "logement.dernier loyer": self._last_rent(),
            "convention.référence": (
                f"{_lower_first(basis)} du {french_day(agreement.starts_on)}" if agreement else ""
            ),
            "convention.fin": day_words(agreement.ends_on) if agreement else "",
        }

    def _equipment(self) -> str:
        rows = Equipment.objects.filter(room=self.version.room, removed_on=None).order_by("pk")
        return ", ".join(
            f"{row.label} ({row.quantity})" if row.quantity > 1 else row.label for row in rows
        )

    def _last_rent(self) -> str:
        rows = ContractTerms.objects.filter(
            room=self.version.room, binding=True, ends_on__lt=self.contract.starts_on
        )
        last = rows.exclude(contract=self.contract).order_by("-ends_on").first()
        if last is None:
            return ""
        return f"{euros(last.fee)} par mois, jusqu'au {french_day(last.ends_on)}"

    def _money(self) -> dict[str, str]:
        contract, terms = self.contract, self.version
        cap = self.rule.fee_cap_distress if contract.distress_rate else self.rule.fee_cap
        return {
            "redevance.montant": euros(terms.fee),
            "redevance.charges": amount_words(terms.charges),
            "redevance.total": euros(terms.fee + terms.charges),
            "redevance.plafond": amount_words(cap),
            "redevance.mode de charges": _CHARGES.get(ChargesMode(self.charges_mode), "")
            if self.charges_mode
            else "",
            "révision.trimestre": _QUARTERS.get(contract.revision_quarter or 0, ""),
            "dépôt.montant": amount_words(contract.deposit),
            "aide.destinataire": payee_words(terms.aid_payee),
        }

    def _answers(self) -> dict[str, bool]:
        contract, kind = self.contract, self.contract.kind
        aided = contract.aid_eligible != AidEligibility.NO
        return {
            "plusieurs titulaires": len(self.holders) > 1,
            "aide": aided,
            "tiers payant": aided and self.version.aid_payee == AidPayee.MANAGER,
            "charges": bool(self.version.charges),
            "charges comprises": self.charges_mode == ChargesMode.ALL_IN,
            "charges en provisions": self.charges_mode == ChargesMode.PROVISION,
            "dépôt": bool(contract.deposit),
            "révision": contract.revision_quarter is not None,
            "tarif réduit": contract.distress_rate,
            "renouvellement tacite": contract.is_tacitly_renewed,
            "contrat terminé": contract.status in _OVER,
            "contrat CRT": kind == ContractKind.CRT,
            "contrat COP": kind == ContractKind.COP,
            "sous-location": kind == ContractKind.SUBLET_SOCIAL,
            "bail de 1989": kind in _LEASES,
            "bail mobilité": kind == ContractKind.MOBILITY,
        }


def _signed_end(contract: Contract) -> date:
    """Return the end first signed of a contract that a notice or a departure has cut since.

    As its history keeps it, else from its initial duration. Raises Refused when neither says.
    """
    events: Any = type(contract).pgh_event_model  # type: ignore[attr-defined]
    bound = {ContractStatus.SIGNED, ContractStatus.IN_FORCE}
    kept = events.objects.filter(pgh_obj_id=contract.pk, status__in=bound).order_by("pgh_id")
    signed: date | None = kept.values_list("ends_on", flat=True).first()
    if signed is not None:
        return signed
    if contract.initial_months:
        return end_of_duration(contract.starts_on, contract.initial_months)
    raise Refused(
        "La fin signée à l'origine n'est pas connue : ce contrat a été repris déjà terminé ou sous "
        "préavis. Joignez le contrat signé dans « Documents » au lieu de l'écrire de nouveau."
    )


def payee_words(payee: str) -> str:
    """Say who receives the aid."""
    return str(AidPayee(payee).label)


def delay_words(months: int | None, days: int | None = None) -> str:
    """Write a delay in figures, which no preposition disturbs: "1 mois", "15 jours"."""
    parts = [f"{months} mois"] if months else []
    if days:
        parts.append(f"{days} jour{'s' if days > 1 else ''}")
    return " et ".join(parts)


def _duration(starts_on: date, ends_on: date) -> str:
    """Say how long: whole months, else days."""
    months = months_spanned(starts_on, ends_on)
    if end_of_duration(starts_on, months) == ends_on:
        return f"{months} mois"
    return f"{Span(starts_on, ends_on).days} jours"


def _and(words: Any) -> str:
    words = list(words)
    return " et ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _identity(person: Any) -> str:
    born = f", né·e le {french_day(person.birth_date)}" if person.birth_date else ""
    if person.civility == "MRS":
        born = born.replace("né·e", "née")
    elif person.civility == "MR":
        born = born.replace("né·e", "né")
    return f"{person.addressed_name}{born}"


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}".replace(".", ",")
