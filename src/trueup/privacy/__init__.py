"""Privacy at the door: personal values become vault tokens, card numbers never enter."""
