"""A contract alone: its dates, its amounts, its type's rules, its mandate. Pure."""

from caracol.core.money import euros
from caracol.core.periods import end_of_duration, months_spanned
from caracol.takeover.checks.book import CheckedBook
from caracol.takeover.checks.rules import Rules, TypeRule
from caracol.takeover.findings import Findings
from caracol.takeover.rows import ContractRow, key
from residents.enums import PaymentMethod


def check(book: CheckedBook, rules: Rules, found: Findings) -> None:
    """Tell what is wrong with each contract."""
    references: dict[str, ContractRow] = {}
    for contract in book.rows.contracts:
        in_order = _check_order(contract, found)
        rule = _type_rule(contract, rules, found)
        if in_order:
            _check_agreement(contract, book, found)
            _check_home(contract, book, found)
        if rule:
            if in_order:
                _check_duration(contract, rule, found)
            _check_fee(contract, rule, found)
            _check_deposit(contract, rule, found)
            _check_ground(contract, rule, found)
        _check_aid(contract, found)
        _check_mandate(contract, found)
        _check_reference(contract, references, rules, found)


def _check_order(contract: ContractRow, found: Findings) -> bool:
    """Return whether both dates are readable and in order."""
    if not found.sound(contract, "debut", "fin"):
        return False
    if contract.ends_on >= contract.starts_on:
        return True
    found.error(
        contract,
        "fin",
        f"Le contrat finit ({contract.ends_on:%d/%m/%Y}) avant d'avoir commencé "
        f"({contract.starts_on:%d/%m/%Y}).",
        "Corrigez l'une des deux dates.",
    )
    return False


def _type_rule(contract: ContractRow, rules: Rules, found: Findings) -> TypeRule | None:
    if not contract.kind or not found.sound(contract, "type_contrat", "debut"):
        return None
    rule = rules.type_rule(contract.kind, contract.starts_on)
    if rule is None:
        found.warn(
            contract,
            "type_contrat",
            f"Aucune règle connue pour un contrat {contract.kind} commencé le "
            f"{contract.starts_on:%d/%m/%Y}.",
            "Sa durée et ses montants n'ont pas été contrôlés.",
        )
    return rule


def _check_duration(contract: ContractRow, rule: TypeRule, found: Findings) -> None:
    months = months_spanned(contract.starts_on, contract.ends_on)
    if rule.max_total_months and months > rule.max_total_months:
        last = end_of_duration(contract.starts_on, rule.max_total_months)
        found.error(
            contract,
            "fin",
            f"Un contrat {contract.kind} ne dépasse pas {rule.max_total_months} mois en tout.",
            f"Il finit au plus tard le {last:%d/%m/%Y}.",
        )
    short = rule.min_months and contract.ends_on < end_of_duration(
        contract.starts_on, rule.min_months
    )
    if short:
        found.warn(
            contract,
            "fin",
            f"Un contrat {contract.kind} dure {rule.min_months} mois au moins.",
            "C'est normal si la personne est partie plus tôt ; sinon, corrigez la date.",
        )


def _check_agreement(contract: ContractRow, book: CheckedBook, found: Findings) -> None:
    site = book.site_of(contract)
    if site is None or not found.sound(site, "debut_convention", "fin_convention"):
        return
    if contract.ends_on > site.agreement_ends_on:
        found.error(
            contract,
            "fin",
            f"Le contrat dépasse la convention du propriétaire du site {site.code}, qui finit le "
            f"{site.agreement_ends_on:%d/%m/%Y}.",
            "Avancez la fin du contrat, ou corrigez la fin de la convention (feuille Sites).",
        )
    if contract.starts_on < site.agreement_starts_on:
        found.warn(
            contract,
            "debut",
            f"Le contrat commence avant la convention du site {site.code} "
            f"({site.agreement_starts_on:%d/%m/%Y}).",
            "Vérifiez les deux dates.",
        )


