"""The lake: one Delta table per stream, batches with their header inside the commit."""
