"""SQL over the published schema, aggregated to what a page draws."""
