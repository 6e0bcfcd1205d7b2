"""Pure sums of the ledger: what a month costs, what a payment settles. No Django, no clock."""
