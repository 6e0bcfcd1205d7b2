"""The list of payments, and what the books say of the lists of contracts."""

from payments.lists import objections
from payments.lists.received import PAYMENTS

__all__ = ["PAYMENTS", "objections"]
