"""Identifiers as vendors write them, of which many look like card numbers by their digits.

Where a kind leaves digits free, half of them are drawn until prefix, length and check digit are
those of a card. A card's evidence is missing in all: nothing may change.
"""

import json
import random
from collections.abc import Callable, Iterator
from string import ascii_letters, ascii_uppercase
from typing import Any

from trueup.privacy.digits import is_card_number

COUNT_EACH = 12
Draw = Callable[[random.Random], str]

IDS = ("id", "orderId", "order_id", "customer_id", "adId", "line_item_ids", "legacyGid")
PRODUCTS = ("sku", "barcode", "ean", "gtin", "upc", "variant_id", "productCode", "item", "isbn")
CLICKS = ("gclid", "gbraid", "wbraid", "fbclid", "click_id", "clickId", "utm_id", "utm_content")
PARCELS = ("trackingNumber", "tracking_number", "awb", "shipmentId", "parcel", "tracking")
TIMES = ("timestamp", "ts", "created_at", "updatedTime", "event_time")
PHONES = ("phone", "tel", "mobile", "customerPhone", "whatsapp")
PAYMENTS = ("transaction_id", "reference", "invoiceNumber", "charge_id", "order_ref", "txn")
FREE_TEXTS = ("{}", "{} T-shirt blue", "Set of 2, {}", "blue ({})", "new: {}")


def digits(length: int, prefixes: tuple[str, ...] = ("",)) -> Draw:
    def draw(source: random.Random) -> str:
        prefix = source.choice(prefixes)
        return prefix + "".join(source.choices("0123456789", k=length - len(prefix)))

    return draw


def like_cards(draw: Draw) -> Draw:
    """Half of the draws have the digits of a card, where the kind lets that happen."""

    def drawn(source: random.Random) -> str:
        wanted = source.random() < 0.5
        texts = (draw(source) for _ in range(2_000 if wanted else 1))
        return next((text for text in texts if wanted and is_card_number(text)), draw(source))

    return drawn


def with_check_digit(length: int, prefixes: tuple[str, ...]) -> Draw:
    """EAN, UPC, ISBN-13 and GTIN: weights 3 and 1 from the right."""

    def draw(source: random.Random) -> str:
        body = digits(length - 1, prefixes)(source)
        total = sum(int(digit) * (3, 1)[n % 2] for n, digit in enumerate(reversed(body)))
        return body + str(-total % 10)

    return draw


def imei(source: random.Random) -> str:
    body = digits(14, ("35", "86", "01", "99"))(source)
    total = sum(sum(divmod(int(d) * (2, 1)[n % 2], 10)) for n, d in enumerate(reversed(body)))
    return body + str(-total % 10)


def isbn_with_hyphens(source: random.Random) -> str:
    code = with_check_digit(13, ("978", "979"))(source)
    return "-".join((code[:3], code[3:4], code[4:6], code[6:12], code[12:]))


def click_id(source: random.Random) -> str:
    letters = "".join(source.choices(ascii_letters, k=14))
    return f"{letters[:7]}{like_cards(digits(16, ('4', '5')))(source)}{letters[7:]}_wcB"


def ups(source: random.Random) -> str:
    return "1Z" + like_cards(digits(16, ("4", "51", "6011")))(source)


def dhl(source: random.Random) -> str:
    return source.choice(("JJD0", "JD0", "GM")) + like_cards(digits(16, ("4", "5")))(source)


def upu(source: random.Random) -> str:
    return "RR" + digits(9)(source) + "".join(source.choices(ascii_uppercase, k=2))


def iban(country: str, length: int) -> Draw:
    def draw(source: random.Random) -> str:
        bank = digits(length - 4)(source)
        moved = f"{bank}{int(country[0], 36)}{int(country[1], 36)}00"
        return f"{country}{98 - int(moved) % 97:02d}{bank}"

    return draw


def iban_like_a_card(country: str, length: int) -> Draw:
    """An IBAN of which four groups have the digits of a card, where one is drawn in time."""

    def drawn(source: random.Random) -> str:
        texts = [iban(country, length)(source) for _ in range(400)]
        alike = (t for t in texts for at in (4, 8) if is_card_number(t[at : at + 16]))
        text = next(alike, texts[0])
        return " ".join(text[at : at + 4] for at in range(0, len(text), 4))

    return drawn


def stripe(source: random.Random) -> str:
    return source.choice(("pi_", "ch_", "cus_", "in_")) + "3" + click_id(source)[:23]


