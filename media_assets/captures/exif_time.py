"""The time that a camera wrote into EXIF."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

_EXIF_TIME = re.compile(
    r"([0-9]{4})[:/.-]([0-9]{2})[:/.-]([0-9]{2})[ T]([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?"
    r"(?:\.([0-9]{1,9}))?"
)
_OFFSET = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})|Z", re.IGNORECASE)


class ExifTime(NamedTuple):
    """A naive wall clock time, of any year, and its offset where the camera knew it."""

    local: datetime
    precision_seconds: float
    offset: timezone | None


def exif_time(text: str, offset: str | None, subsec: str | None) -> ExifTime | None:
    """The time of `DateTimeOriginal`, `OffsetTimeOriginal` and `SubSecTimeOriginal`.

    None where it is none. Some writers put fraction and offset behind the time itself.
    """
    match = _EXIF_TIME.match(text)
    local = _wall_clock(match) if match else None
    if match is None or local is None:
        return None
    digits = match[7] or _digits(subsec)
    local += timedelta(microseconds=int(digits[:6].ljust(6, "0")))
    precision = 10.0 ** -min(len(digits), 6) if match[6] else 60.0
    return ExifTime(local, precision, _offset(text[match.end() :]) or _offset(offset))


def _wall_clock(match: re.Match[str]) -> datetime | None:
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    try:
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - a wall clock
    except ValueError:
        return None


def _digits(text: str | None) -> str:
    text = (text or "").strip("\0 ")
    return text if text.isascii() and text.isdigit() else ""


def _offset(text: str | None) -> timezone | None:
    match = _OFFSET.fullmatch((text or "").strip("\0 "))
    if match is None:
        return None
    if match[1] is None:
        return UTC
    minutes = int(match[2]) * 60 + int(match[3])
    # No place on earth is farther from UTC than 14 hours.
    if minutes > 14 * 60 or int(match[3]) > 59:
        return None
    return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))
