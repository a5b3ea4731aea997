"""Headers of batches: what earlier versions wrote is still read."""

import json
from datetime import UTC, datetime

from trueup.core.batch import (
    BatchHeader,
    Counts,
    ScopeState,
    decode_header,
    encode_header,
)
from trueup.core.page import RequestTrace

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HEADER = BatchHeader(
    batch_id="b", source="shopify", stream="orders", kind="incremental", scope="shop",
    extracted_at=NOON, state=ScopeState(cursor_until=NOON), counts=Counts(received=2, landed=2),
    trail=(RequestTrace(method="POST", url="u", status=200, request_body="q"),),
)  # fmt: skip


def test_a_header_is_read_as_it_was_written() -> None:
    assert decode_header(encode_header(HEADER)) == HEADER


def test_a_header_with_fields_that_are_gone_is_still_read() -> None:
    earlier = json.loads(encode_header(HEADER))
    assert earlier["format"] == 1
    earlier["trail"][0] |= {"page_index": 0, "request_head": 7, "request_tail": 3}
    earlier["counts"]["suppressed"] = 0
    assert decode_header(json.dumps(earlier)) == HEADER
