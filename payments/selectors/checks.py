"""What each invariant of the books means, in words for who reads the result of a check."""

INVARIANTS: dict[str, str] = {
    "entry_balanced": "Chaque écriture s'équilibre à zéro",
    "books_balanced": "Le grand livre s'équilibre à zéro",
    "balance_cached": "Chaque solde affiché est la somme de ses lignes",
    "term_lines": "Chaque échéance est la somme de ses lignes",
    "term_posted": "Chaque échéance est inscrite au compte pour son montant",
    "paid_amount": "Chaque montant payé suit la règle d'imputation",
    "balance_of_terms": "Chaque compte doit ce que ses échéances laissent",
    "quittance_paid": "Chaque quittance prouve une échéance payée en entier",
    "reversal_mirrors": "Chaque annulation reprend exactement ce qu'elle annule",
    "deposit_is_owed": "Aucun dépôt de garantie ne paie une échéance",
    "closed_at_zero": "Chaque contrat clos a tous ses comptes à zéro",
    "settlement_posted": "Chaque restitution approuvée rend exactement le dépôt détenu",
    "refund_is_owed": "Rien n'est remboursé au-delà de ce qui est dû",
    "papers_numbered": "Les numéros des documents se suivent sans trou",
    "triggers_alive": "Les gardes de la base sont armées",
}