def sku(source: random.Random) -> str:
    letters = "".join(source.choices(ascii_uppercase, k=3))
    code = like_cards(digits(16, ("4", "5")))(source)
    return source.choice((f"{letters}-{code}", f"{letters}{code}", f"{code}-{letters}", f"#{code}"))


CARDLIKE = ("4", "51", "55", "34", "37", "6011", "62", "36", "35", "22")
KINDS: dict[str, tuple[Draw, tuple[str, ...]]] = {
    "EAN-8": (with_check_digit(8, ("40", "50")), PRODUCTS),
    "EAN-13": (like_cards(with_check_digit(13, ("40", "41", "42", "43", "44", "49"))), PRODUCTS),
    "UPC": (with_check_digit(12, ("0", "4", "6")), PRODUCTS),
    "ISBN": (with_check_digit(13, ("978", "979")), PRODUCTS),
    "ISBN with hyphens": (isbn_with_hyphens, PRODUCTS),
    "GTIN-14": (like_cards(with_check_digit(14, ("30", "36", "38", "39"))), PRODUCTS),
    "variant": (like_cards(digits(14, ("39", "36", "38"))), (*PRODUCTS, "variant")),
    "product": (like_cards(digits(13, ("4", "6", "7"))), (*IDS, "product")),
    "order": (like_cards(digits(13, ("4", "5"))), (*IDS, "order")),
    "IMEI": (imei, ("imei", "device_id", "serial")),
    "milliseconds": (digits(13, ("16", "17")), TIMES),
    "microseconds": (digits(16, ("16", "17")), TIMES),
    "nanoseconds": (digits(19, ("16", "17")), TIMES),
    "15 digits": (like_cards(digits(15, CARDLIKE)), IDS),
    "16 digits": (like_cards(digits(16, CARDLIKE)), IDS),
    "17 digits": (like_cards(digits(17, (*CARDLIKE, "23"))), (*IDS, "campaign_id", "adset_id")),
    "18 digits": (like_cards(digits(18, (*CARDLIKE, "12"))), (*IDS, "campaign_id", "adset_id")),
    "19 digits": (like_cards(digits(19, CARDLIKE)), (*IDS, "clickId", "creative_id")),
    "click": (click_id, CLICKS),
    "UPS": (ups, PARCELS),
    "DHL": (dhl, PARCELS),
    "FedEx 12": (digits(12), PARCELS),
    "FedEx 15": (like_cards(digits(15, CARDLIKE)), PARCELS),
    "FedEx 20": (digits(20, CARDLIKE), PARCELS),
    "USPS": (digits(22, ("94", "92")), PARCELS),
    "UPU": (upu, PARCELS),
    "Stripe": (stripe, PAYMENTS),
    "HubSpot": (like_cards(digits(13, ("4", "5"))), ("hs_object_id", "contactId", "dealId")),
    "phone": (like_cards(digits(13, ("4", "49", "44"))), PHONES),
    "SKU": (sku, (*PRODUCTS, "name", "title", "note")),
    "IBAN": (iban("DE", 22), ("iban", "note", "account")),
    "IBAN, Belgium": (iban("BE", 16), ("iban", "note", "account")),
    "IBAN, Norway": (iban("NO", 15), ("iban", "note", "account")),
    "IBAN in groups": (iban_like_a_card("DE", 22), ("iban", "note", "account")),
    "IBAN in groups, Poland": (iban_like_a_card("PL", 28), ("iban", "note", "message")),
    "payment": (like_cards(digits(16, CARDLIKE)), PAYMENTS),
}
LABELS = {
    "EAN-13": "EAN", "GTIN-14": "GTIN", "variant": "variant", "order": "order", "IMEI": "IMEI",
    "15 digits": "customer", "16 digits": "Order #", "17 digits": "campaign", "18 digits": "ad set",
    "19 digits": "click id", "FedEx 15": "Tracking no.", "payment": "Invoice", "product": "SKU",
    "HubSpot": "id", "phone": "phone", "UPS": "UPS", "FedEx 20": "FedEx", "SKU": "SKU",
}  # fmt: skip
# Of 13 and 14 digits, nothing needs to say that they are identifiers.
SHORT = ("EAN-8", "EAN-13", "UPC", "ISBN", "GTIN-14", "variant", "product", "order", "milliseconds")
HAND_WRITTEN: tuple[Any, ...] = (
    {"sku": "4006381000093"},
    {"landingPage": "https://shop.example/products/a?variant=39528111112222"},
    {"landingPage": "/products/4111111111111111?variant=39528111112222&utm_source=google"},
    {"resourceName": "customers/4111111111111111/ads/4111111111111111~4111111111111111"},
    {"campaign": "customers/123/campaigns/4111111111111111"},
    {"order": "gid://shopify/Order/4111111111111111"},
    {"conversions": 0.4111111111111111},
    {"note": "0.4111111111111111"},
    {"note": "52.4111111111111111,13.4222222222222222"},
    {"phone": "+4222222222222"},
    {"note": "call +42 2222 222 2222"},
    {"note": "4111111111111112"},
    {"note": "9111111111111111"},
    {"note": "411111111111111100000"},
    {"at": "2026-11-01 10:00:00 2026-11-02 11:00:00"},
    {"at": "2026-11-01T10:00:00.000000Z/2026-11-02T11:00:00.000000Z"},
    {"uuid": "4111e1d1-4111-4111-4111-411141114111"},
    {"uuid": "41111111-1111-4111-8111-111111111111"},
    {"title": "Sizes 36 37 38 39 40 41 42 43"},
    {"title": "3600/4000/4200/4500 rpm"},
    {"title": "4000, 4500, 5000, 5500, 6000"},
    {"title": "ZIP 37201 37203 37205"},
    {"title": "371.449.635.398.431"},
    {"title": "SanDisk Memory Card 4222222222222"},
    {"note": "gift card 4111111111111111"},
    {"gift_card_id": 4111111111111111},
    {"cardId": "4111111111111111"},
    {"ids": [4111111111111111, 5555555555554444]},
    {"4111111111111111": {"clicks": 3}},
    {"ad_ids": {"4111111111111111": "5555555555554444"}},
    {"attributes": [{"name": "Order reference", "value": "4111111111111111"}]},
    {"order": {"number": "4111111111111111"}},
    {"cookie": "fb.1.1700000000000.4111111111111111"},
    {"cookie": "GA1.2.1234567890.1700000000"},
    {"url": "https://x.example/?redirect=%2Fp%3Fvariant%3D39528111112222%26utm_id%3D41111111111111"},
    {"url": "https://x.example/c?hsa_ad=4111111111111111&hsa_grp=5555555555554444"},
    {"url": "https://x.example/c?campaignid=4111111111111111&srsltid=5555555555554444"},
    {"url": "https://www.facebook.com/ads/4111111111111111/"},
    {"costMicros": 4111111111111111},
    {"costMicros": "1234567890123456"},
    {"range": "4000-4500"},
    {"list": [41, 11, 11, 11, 11, 11, 11, 11]},
    {"version": "41.11.11.11.11.11.11.11"},
    {"ips": "40.111.111.111, 40.111.111.112"},
    {"note": "Order 4111111111111111 has arrived"},
    {"note": "RMA 4111111111111111, thanks"},
)  # fmt: skip


