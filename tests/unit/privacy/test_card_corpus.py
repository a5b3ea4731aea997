"""Card numbers among identifiers: every spelling of the first is masked, none of the second."""

import json
import re
import unicodedata

from tests.unit.privacy.card_corpus import spellings
from tests.unit.privacy.identifier_corpus import identifiers
from trueup.privacy.cards import masked_record, masked_records
from trueup.privacy.digits import is_card_number

SPELLINGS, IDENTIFIERS = spellings(), identifiers()


def plain_digits(record: bytes) -> str:
    text = json.dumps(json.loads(record), ensure_ascii=False)
    return "".join(str(unicodedata.decimal(c)) for c in text if c.isdecimal())


def test_the_corpora_are_large_enough() -> None:
    assert len({record for _, record in SPELLINGS}) >= 500
    assert len(set(IDENTIFIERS)) >= 2_000
    runs = [run for record in IDENTIFIERS for run in re.findall(r"\d+", record.decode())]
    assert sum(map(is_card_number, runs)) > 700


def test_no_identifier_changes() -> None:
    found = masked_records(IDENTIFIERS)
    assert [(IDENTIFIERS[row], one.payload) for row, one in found.items()] == []


def test_every_spelling_of_a_card_number_is_masked() -> None:
    found = masked_records([record for _, record in SPELLINGS])
    missed = [record for row, (_, record) in enumerate(SPELLINGS) if row not in found]
    assert missed == []


def test_nothing_of_a_card_number_is_left() -> None:
    left = []
    for card, record in SPELLINGS:
        masked = masked_record(record).payload
        assert isinstance(json.loads(masked), dict)
        if card in plain_digits(masked) or card[4:] in plain_digits(masked):
            left.append((record, masked))
    assert left == []
