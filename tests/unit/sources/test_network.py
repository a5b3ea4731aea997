"""Through a company's proxy and with its own certificates, against servers that really do both."""

import http.client
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.unit.sources.source_builders import FakeClock, a_context
from trueup.errors import ConfigError, TransientError
from trueup.sources.http import Answer, HttpClient
from trueup.sources.network import Network

SECONDS = 5
PASSWORD = "proxy-pass-0123456789"


class Vendor(BaseHTTPRequestHandler):
    """Answers every request with what it got."""

    timeout = SECONDS

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        answer = json.dumps({"path": self.path, "body": body.decode()}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *arguments: object) -> None:
        """Quiet."""


class Proxy(Vendor):
    """An HTTP proxy to whom every host name means the one vendor."""

    def do_CONNECT(self) -> None:
        self.note()
        if self.server.wants_credential:
            self.send_error(407)
            return
        with socket.create_connection(self.server.vendor, SECONDS) as vendor:
            self.send_response(200)
            self.end_headers()
            back = threading.Thread(target=relay, args=(vendor, self.connection))
            back.start()
            relay(self.connection, vendor)
            back.join()
        self.close_connection = True

    def do_POST(self) -> None:
        self.note()
        body = self.rfile.read(int(self.headers["content-length"]))
        vendor = http.client.HTTPConnection(*self.server.vendor, timeout=SECONDS)
        try:
            vendor.request("POST", httpx.URL(self.path).path, body)
            answer = vendor.getresponse().read()
        finally:
            vendor.close()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def note(self) -> None:
        told = self.headers["Proxy-Authorization"] or ""
        self.server.asked.append((self.command, self.path, told))


