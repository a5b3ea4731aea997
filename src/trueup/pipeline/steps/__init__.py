"""From the lake to what people see: load, transform, audit, publish."""
