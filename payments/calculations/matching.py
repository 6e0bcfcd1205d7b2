"""Who a bank line pays for: certain by a reference of ours or an account known, else proposed.

Pure: facts in, a decision out, with its reason in French (FORMATS 3.3). The order is: our own
references and mandates; a home's code with a room's number; the payer's account, learnt from
allocations that a person confirmed; names and amounts, which only ever propose. Two signs that
point to different contracts make a proposal of what one of them alone would have settled.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from caracol.core.money import ZERO
from payments.calculations.doubts import doubt_of
from payments.calculations.match_facts import Certainty, Claim, Decision, Part, Payment, Rule
from payments.calculations.naming import COMMON, NameIndex, words_of
from payments.calculations.rooms import joined, room_number, said_room


@dataclass
class Book:
    """Every contract, indexed by what a line may say of it."""

    claims: dict[str, Claim] = field(default_factory=dict)
    references: dict[str, set[str]] = field(default_factory=dict)
    rooms: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    homes: dict[str, str] = field(default_factory=dict)
    accounts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    payers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    names: NameIndex = field(default_factory=NameIndex)


def open_book(
    claims: Iterable[Claim],
    accounts: Mapping[str, frozenset[str]],
    payers: Mapping[str, frozenset[str]] | None = None,
    names: NameIndex | None = None,
) -> Book:
    """Index contracts; `accounts`: each IBAN with the contracts it was confirmed to pay for.

    `payers`: the same by name (as `payer_key` writes it), for banks that give no account. `names`:
    an index that knows words already, in which contracts are put.
    """
    book = Book(accounts=accounts, payers=payers or {}, names=names or NameIndex())
    for claim in claims:
        book.claims[claim.contract] = claim
        for reference in (claim.contract, *claim.mandates, *claim.documents):
            book.references.setdefault(joined(reference), set()).add(claim.contract)
        if claim.home and claim.room:
            book.homes[joined(claim.home)] = claim.home
            book.rooms.setdefault((claim.home, room_number(claim.room)), []).append(claim.contract)
        for household in claim.households:
            book.names.add(claim.contract, household)
    return book


def decide(payment: Payment, book: Book) -> Decision:
    """Return what a line pays for, as far as it can be known."""
    if payment.amount < 0:
        return _ruled(_returned(payment, book), Rule.RETURN)
    words = _words_without_dates(payment)
    named = _named_by_reference(words, payment, book)
    if named:
        return _ruled(_by_reference(payment, named, book, "référence"), Rule.REFERENCE)
    lodged = _named_by_room(payment, book)
    if lodged:
        return _ruled(_by_room(payment, lodged, book), Rule.ROOM)
    known = book.accounts.get(payment.iban, frozenset()) if payment.iban else frozenset()
    if known:
        return _by_account(payment, known, book)
    return _by_payer(payment, book) or _by_name(payment, book)


_DATE = re.compile(r"\b\d{1,2}/\d{1,2}(?:/\d{2,4})?\b")


def _words_without_dates(payment: Payment) -> list[str]:
    """Return the words of a line, its dates left out: "C 27/10" is no contract C2710."""
    said = " ".join((*payment.texts, payment.end_to_end_id))
    return words_of(_DATE.sub(" | ", said))


def _ruled(decision: Decision, rule: Rule) -> Decision:
    return decision if decision.certainty == Certainty.NONE else replace(decision, rule=rule)


def payer_key(name: str) -> str:
    """Return a payer's name as it is compared: without accents, case or order of words."""
    return " ".join(sorted(words_of(name)))


def _by_payer(payment: Payment, book: Book) -> Decision | None:
    """Propose whom a payer of that name was confirmed to pay for; a name never settles."""
    known = book.payers.get(payer_key(payment.payer), frozenset()) if payment.payer else frozenset()
    living = _living(known, book)
    if not living:
        return None
    if told := _told_other(payment, set(living), book):
        return _as_told(payment, told, living, Rule.PAYER)
    ranked = _ranked(payment, book, among=set(living))
    best = ranked[0][1]
    others = tuple(contract for _score, contract in ranked[1:])
    reason = f"« {payment.payer} » a déjà payé pour {best}, confirmé par l'équipe : par son nom."
    parts = (Part(best, payment.amount),)
    return Decision(Certainty.PROPOSED, reason, parts, others=others, rule=Rule.PAYER)


