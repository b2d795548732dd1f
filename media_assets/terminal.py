"""What people see in a terminal: tables, progress, and JSON for programs."""

import json
import logging
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from media_assets.stages import progress as stages

if TYPE_CHECKING:  # loading these costs a command its start-up
    from media_assets.stages.doctor import Finding
    from media_assets.stages.migrate_levelup import MigrationReport, PlayerReport
    from media_assets.stages.status import LandStatus, PlayerStatus, Status


def print_table(title: str, rows: Sequence[Mapping[str, object]], empty: str) -> None:
    """Rows as a table; their text is shown as it is, without markup."""
    # Piped output is for files and programs: nothing is folded to the width of a screen there.
    console = Console() if sys.stdout.isatty() else Console(width=1000)
    if not rows:
        console.print(Text(empty))
        return
    table = Table(title=title, title_justify="left", header_style="bold")
    for name in rows[0]:
        number = all(isinstance(row[name], int | float | None) for row in rows)
        table.add_column(
            str(name), justify="right" if number else "left", overflow="fold", no_wrap=number
        )
    for row in rows:
        table.add_row(*(Text(_shown(value)) for value in row.values()))
    console.print(table)


def print_entries(entries: Sequence[tuple[str, Mapping[str, str]]], empty: str) -> None:
    """Entries of a heading and named lines below it; their text is shown as it is."""
    console = Console() if sys.stdout.isatty() else Console(width=1000)
    if not entries:
        console.print(Text(empty))
    for heading, lines in entries:
        longest = max(map(len, lines))
        console.print(Text(printable(heading), style="bold"))
        for name, text in lines.items():
            console.print(Text(textwrap.fill(
                printable(text), console.width, break_on_hyphens=False,
                initial_indent=f"  {name:<{longest}}  ", subsequent_indent=" " * (longest + 4),
            )))  # fmt: skip
        console.print()


def printable(text: str) -> str:
    """Text of files without what a terminal would obey."""
    return "".join(mark if mark.isprintable() else repr(mark)[1:-1] for mark in text)


def print_json(value: object) -> None:
    """A value as JSON; times in ISO 8601, UTC."""
    print(json.dumps(value, indent=2, default=_plain, ensure_ascii=False))


@contextmanager
def progress_display() -> Iterator[None]:
    """While the block runs, progress of stages is shown: bars in a terminal, else lines.

    So is what the store waits for, as lines.
    """
    console = Console(stderr=True)
    logger = logging.getLogger(stages.PROGRESS_LOGGER)
    store = logging.getLogger(stages.STORE_LOGGER)
    logger.propagate = False
    logger.setLevel(logging.INFO)
    display = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[speed]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    handler = _Bars(display) if console.is_terminal else _Lines(console)
    lines = _Lines(console)
    logger.addHandler(handler)
    store.addHandler(lines)
    try:
        with display:
            yield
    finally:
        logger.removeHandler(handler)
        store.removeHandler(lines)


class _Bars(logging.Handler):
    """One bar a task."""

    def __init__(self, display: Progress) -> None:
        super().__init__()
        self._display = display
        self._tasks: dict[str, TaskID] = {}

    def emit(self, record: logging.LogRecord) -> None:
        moment = getattr(record, "progress", None)
        if not isinstance(moment, stages.Progress):
            return
        if moment.task not in self._tasks:
            self._tasks[moment.task] = self._display.add_task(moment.task, total=None, speed="")
        failed = f", {moment.failed:,} failed" if moment.failed else ""
        self._display.update(
            self._tasks[moment.task],
            completed=moment.done + moment.failed,
            total=moment.total,
            speed=f"{moment.rate:,.0f}/s{failed}",
        )