def _places(kind: str, code: str, names: tuple[str, ...], turn: int) -> Iterator[object]:
    name = names[turn % len(names)]
    yield {name: code}
    yield {"nodes": [{name: code, "title": "A"}]}
    yield {"landingPage": f"https://shop.example/p?{name}={code}&utm_source=google"}
    yield {"referrer": f"https://x.example/r?to=%2Fp%3F{name}%3D{code}"}
    if code.isdecimal():
        yield {name: int(code)}
        yield {"by_id": {code: {"clicks": turn}}}
        yield {"landingPage": f"https://shop.example/products/{code}?a=1"}
        yield {"admin": f"gid://shopify/Order/{code}"}
    if kind in LABELS:
        yield {"note": f"{LABELS[kind]} {code}"}
        yield {"note": f"about {LABELS[kind]}: {code}, thanks"}
    if kind in SHORT:
        yield {"title": FREE_TEXTS[turn % len(FREE_TEXTS)].format(code)}


def identifiers() -> list[bytes]:
    """Every identifier in its places, as records."""
    source, records = random.Random(20260601), []
    for kind, (draw, names) in KINDS.items():
        for turn in range(COUNT_EACH):
            for record in _places(kind, draw(source), names, turn):
                ascii_only = len(records) % 2 == 0
                separators = (",", ":") if len(records) % 3 else (", ", ": ")
                text = json.dumps(record, ensure_ascii=ascii_only, separators=separators)
                records.append(text.encode())
    return records + [json.dumps(record).encode() for record in HAND_WRITTEN]
