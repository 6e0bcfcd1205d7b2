"""Acts on people and contracts."""
