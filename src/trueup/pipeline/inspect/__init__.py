"""Inspection of a project: state, readiness, dry run and dashboard."""
