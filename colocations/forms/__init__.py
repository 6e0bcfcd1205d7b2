"""Forms of the patrimony: they turn text into typed values."""
