"""Meaning of the vendor's errors: retry, request less, or fail."""

import re

import msgspec

from trueup.errors import (
    AccessError,
    AccountUnavailableError,
    BeyondReachError,
    ContractError,
    IncompleteReadError,
    TransientError,
    TrueupError,
)
from trueup.sources.http import Answer, Fail, Ok, Retry, Verdict, classify_status
from trueup.sources.meta_ads.rate_limit_headers import minutes_to_regain_access

PERMISSION = "ads_read"

_APP_THROTTLES = frozenset({4, 17, 32, 341})
_ACCOUNT_THROTTLES = frozenset({613, *range(80000, 80015)})
_PASSING = frozenset({-2, 1, 2})
_TOKEN_CODES = frozenset({102, 104, 190, 467})
# (code, subcode) that say: ask for less. The others in this family are time-outs.
_TOO_MUCH = frozenset({(100, 1487534), (100, 1504018), (2, 1504038)})
# Failures of the question itself behind a code that otherwise passes.
_WRONG_QUESTION = frozenset({(2, 1504041), (2, 1504042)})
# There is no such object, or it may not be seen.
_NO_OBJECT = (100, 33)
_REDUCE = "reduce the amount of data"
_SPURIOUS = "in summary param"
_NODE = re.compile(r"/act_(\d+)")
_RUN = re.compile(r"/v[\d.]+/\d+(/insights)?$")


class TooMuchDataError(ContractError):
    """The question must be made smaller; raised to the user only when it cannot be."""

    default_code = "TUP-552"


class ReportFailedError(TransientError):
    """A run ended without a result, or never ended."""

    default_code = "TUP-765"


class GraphError(msgspec.Struct, kw_only=True):
    """The vendor's error object; also what a failed report run says of itself."""

    message: str = ""
    code: int = 0
    error_subcode: int = 0
    is_transient: bool = False
    error_user_msg: str | None = None
    fbtrace_id: str = ""

    @property
    def asks_for_less(self) -> bool:
        """True if a smaller request may succeed where this one failed."""
        known = (self.code, self.error_subcode) in _TOO_MUCH
        return known or _REDUCE in self.message.lower()

    @property
    def passes(self) -> bool:
        """True if the same request may succeed later."""
        if (self.code, self.error_subcode) in _WRONG_QUESTION:
            return False
        # Perfectly good fields are refused now and then, and accepted a moment later.
        return self.is_transient or self.code in _PASSING or _SPURIOUS in self.message

    @property
    def is_throttle(self) -> bool:
        """True if a budget of the app, of the token or of the account is used up."""
        return self.code in _APP_THROTTLES or self.code in _ACCOUNT_THROTTLES

    def described(self) -> str:
        """One line for messages and logs."""
        subcode = f"/{self.error_subcode}" if self.error_subcode else ""
        trace = f" (trace {self.fbtrace_id})" if self.fbtrace_id else ""
        return f"error {self.code}{subcode}: {self.message}{trace}"


class _Refusal(msgspec.Struct):
    error: GraphError


_DECODER = msgspec.json.Decoder(_Refusal)


class Classifier:
    """Judges answers. `throttle_wait_seconds` is waited when the vendor does not say how long."""

    def __init__(self, throttle_wait_seconds: float) -> None:
        self._throttle_wait_seconds = throttle_wait_seconds

    def __call__(self, answer: Answer) -> Verdict:
        """Retry, Fail or Ok; an error object counts under any status, 200 included."""
        error = error_of(answer)
        if error is None:
            return classify_status(answer) if answer.status >= 300 else Ok()
        if error.asks_for_less:
            return Fail(TooMuchDataError(f"{answer.where}: {error.described()}"))
        if error.is_throttle:
            return self._throttled(error, answer)
        if is_vanished_run(error, answer):
            # A new run is not everywhere at once.
            told = f"{answer.where}: {error.described()}"
            gone = ReportFailedError(told, hint="Run again: a new report run is started.")
            return Retry(error.described(), shared=False, otherwise=gone)
        if error.passes or answer.status >= 500:
            return Retry(error.described(), shared=False)
        return Fail(fatal(error, answer.where))

    def _throttled(self, error: GraphError, answer: Answer) -> Retry:
        """There is never a Retry-After; the minutes are in a usage header, if anywhere."""
        minutes = minutes_to_regain_access(answer.headers)
        seconds = minutes * 60.0 if minutes else self._throttle_wait_seconds
        # An account's own budget must not hold back its siblings.
        return Retry(error.described(), after_seconds=seconds, shared=error.code in _APP_THROTTLES)


def error_of(answer: Answer) -> GraphError | None:
    """The error object of an answer, None if it is not one."""
    if answer.status < 300 and not answer.body.lstrip().startswith(b'{"error"'):
        return None
    try:
        return _DECODER.decode(answer.body).error
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def is_vanished_run(error: GraphError, answer: Answer) -> bool:
    """True for "no such object" about a report run; about an account it means no access."""
    is_gone = answer.status == 404 or (error.code, error.error_subcode) == _NO_OBJECT
    return is_gone and _RUN.search(answer.where) is not None


def fatal(error: GraphError, where: str) -> TrueupError:
    """The error to raise when asking again is pointless."""
    text = f"{where}: {error.described()}"
    if error.code in _TOKEN_CODES:
        hint = f"Make a new token for the system user, with the permission {PERMISSION}."
        return AccessError(text, hint=hint, code="TUP-401")
    if _is_refused(error):
        return _no_access(text, where)
    if error.code == 3018:
        return BeyondReachError(text, hint="Insights reach back 37 months: name later days.")
    if "cursor" in error.message.lower():
        return IncompleteReadError(text, hint="Run again: the cursor is no longer known.")
    hint = "The vendor refuses what this connector asks for: it must be adapted."
    return ContractError(text, hint=hint, code="TUP-550")


def unknown_form(where: str, what: object) -> ContractError:
    """The error of an answer that is not of the form that this version of the API has."""
    hint = "The API changed: the connector must be adapted."
    return ContractError(f"{where}: {what}", hint=hint, code="TUP-551")


def _is_refused(error: GraphError) -> bool:
    """100/33 is also what an account looks like that is no longer shared with the token."""
    is_gone = (error.code, error.error_subcode) == _NO_OBJECT
    return error.code == 10 or 200 <= error.code <= 299 or is_gone


def _no_access(text: str, where: str) -> AccessError:
    account = _NODE.search(where)
    if account is None:
        hint = f"Grant the token the permission {PERMISSION}."
        return AccessError(text, hint=hint, code="TUP-411")
    hint = f"Share act_{account[1]} with the system user, with the permission {PERMISSION}."
    return AccountUnavailableError(text, hint=hint)
