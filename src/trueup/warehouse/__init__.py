"""The warehouse: raw tables with load positions, and published files for readers."""
