"""Learns what a stream's records are like, as a regular expression that proves others sound.

A report's rows are all alike: the same names in the same order, some left out. What such an
expression accepts is one JSON object that names nothing twice, so nothing need be decoded for it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from trueup.privacy.checks import Value

MAX_NAMES = 400
MAX_DEPTH = 16
MAX_PATTERN = 20_000
"""Of twice as much RE2's memory for its states would not be enough; it would be slower by far."""
MAX_MISSES = 20
"""After so many misses in a row no more is tried: the vendor writes its JSON in another way."""

_SPACE = r"[ \n\r\t]*"
_CHARACTER = r'[^"\\\x00-\x1f]'
_HEX = "[0-9a-fA-F]"
# Neither a surrogate nor NUL, which is lawful but needs a closer look.
_CODE = "|".join(
    [
        f"[1-9a-cefA-CEF]{_HEX}{{3}}",
        f"[dD][0-7]{_HEX}{{2}}",
        f"0[1-9a-fA-F]{_HEX}{{2}}",
        f"00[1-9a-fA-F]{_HEX}",
        "000[1-9a-fA-F]",
    ]
)
_ESCAPE = rf'\\(?:["\\/bfnrt]|u(?:{_CODE}))'
_ID = f'"{_CHARACTER}*"'
_TEXT = f'"(?:{_CHARACTER}|{_ESCAPE})*"'
# Of so few digits that no number is out of any range.
_NUMBER = r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,17})?(?:[eE][-+]?[0-9]{1,2})?"
_PLAIN = f"{_NUMBER}|true|false|null"
_PLAIN_NAME = re.compile(f"{_CHARACTER}*")


class Forms:
    """The form of a stream's records, as far as it was met.

    `pattern` is a regular expression for RE2, None when there is none. A text of valid UTF-8 that
    it accepts is a sound record, as `checks.judge` has it, without NUL; at each of `paths`, which
    are dotted, it has a text without an escape.
    """

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = [tuple(path.split(".")) for path in paths]
        self._root = _Node()
        self._misses = 0
        self.pattern: str | None = None

    @property
    def is_given_up(self) -> bool:
        """Whether records were met too often that are not of the form."""
        return self._misses >= MAX_MISSES

    def learn(self, values: Iterable[Value]) -> None:
        """Take what sound records have that were not proved into the form."""
        if sum([self._root.grow(value) for value in values]):
            self.pattern = self._made_pattern()

    def count(self, *, is_proved: bool) -> None:
        """Note whether a page's records were proved, by and large."""
        self._misses = 0 if is_proved else self._misses + 1
        if self.is_given_up:
            self.pattern = None

    def _made_pattern(self) -> str | None:
        if self._root.size() > MAX_NAMES or not all(map(self._root.has, self._paths)):
            return None
        pattern = f"^{self._root.pattern(self._paths)}$"
        return pattern if len(pattern) <= MAX_PATTERN else None


@dataclass(slots=True)
class _Node:
    """What was met in one place of the records; names are in the order in which records have them.

    `always` are the names that every object had that was met here.
    """

    is_text: bool = False
    is_plain: bool = False
    items: "_Node | None" = None
    children: "dict[str, _Node] | None" = None
    always: set[str] = field(default_factory=set)
    is_wild: bool = False

    def grow(self, value: object, depth: int = 0) -> bool:
        """Take what `value` has and this has not; True when there was such a thing."""
        if depth > MAX_DEPTH:
            is_news, self.is_wild = not self.is_wild, True
        elif isinstance(value, dict):
            is_news = self._grow_object(value, depth)
        elif isinstance(value, list):
            is_news = self.items is None
            self.items = self.items or _Node()
            for item in value:
                is_news |= self.items.grow(item, depth + 1)
        elif isinstance(value, str):
            is_news, self.is_text = not self.is_text, True
        else:
            is_news, self.is_plain = not self.is_plain, True
        return is_news

    def _grow_object(self, value: Value, depth: int) -> bool:
        is_news = self.children is None or not self.always <= value.keys()
        self.always = set(value) if self.children is None else self.always & value.keys()
        children = self.children or {}
        if not all(map(_PLAIN_NAME.fullmatch, value)) or len(value) > MAX_NAMES:
            is_news, self.is_wild = not self.is_wild, True
            return is_news
        names = _merged(list(children), list(value))
        is_news |= names != list(children)
        self.children = {name: children.get(name) or _Node() for name in names}
        for name, inner in value.items():
            is_news |= self.children[name].grow(inner, depth + 1)
        return is_news

    def size(self) -> int:
        """The number of names in it, and one; too large when no pattern can tell what is in it."""
        inner = [*(self.children or {}).values(), *([self.items] if self.items else [])]
        return 1 + self.is_wild * MAX_NAMES + sum(node.size() for node in inner)

    def has(self, path: Sequence[str]) -> bool:
        """Whether there is text at the end of `path`."""
        if not path:
            return self.is_text
        child = (self.children or {}).get(path[0])
        return child is not None and child.has(path[1:])

    def pattern(self, paths: Sequence[Sequence[str]] = ()) -> str:
        """A regular expression for it; texts stand at `paths`, and nothing else."""
        if any(not path for path in paths):
            return _ID
        if paths:
            return self._object(paths)
        ways = [_TEXT] * self.is_text + [_PLAIN] * self.is_plain
        if self.children is not None:
            ways.append(self._object(()))
        if self.items:
            item = self.items.pattern()
            # Of a list that was always empty nothing is known.
            some = f"(?:{item}(?:,{_SPACE}{item})*)?" if item else ""
            ways.append(rf"\[{_SPACE}{some}{_SPACE}\]")
        return f"(?:{'|'.join(ways)})" if ways else ""

    def _object(self, paths: Sequence[Sequence[str]]) -> str:
        needed = self.always | {path[0] for path in paths}
        named = {}
        for name, child in (self.children or {}).items():
            inner = child.pattern([path[1:] for path in paths if path[0] == name])
            named[name] = f'"{re.escape(name)}":{_SPACE}{inner}'
        return rf"\{{{_SPACE}{_in_order(named, needed)}{_SPACE}\}}"


def _merged(known: list[str], names: list[str]) -> list[str]:
    """All `known` names and `names`, which come in the order that they have there."""
    behind = 0
    for name in names:
        at = known.index(name) if name in known else -1
        if at < behind:
            if at >= 0:
                known.remove(name)
                behind -= 1
            known.insert(behind, name)
            at = behind
        behind = at + 1
    return known


def _in_order(named: dict[str, str], needed: set[str]) -> str:
    """Patterns in their order with commas between; those that are not `needed` may be absent."""
    comma = f",{_SPACE}"
    patterns = list(named.values())
    behind = [f"{comma}{p}" if name in needed else f"(?:{comma}{p})?" for name, p in named.items()]
    first = next((n for n, name in enumerate(named) if name in needed), None)
    if first is not None:
        before = [f"(?:{p}{comma})?" for p in patterns[:first]]
        return "".join([*before, patterns[first], *behind[first + 1 :]])
    # Without one that is always there, whichever comes first has no comma before it.
    return f"(?:{'|'.join(p + ''.join(behind[n + 1 :]) for n, p in enumerate(patterns))})?"
