"""The pipeline: the only package that reads settings, environment and clock."""
