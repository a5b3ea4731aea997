"""Gates that a candidate must pass, table by table, before people see it."""
