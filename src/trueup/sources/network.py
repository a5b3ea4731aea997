"""HTTP proxy, no-proxy and CA settings.

httpx speaks to the proxies, but this module decides which addresses bypass them: httpx takes a
network (`10.0.0.0/8`) for a host name, never matches `host:443`, and would use the proxy for
this machine.
"""

import ssl
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from pathlib import Path

import httpx

from trueup.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Proxies by the scheme of the address that is asked, "" for none.

    `no_proxy` names hosts, domains with all below them, addresses and networks (`10.0.0.0/8`),
    each with or without a port, or `*` for all. This machine itself is always asked directly.
    `ca_file` takes the place of the built-in certificate authorities.
    """

    https_proxy: str = field(default="", repr=False)
    http_proxy: str = field(default="", repr=False)
    no_proxy: tuple[str, ...] = ()
    ca_file: Path | None = None

    def proxy_for(self, url: httpx.URL) -> str:
        """Proxy for an address; "" when the request goes directly."""
        proxy = self.https_proxy if url.scheme == "https" else self.http_proxy
        host, port = url.host.rstrip("."), url.port or (443 if url.scheme == "https" else 80)
        if not proxy or _is_this_machine(host):
            return ""
        return "" if any(_names(rule, host, port) for rule in self.no_proxy) else proxy


class NetworkTransport(httpx.BaseTransport):
    """Sends each request directly or through the proxy of its address."""

    def __init__(self, network: Network) -> None:
        self._network = network
        trusted = trusted_certificates(network.ca_file)
        self._direct = httpx.HTTPTransport(verify=trusted, trust_env=False)
        proxies = {network.https_proxy, network.http_proxy} - {""}
        self._through = {url: _through(url, trusted) for url in proxies}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        proxy = self._network.proxy_for(request.url)
        return self._through.get(proxy, self._direct).handle_request(request)

    def close(self) -> None:
        for transport in (self._direct, *self._through.values()):
            transport.close()


def trusted_certificates(ca_file: Path | None) -> ssl.SSLContext:
    """Raises ConfigError when `ca_file` is no file of certificates."""
    if ca_file is None:
        return httpx.create_ssl_context(trust_env=False)
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:  # an ssl.SSLError too
        raise ConfigError(
            f"certificate authorities {ca_file}: cannot be used ({error.strerror or error})",
            why="No source could be trusted, so none was read.",
            hint="Name a PEM file: network.ca_file in trueup.yml, or SSL_CERT_FILE.",
            code="TUP-361",
        ) from error


def setting_error(error: httpx.TransportError, where: str) -> ConfigError | None:
    """Setting that the user must fix after a failed request; None if a retry may succeed."""
    if isinstance(error, httpx.ProxyError) and str(error).startswith("407"):
        return ConfigError(
            f"{where}: the proxy asks for a credential",
            hint="Write it into the proxy's address: http://name:password@proxy.example:3128",
            code="TUP-363",
        )
    refused = _refused_certificate(error)
    if refused is None:
        return None
    return ConfigError(
        f"{where}: the server's certificate is not trusted: {refused.verify_message}",
        why="Another server might have answered, so the response was not used.",
        hint="Behind a proxy that opens TLS, name its authority: network.ca_file in trueup.yml, "
        "or SSL_CERT_FILE.",
        code="TUP-362",
    )


def _refused_certificate(error: BaseException | None) -> ssl.SSLCertVerificationError | None:
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error


def _through(proxy: str, trusted: ssl.SSLContext) -> httpx.HTTPTransport:
    own = trusted if proxy.startswith("https:") else None
    return httpx.HTTPTransport(
        verify=trusted, trust_env=False, proxy=httpx.Proxy(proxy, ssl_context=own)
    )


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _names(rule: str, host: str, port: int) -> bool:
    """True when an entry of `no_proxy` covers this host."""
    rule = rule.strip().lower()
    name, _, number = rule.rpartition(":")
    if name and number.isdecimal() and (":" not in name or name.endswith("]")):
        if int(number) != port:
            return False
        rule = name
    rule = rule.strip("[]")
    try:
        return ip_address(host) in ip_network(rule, strict=False)
    except ValueError:
        domain = rule.removeprefix("*").removeprefix(".")
        return rule == "*" or (domain != "" and f".{host}".endswith(f".{domain}"))
