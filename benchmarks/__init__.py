"""Claims about speed, and the commands that prove them."""
