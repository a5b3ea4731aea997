"""The Google Ads Query Language: text to `Query`. What the names mean is checked elsewhere."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from trueup_simulators.google_ads.errors import query_error

T = TypeVar("T")

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    | (?P<number>-?\d+(?:\.\d+)?(?![\w.]))
    | (?P<word>[A-Za-z_][A-Za-z0-9_.]*|\d\w*)
    | (?P<symbol><=|>=|!=|=|<|>|\(|\)|,)
    )""",
    re.VERBOSE | re.DOTALL,
)
_FIELD_NAME = re.compile(r"[a-z][a-zA-Z0-9._]*")
_RESOURCE_NAME = re.compile(r"[a-z][a-zA-Z0-9_]*")
_ESCAPES = {"\\": "\\", "'": "'", '"': '"', "n": "\n", "t": "\t", "r": "\r"}
_CLAUSES = ("FROM", "WHERE", "ORDER", "LIMIT", "PARAMETERS")
LIST_OPERATORS = frozenset({"IN", "NOT IN", "CONTAINS ANY", "CONTAINS ALL", "CONTAINS NONE"})
NULL_OPERATORS = frozenset({"IS NULL", "IS NOT NULL"})


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is string, number, word, symbol or end; `text` is unquoted for strings."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Condition:
    """`field operator values`; BETWEEN has two values, IS NULL none."""

    field: str
    operator: str
    values: tuple[Token, ...] = ()


@dataclass(frozen=True, slots=True)
class Ordering:
    """One part of ORDER BY."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query that is well formed."""

    select: tuple[str, ...]
    resource: str
    where: tuple[Condition, ...] = ()
    order_by: tuple[Ordering, ...] = ()
    limit: int | None = None
    parameters: dict[str, str] = field(default_factory=dict)


def parse(text: str) -> Query:
    """Raises ApiError with the query error the vendor gives for the first thing that is wrong."""
    return _Parser(tokenize(text)).query()


def tokenize(text: str) -> list[Token]:
    """The tokens of a query, an end token last."""
    tokens, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _bad_symbol(text[at:].lstrip())
        kind = match.lastgroup or ""
        found = match.group(kind)
        tokens.append(Token(kind, _unquoted(found) if kind == "string" else found))
        at = match.end()
    return [*tokens, Token("end", "")]


def _bad_symbol(rest: str) -> Exception:
    if rest[0] in "'\"":
        return query_error("STRING_NOT_TERMINATED", "Error in query: string is not terminated.")
    return query_error("UNEXPECTED_INPUT", f"Error in query: unexpected input {rest[0]}.")


def _unquoted(quoted: str) -> str:
    inner = quoted[1:-1]
    if "\n" in inner:
        raise query_error("PROHIBITED_NEWLINE_IN_STRING", "Query contains a newline in a string.")

    def replaced(match: re.Match[str]) -> str:
        try:
            return _ESCAPES[match.group(1)]
        except KeyError:
            message = f"Query contains an invalid escape sequence: '{match.group()}'."
            raise query_error("BAD_ESCAPE_SEQUENCE", message) from None

    return re.sub(r"\\(.)", replaced, inner)


