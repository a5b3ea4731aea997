"""The demo: a simulated retailer, the whole way of its numbers, and the error against the truth."""
