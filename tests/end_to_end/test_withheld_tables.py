"""Withheld tables keep their last good version, are marked, and agree with the shown tables."""

from dataclasses import replace
from datetime import timedelta

import pytest

from trueup.pipeline.run import run_publish
from trueup.pipeline.run_context import Run
from trueup.pipeline.steps.audit import audit
from trueup.pipeline.steps.publish import is_current, publish
from trueup.pipeline.steps.transform import transform
from trueup.quality.catalog import GATES
from trueup.quality.gates import Severity, Verdict, withheld_tables

DAMAGE = "update intermediate.int_orders_summed set tax_amount = tax_amount {} 1"
BLOCKING = [gate.name for gate in GATES if gate.severity is Severity.BLOCK]
# One gate for each set of tables that is withheld together.
HOLDING = (
    "spend_equals_source", "spend_has_fx_rate", "orders_complete", "order_keys_unique",
    "order_line_keys_unique", "refund_keys_unique", "ledger_keys_unique",
    "attribution_credits_sum_to_one",
    "revenue_conserved", "finance_equals_ledger",
)  # fmt: skip
BY_CHANNEL = "revenue by channel is that of finance"
ATTRIBUTED = "attributed revenue is that of finance"
# Finance waits neither for spend nor for credits: what does wait is then older, and says so.
OLDER = {
    "spend_equals_source": {BY_CHANNEL},
    "spend_has_fx_rate": {BY_CHANNEL},
    "attribution_credits_sum_to_one": {BY_CHANNEL, ATTRIBUTED},
    "finance_equals_ledger": {ATTRIBUTED},
}
# Rules between the tables of one published version, including withheld ones.
IDENTITIES = {
    BY_CHANNEL: """
        select sum(net_revenue_amount_reporting) from marts.mart_channel_daily
        except select sum(net_revenue_amount_reporting) from marts.mart_finance_daily
    """,
    "revenue by campaign is that by channel": """
        select report_date, sum(net_revenue_amount_reporting), sum(spend_amount_reporting)
        from marts.mart_channel_daily group by report_date
        except select report_date, sum(net_revenue_amount_reporting), sum(spend_amount_reporting)
        from marts.mart_campaign_daily group by report_date
    """,
    ATTRIBUTED: """
        select report_date, sum(net_revenue_amount) from marts.mart_finance_daily group by all
        except select report_date, sum(amount) from core.fact_attribution_value
        where is_net_revenue group by report_date
    """,
    "every credit is of an order": """
        select order_dk from core.fact_attribution except select order_dk from core.fact_orders
    """,
    "every touch is of an order": """
        select order_dk from core.fact_touchpoints except select order_dk from core.fact_orders
    """,
    "every credited touch is there": """
        select order_dk, touchpoint_key from core.fact_attribution
        where touchpoint_key <> 'unattributed'
        except select order_dk, touchpoint_key from core.fact_touchpoints
    """,
    "every customer of an order is there": """
        select customer_dk from core.fact_orders except select customer_dk from core.dim_customer
    """,
    "every product of a line is there": """
        select product_dk from core.fact_order_lines except select product_dk from core.dim_product
    """,
    "every campaign with spend is there": """
        select campaign_dk from core.fact_ad_spend except select campaign_dk from core.dim_campaign
    """,
    "spend is the current part of its history": """
        select platform_date, sum(spend_amount) from core.fact_ad_spend group by all
        except select platform_date, sum(spend_amount) from core.fact_ad_spend_hist
        where closed_load_id is null and not is_deleted group by all
    """,
}


@pytest.fixture
def company(grown_company, tmp_path):
    """A copy with one published version and new candidate tables."""
    return grown_company.copied_to(tmp_path / "copy", "lake", "warehouse.duckdb", "published")


def a_run(company, later=0):
    now = company.clock.now() + timedelta(minutes=later)
    return Run(project=company.project, now=now, run_id=f"run-{later}")


def audited_and_published(company, later=0):
    run, transformed = a_run(company, later), transform(company.project)
    return publish(run, transformed, audit(run, transformed).withheld_tables).manifest


def damage(company, by):
    with company.project.warehouse.transaction() as connection:
        connection.execute(by)


def held(manifest):
    return {name for name, table in manifest.tables.items() if table.held_by}


def test_without_damage_every_table_is_shown_at_the_newest_load(company):
    newest = transform(company.project).load_id
    manifest = audited_and_published(company)
    assert {table.load_id for table in manifest.tables.values()} == {newest}
    assert {table.publish_id for table in manifest.tables.values()} == {manifest.publish_id}
    assert held(manifest) == set()


def test_a_held_table_keeps_its_last_good_version_and_says_so(company):
    before = company.project.published.current().tables
    damage(company, DAMAGE.format("+"))
    after = audited_and_published(company).tables
    kept = after["fact_orders"]
    assert (kept.parts, kept.load_id) == (
        before["fact_orders"].parts,
        before["fact_orders"].load_id,
    )
    assert kept.held_by == ("ledger_equals_orders", "order_components_sum_to_total")
    assert kept.held_since == company.clock.now()
    assert after["fact_ad_spend"].load_id > kept.load_id


