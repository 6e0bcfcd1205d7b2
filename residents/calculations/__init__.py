"""Rules of contracts as pure functions: a value, why, and the article. No ORM, no clock."""
