"""Gates: queries for violations, and the tables that are withheld while there are any."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

Query = Callable[[str], list[dict[str, Any]]]
EXAMPLES = 3


class Severity(StrEnum):
    BLOCK = "block"  # violations withhold the tables that the gate protects
    WARN = "warn"  # violations are shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A check with its texts and the tables that it protects.

    `sql` selects one row per violation; `{since}` in it stands for a load id, `{start}` for the
    first day of the figures. Only the changes of loads beyond `since` need checking: earlier ones
    were published under the same gate. `explain` is a format string over the columns of a
    violating row. Tables that are `shown_together` state the same figures, and none is built from
    another: if one is withheld, the others are too, so that the shown versions agree.
    """

    name: str
    title: str
    sql: str
    protects: frozenset[str]
    explain: str
    why: str
    hint: str
    owner: str
    severity: Severity = Severity.BLOCK
    shown_together: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Result of a gate; `examples` are the first violations in words."""

    gate: Gate
    violations: int
    examples: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        if not self.violations:
            return "pass"
        return "fail" if self.gate.severity is Severity.BLOCK else "warn"

    @property
    def message(self) -> str:
        return "; ".join(self.examples) if self.violations else self.gate.title


def run_gate(gate: Gate, query: Query, since: int, start: date) -> Verdict:
    """Count the violations and put the first of them into words.

    `start` is the first day of the project. No figure before it is shown.
    """
    sql = gate.sql.replace("{since}", str(int(since))).replace("{start}", f"date '{start}'")
    rows = query(f"select *, count(*) over () as violations_ from ({sql}) limit {EXAMPLES}")
    if not rows:
        return Verdict(gate=gate, violations=0)
    examples = tuple(gate.explain.format_map(_Shown(row)) for row in rows)
    return Verdict(gate=gate, violations=int(rows[0]["violations_"]), examples=examples)


def withheld_tables(
    verdicts: Iterable[Verdict], downstream: Callable[[frozenset[str]], frozenset[str]]
) -> dict[str, tuple[str, ...]]:
    """Tables that failed gates protect, with those built from them or shown together with them."""
    every = list(verdicts)
    together = [verdict.gate.shown_together for verdict in every]
    held: dict[str, list[str]] = {}
    for verdict in every:
        if verdict.status == "fail":
            for table in _with_siblings(downstream(verdict.gate.protects), together, downstream):
                held.setdefault(table, []).append(verdict.gate.name)
    return {table: tuple(sorted(gates)) for table, gates in sorted(held.items())}


def _with_siblings(
    tables: frozenset[str],
    together: Sequence[frozenset[str]],
    downstream: Callable[[frozenset[str]], frozenset[str]],
) -> frozenset[str]:
    grown = downstream(tables.union(*(siblings for siblings in together if siblings & tables)))
    return tables if grown == tables else _with_siblings(grown, together, downstream)


def since_for(
    gate: Gate,
    published: Mapping[str, int],
    downstream: Callable[[frozenset[str]], frozenset[str]],
    tables: Sequence[str],
) -> int:
    """Newest load with which every table that `gate` protects is published; 0 without one."""
    protected = [table for table in tables if table in downstream(gate.protects)]
    return min((published.get(table, 0) for table in protected), default=0)


class _Shown(dict[str, Any]):
    """Values of a violation as text, cut to 80 characters."""

    def __getitem__(self, key: str) -> str:
        text = str(super().__getitem__(key))
        return text if len(text) <= 80 else text[:77] + "..."
