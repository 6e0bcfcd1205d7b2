"""Readers of bank files: bytes in, statements and lines out. Nothing here knows the database."""
