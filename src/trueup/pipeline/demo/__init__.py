"""Runs an example company against simulated vendors and compares it with the truth."""
