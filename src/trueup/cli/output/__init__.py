"""Output of commands: errors, progress, tables and the view of each result."""
