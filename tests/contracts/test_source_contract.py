"""Contract of every registered source; new ones are included automatically."""

import hashlib
from collections import Counter

import pytest

from tests.contracts.vendors import VENDORS, connected, key_of, streams_of
from trueup.core.stream import StreamKind
from trueup.core.window import Window
from trueup.errors import TrueupError
from trueup.sources.registry import REGISTRY
from trueup_simulators.faults import FaultRule

ALL = streams_of()
INCREMENTAL = streams_of(StreamKind.INCREMENTAL, StreamKind.LOG)
REPORTS = streams_of(StreamKind.REPORT)
OVER_HTTP = [(source, stream) for source, stream in ALL if VENDORS[source].over_http]


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """One connected source per registered type, for reads without faults."""
    opened, contexts = {}, []
    for name in REGISTRY:
        context = connected(name, tmp_path_factory.mktemp(name))
        opened[name] = context.__enter__()
        contexts.append(context)
    yield opened
    for context in contexts:
        context.__exit__(None, None, None)


def stream_of(source, name):
    return next(stream for stream in source.source.streams if stream.name == name)


def test_every_registered_source_is_under_contract():
    assert set(VENDORS) == set(REGISTRY)


@pytest.mark.parametrize(("name", "stream"), ALL)
def test_something_is_delivered_and_every_key_once(sources, name, stream):
    stream = stream_of(sources[name], stream)
    records = sources[name].first_reading(stream)
    keys = Counter(key_of(record, stream) for record in records)
    assert records
    assert [key for key, count in keys.items() if count > 1] == []


@pytest.mark.parametrize(("name", "stream"), ALL)
def test_reading_again_gives_the_same_bytes(sources, name, stream):
    stream = stream_of(sources[name], stream)
    first, again = sources[name].first_reading(stream), sources[name].everything(stream)
    assert sorted(again) == sorted(first)


@pytest.mark.parametrize(("name", "stream"), INCREMENTAL)
def test_resuming_after_any_page_loses_nothing(sources, name, stream):
    source, stream = sources[name], stream_of(sources[name], stream)
    [account], [window] = source.scopes(stream), source.windows(stream, source.scopes(stream)[0])
    pages = source.pages(stream, account, window)
    whole = [record for page in pages for record in page.records]
    for stop in {1, (len(pages) + 1) // 2, len(pages)}:
        if pages[stop - 1].bookmark is None:
            continue
        rest = source.pages(stream, account, window, bookmark=pages[stop - 1].bookmark)
        resumed = [r for page in [*pages[:stop], *rest] for r in page.records]
        assert sorted(map(bytes, resumed)) == sorted(map(bytes, whole))


@pytest.mark.parametrize("name", sorted({name for name, _ in OVER_HTTP}))
def test_what_is_proved_here_is_proved_over_several_pages(sources, name):
    source, stream = sources[name], stream_of(sources[name], OVER_HTTP_FIRST[name])
    account = source.accounts()[0]
    windows = source.windows(stream, account)
    assert max(len(source.pages(stream, account, window)) for window in windows) > 1


@pytest.mark.parametrize(("name", "stream"), INCREMENTAL)
def test_windows_meet_without_gap_or_overlap(sources, name, stream):
    source, stream = sources[name], stream_of(sources[name], stream)
    account = source.scopes(stream)[0]
    [whole] = source.windows(stream, account)
    middle = (whole.since + (whole.until - whole.since) / 2).replace(microsecond=0)
    halves = [Window(whole.since, middle), Window(middle, whole.until)]

    def read(windows):
        pages = [page for window in windows for page in source.pages(stream, account, window)]
        return sorted(bytes(record) for page in pages for record in page.records)

    assert read(halves) == read([whole])


@pytest.mark.parametrize(("name", "stream"), REPORTS)
def test_a_day_alone_equals_the_same_day_in_a_range(sources, name, stream):
    source, stream = sources[name], stream_of(sources[name], stream)
    from zoneinfo import ZoneInfo

    account = source.accounts()[0]
    window = source.windows(stream, account)[0]
    zone = ZoneInfo(account.timezone)
    days = [Window.of_day(day, zone) for day in window.days(zone)]
    alone = [r for day in days for p in source.pages(stream, account, day) for r in p.records]
    together = [r for page in source.pages(stream, account, window) for r in page.records]
    assert sorted(map(bytes, alone)) == sorted(map(bytes, together))


@pytest.mark.parametrize(("name", "stream"), OVER_HTTP)
def test_every_page_tells_what_was_asked_and_no_secret(sources, tmp_path, name, stream):
    source, stream = sources[name], stream_of(sources[name], stream)
    account = source.scopes(stream)[0]
    traces = [p.trace for p in source.pages(stream, account, source.windows(stream, account)[0])]
    bodies = [trace.request_body for trace in traces if trace.method == "POST"]
    hashes = [trace.request_sha256 for trace in traces if trace.method == "POST"]
    assert [hashlib.sha256(body.encode()).hexdigest() for body in bodies if body] == hashes
    settings = source.vendor.settings("", tmp_path)
    secrets = {settings[key] for key in settings if key.endswith(("token", "secret"))}
    assert not [secret for secret in secrets if secret in repr(traces)]


RIDDEN_OUT = {
    "outage": FaultRule(kind="status", times=2, params={"status": 503}),
    "cut connection": FaultRule(kind="disconnect", times=2),
    "truncated body": FaultRule(kind="truncate", times=2),
    "html instead of json": FaultRule(kind="html_200", times=1),
}


@pytest.mark.parametrize("fault", RIDDEN_OUT, ids=str)
@pytest.mark.parametrize("name", sorted({name for name, _ in OVER_HTTP}))
def test_passing_trouble_is_ridden_out(sources, tmp_path, name, fault):
    rule = RIDDEN_OUT[fault]
    with connected(name, tmp_path) as source:
        expected = sorted(sources[name].first_reading(stream_of(source, OVER_HTTP_FIRST[name])))
        source.faults.add(rule)
        found = sorted(source.everything(stream_of(source, OVER_HTTP_FIRST[name])))
        assert source.faults.fired()[rule.kind] == rule.times
    assert found == expected


@pytest.mark.parametrize("name", sorted({name for name, _ in OVER_HTTP}))
def test_throttling_is_waited_out(sources, tmp_path, name):
    with connected(name, tmp_path) as source:
        stream = stream_of(source, OVER_HTTP_FIRST[name])
        accounts = source.accounts()
        source.faults.add(source.vendor.throttle)
        found = [source.pages(stream, a, source.windows(stream, a)[0]) for a in accounts]
        assert source.faults.fired()[source.vendor.throttle.kind] == 2
    assert sum(source.slept) > 0
    assert all(found)


@pytest.mark.parametrize("name", sorted({name for name, _ in OVER_HTTP}))
def test_a_body_that_stays_truncated_ends_in_an_error(tmp_path, name):
    with connected(name, tmp_path) as source:
        stream = stream_of(source, OVER_HTTP_FIRST[name])
        account = source.accounts()[0]
        source.faults.add(FaultRule(kind="truncate", times=None))
        with pytest.raises(TrueupError):
            source.pages(stream, account, source.windows(stream, account)[0])
        assert source.faults.fired()["truncate"] > 1


# The stream of each source with the most pages stands for its way of reading.
OVER_HTTP_FIRST = {"google_ads": "ad_days", "meta_ads": "ad_days", "shopify": "orders"}
