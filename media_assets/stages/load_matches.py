"""From the raw responses to the shared tables: every match once, for all players."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import cast

from media_assets.engine.pool import Outcome, PoolLimits, map_unordered
from media_assets.errors import MatchDataError
from media_assets.library.mtime import storable
from media_assets.library.paths import shown
from media_assets.matches.backfill import FROM_FILM, FROM_SKILL, FROM_STATS, Backfill
from media_assets.matches.raw_store import (
    FILM_MISSING,
    SKILL,
    SKILL_MISSING,
    STATS,
    RawStore,
    film_version,
)
from media_assets.matches.rows import MatchRows, match_rows
from media_assets.stages.platform import SHARED, Platform
from media_assets.stages.players import players_by_xuid
from media_assets.stages.progress import Listener, Meter, silent
from media_assets.store import matches as store
from media_assets.store.connect import connect, transaction

BATCH_MATCHES = 1000
BATCH_EVENTS = 300_000
"""A batch ends with either. Each costs 50 ms besides its rows, and its rows up to 150 MiB."""
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

    Each batch of matches is one transaction with its flags, and is written while the next is read.
    A match that cannot be read is named among the failures and stops no other.
    """
    report = LoadReport()
    database = platform.shared_database()
    with platform.writing(SHARED):
        with connect(database, read_only=True) as con:
            loaded = store.load_backfill(con)
        raw = RawStore(platform.places.raw_matches)
        pending = [match_id for match_id in raw.match_ids() if _is_pending(raw, match_id, loaded)]
        meter = Meter("matches loaded", len(pending), listener)
        write = partial(_write, platform, database, first_sync_by, loaded)
        for outcomes, rows in _one_behind(write, _batches(_parsed(platform, pending))):
            for table, written in rows.items():
                report.rows[table] = report.rows.get(table, 0) + written
            failed = sum(outcome.error is not None for outcome in outcomes)
            report.matches += len(outcomes) - failed
            report.failed += failed
            meter.count(done=len(outcomes) - failed, failed=failed)
        report.renamed = store.refresh_names(database, players_by_xuid(platform), platform.now())
    report.seconds = meter.seconds
    return report


def read_match(folder: Path, match_id: str) -> MatchRows:
    """All rows of one raw match. Runs in a worker process.

    Raises:
        MatchDataError: the statistics cannot be used, or are those of another match.
    """
    raw = RawStore(folder)
    rows = match_rows(raw.stats(match_id), raw.skill(match_id), raw.film(match_id))
    if rows.registry["match_id"] != match_id:
        raise MatchDataError(f"{STATS} is that of another match: {rows.registry['match_id']}")
    return rows


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
        preload=[read_match.__module__],
    )


def _is_pending(raw: RawStore, match_id: str, loaded: Mapping[str, int]) -> bool:
    if match_id not in loaded:
        return True
    parts = raw.parts(match_id)
    there = FROM_STATS
    if SKILL in parts or SKILL_MISSING in parts:
        there |= FROM_SKILL
    if FILM_MISSING in parts or any(film_version(part) is not None for part in parts):
        there |= FROM_FILM
    return bool(there & ~Backfill(loaded[match_id]))


def _batches(outcomes: Iterable[Result]) -> Iterator[list[Result]]:
    batch: list[Result] = []
    events = 0
    for outcome in outcomes:
        batch.append(outcome)
        events += len(outcome.result.events["seq"]) if outcome.result else 0
        if len(batch) == BATCH_MATCHES or events >= BATCH_EVENTS:
            yield batch
            batch, events = [], 0
    if batch:
        yield batch


def _one_behind(
    write: Callable[[list[Result]], dict[str, int]], batches: Iterable[list[Result]]
) -> Iterator[tuple[list[Result], dict[str, int]]]:
    """Each batch with what was written of it, in another thread while the next one is collected."""
    with ThreadPoolExecutor(max_workers=1) as writer:
        under_way: tuple[list[Result], Future[dict[str, int]]] | None = None
        for batch in batches:
            if under_way is not None:
                yield under_way[0], under_way[1].result()
            under_way = batch, writer.submit(write, batch)
        if under_way is not None:
            yield under_way[0], under_way[1].result()


def _write(
    platform: Platform,
    database: Path,
    first_sync_by: str | None,
    loaded: Mapping[str, int],
    outcomes: list[Result],
) -> dict[str, int]:
    """Write a batch; returns rows by table."""
    now = platform.now()
    stamp: dict[str, object] = {
        "first_sync_by": first_sync_by,
        "first_sync_at": now,
        "player_count": 0,  # counted by `refresh_names`, from who took part
        "created_at": now,
        "updated_at": now,
    }
    batch = store.MatchBatch([], [], [], [], [], [], [], [])
    rejected: list[str] = []
    for outcome in sorted(outcomes, key=lambda outcome: outcome.item):
        problems: tuple[str, ...] = ()
        if outcome.result is not None:
            attempted = loaded.get(outcome.item, 0)
            _collect(batch, outcome.result, attempted, stamp)
            problems = outcome.result.problems
        elif outcome.error is not None:
            problems = (outcome.error.message,)
        if problems:
            batch.problems.append(_problem_row(platform, outcome.item, problems))
        if outcome.error is not None and outcome.error.error_class == MatchDataError.__name__:
            rejected.append(outcome.item)
    with connect(database) as con, transaction(con):
        written = store.write_matches(con, batch)
    for match_id in rejected:
        RawStore(platform.places.raw_matches).reject(match_id)
    return written


def _collect(
    batch: store.MatchBatch, rows: MatchRows, attempted: int, stamp: Mapping[str, object]
) -> None:
    """`attempted`: bits that the match has already, some of which other steps have set."""
    bits = attempted | cast(int, rows.registry["backfill_completed"])
    batch.registry.append({**rows.registry, **stamp, "backfill_completed": bits})
    batch.participants.extend(rows.participants)
    batch.events.append(rows.events)
    batch.medals.extend(rows.medals)
    batch.scores.extend(rows.scores)
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
