"""When a capture was taken: which source decides, how far it is trusted, and what was seen."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from media_assets.captures.claims import CaptureEvidence, Claim, Claims, Source, shown
from media_assets.captures.name_rules import DEFAULT_RULES, RuleBook
from media_assets.captures.time_sources import SAME_SECONDS, read_claims
from media_assets.captures.zone_plan import ZonePlan
from media_assets.captures.zones import day_in, zone_of
from media_assets.naming.template import DAY_SECONDS

__all__ = ["RULES_VERSION", "CaptureEvidence", "CaptureTime", "capture_time"]

# Raised whenever a rule, a constant or the choice changes what comes out.
RULES_VERSION = 2

# Clocks are off by hours where a zone is wrong, but not by more than a day.
FUTURE = timedelta(days=1)
# A second independent source leaves two fifths of the doubt: both clocks, or the zone, are wrong.
AGREEMENT_DOUBT = 0.4
# A local time that other sources contradict: the zone or the device's clock is probably wrong.
CONTRADICTION_FACTOR = 0.7
# The name has another day than the source that decides, which was then lost by copying.
OTHER_DAY_FACTOR = 0.4
# What was cut away from a clip is not known. Two minutes cover the usual replay lengths (15 s to
# 2 min) and are less than the usual gap between two matches (139 s).
TRIM_WIDENING = timedelta(minutes=2)
TRIM_FACTOR = 0.85
# The time of a trimmed clip's file is when it was trimmed.
TRIM_REWRITTEN_FACTOR = 0.5
# A file that was last written this long before its capture contradicts the capture's time.
EARLIER_SECONDS = 60.0
# Offsets of zones are whole quarters of an hour, 14 h at most.
_QUARTER_SECONDS = 900.0
_MOST_QUARTERS = 56

Verdict = Literal["agrees", "zone", "earlier", "differs", "later"]
DayVerdict = Literal["same day", "another day", "received later"]
_USES: dict[Verdict, str] = {
    "agrees": "confirms: same time, or apart by the clip's duration",
    "zone": "contradicts: apart by whole quarters of an hour, the zone may be wrong",
    "earlier": "contradicts: before the capture, the clock or the zone may be wrong",
    "differs": "contradicts: another time",
    "later": "not used: after the capture, copied or edited since",
}
_DAY_USES: dict[DayVerdict, str] = {
    "same day": "confirms: the same day",
    "another day": "contradicts: another day",
    "received later": "not used: the day on which it was received",
}
_CONTRADICTIONS = frozenset({"zone", "earlier", "differs"})


@dataclass(frozen=True, slots=True)
class CaptureTime:
    """The columns of `capture_times` that follow from the evidence.

    Times are aware UTC; None: no source is plausible, and then `time_quality` is 0. `zone` is None
    where the source that decided needed none. `local_time` is naive, what the player's clock shows
    in the best source that has it, and `local_zone` the zone in which it was read; None: no source
    has a local time, and no zone plays a part. `rule` and `title` are those of the name also where
    another source decided. `flags` are separated by blanks. `evidence` is a JSON object by source.
    """

    capture_start_utc: datetime | None
    capture_end_utc: datetime | None
    source: Source | None
    rule: str | None
    title: str | None
    precision_seconds: float | None
    zone: str | None
    time_quality: float
    agreement: bool
    flags: str
    evidence: str
    local_time: datetime | None
    local_zone: str | None


def capture_time(
    evidence: CaptureEvidence,
    zone: str | ZonePlan,
    now: datetime,
    rules: RuleBook = DEFAULT_RULES,
) -> CaptureTime:
    """When a capture was taken, from all that is known of it.

    `zone` is the IANA zone of the capturing device, or a plan of several; `now` an aware time. The
    sources, best first: `gamedvr`, `file_name`, `exif`, `container`, `mtime`; the first that is
    plausible decides, the others confirm or contradict it. The machine's zone plays no part. A clip
    lies in `[start, end]`, which is wider than the clip where its time may be the start or the end.

    Raises:
        ConfigurationError: the zone is not known.
    """
    plan = ZonePlan(zone) if isinstance(zone, str) else zone
    zone_of(plan.home)
    read = read_claims(evidence, plan, now, rules)
    latest = now + FUTURE
    for claim in read.claims:
        if claim.time is not None and claim.time <= latest:
            return _timed(read, claim, claim.time, latest)
    return CaptureTime(
        capture_start_utc=None,
        capture_end_utc=None,
        source=None,
        rule=read.name.rule.name if read.name else None,
        title=_title(read),
        precision_seconds=None,
        zone=None,
        time_quality=0.0,
        agreement=False,
        flags=_flags(read, None, latest),
        evidence=_evidence(read.claims, None, {}, None),
        local_time=read.local_time,
        local_zone=_local_zone(read),
    )


def _timed(read: Claims, chosen: Claim, time: datetime, latest: datetime) -> CaptureTime:
    """The result with the claim that decides; `time` is the claim's."""
    verdicts = _verdicts(read, chosen, time, latest)
    day = _day_verdict(read, time)
    start, end = _interval(read, chosen, time)
    return CaptureTime(
        capture_start_utc=start,
        capture_end_utc=end,
        source=chosen.source,
        rule=read.name.rule.name if read.name else None,
        title=_title(read),
        precision_seconds=chosen.precision_seconds,
        zone=read.zone if chosen.local else None,
        time_quality=_quality(read, chosen, verdicts, day),
        agreement="agrees" in verdicts.values(),
        flags=_flags(read, chosen, latest),
        evidence=_evidence(read.claims, chosen, verdicts, day),
        local_time=read.local_time,
        local_zone=_local_zone(read),
    )


