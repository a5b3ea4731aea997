"""Sync from sources into the lake: plans, reads and batches."""
