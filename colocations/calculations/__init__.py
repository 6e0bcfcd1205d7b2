"""Pure rules of the homes."""
