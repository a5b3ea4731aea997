"""Words that say what a number is: a card's, an identifier's, or part of a free text."""

import re
from enum import Enum
from functools import lru_cache


class Sense(Enum):
    """Meaning of a number, from its name or the words before it."""

    CARD = "card"
    IDENTIFIER = "identifier"
    TEXT = "text"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CARD_WORDS = _words(
    """
    card cards cardno cardnr cardnum cardnumber cardpan ccno ccnum ccnumber creditcard creditcardno
    creditcardnumber debitcard debitcardnumber paymentcard bankcard visa mastercard maestro amex
    americanexpress diners dinersclub unionpay rupay jcb cvv cvv2 cvc cvc2
    karte karten kartennummer kartennr kreditkarte kreditkartennummer bankkarte carte cartes tarjeta
    tarjetas carta cartao cartão kaart kaartnummer creditkaart kort kortnummer kortti karta karty
    """
)
# Names only: as words of a text, they mean too much else.
_CARD_NAMES = _words("cc pan ccn primaryaccountnumber")
# `gift card 6034…`, `SD card 4006381000093`.
_OTHER_CARDS = _words(
    """
    gift sd microsd micro memory sim graphics graphic video sound business greeting greetings
    playing post loyalty bonus member membership customer score report birthday wedding christmas
    thank id trading collector key travel library punch time wild flash cf network access
    """
)
_ID_WORDS = _words(
    """
    id ids gid uuid guid sku skus ean upc gtin isbn issn asin mpn barcode plu imei imsi iccid meid
    serial sn tracking trackingnumber trackingno shipment awb parcel waybill consignment order
    orders orderno ordernr ordernumber orderid ord invoice invoiceno invoicenumber inv receipt po
    rma ref refs reference referenz referencia transaction transactions txn trx booking reservation
    ticket customer customers kunde kundennummer kundennr cust account accounts acct konto session
    device visitor campaign campaigns adset adsets adgroup adgroups ad ads creative creatives
    keyword placement gclid gbraid wbraid fbclid msclkid ttclid dclid clid variant variants product
    products item items sku voucher coupon gutschein iban bic swift vat timestamp epoch millis phone
    tel telephone telefon mobile handy fax msisdn whatsapp hash checksum lot batch bestellung
    bestellnummer bestellnr auftrag auftragsnummer rechnung rechnungsnummer artikel artikelnummer
    artikelnr sendung sendungsnummer paket paketnummer commande facture pedido factura ordine
    fattura ups fedex dhl usps dpd gls hermes
    """
)
_ID_NAMES = _words(
    """
    key keys code codes node nodes object entity utm hsa click clicks user users client clients
    pixel ts time at date created updated version rev etag cursor offset token nonce resource legacy
    external handle slug trace span correlation fulfillment refund return
    """
)
_TEXT_WORDS = _words(
    """
    note notes comment comments message messages text body content description desc remark remarks
    memo title subject name firstname lastname company address street city instructions instruction
    reason details detail info question answer url uri link path referrer referer landing query
    search label caption headline tag tags notiz bemerkung kommentar nachricht
    """
)
# Says nothing of the number itself; what holds it decides.
_NEUTRAL_NAMES = _words("number num no nr nummer value val data raw digits")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+\d{0,1}(?!\d)|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+")
_SECURITY_CODE = re.compile(r"(?i)\b(?:cvv2?|cvc2?|csc|cvn|security code|prüfziffer|prüfnummer)\b")
_EXPIRY = re.compile(
    r"(?i)\b(?:exp(?:iry|ires|iration)?|valid (?:thru|until|to)|gültig bis|ablauf\w*)\b"
    r"|\b(?:0[1-9]|1[0-2]) ?/ ?(?:20)?[2-4]\d\b"
)
_BRAND = re.compile(
    r"(?i)(?<![a-z\[])(?:visa|master ?card|maestro|amex|american express|diners club|unionpay|rupay"
    r"|jcb|(?:credit|debit|bank|payment) ?cards?|kreditkarten?|card (?:number|no|nr)|cards?\b)"
)
_BEFORE, _AFTER, _LABEL_WORDS = 48, 32, 4
# Where what was said before is over: the next parameter, object or line, and our own mask.
_BOUNDARY = re.compile(r"[?&;{}|\n\r]|\[card\]")


@lru_cache(maxsize=8192)
def sense_of_name(name: str) -> Sense | None:
    """The sense of a field's or parameter's name, such as `orderId` or `card_number`."""
    parts = [part.lower() for part in _PART.findall(name[-80:])]
    if "".join(parts) in _CARD_WORDS | _CARD_NAMES:
        return Sense.CARD
    return _sense(parts, is_name=True)


def is_neutral_name(name: str) -> bool:
    """True for a name such as `number`, which does not say what the number is."""
    return name.lower() in _NEUTRAL_NAMES or name.isdecimal()


def sense_before(text: str, start: int) -> Sense | None:
    """The sense of the words that stand directly before `start`, the nearest first."""
    before = text[max(0, start - _BEFORE) : start]
    said = _BOUNDARY.split(before)[-1]
    stripped = said.rstrip("\"' \t:[(")
    # Of a parameter, the name alone counts, with all it is made of.
    if stripped.endswith("="):
        name = stripped.rstrip("=\"' ").split(" ")[-1]
        return sense_of_name(name.rpartition(",")[2])
    parts = [part.lower() for part in _PART.findall(said)]
    return _sense(parts[-_LABEL_WORDS:], is_name=False)


def is_secured(text: str, start: int, end: int, *, with_expiry: bool) -> bool:
    """True if a security code or an expiry is named beside the number."""
    beside = f"{text[max(0, start - _BEFORE) : start]}\n{text[end : end + _AFTER]}"
    return bool(_SECURITY_CODE.search(beside) or (with_expiry and _EXPIRY.search(beside)))


def names_a_brand(text: str, start: int, end: int) -> bool:
    """True if cards or a card network are named beside the number."""
    beside = f"{text[max(0, start - _BEFORE) : start]}\n{text[end : end + _AFTER]}"
    return bool(_BRAND.search(beside))


def _sense(parts: list[str], *, is_name: bool) -> Sense | None:
    for place in range(len(parts) - 1, -1, -1):
        part = parts[place]
        if part in _CARD_WORDS or (is_name and part in _CARD_NAMES):
            other = place > 0 and parts[place - 1] in _OTHER_CARDS
            return Sense.IDENTIFIER if other else Sense.CARD
        if part in _ID_WORDS or (is_name and _is_id_name(part)):
            return Sense.IDENTIFIER
        if part in _TEXT_WORDS:
            return Sense.TEXT
    return None


def _is_id_name(part: str) -> bool:
    return part in _ID_NAMES or part.endswith(("id", "ids"))
