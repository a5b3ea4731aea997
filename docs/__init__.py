"""Documentation; the reference pages are generated."""
