"""Redacts account names and error messages before they reach tables and logs."""

from trueup.privacy.cards import redact_cards
from trueup.privacy.pii_detection import masked


def redacted(text: str) -> str:
    """`text` without card numbers, and with `[email]`, `[phone]` … for personal values in it."""
    return masked(redact_cards(text))
