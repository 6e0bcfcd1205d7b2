"""Mandates, debits, what comes back, refunds."""
