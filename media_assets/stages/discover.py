"""Discovery: one walk over a player's folders, compared with what the store knows."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

import polars as pl

from media_assets.errors import UnreadableMediaError
from media_assets.library.content import fingerprint_of, open_original
from media_assets.library.guard import FolderCount, FolderVerdict, judge
from media_assets.library.identity import (
    SEEN,
    Comparison,
    compare,
    find_moves,
    new_ids,
    worth_a_fingerprint,
)
from media_assets.library.paths import identity, openable, shown
from media_assets.library.walk import SeenFile, WalkReport, walk
from media_assets.stages.platform import Platform
from media_assets.stages.progress import Listener, Meter, silent
from media_assets.store import library as store
from media_assets.store.connect import connect, transaction

_FRAME_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class ScanReport:
    """What one scan found, wrote, and how long it took."""

    seen: int = 0
    added: int = 0
    changed: int = 0
    moved: int = 0
    returned: int = 0
    missing: int = 0
    unknown: int = 0
    unchanged: int = 0
    rows_written: int = 0
    seconds: float = 0.0
    passed_over: Counter[str] = field(default_factory=Counter)
    unreadable: tuple[str, ...] = ()
    verdicts: tuple[FolderVerdict, ...] = ()

    @property
    def suspect(self) -> tuple[FolderVerdict, ...]:
        """The folders whose scan was not believed."""
        return tuple(verdict for verdict in self.verdicts if verdict.verdict == "suspect")


@dataclass(frozen=True, slots=True)
class _Walked:
    folder: str
    report: WalkReport
    files: pl.DataFrame


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a scan will write."""

    comparison: Comparison
    moved: pl.DataFrame
    changed: pl.DataFrame
    added: pl.DataFrame
    missing: pl.Series
    unknown: pl.Series
    verdicts: tuple[FolderVerdict, ...]
    known_ids: pl.Series

    @property
    def is_empty(self) -> bool:
        """Nothing about any file is to be written."""
        frames = (self.moved, self.changed, self.added)
        marks = (self.missing, self.unknown, self.comparison.returned)
        return all(frame.is_empty() for frame in frames) and not any(len(mark) for mark in marks)


def discover(
    platform: Platform,
    player: str,
    *,
    allow_mass_missing: bool = False,
    listener: Listener = silent,
) -> ScanReport:
    """Scan the player's folders and bring `media_files` up to date in one transaction.

    No file is opened, but for those whose size is that of a content that is gone from its place:
    of these the edges are read, to tell a move from a new file.
    """
    meter = Meter(f"{player}: files seen", None, listener)
    database = platform.player_database(player)
    with platform.writing(player):
        with connect(database, read_only=True) as con:
            known, verdicts = store.load_known(con), store.load_verdicts(con)
        walked = _walk_all(platform, player, known, meter)
        plan = _plan(platform, known, walked, allow_mass_missing=allow_mass_missing)
        rows = _write(platform, player, database, plan, verdicts)
    meter.tell()
    return ScanReport(
        seen=sum(part.files.height for part in walked),
        added=plan.added.height,
        changed=plan.changed.height,
        moved=plan.moved.height,
        returned=plan.comparison.returned.len(),
        missing=plan.missing.len(),
        unknown=plan.unknown.len(),
        unchanged=plan.comparison.unchanged,
        rows_written=rows,
        seconds=meter.seconds,
        passed_over=sum((part.report.passed_over for part in walked), Counter()),
        unreadable=tuple(path for part in walked for path in part.report.unreadable),
        verdicts=plan.verdicts,
    )


def _walk_all(
    platform: Platform, player: str, known: pl.DataFrame, meter: Meter
) -> tuple[_Walked, ...]:
    folders = platform.settings.folders(player)
    configured = platform.settings.player(player).folders is not None
    if not configured and known.is_empty() and not folders[0].exists():
        return ()  # a player of matches alone, who has no library yet
    return tuple(_walk_folder(platform, folder, meter) for folder in folders)


def _walk_folder(platform: Platform, folder: Path, meter: Meter) -> _Walked:
    report = WalkReport()
    stream = walk(folder, frozenset(platform.settings.library.ignore), report)
    frames = [pl.DataFrame(schema=SEEN)]
    while rows := list(islice(stream, _FRAME_ROWS)):
        frames.append(_seen_frame(shown(str(folder))[0], rows))
        meter.count(done=len(rows))
    return _Walked(shown(str(folder))[0], report, pl.concat(frames))


def _seen_frame(folder: str, rows: list[SeenFile]) -> pl.DataFrame:
    paths = [shown(row.path) for row in rows]
    return pl.DataFrame(
        {
            "key": [identity(*path) for path in paths],
            "folder": [folder] * len(rows),
            "file_path": [path for path, _ in paths],
            "path_bytes": [raw for _, raw in paths],
            "file_name": [shown(row.name)[0] for row in rows],
            "file_ext": [row.extension for row in rows],
            "kind": [row.kind for row in rows],
            "file_size": [row.size for row in rows],
            "mtime_ns": [row.mtime_ns for row in rows],
        },
        schema=SEEN,
    )


