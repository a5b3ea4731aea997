"""A token endpoint that echoes what it was sent: no secret of the settings comes back."""

import json
import traceback
from urllib.parse import parse_qs

import pytest
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response

from tests.unit.sources.source_builders import (
    FakeClock,
    Step,
    a_context,
    a_server,
    json_answer,
)
from trueup.errors import TrueupError
from trueup.sources.google_ads import create
from trueup.sources.google_ads.config import GoogleAdsConfig

CLIENT_SECRET, REFRESH_TOKEN = "GOCSPX-canary/one+two", "1//0canary-refresh/three"


def echoed(status: int) -> Step:
    def answer(request: Request) -> Response:
        body = {"error": f"could not read {parse_qs(request._body.decode())}"}
        return json_answer(json.dumps(body).encode(), status=status)

    return answer


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500])
def test_no_secret_of_a_token_request_is_in_its_error(status: int) -> None:
    with a_server(echoed(status)) as server:
        config = GoogleAdsConfig(
            client_id="client",
            client_secret=SecretStr(CLIENT_SECRET),
            refresh_token=SecretStr(REFRESH_TOKEN),
            developer_token=SecretStr("canary-developer"),
            base_url=server.base_url,
            token_url=f"{server.base_url}/token",
        )
        source = create(config, a_context(FakeClock(), max_attempts=2))
        with pytest.raises(TrueupError) as raised:
            source.accounts()
        source.close()
    error = raised.value
    told = " ".join([*traceback.format_exception(error), error.hint, error.why, repr(error)])
    assert server.requests[0]._body
    assert "canary" not in told
