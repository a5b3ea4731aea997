"""Network settings: from `trueup.yml`, else from the environment."""

from collections.abc import Mapping
from pathlib import Path

import httpx
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from trueup.errors import ConfigError
from trueup.sources.network import Network

EXAMPLE = "http://proxy.example:3128"


class NetworkConfig(BaseModel):
    """Each key goes before the variables of the environment that it names."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    https_proxy: SecretStr | None = Field(
        default=None,
        description="Proxy for https addresses, such as `http://proxy.example:3128`, empty for "
        "none. Unset: `HTTPS_PROXY`, then `ALL_PROXY`.",
    )
    http_proxy: SecretStr | None = Field(
        default=None,
        description="Proxy for http addresses. Unset: `HTTP_PROXY`, then `ALL_PROXY`.",
    )
    no_proxy: tuple[str, ...] | None = Field(
        default=None,
        description="Hosts, domains with all below them, and networks (`10.0.0.0/8`) that are "
        "asked directly; this machine always is. Unset: `NO_PROXY`, separated by commas.",
    )
    ca_file: Path | None = Field(
        default=None,
        description="PEM file of the certificate authorities to trust in place of the built-in "
        "ones, relative to the project's folder. Unset: `SSL_CERT_FILE`.",
    )

    @field_validator("https_proxy", "http_proxy")
    @classmethod
    def _address_of_a_proxy(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and _proxy_address(value.get_secret_value()) is None:
            raise ValueError(f"must be an address such as {EXAMPLE}; SOCKS is not supported")
        return value


def network_of(config: NetworkConfig, environment: Mapping[str, str], folder: Path) -> Network:
    """Network of a project in `folder`; raises ConfigError for an invalid proxy address."""
    ca_text, _ = _variable(environment, "SSL_CERT_FILE")
    ca_file = folder / config.ca_file if config.ca_file else Path(ca_text) if ca_text else None
    no_proxy = config.no_proxy
    if no_proxy is None:
        no_proxy = tuple(filter(None, _variable(environment, "NO_PROXY")[0].split(",")))
    return Network(
        https_proxy=_proxy("https_proxy", config.https_proxy, environment),
        http_proxy=_proxy("http_proxy", config.http_proxy, environment),
        no_proxy=no_proxy,
        ca_file=ca_file,
    )


def _proxy(key: str, setting: SecretStr | None, environment: Mapping[str, str]) -> str:
    text, where = _variable(environment, key.upper(), "ALL_PROXY")
    address = _proxy_address(setting.get_secret_value() if setting is not None else text)
    if address is not None:
        return address
    # Without the value, which may hold a password.
    raise ConfigError(
        f"{where}: is not the address of an http or https proxy",
        why="No source could be reached, so none was read.",
        hint=f"Such as {EXAMPLE}. SOCKS proxies are not supported.",
        code="TUP-360",
    )


def _proxy_address(text: str) -> str | None:
    """Proxy address from `text`; "" for no proxy, None when it is no proxy address."""
    text = text.strip()
    if not text:
        return ""
    address = text if "://" in text else f"http://{text}"
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        return None
    return address if url.scheme in ("http", "https") and url.host else None


def _variable(environment: Mapping[str, str], *names: str) -> tuple[str, str]:
    """First variable that is set, and its name; lower case comes first, as with curl."""
    for name in names:
        for spelling in (name.lower(), name):
            if spelling in environment:
                return environment[spelling], spelling
    return "", names[0]
