"""Closing periods, restatements and explanations of figures."""
