"""A simulated shop: the Admin GraphQL API, version 2026-10, over the world."""
