"""Spellings of card numbers: published test numbers x groups x separators x encodings x places."""

import html
import json
from collections.abc import Callable, Iterator
from urllib.parse import quote, quote_plus

LONG = """
4111111111111111 4242424242424242 4012888888881881 4000056655665556 5555555555554444
5105105105105100 5200828282828210 2223003122003222 2223000048400011 378282246310005
371449635398431 378734493671000 6011111111111117 6011000990139424 3056930009020004
3530111333300000 3566002020360505 6200000000000005 6205500000000000004 6759649826438453
6304000000000000 2200000000000004 6521111111111110 4000000000000000006
"""
SHORT = """
4222222222222 30569309025904 38520000023237 36227206271667
"""
LONG_CARDS, SHORT_CARDS = LONG.split(), SHORT.split()
GROUPS = {13: (4, 3, 3, 3), 14: (4, 6, 4), 15: (4, 6, 5), 16: (4, 4, 4, 4), 19: (4, 4, 4, 4, 3)}
SEPARATORS = {
    "space": " ", "hyphen": "-", "dot": ".", "comma": ",", "slash": "/", "underscore": "_",
    "plus": "+", "tab": "\t", "line": "\n", "colon": ":", "two spaces": "  ", "comma, space": ", ",
    "spaced hyphen": " - ", "no-break space": "\u00a0", "thin space": "\u2009",
    "en dash": "\u2013", "minus": "\u2212", "ideographic space": "\u3000",
}  # fmt: skip
TEXTS = ("{}", "pay with {}, thanks", "a {}.", "({})", "Ann {} Smith", "ref: x\n{}\nbye")
URLS = ("https://shop.example/p?{name}={}&utm_source=x", "/checkout?a=1&{name}={}", "{name}={}")
CARD_NAMES = (
    "card", "cardNumber", "card_number", "cc", "ccnum", "pan", "creditCard", "credit_card_no",
    "cardnumber", "payment_card_number", "kreditkarte", "debitCardNumber", "visa",
)  # fmt: skip
ANY_NAMES = ("note", "x", "message", "title", "remark", "customAttribute")
CARD_SENTENCES = (
    "my card is {}", "visa {} please", "Kreditkarte: {}", "card no. {}", "{} cvv 123",
    "CVC: 123, {}", "mastercard={}", "carte bancaire {}", "card#{}", "Visa:{}", "tarjeta n. {}",
    "amex-{}", "VISA{}",
)  # fmt: skip
EXPIRIES = ("{} 12/26", "{} exp 12 26", "{} valid thru 01/2027", "{}, expires 2027")
SIZES = (1, 2, 3, 5, 6, 7, 8)


def grouped(digits: str, separator: str) -> str:
    pieces, at = [], 0
    for size in GROUPS[len(digits)]:
        pieces.append(digits[at : at + size])
        at += size
    return separator.join(pieces)


def in_groups_of(digits: str, size: int, separator: str) -> str:
    return separator.join(digits[at : at + size] for at in range(0, len(digits), size))


def _in_script(zero: int) -> Callable[[str], str]:
    return lambda text: text.translate({48 + digit: zero + digit for digit in range(10)})


ENCODINGS: dict[str, Callable[[str], str]] = {
    "percent": lambda text: quote(text, safe=""),
    "form": quote_plus,
    "percent, lower case": lambda text: quote(text, safe="").lower(),
    "twice percent": lambda text: quote(quote(text, safe=""), safe=""),
    "percent, all": lambda text: "".join(f"%{ord(character):02X}" for character in text),
    "twice percent, all": lambda text: "".join(f"%25{ord(character):02X}" for character in text),
    "no-break reference": lambda text: text.replace(" ", "&nbsp;"),
    "HTML, decimal": lambda text: "".join(f"&#{ord(character)};" for character in text),
    "HTML, hexadecimal": lambda text: "".join(f"&#x{ord(character):x};" for character in text),
    "HTML of HTML": lambda text: html.escape(text.replace("4", "&#52;").replace(" ", "&nbsp;")),
    "HTML in percent": lambda text: quote(text.replace(" ", "&#160;"), safe=""),
    "full width": _in_script(0xFF10),
    "Arabic": _in_script(0x0660),
    "Devanagari": _in_script(0x0966),
    "u escapes": lambda text: "".join(f"\\u{ord(character):04x}" for character in text),
    "x escapes": lambda text: "".join(f"\\x{ord(character):02x}" for character in text),
    "JSON": lambda text: json.dumps({"note": text}),
    "JSON in JSON": lambda text: json.dumps(json.dumps({"note": text})),
}