def test_readers_are_told_what_is_held_back_by_which_gate_and_why(company):
    damage(company, DAMAGE.format("+"))
    manifest = audited_and_published(company)
    told = company.published("select table_name from ops.published_tables where held_by <> ''")
    assert {name for (name,) in told} == held(manifest)
    sql = "select status, message from ops.checks where gate = 'order_components_sum_to_total'"
    [(status, message)] = company.published(sql)
    assert (status, message.startswith("#")) == ("fail", True)


def test_what_is_held_back_stays_so_while_the_damage_stays(company):
    damage(company, DAMAGE.format("+"))
    first, second = [audited_and_published(company, later) for later in (0, 1)]
    assert held(second) == held(first) != set()
    assert second.tables["fact_orders"].held_since == first.published_at
    assert second.tables["fact_orders"].parts == first.tables["fact_orders"].parts


def test_a_table_that_is_mended_is_shown_again_as_if_nothing_had_been(company):
    damage(company, DAMAGE.format("+"))
    audited_and_published(company)
    damage(company, DAMAGE.format("-"))
    mended = audited_and_published(company, later=1)
    assert held(mended) == set()
    assert {table.held_since for table in mended.tables.values()} == {None}
    assert {table.load_id for table in mended.tables.values()} == {mended.load_id}
    assert differences(company) == set()


def test_a_publish_tries_again_while_something_is_held_back_and_then_rests(company):
    damage(company, DAMAGE.format("+"))
    assert run_publish(company.project, company.clock.now()).error().code == "TUP-602"
    assert run_publish(company.project, company.clock.now()).error().code == "TUP-602"
    damage(company, DAMAGE.format("-"))
    assert run_publish(company.project, company.clock.now()).error() is None
    assert run_publish(company.project, company.clock.now()).published is None


def test_what_was_never_good_is_not_shown_at_all(grown_company, tmp_path):
    company = grown_company.copied_to(tmp_path / "copy", "warehouse.duckdb")
    damage(company, DAMAGE.format("+"))
    tables = audited_and_published(company).tables
    assert "fact_orders" not in tables
    assert "mart_finance_daily" not in tables
    assert "fact_ad_spend_hist" in tables


def test_other_models_have_all_loads_checked_again(company):
    old = company.project.published.current().load_id
    damage(company, DAMAGE.format("+") + f" where load_id <= {old}")
    damage(company, "update intermediate.int_customer_first_orders set load_id = 1")
    transformed = transform(company.project)
    other = replace(transformed, project_hash="other models")
    failed = [audit(a_run(company), each).failed for each in (transformed, other)]
    assert [bool(each) for each in failed] == [False, True]


def test_a_lake_begun_anew_is_checked_and_published_anew(company):
    before = transform(company.project)
    publish(a_run(company), before, {})
    assert is_current(company.project, before)
    damage(company, "update raw.batches set batch_id = 'another' where load_id = 1")
    anew = transform(company.project)
    assert (anew.load_id, anew.full_refresh) == (before.load_id, True)
    assert not is_current(company.project, anew)


@pytest.mark.parametrize("name", HOLDING)
def test_whatever_a_gate_holds_back_the_published_tables_agree(company, name):
    transformed = transform(company.project)
    publish(a_run(company), transformed, held_by(transformed.lineage, name))
    broken = {what for what, sql in IDENTITIES.items() if company.published(sql)}
    assert broken == OLDER.get(name, set())


def test_every_gate_holds_back_what_one_of_these_does(grown_company):
    lineage = transform(grown_company.project).lineage
    known = [held_by(lineage, name).keys() for name in HOLDING]
    assert [name for name in BLOCKING if held_by(lineage, name).keys() not in known] == []


def test_nothing_is_shown_that_is_newer_than_what_it_is_drawn_from(grown_company):
    lineage = transform(grown_company.project).lineage
    for name in HOLDING:
        held = held_by(lineage, name).keys()
        assert lineage.protected_by(frozenset(held)) == held


def held_by(lineage, name):
    """Tables that are withheld when one gate fails and the others pass."""
    verdicts = [Verdict(gate=gate, violations=int(gate.name == name)) for gate in GATES]
    return withheld_tables(verdicts, lineage.protected_by)


def differences(company):
    """Tables whose published rows are not those of the candidate, but for loads."""
    candidates = transform(company.project).lineage.candidates
    shown = company.project.published.serving_file()
    with company.project.warehouse.connect() as connection:
        connection.execute(f"attach '{shown}' as shown (read_only)")
        return {
            each.name
            for each in candidates
            if connection.execute(_difference(f"{each.schema}.{each.name}")).fetchall()
        }


def _difference(table):
    here, there = (
        f"select columns(lambda c: c not in ('load_id', 'closed_load_id')) from {name}"
        for name in (table, f"shown.{table}")
    )
    return f"(({here}) except all ({there})) union all (({there}) except all ({here}))"


def test_a_version_published_with_the_clock_set_back_still_comes_last(company):
    first = audited_and_published(company)
    second = audited_and_published(company, later=-90)
    assert company.project.published.versions()[-2:] == [first.publish_id, second.publish_id]
