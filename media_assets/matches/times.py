"""Times and durations as the responses write them."""

import re
from datetime import UTC, datetime

from media_assets.errors import MatchDataError

_DURATION = re.compile(
    r"(?P<sign>-?)P(?=\d|T)(?:(?P<days>\d{1,9})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,9})H)?(?:(?P<minutes>\d{1,9})M)?(?:(?P<seconds>\d{1,9}(?:\.\d{1,99})?)S)?)?",
    re.ASCII,
)


def utc_time(text: str) -> datetime:
    """`2025-01-29T04:07:25.9641234Z` as a naive UTC time with microseconds.

    A seventh digit is cut off, another offset than `Z` is converted, and a time without an offset
    is taken as UTC.

    Raises:
        MatchDataError: when it is not such a time.
    """
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, TypeError, OverflowError) as error:
        raise MatchDataError(f"{text!r} is not a time such as 2025-01-29T04:07:25.964Z") from error
    return moment


def seconds(text: str) -> float:
    """The ISO 8601 duration `PT9M9.4211615S` in seconds. Years, months and weeks do not occur.

    Raises:
        MatchDataError: when it is not such a duration.
    """
    found = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise MatchDataError(f"{text!r} is not a duration such as PT9M9.4211615S")
    sign, days, hours, minutes, rest = found.groups()
    whole = int(days or 0) * 86_400 + int(hours or 0) * 3600 + int(minutes or 0) * 60
    total = whole + float(rest or 0)
    return -total if sign else total
