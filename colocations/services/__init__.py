"""Acts on owners, agreements, sites, homes, rooms, voids, equipment and keys."""
