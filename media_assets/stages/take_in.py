"""Taking in recorded files: each new one is read once and kept as it came."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from media_assets.errors import LibraryError, MatchDataError
from media_assets.library.paths import shown
from media_assets.matches.career import career_rows, rank_name_rows
from media_assets.matches.ids import player_id_of
from media_assets.matches.names import alias_rows, asset_name_rows
from media_assets.matches.raw_store import RawStore, ResponseStore
from media_assets.matches.source_files import SourceContent, SourceStat, read_source, walk_source
from media_assets.matches.times import utc_time
from media_assets.stages.platform import SHARED, Platform
from media_assets.stages.progress import Listener, Meter, silent
from media_assets.store import matches as store
from media_assets.store.connect import connect, transaction

BATCH_FILES = 500


@dataclass(slots=True)
class TakeInReport:
    """What one look at the source found. `contents` counts the new files by what they hold."""

    seen: int = 0
    new: int = 0
    failed: int = 0
    contents: dict[str, int] = field(default_factory=dict)
    absent: str | None = None
    rows_written: int = 0


def take_in(platform: Platform, *, listener: Listener = silent) -> TakeInReport:
    """Read the files of the match source that are new or changed, keep them, note what they are.

    Rows and files agree after a kill: the file is kept first, and a file without its row is read
    again. When the tables are empty, what was kept before is read as well, and before the rest, so
    that the shared database is built again from it. As long as they know of nothing else, that
    goes on: a rebuild that was interrupted is finished by the next run.

    With the API as the source nothing is recorded, and only such a rebuild has something to read.
    """
    report = TakeInReport()
    database = platform.shared_database()
    with platform.writing(SHARED):
        with connect(database, read_only=True) as con:
            known = store.load_sources(con)
            is_empty = not store.load_backfill(con)
        _remove_leftovers(platform)
        folders = _folders(platform, known, is_empty=is_empty)
        news = [stat for stat in _sources(platform, report, folders)
                if known.get(shown(stat.path)[0]) != (stat.size, stat.mtime_ns)]  # fmt: skip
        meter = Meter("recorded files read", len(news), listener)
        for start in range(0, len(news), BATCH_FILES):
            batch = _Batch(platform)
            for stat in news[start : start + BATCH_FILES]:
                batch.add(stat)
            with connect(database) as con, transaction(con):
                report.rows_written += store.write_sources(con, batch.rows)
            batch.tally(report)
            meter.count(done=len(batch.rows.files))
    return report


def _remove_leftovers(platform: Platform) -> None:
    now = platform.clock().timestamp()
    RawStore(platform.places.raw_matches).remove_leftovers(now)
    ResponseStore(platform.places.raw).remove_leftovers(now)


def _is_rebuild(platform: Platform, known: Iterable[str]) -> bool:
    """Whether all that is known, be it nothing, was read from what was kept."""
    kept = os.path.join(shown(str(platform.places.raw))[0], "")  # noqa: PTH118 keeps the separator
    return all(path.startswith(kept) for path in known)


def _folders(platform: Platform, known: Iterable[str], *, is_empty: bool) -> tuple[Path, ...]:
    kept, recorded = platform.places.raw, platform.settings.match_directory
    if platform.settings.matches.source == "api":
        return (kept,) if is_empty else ()
    return (kept, recorded) if _is_rebuild(platform, known) else (recorded,)


def _sources(
    platform: Platform, report: TakeInReport, folders: tuple[Path, ...]
) -> Iterator[SourceStat]:
    for folder in folders:
        try:
            for stat in walk_source(folder):
                report.seen += 1
                yield stat
        except LibraryError as error:
            if folder != platform.places.raw:
                report.absent = str(error)


class _Batch:
    """Rows of some recorded files; what is kept of them is written as they are added."""

    def __init__(self, platform: Platform) -> None:
        self._now = platform.now()
        self._now_ns = int(self._now.replace(tzinfo=UTC).timestamp() * 1e9)
        self._matches = RawStore(platform.places.raw_matches)
        self._responses = ResponseStore(platform.places.raw)
        self.rows = store.SourceBatch([], [], [])

    def add(self, stat: SourceStat) -> None:
        """Read one file, keep it, and note what it is."""
        row: dict[str, object] = {
            "file_path": shown(stat.path)[0],
            "file_size": stat.size,
            "mtime_ns": stat.mtime_ns,
            "content": "unknown",
            "read_at": self._now,
        }
        try:
            source = read_source(stat.path)
            row |= {"content": source.content, "match_id": source.match_id}
            row |= _about(source)
            self._keep(source, stat)
        except MatchDataError as error:
            cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
            row |= {"error_class": type(cause).__name__, "message": str(error)}
        self.rows.files.append(row)

    def tally(self, report: TakeInReport) -> None:
        """Add this batch to the report."""
        for row in self.rows.files:
            report.new += 1
            report.failed += row.get("error_class") is not None
            content = str(row["content"])
            report.contents[content] = report.contents.get(content, 0) + 1

    def _keep(self, source: SourceContent, stat: SourceStat) -> None:
        if source.part is not None and source.match_id is not None:
            self._matches.put(source.match_id, source.part, source.data)
            return
        # A time to come, of a clock that was ahead, would make a name the latest for years.
        seen_ns = min(stat.mtime_ns, self._now_ns)
        self._responses.put_response(source.content, source.data, seen_ns, source.owner)
        seen = datetime.fromtimestamp(seen_ns / 1e9, UTC).replace(tzinfo=None)
        if source.content in ("users", "profile"):
            self.rows.aliases.extend(alias_rows(source.content, source.parsed, seen))
        elif source.content in ("asset", "medals"):
            self.rows.names.extend(asset_name_rows(source.content, source.parsed))
        elif source.content == "career":
            self.rows.career.extend(career_rows(source.parsed, source.owner, seen))
        elif source.content == "career_ladder":
            self.rows.names.extend(rank_name_rows(source.parsed))


def _about(source: SourceContent) -> dict[str, object]:
    """When a match was and who was in it, where the file is its statistics."""
    if source.content != "stats":
        return {}
    try:
        info, players = source.parsed["MatchInfo"], source.parsed["Players"]
        return {
            "start_time": utc_time(info["StartTime"]),
            "end_time": utc_time(info["EndTime"]),
            "xuids": sorted(player_id_of(player["PlayerId"]) for player in players),
        }
    except (KeyError, TypeError) as error:
        raise MatchDataError(f"statistics of a match with a part missing: {error!r}") from error
