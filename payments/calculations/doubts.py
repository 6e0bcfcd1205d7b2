"""What makes a person look at a line in spite of a sign of ours on it. Pure."""

from decimal import Decimal

from caracol.core.money import ZERO
from payments.calculations.match_facts import Claim, Payment
from payments.calculations.naming import words_of

_TRADE_WORDS = frozenset(
    {
        *("facture", "factures", "devis", "avoir", "subvention", "subventions", "sinistre"),
        *("indemnite", "indemnites", "remboursement", "depot", "caution", "don"),
    }
)
_BODIES = frozenset({"caf", "cnaf", "msa"})
"""Who pays aid, whose money is shared by its statement."""
_FAR_BEYOND = Decimal(2500)
"""Euros beyond what is due from which nobody pays by chance: more than a year in advance."""


def doubt_of(payment: Payment, claim: Claim) -> str:
    """Return why a sign of ours does not suffice, as the end of a sentence; "" when it does."""
    payer = set(words_of(payment.payer))
    if payer & _BODIES or {"allocations", "familiales"} <= payer:
        return "le payeur est une CAF ou la MSA, dont l'argent se répartit par son bordereau"
    trade = sorted(_TRADE_WORDS & set(words_of(" ".join(payment.texts))))
    if trade:
        return f"le libellé parle de « {trade[0]} »"
    if payment.amount > max(claim.due, ZERO, *claim.open_amounts) + _FAR_BEYOND:
        return "le montant dépasse de loin ce qui est dû"
    return ""
