"""Acts on homes."""
