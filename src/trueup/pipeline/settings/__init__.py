"""What a run is given: the project file, the environment, the clock, where things lie."""
