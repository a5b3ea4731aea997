"""Retention of published versions: the newest, and those that readers may still have open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPolicy:
    """At least so many versions, and each for so long after a newer one took its place."""

    versions: int
    lasting: timedelta


def versions_to_keep(
    versions: Sequence[str],
    published_at: Mapping[str, datetime],
    keep: RetentionPolicy,
    now: datetime,
) -> set[str]:
    """Of `versions`, oldest first, those to keep; one without a time is kept by count alone.

    Whoever opened a version while it was the newest reads it until they close it. So its time
    counts from when the next one was published: after a quiet week, it is a week old by then.
    """
    timed = [version for version in versions if version in published_at]
    still_read = {old for old, new in pairwise(timed) if now - published_at[new] < keep.lasting}
    return {*versions[-keep.versions :], *still_read}