def _plan(
    platform: Platform,
    known: pl.DataFrame,
    walked: tuple[_Walked, ...],
    *,
    allow_mass_missing: bool,
) -> _Plan:
    seen = pl.concat([pl.DataFrame(schema=SEEN), *(part.files for part in walked)])
    comparison = compare(known, seen)
    moves = find_moves(comparison, _fingerprints(worth_a_fingerprint(comparison)))
    moved = moves.join(seen, on="key", how="inner")
    # A path whose old content moved away and that holds an unknown content is a new media there.
    gone_elsewhere = comparison.changed.join(moves, on="media_id", how="semi")
    changed = comparison.changed.join(moves.select("key"), on="key", how="anti").join(
        moves.select("media_id"), on="media_id", how="anti"
    )
    new = pl.concat([comparison.new, gone_elsewhere.select(SEEN.names())]).join(
        moves.select("key"), on="key", how="anti"
    )
    # A path that another media moved to has lost its old content, unless that moved too.
    overwritten = comparison.replaced.join(moves.select("key"), on="key", how="semi").join(
        moves.select("media_id"), on="media_id", how="anti"
    )
    absent = pl.concat([comparison.absent, overwritten.select(known.columns)]).join(
        moves.select("media_id"), on="media_id", how="anti"
    )
    missing, unknown, verdicts = _lost(
        platform, known, walked, absent, allow_mass_missing=allow_mass_missing
    )
    limit = platform.settings.library.max_files_per_scan
    return _Plan(
        comparison=comparison,
        moved=moved,
        changed=changed,
        added=new.sort("key").head(limit) if limit else new.sort("key"),
        missing=missing,
        unknown=unknown,
        verdicts=verdicts,
        known_ids=known["media_id"],
    )


def _lost(
    platform: Platform,
    known: pl.DataFrame,
    walked: tuple[_Walked, ...],
    absent: pl.DataFrame,
    *,
    allow_mass_missing: bool,
) -> tuple[pl.Series, pl.Series, tuple[FolderVerdict, ...]]:
    """Ids to mark missing, ids to mark unknown, and the verdict on each folder."""
    alive = absent.filter(pl.col("status") != "missing")
    hidden = alive.filter(_below([path for part in walked for path in part.report.unreadable]))
    scanned = [part.folder for part in walked]
    elsewhere = alive.filter(~pl.col("folder").is_in(scanned))
    gone = alive.filter(pl.col("folder").is_in(scanned)).join(hidden, on="media_id", how="anti")
    counts = tuple(_count(part, known, gone) for part in walked)
    verdicts = judge(counts, platform.settings.library, allow_mass_missing=allow_mass_missing)
    believed = [verdict.count.folder for verdict in verdicts if verdict.verdict == "clean"]
    missing = gone.filter(pl.col("folder").is_in(believed))["media_id"]
    unseen = pl.concat([hidden, elsewhere]).filter(pl.col("status") != "unknown")
    return missing, unseen["media_id"], verdicts


def _count(part: _Walked, known: pl.DataFrame, gone: pl.DataFrame) -> FolderCount:
    here = pl.col("folder") == part.folder
    return FolderCount(
        folder=part.folder,
        root_error=part.report.root_error,
        root_absent=part.report.root_absent,
        entries=part.report.entries,
        seen=part.files.height,
        known=known.filter(here & (pl.col("status") != "missing")).height,
        gone=gone.filter(here).height,
    )


def _below(paths: list[str]) -> pl.Expr:
    """Whether a row's path is one of `paths` or lies below one of them."""
    condition = pl.lit(value=False)
    for path in paths:
        key = identity(*shown(path))
        prefix = key.split("\0")[0] + "/"
        condition |= (pl.col("key") == key) | pl.col("key").str.starts_with(prefix)
    return condition


def _fingerprints(candidates: pl.DataFrame) -> pl.DataFrame:
    keys, values = [], []
    for row in candidates.iter_rows(named=True):
        try:
            with open_original(openable(row["file_path"], row["path_bytes"])) as stream:
                values.append(fingerprint_of(stream, row["file_size"]))
        except UnreadableMediaError:
            continue  # it is a new file then; the analysis says why it cannot be read
        keys.append(row["key"])
    return pl.DataFrame(
        {"key": keys, "fingerprint": values},
        schema={"key": pl.String, "fingerprint": pl.String},
    )


def _write(
    platform: Platform, player: str, database: Path, plan: _Plan, before: pl.DataFrame
) -> int:
    now = platform.now()
    verdicts = store.verdict_rows(plan.verdicts, now)
    if plan.is_empty and store.same_verdicts(verdicts, before):
        return 0
    with connect(database) as con, transaction(con):
        written = store.mark_files(con, plan.missing, "missing", now)
        written += store.mark_files(con, plan.unknown, "unknown", now)
        written += store.mark_files(con, plan.comparison.returned, "present", now)
        written += store.move_files(con, plan.moved, now)
        written += store.change_files(con, plan.changed, now)
        written += store.add_files(con, _new_rows(player, plan, now))
        return written + store.record_verdicts(con, verdicts, before)


def _new_rows(player: str, plan: _Plan, now: datetime) -> pl.DataFrame:
    rows = plan.added
    below = [
        key.removeprefix(folder) for key, folder in zip(rows["key"], rows["folder"], strict=True)
    ]
    names = zip(below, rows["file_size"], rows["mtime_ns"], strict=True)
    return rows.drop("key").with_columns(
        media_id=pl.Series(new_ids(player, names, set(plan.known_ids)), dtype=pl.String),
        player=pl.lit(player),
        status=pl.lit("present"),
        first_seen_at=pl.lit(now),
        last_scan_at=pl.lit(now),
    )
