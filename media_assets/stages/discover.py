"""Discovery: one walk over a player's folders, compared with what the store knows."""

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import polars as pl

from media_assets.engine.memory import peak_of
from media_assets.library.content import edges_of, hash_of
from media_assets.library.guard import FolderCount, FolderVerdict, judge
from media_assets.library.identity import (
    SEEN,
    Comparison,
    Contents,
    Settlement,
    compare,
    contents,
    find_moves,
    new_ids,
    seen_twice,
    settle,
    with_equal_edges,
    with_paths,
    worth_a_fingerprint,
)
from media_assets.library.paths import keys_of, path_of, shown
from media_assets.library.walk import FileWalk, SeenFiles, WalkReport, walk
from media_assets.stages.platform import Platform
from media_assets.stages.progress import Listener, Meter, silent
from media_assets.store import library as store
from media_assets.store.connect import connect, transaction
from media_assets.store.figures import Figures, write_figures

_BATCH_ROWS = 50_000
"""Files that become one frame, and new media that are added in one transaction: objects and rows
of a million at once would take gigabytes."""


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
class _Losses:
    """Ids to mark missing, ids to mark unknown, and the verdict on each folder."""

    missing: pl.Series
    unknown: pl.Series
    verdicts: tuple[FolderVerdict, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a scan will write: rows of SEEN (moved and changed ones with their id), and ids.

    It holds no more than that: the frames that it follows from take a gigabyte for a million files.
    """

    moved: pl.DataFrame
    changed: pl.DataFrame
    added: pl.DataFrame
    returned: pl.Series
    missing: pl.Series
    unknown: pl.Series
    known_ids: pl.Series
    report: ScanReport

    @property
    def is_empty(self) -> bool:
        """Nothing about any file is to be written."""
        frames = (self.moved, self.changed, self.added)
        marks = (self.returned, self.missing, self.unknown)
        return all(frame.is_empty() for frame in frames) and not any(len(mark) for mark in marks)


def discover(
    platform: Platform,
    player: str,
    *,
    allow_mass_missing: bool = False,
    listener: Listener = silent,
    file_walk: FileWalk = walk,
) -> ScanReport:
    """Scan the player's folders and bring `media_files` up to date.

    No file is opened, but for those whose size is that of a content that is gone from its place:
    of these the edges are read, to tell a move from a new file, and all of it where the edges
    leave a doubt. What became of the known media is
    written in one transaction, then new media are added: a kill leaves those to the next scan.
    """
    meter = Meter(f"{player}: files seen", None, listener)
    database = platform.player_database(player)
    with platform.writing(player):
        with connect(database, read_only=True) as con:
            known, verdicts = store.load_known(con), store.load_verdicts(con)
        walked = _walk_all(platform, player, known, file_walk, meter)
        plan = _plan(
            platform, player, database, known, walked, allow_mass_missing=allow_mass_missing
        )
        del known, walked
        rows = _write(platform, player, database, plan, verdicts, meter)
    meter.tell()
    return replace(plan.report, rows_written=rows, seconds=meter.seconds)


def _walk_all(
    platform: Platform, player: str, known: pl.DataFrame, file_walk: FileWalk, meter: Meter
) -> tuple[_Walked, ...]:
    folders = platform.settings.folders(player)
    walked = tuple(_walk_folder(platform, folder, file_walk, meter) for folder in folders)
    configured = platform.settings.player(player).folders is not None
    if not configured and known.is_empty() and walked[0].report.root_absent:
        return ()  # a player of matches alone, who has no library yet
    return walked


def _walk_folder(platform: Platform, folder: Path, file_walk: FileWalk, meter: Meter) -> _Walked:
    text, report = shown(str(folder))[0], WalkReport()
    frames, parts, rows = [], [], 0
    for part in file_walk(folder, frozenset(platform.settings.library.ignore), report):
        parts.append(part)
        rows += len(part.names)
        meter.count(done=len(part.names))
        if rows >= _BATCH_ROWS:
            frames.append(_seen_frame(text, parts))
            parts, rows = [], 0
    frames.append(_seen_frame(text, parts))
    return _Walked(text, report, pl.concat(frames))


def _seen_frame(folder: str, parts: list[SeenFiles]) -> pl.DataFrame:
    columns = {
        "key": keys_of([path for part in parts for path in part.paths]),
        "file_size": [size for part in parts for size in part.sizes],
        "mtime_ns": [mtime for part in parts for mtime in part.mtimes_ns],
    }
    schema = {name: SEEN[name] for name in columns}
    return pl.DataFrame(columns, schema).with_columns(folder=pl.lit(folder)).select(SEEN.names())


def _plan(
    platform: Platform,
    player: str,
    database: Path,
    known: pl.DataFrame,
    walked: tuple[_Walked, ...],
    *,
    allow_mass_missing: bool,
) -> _Plan:
    unreadable = frozenset(path for part in walked for path in part.report.unreadable)
    comparison = _compare(known, _all_seen(walked), unreadable)
    moves = find_moves(_contents(comparison, database))
    settlement = settle(comparison, moves)
    losses = _losses(
        platform, known, walked, comparison, settlement, allow_mass_missing=allow_mass_missing
    )
    # What a land has fetched is limited by its own `limit`; unseen, it would be fetched again.
    is_land = player in platform.settings.lands
    limit = 0 if is_land else platform.settings.library.max_files_per_scan
    added = settlement.new.sort("key")
    added = added.head(limit) if limit else added
    return _Plan(
        moved=settlement.moved,
        changed=settlement.changed,
        added=added,
        returned=comparison.returned,
        missing=losses.missing,
        unknown=losses.unknown,
        known_ids=known["media_id"],
        report=_report(walked, comparison, settlement, losses, added.height),
    )


def _compare(known: pl.DataFrame, seen: pl.DataFrame, unreadable: frozenset[str]) -> Comparison:
    """A file that moved while the walk was on may have been seen twice: the last place counts."""
    comparison = compare(known, seen, unreadable)
    doubles = seen_twice(comparison, known, seen)
    left = [key for key in doubles if not os.path.lexists(path_of(key))]
    if not left:
        return comparison
    return compare(known, seen.filter(~pl.col("key").is_in(left)), unreadable)


def _all_seen(walked: tuple[_Walked, ...]) -> pl.DataFrame:
    seen = pl.concat([pl.DataFrame(schema=SEEN), *(part.files for part in walked)])
    if len(walked) > 1:  # a folder may lie inside another
        return seen.unique("key", keep="first", maintain_order=True)
    return seen


def _losses(
    platform: Platform,
    known: pl.DataFrame,
    walked: tuple[_Walked, ...],
    comparison: Comparison,
    settlement: Settlement,
    *,
    allow_mass_missing: bool,
) -> _Losses:
    """What another media overwrote is missing whatever the verdict on its folder is."""
    alive = pl.col("status") != "missing"
    known = known.with_columns(folder=_folder_of(walked))
    gone = settlement.gone.filter(alive).with_columns(folder=_folder_of(walked))
    counts = tuple(_count(part, known, gone) for part in walked)
    verdicts = judge(counts, platform.settings.library, allow_mass_missing=allow_mass_missing)
    believed = [verdict.count.folder for verdict in verdicts if verdict.verdict == "clean"]
    missing = (
        gone.filter(pl.col("folder").is_in(believed)),
        settlement.overwritten.filter(alive),
    )
    unseen = (
        gone.filter(pl.col("folder").is_null() & (pl.col("status") != "unknown")),
        comparison.hidden.filter(pl.col("status") == "present"),
    )
    return _Losses(_ids(missing), _ids(unseen), verdicts)


def _folder_of(walked: tuple[_Walked, ...]) -> pl.Expr:
    """The scanned folder that a path lies in; null where the configuration names none."""
    key = pl.col("key")
    found = (
        pl.when(key.str.starts_with(os.path.join(part.folder, ""))).then(pl.lit(part.folder))  # noqa: PTH118 keeps the final separator
        for part in walked
    )
    return pl.coalesce(*found, pl.lit(None, dtype=pl.String))


def _ids(parts: Iterable[pl.DataFrame]) -> pl.Series:
    return pl.concat([part["media_id"] for part in parts])


def _count(part: _Walked, known: pl.DataFrame, gone: pl.DataFrame) -> FolderCount:
    statuses = known.filter(pl.col("folder") == part.folder)["status"]
    return FolderCount(
        folder=part.folder,
        root_error=part.report.root_error,
        root_absent=part.report.root_absent,
        entries=part.report.entries,
        seen=part.files.height,
        recorded=statuses.len(),
        known=statuses.filter(statuses != "missing").len(),
        gone=gone.filter(pl.col("folder") == part.folder).height,
    )


def _contents(comparison: Comparison, database: Path) -> Contents:
    """What is lost and what may be it. A file that cannot be read is new: the analysis says why."""
    candidates = worth_a_fingerprint(comparison)
    keys, sizes = candidates["key"], candidates["file_size"]
    edges = [edges_of(path_of(key), size) for key, size in zip(keys, sizes, strict=True)]
    fingerprints = _of_keys(keys, "fingerprint", edges)
    found = contents(
        comparison, fingerprints, _hashes(database, with_equal_edges(comparison, fingerprints))
    )
    unread = found.unread
    return found.told(_of_keys(unread, "file_hash", [hash_of(path_of(key)) for key in unread]))


def _hashes(database: Path, media_ids: pl.Series) -> pl.DataFrame:
    if media_ids.is_empty():  # opening a database takes 40 ms
        return pl.DataFrame(schema={"media_id": pl.String, "file_hash": pl.String})
    with connect(database, read_only=True) as con:
        return store.load_hashes(con, media_ids)


def _of_keys(keys: pl.Series, name: str, values: list[str | None]) -> pl.DataFrame:
    return pl.DataFrame([keys, pl.Series(name, values, dtype=pl.String)]).drop_nulls()


def _write(
    platform: Platform,
    player: str,
    database: Path,
    plan: _Plan,
    before: pl.DataFrame,
    meter: Meter,
) -> int:
    now = platform.now()
    verdicts = store.verdict_rows(plan.report.verdicts, now)
    if plan.is_empty and store.same_verdicts(verdicts, before):
        return 0
    with connect(database) as con:
        with transaction(con):
            written = store.mark_files(con, plan.missing, "missing", now)
            written += store.mark_files(con, plan.unknown, "unknown", now)
            written += store.mark_files(con, plan.returned, "present", now)
            written += store.move_files(con, with_paths(plan.moved), now)
            written += store.change_files(con, plan.changed, now)
            written += store.record_verdicts(con, verdicts, before)
        taken = set(plan.known_ids)
        for rows in plan.added.iter_slices(_BATCH_ROWS):
            with transaction(con):
                written += store.add_files(con, _new_rows(player, rows, taken, now))
        with transaction(con):
            write_figures(con, _figures(plan.report, written, meter.seconds, now))
    return written


def _figures(report: ScanReport, written: int, seconds: float, now: datetime) -> Figures:
    return Figures(
        step="scan",
        files=report.seen,
        failed=len(report.unreadable),
        rows_written=written,
        seconds=seconds,
        peak_memory_bytes=peak_of(os.getpid()),
        ended_at=now,
    )


def _new_rows(player: str, rows: pl.DataFrame, taken: set[str], now: datetime) -> pl.DataFrame:
    below = (
        path_of(key).removeprefix(folder)
        for key, folder in rows.select("key", "folder").iter_rows()
    )
    names = zip(below, rows["file_size"], rows["mtime_ns"], strict=True)
    return (
        with_paths(rows)
        .drop("key")
        .with_columns(
            media_id=pl.Series(new_ids(player, names, taken), dtype=pl.String),
            player=pl.lit(player),
            status=pl.lit("present"),
            first_seen_at=pl.lit(now),
            last_scan_at=pl.lit(now),
        )
    )


def _report(
    walked: tuple[_Walked, ...],
    comparison: Comparison,
    settlement: Settlement,
    losses: _Losses,
    added: int,
) -> ScanReport:
    # Content that was merely touched moved from its path to its path.
    before = pl.concat([comparison.absent, comparison.replaced])
    touched = settlement.moved.join(before, on=["media_id", "key"], how="semi").height
    return ScanReport(
        seen=sum(part.files.height for part in walked),
        added=added,
        changed=settlement.changed.height + touched,
        moved=settlement.moved.height - touched,
        returned=comparison.returned.len(),
        missing=losses.missing.len(),
        unknown=losses.unknown.len(),
        unchanged=comparison.unchanged,
        passed_over=sum((part.report.passed_over for part in walked), Counter()),
        unreadable=tuple(shown(path)[0] for part in walked for path in part.report.unreadable),
        verdicts=losses.verdicts,
    )
