"""What is claimed about speed, and the commands that show it."""
