"""Sources: one folder per vendor or system, and their shared parts."""
