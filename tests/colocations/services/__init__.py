"""Acts on the patrimony."""
