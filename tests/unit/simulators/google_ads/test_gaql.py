"""The grammar."""

import pytest

from trueup_simulators.google_ads.errors import ApiError
from trueup_simulators.google_ads.gaql import Condition, Ordering, Token, parse


def test_every_clause_is_understood() -> None:
    query = parse(
        "select campaign.id, metrics.clicks from campaign "
        "where campaign.status in ('ENABLED', PAUSED) and segments.date during LAST_7_DAYS "
        "order by metrics.clicks desc, campaign.id limit 5 parameters include_drafts = true"
    )
    assert query.select == ("campaign.id", "metrics.clicks")
    assert query.where[0].operator == "IN"
    assert query.where[1] == Condition("segments.date", "DURING", (Token("word", "LAST_7_DAYS"),))
    assert query.order_by == (Ordering("metrics.clicks", descending=True), Ordering("campaign.id"))
    assert (query.limit, query.parameters) == (5, {"include_drafts": "true"})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r"'it\'s'", "it's"),
        ('"double \\" quote"', 'double " quote'),
        (r"'back\\slash'", "back\\slash"),
        ("'🛒 ünïcode'", "🛒 ünïcode"),
        ("'-- ; DROP TABLE x'", "-- ; DROP TABLE x"),
    ],
)
def test_strings_are_unquoted(text: str, value: str) -> None:
    (condition,) = parse(f"SELECT a.b FROM a WHERE a.b = {text}").where
    assert condition.values == (Token("string", value),)


@pytest.mark.parametrize(
    "operator",
    ["IN", "NOT IN", "CONTAINS ANY", "CONTAINS ALL", "CONTAINS NONE"],
)
def test_lists_follow_list_operators(operator: str) -> None:
    (condition,) = parse(f"SELECT a.b FROM a WHERE a.b {operator} (1, 2)").where
    assert [token.text for token in condition.values] == ["1", "2"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "EXPECTED_SELECT"),
        ("FROM a", "EXPECTED_SELECT"),
        ("SELECT a.b", "EXPECTED_FROM"),
        ("SELECT a.b c.d FROM a", "EXPECTED_FROM"),
        ("SELECT A.b FROM a", "BAD_FIELD_NAME"),
        ("SELECT a.b FROM a WHERE a.b ~ 1", "UNEXPECTED_INPUT"),
        ("SELECT a.b FROM a WHERE a.b NOT 1", "BAD_OPERATOR"),
        ("SELECT a.b FROM a WHERE a.b = 'x", "STRING_NOT_TERMINATED"),
        ("SELECT a.b FROM a WHERE a.b = 'x\ny'", "PROHIBITED_NEWLINE_IN_STRING"),
        (r"SELECT a.b FROM a WHERE a.b = '\q'", "BAD_ESCAPE_SEQUENCE"),
        ("SELECT a.b FROM a WHERE a.b = (1)", "EXPECTED_SINGLE_VALUE"),
        ("SELECT a.b FROM a WHERE a.b IN 1", "EXPECTED_LIST"),
        ("SELECT a.b FROM a WHERE a.b IN ()", "PROHIBITED_EMPTY_LIST_IN_CONDITION"),
        ("SELECT a.b FROM a WHERE a.b BETWEEN 1", "EXPECTED_VALUE_WITH_BETWEEN_OPERATOR"),
        ("SELECT a.b FROM a WHERE a.b = 1 a.c = 2", "EXPECTED_AND"),
        ("SELECT a.b FROM a WHERE a.b =", "UNEXPECTED_END_OF_QUERY"),
        ("SELECT a.b FROM a ORDER a.b", "EXPECTED_BY"),
        ("SELECT a.b FROM a LIMIT x", "BAD_LIMIT_VALUE"),
        ("SELECT a.b FROM a LIMIT 0", "LIMIT_VALUE_TOO_LOW"),
        ("SELECT a.b FROM a LIMIT 1; DELETE", "UNEXPECTED_INPUT"),
        ("SELECT a.b FROM a LIMIT 1 LIMIT 2", "UNEXPECTED_INPUT"),
    ],
)
def test_what_is_malformed_is_refused_by_name(text: str, code: str) -> None:
    with pytest.raises(ApiError) as refused:
        parse(text)
    assert (refused.value.category, refused.value.code) == ("queryError", code)
