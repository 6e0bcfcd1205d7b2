"""What is read of people and contracts."""
