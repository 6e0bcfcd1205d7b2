"""What a contract may ask: fee, charges, deposit (RULEBOOK 1.2, 1.5, 1.6, 1.9)."""

from dataclasses import dataclass
from decimal import Decimal

from caracol.core.money import ZERO, euros
from residents.calculations.type_rule import TypeRule
from residents.calculations.verdicts import Verdict, doubtful, fine, refused

ALL_IN = "ALL_IN"
MODE_WORDS = {
    ALL_IN: "comprises dans la redevance",
    "FLAT": "au forfait",
    "PROVISION": "par provisions",
}


@dataclass(frozen=True)
class Asked:
    """Monthly amounts in euros, and the deposit."""

    fee: Decimal
    charges: Decimal = ZERO
    deposit: Decimal = ZERO
    charges_mode: str = ""
    distress_rate: bool = False

    @property
    def monthly(self) -> Decimal:
        """Fee and charges together."""
        return self.fee + self.charges


def fee_cap(rule: TypeRule, *, distress_rate: bool) -> Decimal | None:
    """Return what the fee, all charges in, may not go above."""
    if distress_rate and rule.fee_cap_distress is not None:
        return rule.fee_cap_distress
    return rule.fee_cap


def check_amounts(rule: TypeRule, asked: Asked) -> list[Verdict]:
    """Judge all that a contract asks."""
    return [*check_fee(rule, asked), *check_charges(rule, asked), *check_deposit(rule, asked)]


def check_fee(rule: TypeRule, asked: Asked) -> list[Verdict]:
    """Judge the monthly amount, all in, against the type's ceiling."""
    found = []
    if asked.distress_rate and rule.fee_cap_distress is None:
        text = f"{rule.label} : le tarif « CASF L345-2-2 » n'existe pas pour ce type."
        found.append(refused("no-distress-rate", text, rule.source, "distress_rate"))
    cap = fee_cap(rule, distress_rate=asked.distress_rate)
    if cap is not None and asked.monthly > cap:
        who = " pour une personne de l'article L345-2-2" if asked.distress_rate else ""
        text = (
            f"{euros(asked.monthly)} par mois dépassent le plafond de {euros(cap)}{who}, toutes "
            "charges comprises."
        )
        found.append(refused("fee-cap", text, rule.source, "fee"))
    if rule.fee_is_modest:
        text = f"{euros(asked.monthly)} par mois : dites en quoi cette redevance est modique."
        found.append(doubtful("fee-modest", text, rule.source, "fee"))
    if found:
        return found
    under = f", sous le plafond de {euros(cap)}" if cap is not None else ""
    return [fine("fee", f"{euros(asked.monthly)} par mois{under}.", rule.source, "fee")]


def check_charges(rule: TypeRule, asked: Asked) -> list[Verdict]:
    """Judge how charges are asked for."""
    mode = asked.charges_mode or rule.charges_mode
    if rule.charges_modes and mode not in rule.charges_modes:
        allowed = " ou ".join(MODE_WORDS[each] for each in rule.charges_modes)
        text = f"{rule.label} : les charges sont {allowed}, pas {MODE_WORDS[mode]}."
        return [refused("charges-mode", text, rule.source, "charges_mode")]
    if mode == ALL_IN and asked.charges:
        text = "Les charges sont comprises dans la redevance : aucun montant ne s'y ajoute."
        return [refused("charges-all-in", text, rule.source, "charges")]
    return []


def deposit_cap(rule: TypeRule, asked: Asked) -> Decimal | None:
    """Return the highest deposit: so many months of the fee, without charges."""
    if rule.deposit_cap_months is None:
        return None
    base = asked.fee if rule.deposit_without_charges else asked.monthly
    return base * rule.deposit_cap_months


def check_deposit(rule: TypeRule, asked: Asked) -> list[Verdict]:
    """Judge the deposit: none for a mobility lease, one or two months elsewhere."""
    cap, months = deposit_cap(rule, asked), rule.deposit_cap_months
    if asked.deposit <= 0:
        return []
    if cap is not None and asked.deposit > cap:
        if months == 0 and not rule.deposit_cap_by_law:
            text = "Aucun texte ne prévoit de dépôt pour ce contrat : l'usage est de s'en passer."
            return [doubtful("deposit-unusual", text, rule.source, "deposit")]
        text = (
            "Aucun dépôt de garantie ne peut être demandé."
            if months == 0
            else f"{euros(asked.deposit)} dépassent {months} mois de redevance hors charges : "
            f"{euros(cap)} au plus."
        )
        verdict = refused if rule.deposit_cap_by_law else doubtful
        return [verdict("deposit-cap", text, rule.source, "deposit")]
    usual = rule.deposit_usual_months
    if usual is not None and asked.deposit > asked.fee * usual:
        text = (
            f"{euros(asked.deposit)} : plus de {usual} mois de redevance, admis seulement pour un "
            "logement meublé."
        )
        return [doubtful("deposit-high", text, rule.source, "deposit")]
    return []
