"""Builders for tests of privacy: a vault in a folder, streams, ad and order records."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from trueup.core.stream import PersonalField, PersonalKind, Stream, StreamKind
from trueup.ingest.validator import RecordValidator
from trueup.privacy.vault import Vault

NOW = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
MASTER_KEY = bytes(range(32))
# Test numbers that the card networks publish.
VISA, MASTERCARD, AMEX = "4111111111111111", "5555555555554444", "378282246310005"
CARDS = (VISA, MASTERCARD, AMEX, "6011111111111117", "3530111333300000", "30569309025904")
CARDS += ("2223003122003222", "6200000000000005", "4222222222222", "4000000000000000006")

AD_DAYS = Stream(name="ad_days", kind=StreamKind.REPORT, key=("ad.id", "date"), day="date")
ORDERS = Stream(
    name="orders",
    kind=StreamKind.INCREMENTAL,
    key=("id",),
    cursor="updatedAt",
    subject="customer.id",
    personal=(
        PersonalField("email", PersonalKind.EMAIL),
        PersonalField("note", PersonalKind.TEXT),
        PersonalField("customer.email", PersonalKind.EMAIL),
        PersonalField("customer.phone", PersonalKind.PHONE),
        PersonalField("addresses[].city", PersonalKind.ADDRESS),
        PersonalField("aliases[]", PersonalKind.NAME),
        PersonalField("billing", PersonalKind.ADDRESS),
    ),
)


def a_vault(folder: Path, master_key: bytes = MASTER_KEY) -> Vault:
    return Vault.open(folder / "vault.sqlite", master_key)


def a_validator(folder: Path, stream: Stream = AD_DAYS, **changes: Any) -> RecordValidator:
    return RecordValidator(stream, a_vault(folder), now=NOW, **changes)


def compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def an_ad_day(**changes: object) -> bytes:
    return compact({"ad": {"id": "123456789012"}, "date": "2026-11-01", "clicks": "3"} | changes)


def an_order(**changes: object) -> bytes:
    return compact({"id": "gid://shopify/Order/1", "updatedAt": "2026-11-01T10:00:00Z"} | changes)