def _grouped_anywhere(card: str) -> Iterator[object]:
    for separator in SEPARATORS.values():
        yield {"note": TEXTS[len(card) % 6].format(grouped(card, separator))}
        yield {"id": f"order {grouped(card, separator)} of today"}
    for size in SIZES:
        for separator in (" ", "-", ", ", "/"):
            yield {"note": f"card {in_groups_of(card, size, separator)}"}


def _named(card: str) -> Iterator[object]:
    for text in CARD_SENTENCES:
        yield {"note": text.format(card)}
        yield {"note": text.format(grouped(card, " "))}
    for number, name in enumerate(CARD_NAMES):
        yield {name: card}
        yield {name: grouped(card, " ")}
        yield {name: int(card)}
        yield {name: {"number": card}}
        yield {"landingPage": URLS[number % 3].format(card, name=name)}
        yield {"landingPage": URLS[number % 3].format(quote(grouped(card, " ")), name=name)}


def _encoded(card: str) -> Iterator[object]:
    for encode in ENCODINGS.values():
        yield {"note": f"a {encode(grouped(card, ' '))} b"}
        yield {"url": f"https://x.example/?card={encode(grouped(card, '-'))}&a=1"}
        yield {"url": f"/?card={encode(card)}"}


def _in_one_piece(card: str) -> Iterator[object]:
    """Without any word of cards: 15 digits and more."""
    for text in (*TEXTS, *EXPIRIES):
        yield {"note": text.format(card)}
    for name in ANY_NAMES:
        yield {name: card}
        yield {"list": [{name: ["a", card]}]}
    yield {"landingPage": f"https://shop.example/p?x={card}"}
    yield {"attributes": [{"name": "Card number", "value": card}]}
    yield {"attributes": [{"key": "Gift note", "value": card}]}
    yield {"note": f"\u00e9 {card}\u2026"}
    yield {"note": f"{card}.00"}


def _beside_other_numbers(card: str) -> Iterator[object]:
    spaced = grouped(card, " ")
    yield {spaced: 1}
    yield {"note": f"1226 {card} 999"}
    yield {"note": f"12 26 {spaced} 123"}
    yield {"note": f"{spaced} 1226 123"}
    yield {"note": f"2026-11-01 {grouped(card, '-')}"}
    yield {"note": f"+1 {spaced}"}
    yield {"note": f"{spaced} {grouped('5555555555554444', ' ')}"}


def _records(card: str) -> Iterator[object]:
    yield from _grouped_anywhere(card)
    yield from _named(card)
    yield from _encoded(card)
    if card in LONG_CARDS:
        yield from _in_one_piece(card)
        yield from _beside_other_numbers(card)


def spellings() -> list[tuple[str, bytes]]:
    """Every spelling, as a card's digits and a record as vendors may write it."""
    found = []
    cards = (*LONG_CARDS, *SHORT_CARDS)
    pairs = ((card, record) for card in cards for record in _records(card))
    for number, (card, record) in enumerate(pairs):
        separators = (",", ":") if number % 2 else (", ", ": ")
        text = json.dumps(record, ensure_ascii=number % 3 > 0, separators=separators)
        found.append((card, text.encode()))
    return found
