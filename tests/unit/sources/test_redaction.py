import pytest

from trueup.sources.redaction import redacted_url, scrub


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
