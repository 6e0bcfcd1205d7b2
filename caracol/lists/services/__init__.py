"""Acts on rows, files of lists, large exports noted."""
