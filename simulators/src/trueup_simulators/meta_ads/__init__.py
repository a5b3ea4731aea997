"""Meta's Marketing API as a server: GraphClient v26.0 over the simulated world."""
