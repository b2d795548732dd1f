"""Wall clock times to UTC, with the player's zone at that date and never with the machine's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from media_assets.errors import ConfigurationError

# A hint that is farther away than this, for example the time of a later copy, does not tell one
# hour from the next: it would always choose the later one.
HINT_REACH = timedelta(hours=6)

_DAY = timedelta(days=1)

DstFlag = Literal["", "dst_gap", "dst_fold"]


@dataclass(frozen=True, slots=True)
class UtcTime:
    """A wall clock time in UTC.

    `flag` is `dst_gap` where the wall clock never showed that time and it was shifted forward, and
    `dst_fold` where it showed it twice. `certain` is False in a gap, and in a fold when no hint
    chose one of the two.
    """

    time: datetime
    flag: DstFlag
    certain: bool


@cache
def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name.

    Raises:
        ConfigurationError: there is no such zone, or it would be the machine's.
    """
    if name.lower() in {"localtime", "posixrules"}:
        raise ConfigurationError(
            f"{name!r} is the zone of whatever machine this runs on; "
            "use a name such as 'Europe/Paris' or 'UTC'"
        )
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ConfigurationError(
            f"{name!r} is not an IANA time zone; use a name such as 'Europe/Paris' or 'UTC'"
        ) from error


def to_utc(local: datetime, zone: str, hints: Sequence[datetime] = ()) -> UtcTime:
    """The UTC time of a naive wall clock time, of a year from 2 to 9998.

    In the spring gap the time is shifted forward by the width of the gap (PEP 495, fold 0). In the
    autumn fold the candidate nearer to a hint is taken, an aware time within `HINT_REACH` of it;
    without one the first.

    Raises:
        ConfigurationError: the zone is not known.
    """
    if (steady := _steady_offset(zone, local.toordinal())) is not None:
        return UtcTime((local - steady).replace(tzinfo=UTC), "", True)
    place = zone_of(zone)
    before = place.utcoffset(local.replace(fold=0)) or timedelta()
    after = place.utcoffset(local.replace(fold=1)) or timedelta()
    first = (local - before).replace(tzinfo=UTC)
    if before == after:
        return UtcTime(first, "", True)
    if before < after:
        return UtcTime(first, "dst_gap", False)
    return _nearer(first, (local - after).replace(tzinfo=UTC), hints)


@lru_cache(maxsize=65_536)
def _steady_offset(zone: str, day: int) -> timedelta | None:
    """The offset of a whole day, by its ordinal; None when the clock changes on it.

    Captures come in sessions, so that the same days are asked for again and again: 0.7 us instead
    of 5. Folds: a change that begins before midnight and ends after it counts for both days.
    """
    place = zone_of(zone)
    midnight = datetime.fromordinal(day)
    first = place.utcoffset(midnight)
    last = place.utcoffset((midnight + _DAY).replace(fold=1))
    return first if first == last else None


def _nearer(first: datetime, second: datetime, hints: Sequence[datetime]) -> UtcTime:
    to_first = min((abs(hint - first) for hint in hints), default=timedelta.max)
    to_second = min((abs(hint - second) for hint in hints), default=timedelta.max)
    if min(to_first, to_second) > HINT_REACH or to_first == to_second:
        return UtcTime(first, "dst_fold", False)
    return UtcTime(first if to_first < to_second else second, "dst_fold", True)


def day_in(zone: str, time: datetime) -> str:
    """The date, `YYYY-MM-DD`, that the wall clock of the zone showed at an aware time."""
    return time.astimezone(zone_of(zone)).date().isoformat()
