"""What each source says about when a capture was taken: one claim per source.

Nothing here decides between them; see `times`.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal, NamedTuple

from media_assets.captures.name_rules import DEFAULT_RULES, Anchor, Kind, RuleBook
from media_assets.captures.name_template import DAY_SECONDS
from media_assets.captures.names import FIRST_YEAR, NameTime, is_trimmed, read_name
from media_assets.captures.zones import to_utc

Source = Literal["gamedvr", "file_name", "exif", "container", "mtime"]

# How far each source is trusted alone. A file name's is that of its rule, 0.92 at most.
GAMEDVR_QUALITY = 0.99  # the recorder's own words, with offset, inside the file
EXIF_QUALITY = 0.95  # the camera's own words, with offset
EXIF_LOCAL_QUALITY = 0.88  # without offset the player's zone is assumed
CONTAINER_QUALITY = 0.75  # UTC, but editors rewrite it, and some cameras store local time
MTIME_QUALITY = 0.5  # right until the file is copied or edited, and nothing tells
# A time that the wall clock never showed means that the device's clock or zone was another; one
# that it showed twice is right in one case of two.
GAP_FACTOR = 0.7
FOLD_FACTOR = 0.6

# Two times of one event differ by this at most: writing the file, FAT's 2 s, clocks apart.
SAME_SECONDS = 5.0
# Longer recordings are damaged headers, not clips.
_LONGEST_CLIP_SECONDS = 2 * 86_400.0
_LONGEST_TEXT = 65_536
_LONGEST_SAYS = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EXIF_TIME = re.compile(
    r"([0-9]{4})[:/.-]([0-9]{2})[:/.-]([0-9]{2})[ T]([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?"
    r"(?:\.([0-9]{1,9}))?"
)
_OFFSET = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})|Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CaptureEvidence:
    """What is known of one capture, as the file and its content say it.

    `folder_name` is the name of the folder that holds the file. `gamedvr` is the PNG text of the
    keyword `Microsoft.GameDVR.Extended`. `creation_time` is aware; None when unset.
    """

    kind: Kind
    file_name: str
    folder_name: str
    mtime_ns: int
    duration_seconds: float | None
    gamedvr: str | None
    exif_original: str | None
    exif_offset: str | None
    exif_subsec: str | None
    creation_time: datetime | None


class Claim(NamedTuple):
    """What one source says. `time` is aware UTC; None: it cannot be used, and `why` says so.

    `says` is what stands there, as JSON; empty where that is `time` itself. `anchor` `instant` on a
    clip means that the time is its start or its end. `local`: the zone of the player was assumed.
    (A named tuple: a frozen dataclass of this size takes 2 us to make instead of 0.5, and each
    capture has several.)
    """

    source: Source
    says: str
    time: datetime | None
    anchor: Anchor = "instant"
    precision_seconds: float = 1.0
    quality: float = 0.0
    local: bool = False
    flags: tuple[str, ...] = ()
    why: str = ""


def _unusable(source: Source, says: str, why: str) -> Claim:
    return Claim(source, json.dumps(shown(says)), None, why=why)


def shown(text: str) -> str:
    """Text that a database takes: no lone surrogates, no NUL, not endless.

    A byte of a file name that is not UTF-8 is shown as `\\xNN`.
    """
    text = text[:_LONGEST_SAYS].replace("\0", "")
    if text.isascii():
        return text
    return (
        "".join(
            f"\\x{ord(mark) & 0xFF:02x}" if "\udc80" <= mark <= "\udcff" else mark for mark in text
        )
        .encode("utf-8", "backslashreplace")
        .decode()
    )


class Claims(NamedTuple):
    """The claims on one capture, best source first, and what they were read with.

    `duration` is None for an image and for a clip of unknown length.
    """

    claims: list[Claim]
    name: NameTime | None
    duration: timedelta | None
    trimmed: bool


def read_claims(
    evidence: CaptureEvidence, zone: str, now: datetime, rules: RuleBook = DEFAULT_RULES
) -> Claims:
    """One claim for each source that the evidence has."""
    clip = evidence.kind == "video"
    name = read_name(evidence.kind, evidence.file_name, evidence.folder_name, now, rules)
    trimmed = clip and (is_trimmed(evidence.file_name) if name is None else "trimmed" in name.flags)
    duration = _duration(evidence.duration_seconds) if clip else None
    mtime = _mtime(evidence.mtime_ns, clip)
    container = _container(evidence.creation_time, name, mtime.time, duration)
    hints = _Hints(mtime.time, container.time if container else None, duration, zone)
    anchor: Anchor = "start" if clip else "instant"
    claims = (
        _gamedvr(evidence.gamedvr, anchor),
        _file_name(name, hints),
        _exif(evidence, hints, anchor),
        container,
        mtime,
    )
    return Claims([claim for claim in claims if claim is not None], name, duration, trimmed)


class _Hints(NamedTuple):
    """The times that tell the two candidates of an autumn night apart, and the player's zone."""

    mtime: datetime | None
    creation: datetime | None
    duration: timedelta | None
    zone: str

    def of(self, anchor: Anchor) -> tuple[datetime, ...]:
        """When a time with this anchor should be: a clip is last written at its end."""
        length = self.duration or timedelta()
        hints = []
        if self.mtime is not None:
            hints.append(self.mtime - length if anchor == "start" else self.mtime)
        if self.creation is not None:
            hints.append(self.creation)
            if anchor == "start":
                hints.append(self.creation - length)
        return tuple(hints)


def _duration(seconds: float | None) -> timedelta | None:
    if seconds is not None and 0 < seconds <= _LONGEST_CLIP_SECONDS:
        return timedelta(0, seconds)
    return None


