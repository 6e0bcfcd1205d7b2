"""The lists of payments, mandates and refunds, and what the books say of the lists of contracts."""

from payments.lists import objections
from payments.lists.mandates import MANDATES
from payments.lists.received import PAYMENTS
from payments.lists.refunds import REFUNDS

__all__ = ["MANDATES", "PAYMENTS", "REFUNDS", "objections"]
