"""Retention of published versions: the newest, and those that readers may still have open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPolicy:
    """Minimum number of versions, and time that each is kept after a newer one replaced it."""

    versions: int
    lasting: timedelta


def versions_to_keep(
    versions: Sequence[str],
    published_at: Mapping[str, datetime],
    keep: RetentionPolicy,
    now: datetime,
) -> set[str]:
    """Kept ones of `versions`, oldest first; one without a time is kept by count alone.

    Whoever opened a version while it was the newest reads it until they close it. So its time
    counts from when the next one was published: after a quiet week, it is a week old by then.
    """
    timed = [version for version in versions if version in published_at]
    still_read = {old for old, new in pairwise(timed) if now - published_at[new] < keep.lasting}
    return {*versions[-keep.versions :], *still_read}
