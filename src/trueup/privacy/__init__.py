"""Privacy: personal values become tokens of the vault, card numbers are never stored."""