def _check_home(contract: ContractRow, book: CheckedBook, found: Findings) -> None:
    home = book.homes.get(key(contract.home))
    if home is None or not found.sound(home, "date_ouverture", "date_fermeture"):
        return
    if contract.starts_on < home.opens_on:
        found.warn(
            contract,
            "debut",
            f"Le contrat commence avant l'ouverture de {home.code} ({home.opens_on:%d/%m/%Y}).",
            "Vérifiez les deux dates.",
        )
    if home.closes_on and contract.ends_on > home.closes_on:
        found.warn(
            contract,
            "fin",
            f"Le contrat dépasse la fermeture de {home.code} ({home.closes_on:%d/%m/%Y}).",
            "Un congé ou un relogement est à prévoir.",
        )


def _check_fee(contract: ContractRow, rule: TypeRule, found: Findings) -> None:
    if rule.fee_cap is None or not found.sound(contract, "redevance", "charges"):
        return
    if contract.fee + contract.charges > rule.fee_cap:
        alone = contract.fee > rule.fee_cap
        what = "La redevance" if alone else "La redevance, charges comprises,"
        found.error(
            contract,
            "redevance" if alone else "charges",
            f"{what} dépasse le plafond d'un contrat {contract.kind} : {euros(rule.fee_cap)}.",
            "Corrigez le montant, ou le type du contrat.",
        )


def _check_deposit(contract: ContractRow, rule: TypeRule, found: Findings) -> None:
    if rule.deposit_cap_months is None or not found.sound(contract, "depot", "redevance"):
        return
    cap = contract.fee * rule.deposit_cap_months
    if contract.deposit > cap:
        found.warn(
            contract,
            "depot",
            f"Le dépôt ({euros(contract.deposit)}) dépasse ce qu'un contrat {contract.kind} "
            f"permet ({euros(cap)}).",
            "Il est repris tel quel ; vérifiez s'il faut en rendre une partie.",
        )


def _check_ground(contract: ContractRow, rule: TypeRule, found: Findings) -> None:
    missing = rule.needs_precarity_ground and not contract.precarity_ground
    if missing and found.sound(contract, "motif_precarite"):
        found.task(
            contract,
            "motif_precarite",
            "Cette convention d'occupation précaire n'a pas de motif de précarité.",
            "Reprenez-le du contrat signé : sans lui, un juge peut y voir un bail.",
        )


def _check_aid(contract: ContractRow, found: Findings) -> None:
    if not found.sound(contract, "aide_logement", "redevance", "charges"):
        return
    if contract.aid > contract.fee + contract.charges:
        found.warn(
            contract,
            "aide_logement",
            f"L'aide ({euros(contract.aid)}) dépasse la redevance et les charges.",
            "Vérifiez le montant mensuel.",
        )


def _check_mandate(contract: ContractRow, found: Findings) -> None:
    if not found.sound(contract, "iban", "rum", "date_mandat") or contract.has_mandate:
        return
    facts = {
        "iban": contract.iban,
        "rum": contract.mandate_reference,
        "date_mandat": contract.mandate_signed_on,
    }
    missing = [column for column, fact in facts.items() if not fact]
    if contract.payment_method == PaymentMethod.DIRECT_DEBIT:
        found.warn(
            contract,
            missing[0],
            f"Prélèvement sans mandat complet : il manque {', '.join(missing)}.",
            "Le contrat est repris ; il ne pourra pas être prélevé avant d'avoir un mandat.",
        )
    elif len(missing) < len(facts):
        found.warn(
            contract,
            missing[0],
            f"Mandat incomplet : il manque {', '.join(missing)}.",
            "Ce qui en est donné n'est pas gardé.",
        )


def _check_reference(
    contract: ContractRow, references: dict[str, ContractRow], rules: Rules, found: Findings
) -> None:
    reference = contract.mandate_reference
    if not reference or not found.sound(contract, "rum", "numero"):
        return
    first = references.setdefault(reference, contract)
    other = rules.foreign_mandates.get(reference)
    if first is not contract:
        found.error(
            contract,
            "rum",
            f"La RUM « {reference} » est déjà celle de {first.number} (ligne {first.row}).",
            "Une référence ne sert qu'à un seul mandat.",
        )
    elif other is not None and key(other) != contract.key:
        found.error(
            contract,
            "rum",
            f"La RUM « {reference} » est déjà celle du contrat {other}, connu de Caracol.",
            "Une référence ne sert qu'à un seul mandat.",
        )
