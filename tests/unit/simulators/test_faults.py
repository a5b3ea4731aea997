"""Fault rules fire deterministically and count."""

import pytest

from trueup_simulators.faults import FaultPlan, FaultRule, current_request


def fires(rule: FaultRule, tries: int) -> list[bool]:
    plan = FaultPlan([rule])
    return [plan.take("shopify", "orders", {rule.kind}) is not None for _ in range(tries)]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (FaultRule(kind="x"), [1, 0, 0, 0, 0, 0]),
        (FaultRule(kind="x", times=2), [1, 1, 0, 0, 0, 0]),
        (FaultRule(kind="x", times=None), [1, 1, 1, 1, 1, 1]),
        (FaultRule(kind="x", after=2), [0, 0, 1, 0, 0, 0]),
        (FaultRule(kind="x", times=None, every=3), [1, 0, 0, 1, 0, 0]),
        (FaultRule(kind="x", times=1, after=1, every=2), [0, 1, 0, 0, 0, 0]),
    ],
    ids=["once", "twice", "always", "after two", "every third", "after one, once"],
)
def test_counters_decide_which_match_fires(rule: FaultRule, expected: list[int]) -> None:
    assert fires(rule, 6) == [bool(number) for number in expected]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (FaultRule(kind="x", op="orders"), True),
        (FaultRule(kind="x", op="products"), False),
        (FaultRule(kind="x", match="shopify.orders"), True),
        (FaultRule(kind="x", match="graphql"), True),
        (FaultRule(kind="x", match=r"POST .*\.json$"), False),
        (FaultRule(kind="x", match=r"POST .*\.json"), True),
        (FaultRule(kind="x", match="search("), False),
        (FaultRule(kind="y"), False),
    ],
)
def test_take_looks_at_kind_operation_and_request(rule: FaultRule, expected: bool) -> None:
    token = current_request.set("POST /shopify/admin/graphql.json")
    try:
        found = FaultPlan([rule]).take("shopify", "orders", {"x"})
    finally:
        current_request.reset(token)
    assert (found is not None) == expected


def test_the_first_rule_that_fires_wins_and_is_counted() -> None:
    first = FaultRule(kind="x", after=1, name="second time")
    plan = FaultPlan([first, FaultRule(kind="x")])
    taken = [plan.take("meta", "insights", {"x"}) for _ in range(3)]
    assert taken == [FaultRule(kind="x"), first, None]
    assert plan.fired() == {"x": 1, "second time": 1}


def test_clearing_drops_rules_but_not_their_counts() -> None:
    plan = FaultPlan([FaultRule(kind="x", times=None)])
    plan.take("meta", "insights", {"x"})
    plan.clear()
    assert plan.take("meta", "insights", {"x"}) is None
    assert plan.fired() == {"x": 1}
