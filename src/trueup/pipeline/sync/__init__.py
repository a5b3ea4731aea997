"""From sources into the lake: what to read, reading it, and what a batch is."""
