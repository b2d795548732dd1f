"""What is recorded of players whose LevelUp databases were taken over."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import duckdb
from pydantic import TypeAdapter

from media_assets.store.frames import frame_of
from media_assets.store.levelup.checks import Validation
from media_assets.store.tables.levelup import LEVELUP_PLAYERS
from media_assets.store.write import upsert

State = Literal["partial", "whole", "cleaned"]

_VALIDATION = TypeAdapter(Validation)


@dataclass(frozen=True, slots=True)
class TakenOver:
    """One row of `levelup_players`, but for the time of its change."""

    player: str
    xuid: str
    source_file: str
    state: State
    validation: Validation
    backup_file: str | None
    bytes_before: int
    bytes_after: int | None


def load(con: duckdb.DuckDBPyConnection, player: str) -> TakenOver | None:
    """What is recorded of one player."""
    row = con.execute(
        "SELECT player, xuid, source_file, state, validation, backup_file, bytes_before, "
        "bytes_after FROM levelup_players WHERE player = ?",
        [player],
    ).fetchone()
    if row is None:
        return None
    _, xuid, source_file, state, validation, backup_file, before, after = row
    return TakenOver(
        player, xuid, source_file, state, _VALIDATION.validate_json(validation), backup_file,
        before, after,
    )  # fmt: skip


def load_xuids(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The xuid of every player who was taken over."""
    return dict(con.execute("SELECT player, xuid FROM levelup_players").fetchall())


def count_matches(con: duckdb.DuckDBPyConnection, xuid: str) -> int:
    """Matches that came from LevelUp databases of one xuid and are in the registry."""
    row = con.execute(
        "SELECT count(*) FROM levelup_matches SEMI JOIN match_registry USING (match_id) "
        "WHERE xuid = ?",
        [xuid],
    ).fetchone()
    return int(row[0]) if row else 0


def save(con: duckdb.DuckDBPyConnection, entry: TakenOver, now: datetime) -> None:
    """Record one player inside the caller's transaction."""
    row: dict[str, object] = {
        "player": entry.player,
        "xuid": entry.xuid,
        "source_file": entry.source_file,
        "state": entry.state,
        "lost_rows": entry.validation.lost_rows,
        "validation": _VALIDATION.dump_json(entry.validation).decode(),
        "backup_file": entry.backup_file,
        "bytes_before": entry.bytes_before,
        "bytes_after": entry.bytes_after,
        "updated_at": now,
    }
    upsert(con, LEVELUP_PLAYERS, frame_of(LEVELUP_PLAYERS, [row]))
