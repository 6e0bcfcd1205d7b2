"""Pages of the money: the month in steps, the account, the payments, the arrears."""
