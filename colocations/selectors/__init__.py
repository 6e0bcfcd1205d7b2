"""What is read of the homes."""
