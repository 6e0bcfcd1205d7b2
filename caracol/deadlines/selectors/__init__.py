"""Reads of deadlines."""
