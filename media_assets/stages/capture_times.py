"""When each capture was taken."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from media_assets.captures.times import RULES_VERSION, CaptureEvidence, capture_time
from media_assets.stages.platform import Platform
from media_assets.stages.progress import Listener, Meter, silent
from media_assets.store import captures as store
from media_assets.store.connect import connect, transaction
from media_assets.store.frames import frame_of
from media_assets.store.tables.captures import CAPTURE_TIMES

BATCH_CAPTURES = 5000


@dataclass(frozen=True, slots=True)
class TimesReport:
    """How many capture times were computed, and how many of those captures got one."""

    computed: int
    timed: int


def compute_times(platform: Platform, player: str, *, listener: Listener = silent) -> TimesReport:
    """Compute the time of every capture whose evidence, zone or rules are new, batch by batch."""
    database = platform.player_database(player)
    zone = platform.settings.player(player).timezone
    timed = 0
    with platform.writing(player):
        with connect(database, read_only=True) as con:
            pending = store.load_evidence(con, zone, RULES_VERSION, platform.now())
        meter = Meter(f"{player}: capture times", pending.height, listener)
        for batch in pending.iter_slices(BATCH_CAPTURES):
            now = platform.clock()
            rows = [_row(evidence, zone, now) for evidence in batch.iter_rows(named=True)]
            with connect(database) as con, transaction(con):
                meter.count(done=store.write_times(con, frame_of(CAPTURE_TIMES, rows)))
            timed += sum(1 for row in rows if row["capture_start_utc"] is not None)
    return TimesReport(meter.done, timed)


def _row(evidence: dict[str, Any], zone: str, now: datetime) -> dict[str, object]:
    created = evidence["creation_time"]
    known = CaptureEvidence(
        kind=evidence["kind"],
        file_name=evidence["file_name"],
        folder_name=evidence["folder_name"] or "",
        mtime_ns=evidence["mtime_ns"],
        duration_seconds=evidence["duration_seconds"],
        gamedvr=evidence["gamedvr"],
        exif_original=evidence["exif_original"],
        exif_offset=evidence["exif_offset"],
        exif_subsec=evidence["exif_subsec"],
        creation_time=created.replace(tzinfo=UTC) if created else None,
    )
    return {
        "media_id": evidence["media_id"],
        "inputs": evidence["inputs"],
        "computed_at": now,
        **asdict(capture_time(known, zone, now)),
    }
