"""Pages that all lists share: saved views, acts on rows, files."""
