"""What can be asked of a project: its state, its readiness, a preview, its dashboard."""
