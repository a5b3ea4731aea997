"""The only place that wires things, reads settings, the environment and the clock."""
