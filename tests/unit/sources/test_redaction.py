import hashlib

import pytest

from trueup.sources.redaction import KEPT_BODY_BYTES, redacted_url, scrub, shown_body


@pytest.mark.parametrize(
    "name",
    [
        "access_token",
        "token",
        "key",
        "api_key",
        "client_secret",
        "appsecret_proof",
        "sig",
        "X-Amz-Signature",
        "X-Goog-Credential",
        "ACCESS_TOKEN",
        "access%5Ftoken",
    ],
)
def test_secret_parameters_are_taken_out(name: str) -> None:
    assert "s3cr3t" not in redacted_url(f"https://h/x?a=1&{name}=s3cr3t&b=2")


@pytest.mark.parametrize("name", ["pageToken", "page_token", "after", "keyword", "fields"])
def test_other_parameters_stay(name: str) -> None:
    url = f"https://h/x?{name}=abc%20d&since=2026-01-01#part"
    assert redacted_url(url) == url


def test_user_info_is_taken_out() -> None:
    assert redacted_url("https://me:pass@h/x@y") == "https://REDACTED@h/x@y"


def test_scrub_takes_the_longest_secret_first_and_leaves_short_ones() -> None:
    assert scrub("abcdefgh abcdef 12", {"abcdef", "abcdefgh", "12"}) == "REDACTED REDACTED 12"


@pytest.mark.parametrize(
    "content",
    [
        b"client_secret=s3cret-of-the-client&grant_type=refresh_token",
        b'{"variables":{"password": "x"}}',
        b'{"query":"{\\"access_token\\":\\"x\\"}"}',
        b'{"search":"email:jo.doe@example.com"}',
        b"search=jo.doe%40example.com",
        b'{"note":"shpat_canary0123456789"}',
    ],
    ids=["form", "json", "json in json", "email", "encoded email", "known secret"],
)
def test_of_a_body_that_may_tell_a_secret_or_a_person_nothing_is_kept(content: bytes) -> None:
    assert shown_body(content, {"shpat_canary0123456789"}) == ("", "")


def test_a_small_body_is_kept_as_it_was_and_a_large_one_by_its_hash() -> None:
    small, large = b'{"query":"SELECT a FROM b"}', b"a" * (KEPT_BODY_BYTES + 1)
    assert shown_body(small, ()) == (hashlib.sha256(small).hexdigest(), small.decode())
    assert shown_body(large, ()) == (hashlib.sha256(large).hexdigest(), "")
    assert shown_body(None, ()) == ("", "")