def _living(known: frozenset[str], book: Book) -> list[str]:
    return [
        contract
        for contract in sorted(known)
        if contract in book.claims and not book.claims[contract].is_closed
    ]


def _named_by_reference(words: Sequence[str], payment: Payment, book: Book) -> list[str]:
    """Return the contracts that the words name, in order: line breaks may cut a reference."""
    found: dict[str, None] = {}
    if payment.mandate_id:
        for contract in sorted(book.references.get(joined(payment.mandate_id), ())):
            found[contract] = None
    upper = [word.upper() for word in words]
    for start in range(len(upper)):
        for stop in range(min(start + 4, len(upper)), start, -1):
            reference = "".join(upper[start:stop])
            if _is_reference(reference) and reference in book.references:
                for contract in sorted(book.references[reference]):
                    found[contract] = None
                break
    return list(found)


def _is_reference(text: str) -> bool:
    return len(text) >= 4 and any(letter.isdigit() for letter in text)


def _named_by_room(payment: Payment, book: Book) -> list[str]:
    """Return the contracts in force of the room that a home's code and a number name."""
    said = said_room(" ".join(payment.texts), book.homes, payment.on)
    contracts = book.rooms.get(said, []) if said else []
    return [contract for contract in contracts if _is_in_force(book.claims[contract], payment.on)]


def _is_in_force(claim: Claim, on: date | None) -> bool:
    return on is None or claim.first <= on <= claim.last


def _by_reference(payment: Payment, named: list[str], book: Book, what: str) -> Decision:
    claims = [book.claims[contract] for contract in named]
    if len(claims) > 1:
        return _several(payment, claims)
    claim = claims[0]
    parts = (Part(claim.contract, payment.amount),)
    if claim.is_closed:
        reason = f"{claim.contract} est nommé, mais ce contrat est clos : à vérifier."
        return Decision(Certainty.PROPOSED, reason, parts)
    if doubt := doubt_of(payment, claim):
        reason = f"La {what} nomme {claim.contract}, mais {doubt} : à vérifier."
        return Decision(Certainty.PROPOSED, reason, parts)
    other = _somebody_else(payment, {claim.contract}, book)
    if other:
        reason = f"La {what} nomme {claim.contract}, mais le payeur porte le nom de {other}."
        return Decision(Certainty.PROPOSED, reason, parts, others=(other,))
    if what == "chambre":
        reason = f"La chambre {claim.room} de {claim.home} est celle de {claim.contract}."
    else:
        reason = f"Le libellé porte la référence du contrat {claim.contract}."
    return Decision(Certainty.AUTO, reason, parts)


def _by_room(payment: Payment, lodged: list[str], book: Book) -> Decision:
    """A room shared, or whose former occupant the line names, leaves the choice to a person."""
    claim = book.claims[lodged[0]]
    room = f"La chambre {claim.room} de {claim.home}"
    if len(lodged) > 1:
        best, *others = (found for _score, found in _ranked(payment, book, among=set(lodged)))
        reason = f"{room} est celle de {' et '.join(lodged)} : à choisir."
        return Decision(
            Certainty.PROPOSED, reason, (Part(best, payment.amount),), others=tuple(others)
        )
    decision = _by_reference(payment, lodged, book, "chambre")
    former = _better_named(payment, claim, book)
    if decision.certainty != Certainty.AUTO or not former:
        return decision
    reason = f"{room} est celle de {claim.contract}, mais le nom est celui de {former}."
    return replace(decision, certainty=Certainty.PROPOSED, reason=reason, others=(former,))


def _better_named(payment: Payment, claim: Claim, book: Book) -> str:
    """Return who had the room before and whose name the line bears better, "" for nobody."""
    found = book.names.scores(payment.payer, payment.texts)
    own = max(found.get(claim.contract, 0), HALF_NAME)
    before = book.rooms[(claim.home, room_number(claim.room))]
    better = [contract for contract in before if found.get(contract, 0) > own]
    return max(better, key=lambda contract: found[contract], default="")


