"""Access tokens, renewed before they expire and after a refusal."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

REFRESH_EARLY_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token as an authorization server gave it."""

    value: str = field(repr=False)
    expires_in_seconds: float


class Auth(Protocol):
    """Provider of a credential that changes."""

    def headers(self) -> dict[str, str]:
        """The headers that carry the credential, valid now."""
        ...

    def refused(self, headers: dict[str, str]) -> None:
        """The vendor answered 401 to `headers`: the next ones must be new."""
        ...


class BearerAuth:
    """`Authorization: Bearer` with a token that `fetch` gets; one fetch for all threads.

    `fetch` raises AccessError when the credential behind the token is refused.
    """

    def __init__(self, fetch: Callable[[], AccessToken], monotonic: Callable[[], float]) -> None:
        self._fetch = fetch
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._token: AccessToken | None = None
        self._renew_at = 0.0

    def token(self) -> str:
        """The token, renewed when it expires within minutes."""
        with self._lock:
            if self._token is None or self._monotonic() >= self._renew_at:
                self._token = self._fetch()
                early = min(REFRESH_EARLY_SECONDS, self._token.expires_in_seconds / 2)
                self._renew_at = self._monotonic() + self._token.expires_in_seconds - early
            return self._token.value

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token()}"}

    def refused(self, headers: dict[str, str]) -> None:
        with self._lock:
            # Another thread may have renewed it meanwhile.
            if self._token and headers.get("Authorization") == f"Bearer {self._token.value}":
                self._token = None