def _plausible(time: datetime) -> bool:
    # 1904, 1970 and 1980 mean unset; at the very end of time a change of zone would overflow.
    # What lies in the future is told apart later, so that it can be flagged.
    return FIRST_YEAR <= time.year < 9999


def _gamedvr(text: str | None, anchor: Anchor) -> Claim | None:
    if not text:
        return None
    if len(text) > _LONGEST_TEXT:
        return _unusable("gamedvr", text, "too long")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return _unusable("gamedvr", text, "not JSON")
    start = content.get("startTime") if isinstance(content, dict) else None
    if not isinstance(start, str):
        return _unusable("gamedvr", text, "no startTime")
    try:
        time = datetime.fromisoformat(start.strip())
    except ValueError:
        return _unusable("gamedvr", start, "not a time")
    if time.tzinfo is None:
        return _unusable("gamedvr", start, "no offset")
    if not _plausible(time):
        return _unusable("gamedvr", start, "implausible year")
    precision = 1e-3 if time.microsecond else 1.0
    says = json.dumps(shown(start))
    return Claim("gamedvr", says, time.astimezone(UTC), anchor, precision, GAMEDVR_QUALITY)


def _file_name(name: NameTime | None, hints: _Hints) -> Claim | None:
    if name is None:
        return None
    if name.precision_seconds >= DAY_SECONDS:
        return _unusable("file_name", name.time.date().isoformat(), "day only")
    if name.zone == "utc":
        time, factor, flags = name.time.replace(tzinfo=UTC), 1.0, name.flags
    else:
        time, factor, flags = _from_local(name.time, hints, name.anchor)
        flags += name.flags
    return Claim(
        "file_name",
        f'"{name.time.isoformat()}"',
        time,
        _name_anchor(name, time, hints),
        name.precision_seconds,
        name.quality * factor,
        name.zone == "local",
        flags,
    )


def _name_anchor(name: NameTime, time: datetime, hints: _Hints) -> Anchor:
    if name.rule.end_when_modified and _same(time, hints.mtime):
        return "end"
    if name.anchor == "instant":
        return _which_end(time, hints.mtime, hints.duration)
    return name.anchor


def _from_local(
    local: datetime, hints: _Hints, anchor: Anchor
) -> tuple[datetime, float, tuple[str, ...]]:
    """The time in UTC, the factor on its quality, and its flags."""
    utc = to_utc(local, hints.zone)
    if not utc.flag:
        return utc.time, 1.0, ()
    if utc.flag == "dst_gap":
        return utc.time, GAP_FACTOR, (utc.flag,)
    utc = to_utc(local, hints.zone, hints.of(anchor))
    return utc.time, 1.0 if utc.certain else FOLD_FACTOR, (utc.flag,)


def _exif(evidence: CaptureEvidence, hints: _Hints, anchor: Anchor) -> Claim | None:
    text = (evidence.exif_original or "").strip("\0 ")
    if not text:
        return None
    match = _EXIF_TIME.match(text)
    local = _exif_local(match) if match else None
    if match is None or local is None or not _plausible(local):
        return _unusable("exif", text, "not a time")
    subsec = match[7] or _digits(evidence.exif_subsec)
    local += timedelta(microseconds=int(subsec[:6].ljust(6, "0")))
    precision = 10.0 ** -min(len(subsec), 6) if match[6] else 60.0
    offset = _offset(text[match.end() :]) or _offset(evidence.exif_offset)
    if offset is not None:
        says = f'"{local.isoformat()} {offset}"'
        time = local.replace(tzinfo=offset).astimezone(UTC)
        return Claim("exif", says, time, anchor, precision, EXIF_QUALITY)
    time, factor, flags = _from_local(local, hints, anchor)
    quality = EXIF_LOCAL_QUALITY * factor
    says = f'"{local.isoformat()}"'
    return Claim("exif", says, time, anchor, precision, quality, True, flags)


def _exif_local(match: re.Match[str]) -> datetime | None:
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


def _container(
    created: datetime | None,
    name: NameTime | None,
    mtime: datetime | None,
    duration: timedelta | None,
) -> Claim | None:
    if created is None:
        return None
    if not _plausible(created):
        return _unusable("container", created.isoformat(), "unset")
    # A naive time is UTC by contract; `astimezone` would take it for the machine's.
    time = created.astimezone(UTC) if created.tzinfo else created.replace(tzinfo=UTC)
    anchor = name.rule.creation_anchor if name else "instant"
    if anchor == "instant":
        anchor = _which_end(time, mtime, duration)
    return Claim("container", "", time, anchor, 1.0, CONTAINER_QUALITY)


def _mtime(mtime_ns: int, clip: bool) -> Claim:
    try:
        time = _EPOCH + timedelta(0, 0, mtime_ns // 1_000)
    except OverflowError:
        return _unusable("mtime", str(mtime_ns), "implausible year")
    if not _plausible(time):
        return _unusable("mtime", time.isoformat(), "implausible year")
    # File systems store 100 ns at best and 2 s at worst; FAT's 2 s are taken for the rule.
    return Claim("mtime", "", time, "end" if clip else "instant", 2.0, MTIME_QUALITY)


def _which_end(time: datetime, mtime: datetime | None, duration: timedelta | None) -> Anchor:
    """Whether a time is the clip's start or its end, where the time of the last writing tells."""
    if duration is None or mtime is None:
        return "instant"
    if _same(time, mtime):
        return "end"
    return "start" if _same(time + duration, mtime) else "instant"


def _same(one: datetime, other: datetime | None) -> bool:
    return other is not None and abs((other - one).total_seconds()) <= SAME_SECONDS