def _several(payment: Payment, claims: list[Claim]) -> Decision:
    """Several contracts named: certain only if what each owes adds up to the cent."""
    total = sum((claim.due for claim in claims), ZERO)
    names = " et ".join(claim.contract for claim in claims)
    if total == payment.amount and all(claim.due > 0 for claim in claims):
        parts = tuple(Part(claim.contract, claim.due) for claim in claims)
        return Decision(
            Certainty.AUTO, f"Le libellé nomme {names}, dont les soldes font la somme.", parts
        )
    left, parts_list = payment.amount, []
    for claim in claims:
        share = min(left, max(claim.due, ZERO))
        if share:
            parts_list.append(Part(claim.contract, share))
        left -= share
    if left and parts_list:
        last = parts_list[-1]
        parts_list[-1] = Part(last.contract, last.amount + left)
    reason = f"Le libellé nomme {names}, mais les sommes dues ne font pas ce montant : à répartir."
    return Decision(Certainty.PROPOSED, reason, tuple(parts_list))


def _by_account(payment: Payment, known: frozenset[str], book: Book) -> Decision:
    living = _living(known, book)
    if not living:
        return _by_name(payment, book)
    if told := _told_other(payment, set(living), book):
        return _as_told(payment, told, living, Rule.ACCOUNT)
    if len(living) == 1:
        return _by_own_account(payment, living[0], book)
    best, *others = (found for _score, found in _ranked(payment, book, among=set(living)))
    reason = f"Ce compte paie pour {len(living)} contrats : {', '.join(living)}. À choisir."
    parts = (Part(best, payment.amount),)
    return Decision(Certainty.PROPOSED, reason, parts, others=tuple(others), rule=Rule.ACCOUNT)


def _by_own_account(payment: Payment, contract: str, book: Book) -> Decision:
    """Settle by an account known for one contract, unless something else of the line denies it."""
    parts = (Part(contract, payment.amount),)
    other = _somebody_else(payment, {contract}, book)
    doubt = doubt_of(payment, book.claims[contract]) or (
        other and f"le payeur porte le nom de {other}"
    )
    if doubt:
        reason = f"Ce compte paie d'habitude pour {contract}, mais {doubt} : à vérifier."
        others = (other,) if other else ()
        return Decision(Certainty.PROPOSED, reason, parts, others=others, rule=Rule.ACCOUNT)
    reason = f"Ce compte a déjà payé pour {contract}, confirmé par l'équipe."
    return Decision(Certainty.AUTO, reason, parts, rule=Rule.ACCOUNT)


def _as_told(payment: Payment, told: str, living: list[str], rule: Rule) -> Decision:
    """Propose the one whom the words name, before those the payer is known for."""
    payer = "Ce compte" if rule == Rule.ACCOUNT else f"« {payment.payer} »"
    reason = f"{payer} a déjà payé pour {' et '.join(living)}, mais le libellé nomme {told}."
    parts = (Part(told, payment.amount),)
    return Decision(Certainty.PROPOSED, reason, parts, others=tuple(living), rule=rule)


def _somebody_else(payment: Payment, named: set[str], book: Book) -> str:
    """Return another contract whose holder's whole name the line bears, "" when there is none."""
    found = book.names.scores(payment.payer, payment.texts)
    if any(found.get(contract, 0) >= FULL_NAME for contract in named):
        return ""
    best = [contract for contract, score in found.items() if score >= FULL_NAME]
    return best[0] if len(best) == 1 else ""


def _told_other(payment: Payment, known: set[str], book: Book) -> str:
    """Return another contract that the words name, beside those the payer is known for.

    A guardian or an association that paid for one may pay for a second. The payer's own name says
    nothing new, nor does a name of the known ones, nor words of every transfer.
    """
    idle = {*words_of(payment.payer), *COMMON}
    for household in (one for contract in known for one in book.claims[contract].households):
        idle |= {*words_of(household.last), *words_of(household.first)}
    told = [word for word in words_of(" ".join(payment.texts)) if word in book.names.exact]
    found = book.names.scores("", [word for word in told if word not in idle])
    named = {contract for contract in found.keys() - known if found[contract] >= HALF_NAME}
    return _ranked(payment, book, among=named)[0][1] if named else ""


FULL_NAME = 90
AMOUNT = 25
SOME_MONTHS = 18
NEAR_AMOUNT = 12
HALF_NAME = 40


