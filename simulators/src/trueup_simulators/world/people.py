"""Customers: names, addresses and contacts, each from the person's number alone."""

import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from trueup_simulators.world.commerce import Address
from trueup_simulators.world.randomness import Ints, Stream, hashed_one, uniform, uniform_one
from trueup_simulators.world.world_changes import HOSTILE_NAMES

FIRST_NAMES = (
    "Ada", "Björn", "Chloé", "Dmitri", "Élodie", "Fatima", "Grace", "Hiro", "Inès", "Jürgen",
    "Kenji", "Lars", "María", "Noor", "Oğuz", "Priya", "Quinn", "Rosa", "Siobhán", "Tomás",
    "Uma", "Věra", "Wren", "Xin", "Yuki", "Zoë",
)  # fmt: skip
LAST_NAMES = (
    "Andersson", "O'Brien", "Çelik", "Dubois", "Evans", "Fischer", "García", "Hansen", "Ito",
    "Jones", "Kowalski", "Łuczak", "Müller", "Nguyen", "Ong", "Patel", "Quist", "Rossi", "Smith",
    "Tanaka", "Ueda", "van der Berg", "Williams", "Xu", "Young", "Zhou",
)  # fmt: skip
STREETS = ("Main St", "Oak Ave", "Hauptstraße", "High Street", "2nd Street", "Rue de la Paix")


@dataclass(frozen=True, slots=True)
class Region:
    """Country of customers: its tax, in hundredths of a percent, and its currency."""

    country: str
    province: str | None
    city: str
    zip: str
    phone_prefix: str
    tax_rate_e4: int
    currency: str
    rate: str  # of that currency for one unit of the shop's
    share: float

    @property
    def tax_included(self) -> bool:
        """True when prices are shown with tax there."""
        return self.country in ("DE", "GB", "JP")


REGIONS = (
    Region("US", "NY", "New York", "10001", "+1212555", 888, "USD", "1", 0.20),
    Region("US", "CA", "Oakland", "94607", "+1510555", 1075, "USD", "1", 0.22),
    Region("US", "TX", "Austin", "78701", "+1512555", 825, "USD", "1", 0.15),
    Region("US", "OR", "Portland", "97201", "+1503555", 0, "USD", "1", 0.11),
    Region("DE", None, "Berlin", "10115", "+4930555", 1900, "EUR", "0.92", 0.16),
    Region("GB", None, "London", "N1 9GU", "+4420555", 2000, "GBP", "0.79", 0.05),
    Region("CA", "ON", "Toronto", "M5V 2T6", "+1416555", 1300, "CAD", "1.36", 0.05),
    Region("JP", "JP-13", "Tokyo", "100-0001", "+813555", 1000, "JPY", "151.30", 0.06),
)
REGION_ODDS: list[float] = np.cumsum([region.share for region in REGIONS]).tolist()

# Guests and testers are people too; their numbers are far from those of customers.
GUEST_NUMBERS = 1 << 40

PEOPLE_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Person:
    """A human being with a number."""

    number: int
    first_name: str
    last_name: str
    email: str
    phone: str | None
    address: Address
    accepts_marketing: bool
    client_ip: str


def regions_of(seed: int, numbers: Ints) -> Ints:
    """The region index of each person."""
    draws = uniform(seed, Stream.PERSON, numbers, salt=1)
    place: Ints = np.searchsorted(REGION_ODDS, draws, side="right").astype(np.int64)
    return np.minimum(place, len(REGIONS) - 1)


def _region_of(seed: int, number: int) -> Region:
    place = bisect_right(REGION_ODDS, uniform_one(seed, Stream.PERSON, number, salt=1))
    return REGIONS[min(place, len(REGIONS) - 1)]


@lru_cache(maxsize=PEOPLE_KEPT)
def person(seed: int, number: int, *, hostile: bool = False) -> Person:
    """The person of that number."""
    word = hashed_one(seed, Stream.PERSON, number)
    region = _region_of(seed, number)
    first = FIRST_NAMES[word % 26]
    last = LAST_NAMES[(word >> 8) % 26]
    email = f"{_ascii(first)}.{_ascii(last)}.{number % GUEST_NUMBERS}@example.com"
    if hostile:
        first = HOSTILE_NAMES[word % len(HOSTILE_NAMES)]
    phone = f"{region.phone_prefix}{(word >> 16) % 10_000:04d}" if word >> 40 & 3 else None
    return Person(
        number=number,
        first_name=first,
        last_name=last,
        email=email,
        phone=phone,
        address=_address(region, first, last, phone, word),
        accepts_marketing=bool(word >> 42 & 1),
        client_ip=_address_of_client(word),
    )


def _address(region: Region, first: str, last: str, phone: str | None, word: int) -> Address:
    return Address(
        first_name=first,
        last_name=last,
        address1=f"{1 + (word >> 20) % 900} {STREETS[(word >> 30) % len(STREETS)]}",
        address2=f"Apt {1 + (word >> 34) % 40}" if word >> 43 & 3 == 0 else None,
        city=region.city,
        province_code=region.province,
        zip=region.zip,
        country_code=region.country,
        phone=phone,
    )


def _address_of_client(word: int) -> str:
    # Documentation ranges of RFC 5737 and RFC 3849: nobody's address.
    if word >> 45 & 3 == 0:
        return f"2001:db8:{(word >> 47) % 65_536:x}::{word % 65_536:x}"
    return f"203.0.113.{word % 254 + 1}"


@lru_cache(maxsize=len(FIRST_NAMES) + len(LAST_NAMES))
def _ascii(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.replace("Ł", "L")).encode("ascii", "ignore").decode()
    return "".join(letter for letter in plain.lower() if letter.isalnum())
