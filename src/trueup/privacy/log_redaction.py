"""Texts that come into tables and logs past the validator: names of accounts, messages of errors."""

from trueup.privacy.cards import redact_cards
from trueup.privacy.pii_detection import masked


def redacted(text: str) -> str:
    """`text` without card numbers, and with `[email]`, `[phone]` … for personal values in it."""
    return masked(redact_cards(text))
