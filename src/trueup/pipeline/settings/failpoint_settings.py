"""Failpoint from the environment, at which a test kills this process."""

import os
from collections.abc import Mapping

from trueup.core.failpoints import arm
from trueup.errors import ConfigError

FAILPOINT_VARIABLE = "TRUEUP_FAILPOINT"


def arm_from_environment(environment: Mapping[str, str] | None = None) -> None:
    """Arm the point that `TRUEUP_FAILPOINT` names as `POINT:HIT`, such as `C5:2`."""
    text = (os.environ if environment is None else environment).get(FAILPOINT_VARIABLE)
    if text is None:
        return
    point, _, hit = text.partition(":")
    if not hit.isdecimal():
        raise ConfigError(
            f"{FAILPOINT_VARIABLE}: {text!r} is not POINT:HIT",
            hint=f"unset {FAILPOINT_VARIABLE}; it is for tests.",
            code="TUP-324",
        )
    arm(point, int(hit))
