"""The files that banks execute, written and checked before they leave."""
