"""Acts on money: the only writers of the ledger."""