class _Parser:
    """Recursive descent over tokens; keywords count in any case."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def query(self) -> Query:
        if not self._accept("SELECT"):
            raise query_error("EXPECTED_SELECT", "SELECT is missing at the beginning of query.")
        select = self._separated(self._field_name)
        if not self._accept("FROM"):
            raise self._unexpected("EXPECTED_FROM", "Missing FROM clause.")
        resource = self._name(_RESOURCE_NAME, "BAD_RESOURCE_TYPE_IN_FROM_CLAUSE")
        where = self._where()
        order_by = self._order_by()
        limit = self._limit()
        parameters = self._parameters()
        if self._peek().kind != "end":
            raise self._unexpected("UNEXPECTED_INPUT", None)
        return Query(
            select=tuple(select),
            resource=resource,
            where=tuple(where),
            order_by=tuple(order_by),
            limit=limit,
            parameters=parameters,
        )

    def _where(self) -> list[Condition]:
        if not self._accept("WHERE"):
            return []
        conditions = [self._condition()]
        while self._accept("AND"):
            conditions.append(self._condition())
        token = self._peek()
        if token.kind != "end" and token.text.upper() not in _CLAUSES:
            raise self._unexpected("EXPECTED_AND", None)
        return conditions

    def _condition(self) -> Condition:
        name = self._field_name()
        operator = self._operator()
        if operator in NULL_OPERATORS:
            return Condition(name, operator)
        if operator == "BETWEEN":
            low = self._value()
            if not self._accept("AND"):
                raise query_error(
                    "EXPECTED_VALUE_WITH_BETWEEN_OPERATOR", "BETWEEN expects two values."
                )
            return Condition(name, operator, (low, self._value()))
        if operator in LIST_OPERATORS:
            return Condition(name, operator, self._list())
        if self._peek().text == "(" and self._peek().kind == "symbol":
            raise query_error("EXPECTED_SINGLE_VALUE", f"{operator} expects a single value.")
        return Condition(name, operator, (self._value(),))

    def _operator(self) -> str:
        token = self._next()
        word = token.text.upper()
        if token.kind == "symbol" and word in {"=", "!=", ">", ">=", "<", "<="}:
            return word
        if token.kind == "word" and word in {"IN", "LIKE", "DURING", "BETWEEN", "REGEXP_MATCH"}:
            return word
        if token.kind == "word" and word in {"NOT", "IS", "CONTAINS"}:
            return self._two_word_operator(word)
        raise query_error("BAD_OPERATOR", f"Invalid operator encountered: '{token.text}'.")

    def _two_word_operator(self, first: str) -> str:
        allowed = {
            "NOT": ("IN", "LIKE", "REGEXP_MATCH"),
            "IS": ("NULL", "NOT"),
            "CONTAINS": ("ANY", "ALL", "NONE"),
        }[first]
        second = self._next().text.upper()
        if second not in allowed:
            raise query_error("BAD_OPERATOR", f"Invalid operator encountered: '{first} {second}'.")
        if second == "NOT":
            self._expect("NULL", "BAD_OPERATOR")
            return "IS NOT NULL"
        return f"{first} {second}"

    def _list(self) -> tuple[Token, ...]:
        if not self._accept("("):
            raise query_error("EXPECTED_LIST", "The operator expects a list.")
        if self._accept(")"):
            raise query_error("PROHIBITED_EMPTY_LIST_IN_CONDITION", "The list is empty.")
        values = self._separated(self._value)
        self._expect(")", "UNEXPECTED_INPUT")
        return tuple(values)

    def _order_by(self) -> list[Ordering]:
        if not self._accept("ORDER"):
            return []
        self._expect("BY", "EXPECTED_BY")
        return self._separated(self._ordering)

    def _ordering(self) -> Ordering:
        name = self._field_name()
        if self._accept("DESC"):
            return Ordering(name, descending=True)
        self._accept("ASC")
        return Ordering(name)

    def _limit(self) -> int | None:
        if not self._accept("LIMIT"):
            return None
        token = self._next()
        if token.kind != "number" or not token.text.lstrip("-").isdigit():
            raise query_error("BAD_LIMIT_VALUE", f"Limit value is invalid: '{token.text}'.")
        if int(token.text) < 1:
            raise query_error("LIMIT_VALUE_TOO_LOW", "The limit must be at least 1.")
        return int(token.text)

    def _parameters(self) -> dict[str, str]:
        if not self._accept("PARAMETERS"):
            return {}
        return dict(self._separated(self._parameter))

    def _parameter(self) -> tuple[str, str]:
        name = self._next().text
        self._expect("=", "UNEXPECTED_INPUT")
        return name, self._value().text

    def _value(self) -> Token:
        token = self._next()
        if token.kind in {"string", "number", "word"}:
            return token
        raise query_error("BAD_VALUE", f"Error in query: unexpected value '{token.text}'.")

    def _field_name(self) -> str:
        return self._name(_FIELD_NAME, "BAD_FIELD_NAME")

    def _name(self, pattern: re.Pattern[str], code: str) -> str:
        token = self._next()
        if token.kind != "word" or not pattern.fullmatch(token.text):
            raise query_error(code, f"Error in query: unexpected input '{token.text}'.")
        return token.text

    def _separated(self, one: Callable[[], T]) -> list[T]:
        items = [one()]
        while self._accept(","):
            items.append(one())
        return items

    def _peek(self) -> Token:
        return self._tokens[self._at]

    def _next(self) -> Token:
        token = self._tokens[self._at]
        if token.kind == "end":
            raise query_error("UNEXPECTED_END_OF_QUERY", "Error in query: unexpected end of query.")
        self._at += 1
        return token

    def _accept(self, text: str) -> bool:
        token = self._peek()
        if token.kind in {"word", "symbol"} and token.text.upper() == text:
            self._at += 1
            return True
        return False

    def _expect(self, text: str, code: str) -> None:
        if not self._accept(text):
            raise self._unexpected(code, None)

    def _unexpected(self, code: str, message: str | None) -> Exception:
        token = self._peek()
        if token.kind == "end":
            code = code if code.startswith("EXPECTED") else "UNEXPECTED_END_OF_QUERY"
        return query_error(code, message or f"Error in query: unexpected input {token.text}.")
