"""Verification: originals are read again and compared with what was recorded, never repaired."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from media_assets.library.paths import openable
from media_assets.library.verification import RESULTS, Recorded, Verification, verify_file
from media_assets.stages.platform import Platform
from media_assets.stages.progress import Listener, Meter, silent
from media_assets.store import verifications as store
from media_assets.store.connect import connect, transaction

BATCH_FILES = 1024
BATCH_SECONDS = 5.0
"""A kill loses at most the batch in flight; a batch costs 100 ms."""
_QUEUE_FILES = 20_000
"""Files that are looked up at once: those of a library of a million would take a gigabyte."""


@dataclass(slots=True)
class VerifyReport:
    """What one verification did. `results` counts the files that it read, by what they showed.

    `first_hashes` are files whose full hash was not known; `time_over`: it ended before its end.
    """

    results: dict[str, int] = field(default_factory=lambda: dict.fromkeys(RESULTS, 0))
    first_hashes: int = 0
    bytes_read: int = 0
    time_over: bool = False
    seconds: float = 0.0

    @property
    def files(self) -> int:
        """Files that were looked at."""
        return sum(self.results.values())


@dataclass(frozen=True, slots=True)
class VerifiedState:
    """What is known of a player's present files, from all verifications so far.

    `results` counts the latest ones of files that the scan still knows as they were then; `never`
    are those without one, `not_read_yet` those that the analysis has yet to read as they are now,
    and `oldest` is the time of the verification that lies back the longest, UTC.
    """

    results: dict[str, int]
    never: int
    not_read_yet: int
    oldest: datetime | None


def verify(
    platform: Platform,
    player: str,
    *,
    sample: float = 1.0,
    seconds: float | None = None,
    listener: Listener = silent,
) -> VerifyReport:
    """Read a share of the player's originals: never verified ones first, then the oldest.

    After `seconds` no further file is begun. Results are written batch by batch, so the next call
    goes on where this one ended, however it ended. The write lock is not held meanwhile: a scan or
    an analysis need not wait for a verification.
    """
    with platform.reading(player) as con:
        chosen = math.ceil(store.file_counts(con)[0] * sample)
    report = VerifyReport()
    meter = Meter(f"{player}: originals verified", chosen, listener)
    batch = _Batch(platform, player)
    try:
        for row in _queue(platform, player, chosen, batch):
            if seconds is not None and meter.seconds >= seconds:
                report.time_over = True
                break
            found = batch.verify(row, report)
            meter.count(done=found.result == "ok", failed=found.result != "ok")
    finally:
        batch.write()
        report.seconds = meter.seconds
    if chosen:
        meter.tell()
    return report


def verified_state(platform: Platform, player: str) -> VerifiedState:
    """What the verifications so far say of the player's present files."""
    with platform.reading(player) as con:
        counts = store.standing_counts(con)
        files, not_read_yet = store.file_counts(con)
        oldest = store.oldest(con)
    results: dict[str, int] = {result: counts.get(result, 0) for result in RESULTS}
    return VerifiedState(results, files - sum(results.values()), not_read_yet, oldest)


def findings(
    platform: Platform, player: str, results: tuple[str, ...] = RESULTS[1:]
) -> pl.DataFrame:
    """Present files whose latest verification gave one of these results: by default, not `ok`."""
    with platform.reading(player) as con:
        return store.findings(con, results)


def _queue(
    platform: Platform, player: str, chosen: int, batch: "_Batch"
) -> Iterator[dict[str, Any]]:
    """So many files in their order; each piece is looked up when those before it are recorded."""
    begun = platform.now()
    left = chosen
    while left > 0:
        with platform.reading(player) as con:
            rows = store.load_queue(con, begun, platform.now(), min(left, _QUEUE_FILES))
        if rows.is_empty():
            return  # they were moved or deleted meanwhile
        yield from rows.iter_rows(named=True)
        left -= rows.height
        batch.write()


class _Batch:
    """Results that are not written yet."""

    def __init__(self, platform: Platform, player: str) -> None:
        self._platform, self._player = platform, player
        self._rows: list[dict[str, object]] = []
        self._begun = time.monotonic()

    def verify(self, row: dict[str, Any], report: VerifyReport) -> Verification:
        """Verify one file; from time to time what was found is written."""
        path = openable(row["file_path"], row["path_bytes"])
        recorded = Recorded(row["file_size"], row["mtime_ns"], row["fingerprint"], row["file_hash"])
        found = verify_file(path, recorded)
        report.results[found.result] += 1
        if found.result in {"ok", "corrupt"}:
            report.bytes_read += recorded.size
        report.first_hashes += found.file_hash is not None and recorded.file_hash is None
        self._rows.append(
            {
                "media_id": row["media_id"],
                "result": found.result,
                "message": found.message,
                "verified_at": self._platform.now(),
                "file_size": recorded.size,
                "mtime_ns": recorded.mtime_ns,
                "file_hash": found.file_hash,
            }
        )
        if len(self._rows) >= BATCH_FILES or time.monotonic() - self._begun > BATCH_SECONDS:
            self.write()
        return found

    def write(self) -> None:
        """Write what there is, in one transaction."""
        rows, self._rows = self._rows, []
        if rows:
            database = self._platform.player_database(self._player)
            with connect(database) as con, transaction(con):
                store.record(con, rows)
        self._begun = time.monotonic()
