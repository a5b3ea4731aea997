"""Steps from the lake to the published tables: load, transform, audit, publish."""
