"""Forms of people and contracts: they turn text into typed values."""
