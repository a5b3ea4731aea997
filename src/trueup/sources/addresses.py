"""Addresses that a vendor names itself: links to next pages, result files."""

from collections.abc import Collection

import httpx

from trueup.errors import ContractError
from trueup.sources.redaction import redacted_url


def check_same_origin(url: str, base_url: str) -> None:
    """Raise ContractError unless `url` has the scheme, host and port of `base_url`."""
    if not _is_same_origin(httpx.URL(url), httpx.URL(base_url)):
        raise _foreign(url, base_url, "The credential must not go there, so it was not asked.")


def check_file_address(url: str, base_url: str, hosts: Collection[str]) -> None:
    """Raise ContractError unless a result file lies at the vendor's.

    That is the origin of `base_url`, or one of `hosts` by https.
    """
    found = httpx.URL(url)
    is_known = found.scheme == "https" and found.host in hosts and found.port is None
    if not is_known and not _is_same_origin(found, httpx.URL(base_url)):
        raise _foreign(url, base_url, "The vendor keeps no result there, so it was not asked.")


def _is_same_origin(url: httpx.URL, base: httpx.URL) -> bool:
    return (url.scheme, url.host, url.port) == (base.scheme, base.host, base.port)


def _foreign(url: str, base_url: str, why: str) -> ContractError:
    return ContractError(
        f"{redacted_url(url).partition('?')[0]}: not an address of {httpx.URL(base_url).host}",
        why=why,
        hint="Run again; if it stays, the vendor's paging changed.",
        code="TUP-511",
    )
