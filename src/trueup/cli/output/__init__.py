"""What commands print: errors, progress, tables and the view of each result."""
