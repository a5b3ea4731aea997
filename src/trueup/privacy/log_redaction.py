"""Redacts account names and error messages before they reach tables and logs."""

from trueup.privacy.cards import without_cards
from trueup.privacy.pii_detection import masked


def redacted(text: str) -> str:
    """`text` with `[card]`, `[email]`, `[phone]` … for card numbers and personal values in it."""
    return masked(without_cards(text))
