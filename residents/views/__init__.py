"""Pages of people and contracts."""