def _local_zone(read: Claims) -> str | None:
    return None if read.local_time is None else read.zone


def _title(read: Claims) -> str | None:
    return shown(read.name.title) if read.name and read.name.title else None


def _interval(read: Claims, claim: Claim, time: datetime) -> tuple[datetime, datetime]:
    if read.duration is None:
        length = timedelta()
    elif read.trimmed:
        length = read.duration + TRIM_WIDENING
    else:
        length = read.duration
    start = time if claim.anchor == "start" else time - length
    end = time if claim.anchor == "end" else time + length
    return start, end


def _verdicts(
    read: Claims, chosen: Claim, time: datetime, latest: datetime
) -> dict[Source, Verdict]:
    """What every other plausible source says about the one that decides."""
    length = read.duration.total_seconds() if read.duration else 0.0
    return {
        other.source: _verdict(other, (other.time - time).total_seconds(), chosen, length)
        for other in read.claims
        if other is not chosen and other.time is not None and other.time <= latest
    }


def _verdict(other: Claim, apart: float, chosen: Claim, length: float) -> Verdict:
    """`apart`: the other time less the one that decides, in seconds; `length`: of the clip."""
    # A time without seconds is anywhere in its minute.
    tolerance = max(SAME_SECONDS, chosen.precision_seconds, other.precision_seconds)
    if abs(apart) <= tolerance or (length and abs(abs(apart) - length) <= tolerance):
        return "agrees"
    if chosen.local != other.local:
        offsets = (apart, apart - length, apart + length) if length else (apart,)
        if any(map(_is_zone_offset, offsets)):
            return "zone"
    if other.source not in ("container", "mtime"):
        return "differs"
    return "earlier" if apart < -max(EARLIER_SECONDS, tolerance) else "later"


def _is_zone_offset(seconds: float) -> bool:
    quarters = round(seconds / _QUARTER_SECONDS)
    return (
        1 <= abs(quarters) <= _MOST_QUARTERS
        and abs(seconds - quarters * _QUARTER_SECONDS) <= SAME_SECONDS
    )


def _day_verdict(read: Claims, time: datetime) -> DayVerdict | None:
    """What the day in a name says about the time that decides; None without a bare day."""
    if read.name is None or read.name.precision_seconds < DAY_SECONDS:
        return None
    day, named = day_in(read.zone, time), read.name.time.date().isoformat()
    if day == named:
        return "same day"
    # What was received later may well have been taken before.
    return "received later" if read.name.anchor == "none" and day < named else "another day"


def _quality(
    read: Claims, chosen: Claim, verdicts: dict[Source, Verdict], day: DayVerdict | None
) -> float:
    quality = chosen.quality
    if read.trimmed:
        rewritten = chosen.source in ("container", "mtime")
        quality *= TRIM_REWRITTEN_FACTOR if rewritten else TRIM_FACTOR
    if "agrees" in verdicts.values():
        quality = 1 - (1 - quality) * AGREEMENT_DOUBT
    elif chosen.local and not _CONTRADICTIONS.isdisjoint(verdicts.values()):
        quality *= CONTRADICTION_FACTOR
    if day == "same day" and read.name is not None:
        quality += (1 - quality) * read.name.quality
    elif day == "another day":
        quality *= OTHER_DAY_FACTOR
    return round(quality, 4)


def _flags(read: Claims, chosen: Claim | None, latest: datetime) -> str:
    if chosen is read.claims[0] and not chosen.flags and not read.trimmed:
        return ""
    flags = set(chosen.flags) if chosen else set()
    if read.trimmed:
        flags.add("trimmed")
    for claim in read.claims:
        if claim is chosen:
            break
        if claim.time is not None and claim.time > latest:
            flags.add("future")
    return " ".join(sorted(flags))


def _evidence(
    claims: Iterable[Claim],
    chosen: Claim | None,
    verdicts: dict[Source, Verdict],
    day: DayVerdict | None,
) -> str:
    """What each source says, as it stands there and in UTC, and how it was used and why."""
    entries = [_entry(c, c is chosen, verdicts.get(c.source), day) for c in claims]
    return "{" + ",".join(entries) + "}"


def _entry(claim: Claim, decides: bool, verdict: Verdict | None, day: DayVerdict | None) -> str:
    """One member of the JSON object; only `says` needs encoding, and `json.dumps` takes 10 us."""
    if claim.time is None:
        received = claim.source == "file_name" and day is not None
        use = _DAY_USES[day] if received and day else f"not used: {claim.why}"
        return f'"{claim.source}":{{"says":{claim.says},"use":"{use}"}}'
    if decides:
        use = "decides: the best source with a plausible time"
    else:
        use = _USES[verdict] if verdict else "not used: in the future"
    says = f'"says":{claim.says},' if claim.says else ""
    utc = claim.time.isoformat()
    return f'"{claim.source}":{{{says}"utc":"{utc}","anchor":"{claim.anchor}","use":"{use}"}}'
