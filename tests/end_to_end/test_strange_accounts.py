"""A strange account, stream or header stops nothing else."""

from dataclasses import replace

import pytest

from tests.end_to_end.prepared import PUBLISHED, a_prepared_company
from tests.end_to_end.trouble import Rewriting
from trueup.core.account import AccountStatus
from trueup.pipeline.inspect.status import status
from trueup.sources.shopify import ShopifySource

META_DE = "1010000000000002"


@pytest.fixture
def company(tmp_path):
    with a_prepared_company(tmp_path / "company", PUBLISHED) as company:
        company.a_day_later()
        yield company


def synced(company, changes):
    """Run with changed responses; each change must have been made."""
    project = replace(company.project)
    with Rewriting(changes) as project.transport:
        result = replace(company, project=project).run()
        assert all(project.transport.changed.values())
    return result


def test_an_account_of_an_unknown_zone_is_named_and_its_siblings_are_read(company):
    result = synced(company, {rb'"timezone_name":"Europe\\?/Berlin"': b'"timezone_name":"Mars/X"'})
    [meta_de] = [a for a in result.synced.accounts["meta_ads"] if a.account_id == META_DE]
    assert meta_de.status is AccountStatus.UNAVAILABLE
    assert "Mars/X" in meta_de.reason
    assert result.synced.errors() == []
    read = {r.scope for r in result.synced.streams if r.source == "meta_ads"}
    assert len(read - {META_DE, "all"}) == 2
    assert any("Mars/X" in row["reason"] for row in status(company.project, result.now).unavailable)


def test_an_account_of_an_unknown_form_is_an_error_of_its_own(company):
    old = rb'("account_id":"' + META_DE.encode() + rb'","name":"[^"]*","currency":)"EUR"'
    new = rb"\g<1>7"
    result = synced(company, {old: new})
    assert [(r.scope, r.error.code) for r in result.synced.streams if r.error] == [
        (META_DE, "TUP-502")
    ]
    assert result.error().exit_code == 5


def test_a_defect_of_one_source_stops_no_other(company, monkeypatch):
    def accounts(_):
        raise KeyError("shop")

    monkeypatch.setattr(ShopifySource, "accounts", accounts)
    result = company.run()
    assert [(r.source, r.error.code) for r in result.synced.streams if r.error] == [
        ("shopify", "TUP-501")
    ]
    assert {r.source for r in result.synced.streams if not r.error} >= {"google_ads", "meta_ads"}
    assert result.error().exit_code == 5
