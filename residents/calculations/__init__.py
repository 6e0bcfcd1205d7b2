"""Rules of contracts, as pure functions."""
