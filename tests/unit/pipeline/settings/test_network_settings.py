from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from tests.unit.sources.source_builders import a_server, json_answer
from trueup.errors import ConfigError
from trueup.pipeline.demo.simulators import Simulators
from trueup.pipeline.inspect.dashboard_server import _answers
from trueup.pipeline.settings.config import load_config
from trueup.pipeline.settings.network import NetworkConfig, network_of
from trueup.pipeline.settings.project import open_project
from trueup.sources.context import SourceContext
from trueup_simulators.faults import FaultPlan
from trueup_simulators.server import build_app, running
from trueup_simulators.world import SimulatedClock, World, WorldConfig

PROJECT = """
name: shop
timezone: UTC
currency: USD
start_date: 2026-06-01
sources: {{fx: {{path: rates.csv}}}}
{}
"""
HERE = Path()


def network(environment: dict[str, str], **settings: object):
    return network_of(NetworkConfig(**settings), environment, HERE)


def project_in(folder: Path, more: str, environment: dict[str, str]):
    (folder / "trueup.yml").write_text(PROJECT.format(more))
    return open_project(folder, environment)


def handed_over(project, monkeypatch) -> SourceContext:
    seen = []
    monkeypatch.setattr(
        "trueup.sources.fx.create", lambda settings, context: seen.append(context) or settings
    )
    project.connect("fx", datetime(2026, 6, 2, tzinfo=UTC))
    return seen[0]


def test_the_environment_names_proxies_as_other_tools_have_it() -> None:
    found = network(
        {"HTTPS_PROXY": "http://one:1", "http_proxy": "two:2", "NO_PROXY": "a.test, .b.test,"}
    )
    assert (found.https_proxy, found.http_proxy) == ("http://one:1", "http://two:2")
    assert found.proxy_for(httpx.URL("https://x.b.test")) == ""


def test_one_variable_for_all_proxies_gives_way_to_the_others() -> None:
    found = network({"ALL_PROXY": "http://all:1", "https_proxy": ""})
    assert (found.https_proxy, found.http_proxy) == ("", "http://all:1")


def test_small_letters_go_first() -> None:
    found = network({"HTTPS_PROXY": "http://large", "https_proxy": "http://small"})
    assert found.https_proxy == "http://small"


def test_the_project_file_goes_before_the_environment() -> None:
    found = network(
        {"HTTPS_PROXY": "http://env", "NO_PROXY": "env.test", "SSL_CERT_FILE": "/env.pem"},
        https_proxy="http://file",
        no_proxy=["file.test"],
        ca_file="ca.pem",
    )
    assert (found.https_proxy, found.no_proxy) == ("http://file", ("file.test",))
    assert found.ca_file == HERE / "ca.pem"


def test_an_empty_setting_stands_for_no_proxy() -> None:
    assert network({"HTTPS_PROXY": "http://env"}, https_proxy="").https_proxy == ""


@pytest.mark.parametrize("text", ["socks5://me:pa55word@proxy:1080", "http://", "ftp:x"])
def test_what_is_no_proxy_is_refused_without_its_password(text: str) -> None:
    with pytest.raises(ConfigError, match="HTTPS_PROXY: is not the address") as raised:
        network({"HTTPS_PROXY": text})
    assert "pa55word" not in f"{raised.value} {raised.value.hint}"


@pytest.mark.parametrize("text", ["socks5://me:pa55word@proxy:1080", "http://", "ftp:x"])
def test_what_is_no_proxy_in_the_project_file_is_named_with_its_line(tmp_path, text) -> None:
    with pytest.raises(ConfigError, match=r"line 7: 'network\.https_proxy' must be") as raised:
        project_in(tmp_path, f"network: {{https_proxy: '{text}'}}", {})
    assert "pa55word" not in f"{raised.value} {raised.value.hint}"


def test_a_source_is_handed_the_network_of_environment_and_project(tmp_path, monkeypatch) -> None:
    more = "network: {no_proxy: [vendor.test], ca_file: ca.pem}"
    project = project_in(tmp_path, more, {"HTTPS_PROXY": "http://proxy:1"})
    found = handed_over(project, monkeypatch).network
    assert found.proxy_for(httpx.URL("https://other.test")) == "http://proxy:1"
    assert found.proxy_for(httpx.URL("https://vendor.test")) == ""
    assert found.ca_file == tmp_path / "ca.pem"


def test_the_process_s_own_environment_is_what_counts(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/company.pem")
    found = handed_over(project_in(tmp_path, "", None), monkeypatch).network
    assert found.ca_file == Path("/company.pem")


def test_a_mistyped_key_of_the_network_is_told_with_its_neighbours(tmp_path) -> None:
    (tmp_path / "trueup.yml").write_text(PROJECT.format("network: {https_proxi: x}"))
    with pytest.raises(ConfigError, match=r"unknown key 'network\.https_proxi'") as raised:
        load_config(tmp_path, {})
    assert "Did you mean 'https_proxy'?" in raised.value.hint


@pytest.fixture
def a_proxy_that_is_not_there(monkeypatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("a_proxy_that_is_not_there")
def test_the_dashboard_is_asked_past_any_proxy() -> None:
    with a_server(json_answer()) as server:
        assert _answers(server.base_url)


@pytest.mark.usefixtures("a_proxy_that_is_not_there")
def test_the_simulators_are_asked_past_any_proxy() -> None:
    config = WorldConfig(scale="small", days=2)
    app = build_app(World(config), SimulatedClock(config.clock_start), FaultPlan())
    with running(app) as base_url:
        assert Simulators(base_url=base_url).now() == config.clock_start
