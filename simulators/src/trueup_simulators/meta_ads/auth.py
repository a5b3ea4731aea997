"""Authentication: one token of a system user, optionally signed with the app's secret."""

import hashlib
import hmac
from collections.abc import Mapping

from trueup_simulators.meta_ads.errors import GraphError, invalid_parameter, invalid_token

ACCESS_TOKEN = "EAASimulatedSystemUserToken"
APP_SECRET = "simulated-app-secret"


def check_access(params: Mapping[str, str], headers: Mapping[str, str]) -> None:
    """Raises GraphError 104 without a token, 190 for another one, 100 for a wrong proof."""
    token = params.get("access_token") or _bearer(headers)
    if not token:
        raise GraphError(message="An access token is required to request this resource.", code=104)
    if not hmac.compare_digest(token.encode(), ACCESS_TOKEN.encode()):
        raise invalid_token()
    proof = params.get("appsecret_proof")
    if proof is not None and not hmac.compare_digest(proof.encode(), appsecret_proof().encode()):
        raise invalid_parameter("Invalid appsecret_proof provided in the API argument")


def appsecret_proof() -> str:
    """The token, signed with the app's secret."""
    return hmac.new(APP_SECRET.encode(), ACCESS_TOKEN.encode(), hashlib.sha256).hexdigest()


def _bearer(headers: Mapping[str, str]) -> str | None:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token if scheme.lower() in {"bearer", "oauth"} else None