def _ranked(payment: Payment, book: Book, among: set[str] | None = None) -> list[tuple[int, str]]:
    """Return the contracts that names and amount suggest, best first."""
    found = book.names.scores(payment.payer, payment.texts)
    scores: dict[str, int] = {}
    for contract in among if among is not None else found:
        claim = book.claims[contract]
        score = found.get(contract, 0)
        score += _fit(payment.amount, claim)
        score += 10 if _is_in_force(claim, payment.on) else 0
        score -= 30 if claim.is_closed else 0
        scores[contract] = score
    return sorted(((score, contract) for contract, score in scores.items()), key=_best_first)


def _fit(amount: Decimal, claim: Claim) -> int:
    """Weigh how near the amount is to one that is due: all for the exact one, then less."""
    if amount in claim.open_amounts:
        return AMOUNT
    if any(due > 0 and _is_some_months(amount, due) for due in claim.open_amounts):
        return SOME_MONTHS
    gaps = [abs(amount - due) / due for due in claim.open_amounts if due > 0]
    return round(NEAR_AMOUNT * max(Decimal(0), 1 - min(gaps))) if gaps else 0


def _is_some_months(amount: Decimal, due: Decimal) -> bool:
    """Whether the amount is two or three times what is due, or its half."""
    return amount in (due * 2, due * 3) or amount * 2 == due


def _best_first(item: tuple[int, str]) -> tuple[int, str]:
    return -item[0], item[1]


def _by_name(payment: Payment, book: Book) -> Decision:
    ranked = _ranked(payment, book)
    if not ranked:
        return Decision(Certainty.NONE, "Rien, dans cette ligne, ne désigne un contrat.")
    _score, best = ranked[0]
    name_score = book.names.scores(payment.payer, payment.texts).get(best, 0)
    if name_score < HALF_NAME:
        return Decision(Certainty.NONE, "Le nom ne suffit pas à désigner un contrat.")
    claim = book.claims[best]
    exact = payment.amount in claim.open_amounts
    rivals = [
        contract
        for score, contract in ranked[1:6]
        if book.names.scores(payment.payer, payment.texts).get(contract, 0) >= name_score - 15
    ]
    strong = name_score >= FULL_NAME and exact and not rivals
    whole = "Le nom entier" if name_score >= FULL_NAME else "Une partie du nom"
    fits = "le montant est exactement dû" if exact else "le montant n'est pas celui qui est dû"
    reason = f"{whole} est celui de {best}, et {fits}."
    return Decision(
        Certainty.PROPOSED,
        reason,
        (Part(best, payment.amount),),
        strong=strong,
        others=tuple(rivals),
        rule=Rule.NAME,
    )


_REJECTED = frozenset({"rejet", "rejets", "impaye", "impayes"})
RETURN_WORDS = _REJECTED | {"retour", "retours"}
_FEES = frozenset({"frais", "commission", "commissions", "cotisation"})
_DEBITS = frozenset({"prelevement", "prelevements", "prelev", "prlv", "prel", "sdd"})


def _returned(payment: Payment, book: Book) -> Decision:
    """A debit: a direct debit that came back names its mandate; anything else is not rental."""
    words = words_of(" ".join((*payment.texts, payment.end_to_end_id)))
    named = _named_by_reference(words, payment, book)
    is_return = bool(payment.return_reason) or bool(RETURN_WORDS & set(words))
    is_fee = bool(_FEES & set(words))
    # The words alone are not enough: a fee, or a deposit sent back, is no debit that returned.
    is_told = bool(payment.return_reason) or (bool(_DEBITS & set(words)) and not is_fee)
    if len(named) == 1 and is_return and is_told:
        code = f" ({payment.return_reason})" if payment.return_reason else ""
        return Decision(
            Certainty.AUTO,
            f"Prélèvement revenu{code} : il rouvre la dette de {named[0]}.",
            (Part(named[0], payment.amount),),
        )
    if named:
        return Decision(
            Certainty.PROPOSED,
            f"Un débit qui nomme {', '.join(named)} : à vérifier.",
            (Part(named[0], payment.amount),),
            others=tuple(named[1:]),
        )
    if payment.return_reason or _REJECTED & set(words) or (is_return and _DEBITS & set(words)):
        reason = (
            "Des prélèvements reviennent, et la banque ne dit pas lesquels. Demandez-lui le détail "
            "des rejets (camt.054), puis répartissez cette ligne : d'ici là, elle attend."
        )
        return Decision(Certainty.NONE, reason, rule=Rule.RETURN)
    return Decision(Certainty.NONE, "Un débit sans référence à nous : sans doute hors gestion.")
