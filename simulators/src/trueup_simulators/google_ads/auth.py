"""OAuth tokens and the headers that decide whose accounts a request may see."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.responses import JSONResponse, Response

from trueup_simulators.google_ads.errors import ApiError, StatusError, request_error
from trueup_simulators.world import SimulatedClock, World
from trueup_simulators.world.entities import AdAccount

CLIENT_ID = "client-id"
CLIENT_SECRET = "client-secret"
REFRESH_TOKEN = "refresh-token"
DEVELOPER_TOKEN = "developer-token"
SCOPE = "https://www.googleapis.com/auth/adwords"

TOKEN_SECONDS = 3599
_SIGNING_KEY = b"simulated"
_CUSTOMER_ID = re.compile(r"[0-9]{10}")


@dataclass(frozen=True, slots=True)
class Refusal:
    """An OAuth error as the token endpoint words it."""

    status: int
    error: str
    description: str

    def response(self) -> Response:
        body = {"error": self.error, "error_description": self.description}
        return JSONResponse(body, self.status)


INVALID_GRANT = Refusal(400, "invalid_grant", "Token has been expired or revoked.")


def token_response(form: Mapping[str, str], now: datetime) -> Response:
    """The answer of the token endpoint to a refresh-token grant."""
    refusal = _refusal(form)
    if refusal is not None:
        return refusal.response()
    return JSONResponse(
        {
            "access_token": _access_token(int(now.timestamp())),
            "expires_in": TOKEN_SECONDS,
            "scope": SCOPE,
            "token_type": "Bearer",
        }
    )


def _refusal(form: Mapping[str, str]) -> Refusal | None:
    if form.get("client_id") != CLIENT_ID:
        return Refusal(401, "invalid_client", "The OAuth client was not found.")
    if form.get("client_secret") != CLIENT_SECRET:
        return Refusal(401, "invalid_client", "Unauthorized")
    if form.get("grant_type") != "refresh_token":
        kind = form.get("grant_type", "")
        return Refusal(400, "unsupported_grant_type", f"Invalid grant_type: {kind}")
    if form.get("refresh_token") != REFRESH_TOKEN:
        return INVALID_GRANT
    return None


def _access_token(issued: int) -> str:
    signature = hmac.new(_SIGNING_KEY, str(issued).encode(), hashlib.sha256).hexdigest()
    return f"ya29.{issued}-{signature[:40]}"


class Gate:
    """Access to accounts. The credential reaches the accounts that have no manager."""

    def __init__(self, world: World, clock: SimulatedClock) -> None:
        self._clock = clock
        self._accounts = {
            account.account_id: account
            for account in world.accounts
            if account.platform == "google_ads"
        }

    def check_credentials(self, headers: Mapping[str, str]) -> None:
        """Raises StatusError or ApiError when bearer or developer token will not do."""
        kind, _, token = headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token:
            raise _unauthenticated(
                "CREDENTIALS_MISSING",
                "Request is missing required authentication credential. Expected OAuth 2 access "
                "token, login cookie or other valid authentication credential.",
            )
        self._check_bearer(token)
        developer_token = headers.get("developer-token")
        if not developer_token:
            raise request_error(
                "DEVELOPER_TOKEN_PARAMETER_MISSING", "The developer token is missing."
            )
        if developer_token != DEVELOPER_TOKEN:
            raise ApiError(
                "authenticationError", "DEVELOPER_TOKEN_INVALID", "The developer token is invalid."
            )

    def _check_bearer(self, token: str) -> None:
        match = re.fullmatch(r"ya29\.(\d+)-\w+", token)
        if match is None or not hmac.compare_digest(_access_token(int(match.group(1))), token):
            raise _unauthenticated("ACCESS_TOKEN_TYPE_UNSUPPORTED")
        issued = datetime.fromtimestamp(int(match.group(1)), UTC)
        if self._clock.now() >= issued + timedelta(seconds=TOKEN_SECONDS):
            raise _unauthenticated("ACCESS_TOKEN_EXPIRED")

    def accessible(self) -> list[str]:
        """Ids that the credential reaches without a manager, closed ones too."""
        return [one.account_id for one in self._accounts.values() if one.manager_id is None]

    def account(self, customer_id: str, headers: Mapping[str, str]) -> AdAccount:
        """The account asked for; raises ApiError when the caller may not see it."""
        if not _CUSTOMER_ID.fullmatch(customer_id):
            raise request_error("INVALID_CUSTOMER_ID", f"Invalid customer ID '{customer_id}'.")
        login = headers.get("login-customer-id")
        if login is not None and not _CUSTOMER_ID.fullmatch(login):
            raise ApiError(
                "headerError",
                "INVALID_LOGIN_CUSTOMER_ID",
                f"The login customer ID '{login}' is not ten digits.",
            )
        account = self._accounts.get(customer_id)
        if account is None or not self._reaches(account, login):
            raise permission_denied()
        if account.status != "ENABLED":
            raise not_enabled()
        return account

    def _reaches(self, account: AdAccount, login: str | None) -> bool:
        if login is None:
            return account.manager_id is None
        through = self._accounts.get(login)
        if through is None or through.manager_id is not None:
            return False
        return login in {account.account_id, account.manager_id}


def _unauthenticated(reason: str, message: str | None = None) -> StatusError:
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
        "metadata": {"service": "googleads.googleapis.com"},
    }
    default = (
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login "
        "cookie or other valid authentication credential."
    )
    return StatusError(401, message or default, [info])


def permission_denied() -> ApiError:
    """Error for an account that is not shared with the caller, or does not exist."""
    return ApiError(
        "authorizationError",
        "USER_PERMISSION_DENIED",
        "User doesn't have permission to access customer. Note: If you're accessing a client "
        "customer, the manager's customer id must be set in the 'login-customer-id' header.",
    )


def not_enabled() -> ApiError:
    """Error for an account that was cancelled."""
    return ApiError(
        "authorizationError",
        "CUSTOMER_NOT_ENABLED",
        "The customer account can't be accessed because it is not yet enabled or has been "
        "deactivated.",
    )
