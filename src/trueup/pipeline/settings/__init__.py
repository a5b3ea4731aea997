"""Settings of a run: project file, environment, clock and paths."""
