"""What each source says about when a capture was taken: one claim per source.

Nothing here decides between them; see `times`.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from media_assets.captures.claims import CaptureEvidence, Claim, Claims, shown, unusable
from media_assets.captures.exif_time import ExifTime, exif_time
from media_assets.captures.name_rules import DEFAULT_RULES, Anchor, RuleBook
from media_assets.captures.name_stems import is_trimmed
from media_assets.captures.names import FIRST_YEAR, NameTime, read_name
from media_assets.captures.zone_plan import ZonePlan
from media_assets.captures.zones import to_utc
from media_assets.naming.template import DAY_SECONDS

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
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_claims(
    evidence: CaptureEvidence, plan: ZonePlan, now: datetime, rules: RuleBook = DEFAULT_RULES
) -> Claims:
    """One claim for each source that the evidence has."""
    clip = evidence.kind == "video"
    name = read_name(evidence.kind, evidence.file_name, evidence.folder_name, now, rules)
    trimmed = clip and (is_trimmed(evidence.file_name) if name is None else "trimmed" in name.flags)
    duration = _duration(evidence.duration_seconds) if clip else None
    mtime = _mtime(evidence.mtime_ns, clip)
    container = _container(evidence.creation_time, name, mtime.time, duration)
    hints = _Hints(mtime.time, container.time if container else None, duration)
    if name is not None and name.swapped is not None:
        name = _month_and_day(name, name.swapped, hints, plan)
    exif = _exif(evidence)
    local_time = _local_time(name, exif)
    zone = plan.home if local_time is None else plan.at(local_time)
    anchor: Anchor = "start" if clip else "instant"
    claims = (
        _gamedvr(evidence.gamedvr, anchor),
        _file_name(name, hints, zone),
        _exif_claim(exif, hints, zone, anchor),
        container,
        mtime,
    )
    found = [claim for claim in claims if claim is not None]
    return Claims(found, name, duration, trimmed, local_time, zone)


class _Hints(NamedTuple):
    """The times that tell two readings of a wall clock apart."""

    mtime: datetime | None
    creation: datetime | None
    duration: timedelta | None

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
        return unusable("gamedvr", text, "too long")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return unusable("gamedvr", text, "not JSON")
    start = content.get("startTime") if isinstance(content, dict) else None
    if not isinstance(start, str):
        return unusable("gamedvr", text, "no startTime")
    try:
        time = datetime.fromisoformat(start.strip())
    except ValueError:
        return unusable("gamedvr", start, "not a time")
    if time.tzinfo is None:
        return unusable("gamedvr", start, "no offset")
    if not _plausible(time):
        return unusable("gamedvr", start, "implausible year")
    precision = 1e-3 if time.microsecond else 1.0
    says = json.dumps(shown(start))
    return Claim("gamedvr", says, time.astimezone(UTC), anchor, precision, GAMEDVR_QUALITY)


def _month_and_day(name: NameTime, swapped: datetime, hints: _Hints, plan: ZonePlan) -> NameTime:
    """The name with month and day the other way round, where only that has a second witness."""
    near = hints.of(name.anchor)

    def confirmed(local: datetime) -> bool:
        time = to_utc(local, plan.at(local), near).time
        return any(_same(time, hint) for hint in near)

    if confirmed(swapped) and not confirmed(name.time):
        return replace(name, time=swapped, swapped=name.time)
    return name


def _local_time(name: NameTime | None, exif: ExifTime | Claim | None) -> datetime | None:
    """What the wall clock shows, as the first of the sources has it that needs a zone."""
    if name is not None and name.zone == "local":
        return name.time
    if isinstance(exif, ExifTime) and exif.offset is None:
        return exif.local
    return None


def _file_name(name: NameTime | None, hints: _Hints, zone: str) -> Claim | None:
    if name is None:
        return None
    if name.precision_seconds >= DAY_SECONDS:
        return unusable("file_name", name.time.date().isoformat(), "day only")
    if name.zone == "utc":
        time, factor, flags = name.time.replace(tzinfo=UTC), 1.0, name.flags
    else:
        time, factor, flags = _from_local(name.time, hints, zone, name.anchor)
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
    local: datetime, hints: _Hints, zone: str, anchor: Anchor
) -> tuple[datetime, float, tuple[str, ...]]:
    """The time in UTC, the factor on its quality, and its flags."""
    utc = to_utc(local, zone)
    if not utc.flag:
        return utc.time, 1.0, ()
    if utc.flag == "dst_gap":
        return utc.time, GAP_FACTOR, (utc.flag,)
    utc = to_utc(local, zone, hints.of(anchor))
    return utc.time, 1.0 if utc.certain else FOLD_FACTOR, (utc.flag,)


def _exif(evidence: CaptureEvidence) -> ExifTime | Claim | None:
    text = (evidence.exif_original or "").strip("\0 ")
    if not text:
        return None
    found = exif_time(text, evidence.exif_offset, evidence.exif_subsec)
    if found is None or not _plausible(found.local):
        return unusable("exif", text, "not a time")
    return found


def _exif_claim(
    exif: ExifTime | Claim | None, hints: _Hints, zone: str, anchor: Anchor
) -> Claim | None:
    if not isinstance(exif, ExifTime):
        return exif
    local, precision, offset = exif
    if offset is not None:
        says = f'"{local.isoformat()} {offset}"'
        time = local.replace(tzinfo=offset).astimezone(UTC)
        return Claim("exif", says, time, anchor, precision, EXIF_QUALITY)
    time, factor, flags = _from_local(local, hints, zone, anchor)
    quality = EXIF_LOCAL_QUALITY * factor
    says = f'"{local.isoformat()}"'
    return Claim("exif", says, time, anchor, precision, quality, True, flags)


def _container(
    created: datetime | None,
    name: NameTime | None,
    mtime: datetime | None,
    duration: timedelta | None,
) -> Claim | None:
    if created is None:
        return None
    if not _plausible(created):
        return unusable("container", created.isoformat(), "unset")
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
        return unusable("mtime", str(mtime_ns), "implausible year")
    if not _plausible(time):
        return unusable("mtime", time.isoformat(), "implausible year")
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
