"""Privacy at the validator: personal values become vault tokens, card numbers never enter."""