def relay(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65_536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return  # the other direction has ended the conversation


@contextmanager
def serving(handler: type[Vendor], tls: ssl.SSLContext | None = None) -> Iterator[object]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.asked, server.handle_error = [], lambda *_: None
    server.wants_credential = False
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def a_proxy(vendor: object) -> Iterator[object]:
    with serving(Proxy) as proxy:
        proxy.vendor = vendor.server_address
        yield proxy


def address(server: object, credential: str = "") -> str:
    return f"http://{credential}127.0.0.1:{server.server_address[1]}"


def asked(base_url: str, network: Network, clock: FakeClock | None = None) -> Answer:
    client = HttpClient(base_url, context=a_context(clock or FakeClock(), network=network))
    try:
        return client.request("POST", "/x", body={"a": 1})
    finally:
        client.close()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a company's own authority, and a server's certificate signed by it."""
    folder = tmp_path_factory.mktemp("authority")
    root = ec.generate_private_key(ec.SECP256R1())
    own = ec.generate_private_key(ec.SECP256R1())
    named = [x509.DNSName("vendor.test"), x509.IPAddress(ip_address("127.0.0.1"))]
    signed = certificate("company", root, root).add_extension(
        x509.BasicConstraints(ca=True, path_length=None), critical=True
    )
    (folder / "ca.pem").write_bytes(pem(signed.sign(root, hashes.SHA256())))
    served = certificate("vendor.test", own, root).add_extension(
        x509.SubjectAlternativeName(named), critical=False
    )
    key = own.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "server.pem").write_bytes(key + pem(served.sign(root, hashes.SHA256())))
    return folder


def certificate(name: str, own: object, root: object) -> x509.CertificateBuilder:
    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])

    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named("company"))
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root.public_key()), critical=False
        )
    )


def pem(made: x509.Certificate) -> bytes:
    return made.public_bytes(serialization.Encoding.PEM)


@contextmanager
def a_tls_vendor(authority: Path) -> Iterator[object]:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(authority / "server.pem")
    with serving(Vendor, tls) as vendor:
        yield vendor


def test_an_http_address_is_asked_through_the_proxy() -> None:
    with serving(Vendor) as vendor, a_proxy(vendor) as proxy:
        network = Network(http_proxy=address(proxy, f"me:{PASSWORD}@"))
        answer = asked("http://vendor.test/api", network)
    [(command, path, told)] = proxy.asked
    assert (command, path) == ("POST", "http://vendor.test/api/x")
    assert told.startswith("Basic ")
    assert answer.json() == {"path": "/api/x", "body": '{"a":1}'}
    assert PASSWORD not in repr(network) + repr(answer.trace)


def test_an_https_address_is_asked_through_a_tunnel_with_the_companys_authority(authority) -> None:
    with a_tls_vendor(authority) as vendor, a_proxy(vendor) as proxy:
        network = Network(https_proxy=address(proxy), ca_file=authority / "ca.pem")
        answer = asked("https://vendor.test", network)
    assert [(command, path) for command, path, _ in proxy.asked] == [("CONNECT", "vendor.test:443")]
    assert answer.json()["path"] == "/x"


def test_this_machine_is_never_asked_through_the_proxy(authority) -> None:
    with a_tls_vendor(authority) as tls, serving(Vendor) as plain, a_proxy(plain) as proxy:
        network = Network(
            http_proxy=address(proxy), https_proxy=address(proxy), ca_file=authority / "ca.pem"
        )
        assert asked(address(plain), network).json()["path"] == "/x"
        assert asked(address(plain).replace("127.0.0.1", "localhost"), network).status == 200
        assert asked(address(tls).replace("http:", "https:"), network).status == 200
    assert proxy.asked == []


def test_an_unknown_authority_is_a_setting_to_mend_and_not_asked_again(authority) -> None:
    clock = FakeClock()
    with a_tls_vendor(authority) as vendor, pytest.raises(ConfigError, match="not trusted") as no:
        asked(address(vendor).replace("http:", "https:"), Network(), clock)
    assert "SSL_CERT_FILE" in no.value.hint
    assert clock.sleeps == []


def test_a_proxy_that_asks_for_a_credential_is_a_setting_to_mend(authority) -> None:
    clock = FakeClock()
    with a_tls_vendor(authority) as vendor, a_proxy(vendor) as proxy:
        proxy.wants_credential = True
        with pytest.raises(ConfigError, match="asks for a credential"):
            asked("https://vendor.test", Network(https_proxy=address(proxy)), clock)
    assert (len(proxy.asked), clock.sleeps) == (1, [])


@pytest.mark.parametrize("content", [None, b"no certificate"], ids=["missing", "not PEM"])
def test_a_file_of_authorities_that_cannot_be_used_is_named(tmp_path: Path, content) -> None:
    if content:
        (tmp_path / "ca.pem").write_bytes(content)
    with pytest.raises(ConfigError, match=r"ca\.pem"):
        asked("https://vendor.test", Network(ca_file=tmp_path / "ca.pem"))


def test_a_proxy_that_is_not_there_is_transient_and_its_password_is_not_told() -> None:
    with serving(Proxy) as gone:
        pass
    with pytest.raises(TransientError) as raised:
        asked("http://vendor.test", Network(http_proxy=address(gone, f"me:{PASSWORD}@")))
    assert PASSWORD not in f"{raised.value} {raised.value.hint} {raised.value.why}"


@pytest.mark.parametrize(
    ("rule", "url", "is_direct"),
    [
        ("vendor.test", "https://vendor.test", True),
        ("vendor.test", "https://api.vendor.test", True),
        (".vendor.test", "https://api.vendor.test", True),
        ("*.vendor.test", "https://api.vendor.test", True),
        ("VENDOR.test ", "https://vendor.test", True),
        ("vendor.test", "https://othervendor.test", False),
        ("vendor.test:8443", "https://vendor.test", False),
        ("vendor.test:443", "https://vendor.test", True),
        ("10.0.0.0/8", "https://10.1.2.3", True),
        ("10.0.0.0/8", "https://11.1.2.3", False),
        ("[fd00::1]:443", "https://[fd00::1]", True),
        ("fd00::/8", "https://[fd00::1]", True),
        ("*", "https://vendor.test", True),
        ("", "https://vendor.test", False),
    ],
)
def test_who_is_asked_directly(rule: str, url: str, is_direct: bool) -> None:
    network = Network(https_proxy="http://proxy", no_proxy=(rule,))
    assert (network.proxy_for(httpx.URL(url)) == "") is is_direct


@pytest.mark.parametrize("host", ["localhost", "a.localhost", "127.0.0.1", "127.9.9.9", "[::1]"])
def test_this_machine_has_many_names(host: str) -> None:
    network = Network(https_proxy="http://proxy")
    assert network.proxy_for(httpx.URL(f"https://{host}:8080/x")) == ""
