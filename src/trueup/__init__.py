"""Trueup: marketing and commerce numbers, tied out to their source."""

__version__ = "0.1.0"