class _Lines(logging.Handler):
    """One line a message."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        self._console.print(Text(record.getMessage()))


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return "\n".join(map(printable, str(value).split("\n")))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not shown as JSON")


def print_status(found: "Status") -> None:
    """Counts per player and of the shared tables."""
    print_table("players", [_player_row(name, row) for name, row in found["players"].items()],
                "no players")  # fmt: skip
    lands = [_land_row(name, row["land"]) for name, row in found["players"].items()
             if "land" in row]  # fmt: skip
    if lands:
        print_table("lands: URLs, and the latest job", lands, "")
    print_table("matches, once for all players", [found["shared"]], "")


def _land_row(name: str, land: "LandStatus") -> dict[str, object]:
    job = land["job"]
    counts = {status: land["urls"].get(status, 0)
              for status in ("fetched", "skipped", "failed", "refused", "pending")}  # fmt: skip
    if job is None:
        return {"land": name, **counts, "job": "none yet"}
    success = job["success_rate"]
    return {
        "land": name, **counts, "job": f"{job['total']:,} in {job['duration']:,.0f} s",
        "success": None if success is None else f"{success:.0%}",
    }  # fmt: skip


def print_failures(
    media: Sequence[Mapping[str, object]],
    sources: Sequence[Mapping[str, object]],
    gaps: Sequence[Mapping[str, object]],
    urls: Sequence[Mapping[str, object]],
) -> None:
    """What could not be done: for media, recorded files, calls of the API, and URLs of lands."""
    names = ("player", "file_path", "stages", "message", "attempts", "next_retry_at")
    print_table("media", [{name: row[name] for name in names} for row in _merged(media)],
                "every media file could be read")  # fmt: skip
    if sources:
        about = ("file_path", "match_id", "message")
        print_table("matches", [{name: row[name] for name in about} for row in sources], "")
    if gaps:
        told = ("part", "subject", "message", "attempts", "next_retry_at")
        print_table("not fetched", [{name: row[name] for name in told} for row in gaps], "")
    if urls:
        shown = ("player", "url", "status", "reason", "attempts", "next_retry_at")
        print_table("not had from the web", [{name: row[name] for name in shown} for row in urls],
                    "")  # fmt: skip


def _merged(rows: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
    """One row a file and reason: a file that cannot be read fails in all of its stages."""
    merged: dict[tuple[object, ...], dict[str, object]] = {}
    for row in rows:
        key = (row["media_id"], row["message"])
        if key in merged:
            merged[key]["stages"] = f"{merged[key]['stages']}, {row['stage']}"
        else:
            merged[key] = {**row, "stages": row["stage"]}
    return list(merged.values())


def to_terminal(progress: stages.Progress) -> None:
    """A listener whose words `progress_display` shows."""
    logging.getLogger(stages.PROGRESS_LOGGER).info("%s", progress, extra={"progress": progress})


def print_migration(report: "MigrationReport") -> None:
    """What became of each LevelUp database, and of the shared tables."""
    print_table("databases of LevelUp", [_migrated_row(player) for player in report.players], "")
    figures = report.figures
    print_table(
        "the shared tables" + (", as they would be" if report.dry_run else ""),
        [{
            "matches": figures.matches, "mean player count": figures.average_player_count,
            "of several players": figures.shared_matches, "duplicates": figures.duplicates,
            "orphans": figures.orphans, "lost rows": figures.lost_rows,
        }],
        "",
    )  # fmt: skip
    for player in report.players:
        for problem in player.problems:
            print(f"{player.player}: {problem}")
        for table, reason in player.kept.items():
            print(f"{player.player}: {table} stays in the source: {reason}")
        if player.backup_file:
            print(f"{player.player}: backup: {player.backup_file}")
    if report.dry_run:
        print("dry run: nothing was written")


def _migrated_row(player: "PlayerReport") -> dict[str, object]:
    counted: dict[str, str] = {
        part.kind: f"{part.here:,}/{part.source:,}"
        for part in (player.validation.coverage if player.validation else ())
    }
    names = ("matches", "participants", "events", "medals", "pairs", "aliases", "skill")
    return {
        "player": player.player,
        "state": player.state,
        "new matches": player.new_matches,
        **{name: counted.get(name, "") for name in names},
        "kills and deaths": _equal(player),
        "bytes before": player.bytes_before,
        "after": player.bytes_after,
    }


def _equal(player: "PlayerReport") -> str:
    if player.validation is None:
        return ""
    return "equal" if player.validation.sums.equal else "DIFFER"


def print_findings(findings: Sequence["Finding"]) -> None:
    """What `doctor` found."""
    rows = [
        {"": found.subject, "state": found.state, "to do": found.remedy or "ok"}
        for found in findings
    ]
    print_table("", rows, "")


def _player_row(name: str, row: "PlayerStatus") -> dict[str, object]:
    captures, thumbnails = row["captures"], row["thumbnails"]
    inside = captures["inside_history"]
    return {
        "player": name,
        "images": row["files"]["image"],
        "clips": row["files"]["video"],
        "music": row["files"]["audio"],
        "missing": row["missing"],
        "failed": row["failed"],
        "thumbnails": f"{thumbnails['made']:,}/{thumbnails['eligible']:,}",
        "captures": captures["total"],
        "in history": inside,
        "auto": captures["auto"],
        "review": captures["review"],
        "rate": f"{captures['auto'] / inside:.0%}" if inside else "",
    }
