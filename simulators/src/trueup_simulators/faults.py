"""Faults on demand: ordered rules that fire deterministically and count how often they did."""

import re
import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

# "METHOD path?query" of the request being served, so that `take` can match on it.
current_request: ContextVar[str] = ContextVar("current_request", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRule:
    """A fault to inject: its kind, and the requests that it applies to.

    `match` is a substring or regular expression on "METHOD path?query", a newline and the body
    (for `take`: on "METHOD path?query" and "vendor.op"); empty matches everything. `op`, if given,
    is the vendor's operation name, which only the vendor itself can tell. Of the matches the first
    `after` pass; then every `every`-th fires (each, if None), `times` times (for ever, if None).
    `name` is the key in `FaultPlan.fired()`, by default the kind.
    """

    kind: str
    match: str = ""
    op: str | None = None
    times: int | None = 1
    after: int = 0
    every: int | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    name: str | None = None

    def matches(self, subject: str) -> bool:
        """True when `match` is found in the subject, as text or as a regular expression."""
        if self.match in subject:
            return True
        try:
            return re.search(self.match, subject) is not None
        except re.error:
            return False


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """One answered request; `status` is 0 if there was no whole answer, `fault` the rule's kind."""

    method: str
    path: str
    query: str
    body_digest: str
    status: int
    fault: str | None = None


class FaultPlan:
    """The rules in force, how often each fired, and the log of requests. Thread-safe."""

    def __init__(self, rules: Iterable[FaultRule] = ()) -> None:
        # Reentrant: a vendor asked for its answer may look at the plan.
        self._lock = threading.RLock()
        self._entries: list[_Entry] = [_Entry(rule) for rule in rules]
        self._fired: dict[str, int] = {}
        self._requests: list[RequestRecord] = []

    @property
    def rules(self) -> tuple[FaultRule, ...]:
        """The rules in force, in order."""
        with self._lock:
            return tuple(entry.rule for entry in self._entries)

    @property
    def requests(self) -> tuple[RequestRecord, ...]:
        """Every request answered so far, oldest first."""
        with self._lock:
            return tuple(self._requests)

    def add(self, *rules: FaultRule) -> None:
        """Put rules behind those in force."""
        with self._lock:
            self._entries.extend(_Entry(rule) for rule in rules)

    def clear(self) -> None:
        """Drop all rules; what has fired and the log stay."""
        with self._lock:
            self._entries.clear()

    def fired(self) -> dict[str, int]:
        """Number of times that rules fired, by the rule's name (its kind, if it has none)."""
        with self._lock:
            return dict(self._fired)

    def record(self, record: RequestRecord) -> None:
        """Add an answered request to the log."""
        with self._lock:
            self._requests.append(record)

    def take(self, vendor: str, op: str, kinds: Collection[str]) -> FaultRule | None:
        """The first rule of these kinds that fires for this operation; it counts as fired."""
        subject = f"{current_request.get()}\n{vendor}.{op}"

        def wanted(rule: FaultRule) -> bool:
            return rule.kind in kinds and rule.op in (None, op) and rule.matches(subject)

        return self.first_firing(wanted)

    def first_firing(self, wanted: Callable[[FaultRule], bool]) -> FaultRule | None:
        """The first wanted rule whose counters let it fire; wanted ones before it are counted."""
        with self._lock:
            for entry in self._entries:
                if wanted(entry.rule) and entry.step():
                    key = entry.rule.name or entry.rule.kind
                    self._fired[key] = self._fired.get(key, 0) + 1
                    return entry.rule
        return None


class _Entry:
    """A rule and its counters."""

    def __init__(self, rule: FaultRule) -> None:
        self.rule = rule
        self._seen = 0
        self._fired = 0

    def step(self) -> bool:
        rule = self.rule
        self._seen += 1
        beyond = self._seen - rule.after
        exhausted = rule.times is not None and self._fired >= rule.times
        if beyond < 1 or exhausted or (beyond - 1) % (rule.every or 1):
            return False
        self._fired += 1
        return True
