"""Sources: one folder per vendor or system, and what all of them share."""
