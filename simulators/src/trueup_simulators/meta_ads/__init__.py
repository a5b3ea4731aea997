"""Meta's Marketing API as a server: Graph v26.0 over the simulated world."""
