"""Readings of the ledger."""
