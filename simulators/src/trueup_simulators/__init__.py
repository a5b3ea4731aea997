"""Simulated vendors around one seeded world: real HTTP, a movable clock, faults on demand."""
