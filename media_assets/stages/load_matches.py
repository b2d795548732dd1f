"""From the raw responses to the shared tables: every match once, for all players."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from media_assets.engine.pool import Outcome, PoolLimits, map_unordered
from media_assets.errors import MatchDataError
from media_assets.library.mtime import storable
from media_assets.library.paths import shown
from media_assets.matches.backfill import Backfill
from media_assets.matches.raw_store import FILM_MISSING, SKILL, STATS, RawStore, film_version
from media_assets.matches.rows import MatchRows, match_rows
from media_assets.stages.platform import SHARED, Platform
from media_assets.stages.progress import Listener, Meter, silent
from media_assets.store import matches as store
from media_assets.store.connect import connect, transaction

BATCH_MATCHES = 250
_WEIGHT = 256 * 1024

Result = Outcome[str, MatchRows]


@dataclass(slots=True)
class LoadReport:
    """What was loaded. `rows` counts by table what was written."""

    matches: int = 0
    failed: int = 0
    renamed: int = 0
    seconds: float = 0.0
    rows: dict[str, int] = field(default_factory=dict)


def load_matches(
    platform: Platform, first_sync_by: str | None, *, listener: Listener = silent
) -> LoadReport:
    """Load every raw match that is not in the registry, or has a part that was not looked at.

    Batches of up to `BATCH_MATCHES` matches, each in one transaction with its flags. A match that
    cannot be read is named among the failures and stops no other.
    """
    report = LoadReport()
    database = platform.shared_database()
    with platform.writing(SHARED):
        with connect(database, read_only=True) as con:
            loaded = store.load_backfill(con)
        raw = RawStore(platform.places.raw_matches)
        raw.remove_leftovers()
        pending = [match_id for match_id in raw.match_ids() if _is_pending(raw, match_id, loaded)]
        meter = Meter("matches loaded", len(pending), listener)
        batch: list[Result] = []
        for outcome in _parsed(platform, pending):
            batch.append(outcome)
            if len(batch) == BATCH_MATCHES:
                _write(platform, database, batch, first_sync_by, report, meter)
                batch = []
        if batch:
            _write(platform, database, batch, first_sync_by, report, meter)
        report.renamed = store.refresh_names(database, _xuids(platform), platform.now())
    report.seconds = meter.seconds
    return report


def read_match(folder: Path, match_id: str) -> MatchRows:
    """All rows of one raw match. Runs in a worker process."""
    raw = RawStore(folder)
    return match_rows(raw.stats(match_id), raw.skill(match_id), raw.film(match_id))


def prepare_worker() -> None:
    """Nothing: the film reader is loaded with the first film."""


def _parsed(platform: Platform, pending: list[str]) -> Iterator[Result]:
    engine = platform.settings.engine
    limits = PoolLimits(
        platform.settings.workers, engine.item_timeout_seconds, engine.worker_memory_mib
    )
    return map_unordered(
        partial(read_match, platform.places.raw_matches),
        pending,
        limits,
        weight=lambda _: _WEIGHT,
        prepare=prepare_worker,
        preload=read_match.__module__,
    )


def _is_pending(raw: RawStore, match_id: str, loaded: dict[str, int]) -> bool:
    if match_id not in loaded:
        return True
    parts = raw.parts(match_id)
    there = Backfill(0)
    if SKILL in parts:
        there |= Backfill.SKILL
    if FILM_MISSING in parts or any(film_version(part) is not None for part in parts):
        there |= Backfill.EVENTS
    return bool(there & ~Backfill(loaded[match_id]))


def _write(
    platform: Platform,
    database: Path,
    outcomes: list[Result],
    first_sync_by: str | None,
    report: LoadReport,
    meter: Meter,
) -> None:
    now = platform.now()
    stamp: dict[str, object] = {
        "first_sync_by": first_sync_by,
        "first_sync_at": now,
        "player_count": 0,  # counted by `refresh_names`, from who took part
        "created_at": now,
        "updated_at": now,
    }
    batch = store.MatchBatch([], [], [], [], [], [], [])
    failed = 0
    rejected: list[str] = []
    for outcome in sorted(outcomes, key=lambda outcome: outcome.item):
        problems: tuple[str, ...] = ()
        if outcome.result is not None:
            _collect(batch, outcome.result, stamp)
            problems = outcome.result.problems
        elif outcome.error is not None:
            failed += 1
            problems = (outcome.error.message,)
        if problems:
            batch.problems.append(_problem_row(platform, outcome.item, problems))
        if outcome.error is not None and outcome.error.error_class == MatchDataError.__name__:
            rejected.append(outcome.item)
    with connect(database) as con, transaction(con):
        for table, rows in store.write_matches(con, batch).items():
            report.rows[table] = report.rows.get(table, 0) + rows
    for match_id in rejected:
        RawStore(platform.places.raw_matches).reject(match_id)
    report.matches += len(outcomes) - failed
    report.failed += failed
    meter.count(done=len(outcomes) - failed, failed=failed)


def _collect(batch: store.MatchBatch, rows: MatchRows, stamp: dict[str, object]) -> None:
    batch.registry.append({**rows.registry, **stamp})
    batch.participants.extend(rows.participants)
    batch.events.extend(rows.events)
    batch.medals.extend(rows.medals)
    batch.pairs.extend(rows.pairs)
    batch.aliases.extend(rows.aliases)


def _problem_row(platform: Platform, match_id: str, problems: tuple[str, ...]) -> dict[str, object]:
    """A failure that is named by the raw file: recorded files may be long gone."""
    file = platform.places.raw_matches / match_id
    status = (file / STATS).stat()
    return {
        "file_path": shown(str(file))[0],
        "file_size": status.st_size,
        "mtime_ns": storable(status.st_mtime_ns),
        "content": "unknown",
        "match_id": match_id,
        "error_class": "MatchDataError",
        "message": "; ".join(problems),
        "read_at": platform.now(),
    }


def _xuids(platform: Platform) -> list[str]:
    return [player.xuid for player in platform.settings.players.values() if player.xuid]
