"""Finds the elements of an array in a JSON text by its brackets and strings alone."""

import re

import msgspec

WHITESPACE = b" \t\r\n"
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["\[\]{},:]', re.DOTALL)
_CLOSING = {ord("{"): ord("}"), ord("["): ord("]")}


def element_spans(body: bytes, path: tuple[str, ...] | None) -> list[tuple[int, int]] | None:
    """Spans of the elements of the array at `path`; None when the brackets do not match."""
    scan = _Scan(body, path)
    return scan.spans if scan.is_whole() else None


class _Scan:
    """Walks the brackets and strings of a JSON text; collects the spans of one array's elements."""

    def __init__(self, body: bytes, path: tuple[str, ...] | None) -> None:
        self._body = body
        self._path = path
        self._stack: list[int] = []
        self._keys: list[str | None] = []
        self._string: tuple[int, int] | None = None
        self._element_start = 0
        self._target_depth = 0
        self.spans: list[tuple[int, int]] = []

    def is_whole(self) -> bool:
        """Feed every token; False at the first one that does not fit, or at an open end."""
        end = 0
        for match in _TOKEN.finditer(self._body):
            if end and not self._stack:
                return False
            token = match[0]
            if len(token) > 1:
                self._string = match.span()
            elif not self._take(token[0], match.start()):
                return False
            end = match.end()
        return end > 0 and not self._stack and not self._body[end:].strip(WHITESPACE)

    def _take(self, token: int, at: int) -> bool:
        if token in _CLOSING:
            self._open(token, at)
            return True
        if token == ord(":"):
            return self._name_key()
        if token == ord(","):
            return bool(self._stack) and self._end_element(at, is_last=False)
        return token != ord('"') and self._close(token, at)

    def _open(self, token: int, at: int) -> None:
        self._stack.append(token)
        if token == ord("[") and self._path is not None and tuple(self._keys) == self._path:
            self._target_depth, self._element_start = len(self._stack), at + 1
            self.spans = []
        self._keys.append(None)

    def _name_key(self) -> bool:
        if not self._stack or self._string is None:
            return False
        # Keys matter on the way to the array only.
        if self._path is not None and len(self._stack) <= len(self._path):
            self._keys[-1] = _key_text(self._body[slice(*self._string)])
        self._string = None
        return True

    def _close(self, token: int, at: int) -> bool:
        if not self._stack or _CLOSING[self._stack[-1]] != token:
            return False
        if not self._end_element(at, is_last=True):
            return False
        if len(self._stack) == self._target_depth:
            self._target_depth = 0
        self._stack.pop()
        self._keys.pop()
        return True

    def _end_element(self, at: int, *, is_last: bool) -> bool:
        """Note the element that ends at `at`; False when there is none where one must be."""
        if not self._target_depth or len(self._stack) != self._target_depth:
            return True
        text = self._body[self._element_start : at]
        start = self._element_start + len(text) - len(text.lstrip(WHITESPACE))
        length = len(text.strip(WHITESPACE))
        self._element_start = at + 1
        if length:
            self.spans.append((start, start + length))
        return length > 0 or (is_last and not self.spans)


def _key_text(token: bytes) -> str | None:
    try:
        return msgspec.json.decode(token, type=str)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
