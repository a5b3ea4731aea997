"""Each gate detects its damage, names the place, and withholds the tables that depend on it."""

from contextlib import contextmanager
from dataclasses import dataclass, replace

import duckdb
import pytest

from tests.models.gates.damage import DAMAGE
from tests.models.gates.late_damage import LATE_DAMAGE
from tests.models.gates.lost_damage import LOST_DAMAGE
from trueup.pipeline.steps.dbt_runner import Lineage
from trueup.pipeline.steps.transform import transform
from trueup.quality.catalog import GATES
from trueup.quality.gates import Verdict, run_gate, since_for, withheld_tables
from trueup.warehouse.duckdb import fetch
from trueup_simulators.world import WorldConfig

START = WorldConfig(scale="small", days=3).start
BY_NAME = {gate.name: gate for gate in GATES}


@dataclass
class Audited:
    """A warehouse with new candidates; `published` are the loads that are published."""

    db: duckdb.DuckDBPyConnection
    lineage: Lineage
    published: dict[str, int]

    @property
    def tables(self):
        return [candidate.name for candidate in self.lineage.candidates]

    def since(self, name):
        return since_for(BY_NAME[name], self.published, self.lineage.protected_by, self.tables)

    def verdict(self, name, since=None):
        since = self.since(name) if since is None else since
        return run_gate(BY_NAME[name], lambda sql: fetch(self.db, sql), since, START)

    @contextmanager
    def damaged(self, of, by, **words):
        """`by` done to what `of` selects, for as long as the block lasts; yields what was hit."""
        words = {"since": self.published["fact_orders"], **words}
        self.db.execute("begin transaction")
        try:
            hit = words | fetch(self.db, of.format(**words))[0]
            self.db.execute(by.format(**hit))
            yield hit
        finally:
            self.db.execute("rollback")

    def held_by(self, verdict):
        """Published tables that are withheld when this gate alone fails."""
        others = [Verdict(gate=g, violations=0) for g in GATES if g is not verdict.gate]
        return set(withheld_tables([verdict, *others], self.lineage.protected_by)) & set(
            self.tables
        )


@pytest.fixture(scope="module")
def audited(grown_company):
    project = grown_company.project
    tables = project.published.current().tables
    published = {name: table.load_id for name, table in tables.items()}
    lineage = transform(project).lineage
    with project.warehouse.connect() as db:
        yield Audited(db, lineage, published)


def test_every_gate_has_a_case_of_damage():
    assert set(DAMAGE) == set(BY_NAME)
    assert len(BY_NAME) == len(GATES)


@pytest.mark.parametrize("since", [0, None], ids=["from the first load", "from the last publish"])
def test_without_damage_every_gate_passes(audited, since):
    assert [v.message for g in BY_NAME if (v := audited.verdict(g, since)).violations] == []


def test_orders_are_counted_in_the_spans_that_the_shop_was_asked_for(audited):
    """Not in days of the zone as the warehouse computes them: it may know other rules."""
    shops = "select scope from raw.batches where source = 'shopify' limit 1"
    with audited.damaged(shops, "update raw.batches set timezone = 'Asia/Tokyo'"):
        assert audited.verdict("orders_equal_shop", since=0).violations == 0


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_seen_named_and_held_back_with_all_that_stands_on_it(audited, name):
    damage = DAMAGE[name]
    with audited.damaged(damage.of, damage.by) as hit:
        verdict = audited.verdict(name)
    assert verdict.status == ("fail" if damage.holds else "warn")
    assert damage.says.format(**hit) in verdict.message
    assert audited.held_by(verdict) == damage.holds


@pytest.mark.parametrize("what", LATE_DAMAGE)
def test_a_later_load_cannot_hide_that(audited, what):
    name, of, by, says = LATE_DAMAGE[what]
    with audited.damaged(of, by) as hit:
        assert says.format(**hit) in audited.verdict(name).message


@pytest.mark.parametrize("what", LOST_DAMAGE)
def test_a_gate_misses_what_is_not_there(audited, what):
    name, of, by, says = LOST_DAMAGE[what]
    with audited.damaged(of, by) as hit:
        assert says.format(**hit) in audited.verdict(name).message


@pytest.mark.parametrize("name", sorted(g.name for g in GATES if g.protects))
def test_a_gate_looks_back_to_the_oldest_table_it_holds_back(audited, name):
    held = audited.lineage.protected_by(BY_NAME[name].protects) & set(audited.tables)
    older = [replace(audited, published=audited.published | {table: 7}) for table in held]
    assert {each.since(name) for each in older} == {7}


def test_what_was_never_published_is_checked_from_the_first_load(audited):
    rest = {t: load for t, load in audited.published.items() if t != "mart_finance_daily"}
    assert replace(audited, published=rest).since("orders_complete") == 0


def test_a_gate_protects_only_tables_that_are_published(audited):
    named = set().union(*(gate.protects | gate.shown_together for gate in GATES))
    assert named <= set(audited.tables)


def test_a_long_value_is_cut_so_that_no_payload_floods_a_message(audited):
    damage = DAMAGE["no_quarantined_records"]
    with audited.damaged(f"select '{'x' * 500}' as reason", damage.by):
        message = audited.verdict("no_quarantined_records").message
    assert "x" * 70 in message
    assert len(message) < 150


def test_violations_are_all_counted_and_three_are_told(audited):
    with audited.damaged(
        "select 99 as tax", "update intermediate.int_orders_summed set tax_amount = {tax}"
    ):
        verdict = audited.verdict("order_components_sum_to_total", since=0)
    assert verdict.violations > 90
    assert len(verdict.examples) == 3
