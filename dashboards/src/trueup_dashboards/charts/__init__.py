"""Altair charts, one module per page."""
