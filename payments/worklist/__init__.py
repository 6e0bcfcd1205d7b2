"""What « Aujourd'hui » says of the money; each module registers what it tells."""

from payments.worklist import bank, month

__all__ = ["bank", "month"]
