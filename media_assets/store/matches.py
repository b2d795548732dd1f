"""The shared tables in the store: what was taken in, what is loaded, and how a batch is written."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl

from media_assets.store.connect import connect, transaction
from media_assets.store.frames import frame_of
from media_assets.store.spec import Table
from media_assets.store.tables.matches import (
    ASSET_NAMES,
    HIGHLIGHT_EVENTS,
    KILLER_VICTIM_PAIRS,
    MATCH_PARTICIPANTS,
    MATCH_REGISTRY,
    MEDALS_EARNED,
    SOURCE_FILES,
    XUID_ALIASES,
)
from media_assets.store.write import relation, upsert

Rows = list[dict[str, object]]

_SET_BY_OTHERS = (
    "first_sync_by", "first_sync_at", "created_at", "player_count",
    "playlist_name", "map_name", "pair_name", "game_variant_name",
)  # fmt: skip

# The latest name wins, whatever the order in which names arrive; at the same time users and
# profiles, which are asked for by id, come before what stands in a film.
_ALIASES = """
INSERT INTO xuid_aliases (xuid, gamertag, source, last_seen)
SELECT xuid, gamertag, source, last_seen FROM names
QUALIFY row_number() OVER (PARTITION BY xuid ORDER BY last_seen DESC, source DESC, gamertag) = 1
ON CONFLICT (xuid) DO UPDATE SET
    gamertag = excluded.gamertag, source = excluded.source, last_seen = excluded.last_seen
WHERE (excluded.last_seen, excluded.source, excluded.gamertag)
    > (xuid_aliases.last_seen, xuid_aliases.source, xuid_aliases.gamertag)
"""

_NAMED = """
SELECT r.match_id,
       coalesce(playlist.name, r.playlist_name) AS playlist_name,
       coalesce(map.name, r.map_name) AS map_name,
       coalesce(pair.name, r.pair_name) AS pair_name,
       coalesce(game_variant.name, r.game_variant_name) AS game_variant_name,
       coalesce(r.is_ranked, playlist.is_ranked) AS is_ranked,
       coalesce(ours.players, 0)::SMALLINT AS player_count
FROM match_registry r
LEFT JOIN latest playlist
    ON playlist.asset_kind = 'playlist' AND playlist.asset_id = r.playlist_id
LEFT JOIN latest map ON map.asset_kind = 'map' AND map.asset_id = r.map_id
LEFT JOIN latest pair ON pair.asset_kind = 'pair' AND pair.asset_id = r.pair_id
LEFT JOIN latest game_variant
    ON game_variant.asset_kind = 'game_variant' AND game_variant.asset_id = r.game_variant_id
LEFT JOIN (
    SELECT match_id, count(DISTINCT xuid) AS players
    FROM match_participants WHERE list_contains($xuids, xuid) GROUP BY match_id
) ours ON ours.match_id = r.match_id
"""

# The name of the version that was played, else of any version: names seldom change.
_LATEST = """
CREATE TEMP VIEW latest AS
SELECT asset_kind, asset_id, min_by(name, version_id) AS name, bool_or(is_ranked) AS is_ranked
FROM asset_names GROUP BY asset_kind, asset_id
"""


@dataclass(frozen=True, slots=True)
class MatchBatch:
    """Rows of some matches, written together or not at all. Keys are column names."""

    registry: Rows
    participants: Rows
    events: Rows
    medals: Rows
    pairs: Rows
    aliases: Rows
    problems: Rows


@dataclass(frozen=True, slots=True)
class SourceBatch:
    """What some recorded files gave: rows of `source_files`, `xuid_aliases`, `asset_names`."""

    files: Rows
    aliases: Rows
    names: Rows


def load_sources(con: duckdb.DuckDBPyConnection) -> dict[str, tuple[int, int]]:
    """Size and mtime of every recorded file that was taken in, by path.

    One that could not be read is left out: nothing about it need change before it can be.
    """
    rows = con.execute(
        "SELECT file_path, file_size, mtime_ns FROM source_files "
        "WHERE error_class IS NULL OR error_class = 'MatchDataError'"
    ).fetchall()
    return {path: (size, mtime_ns) for path, size, mtime_ns in rows}


def load_backfill(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """The bit mask of every match in the registry."""
    rows = con.execute("SELECT match_id, backfill_completed FROM match_registry").fetchall()
    return dict(rows)


def write_sources(con: duckdb.DuckDBPyConnection, batch: SourceBatch) -> int:
    """Write what recorded files gave, inside the caller's transaction."""
    written = upsert(con, SOURCE_FILES, _unique(SOURCE_FILES, batch.files))
    written += upsert(con, ASSET_NAMES, _unique(ASSET_NAMES, batch.names))
    return written + write_aliases(con, batch.aliases)


def write_matches(con: duckdb.DuckDBPyConnection, batch: MatchBatch) -> dict[str, int]:
    """Write some matches inside the caller's transaction; returns rows by table."""
    columns = tuple(batch.registry[0]) if batch.registry else ()
    registry = frame_of(MATCH_REGISTRY, batch.registry, columns or None)
    written = {"match_registry": upsert(con, MATCH_REGISTRY, registry, keep=_SET_BY_OTHERS)}
    for table, rows in (
        (MATCH_PARTICIPANTS, batch.participants),
        (HIGHLIGHT_EVENTS, batch.events),
        (MEDALS_EARNED, batch.medals),
        (KILLER_VICTIM_PAIRS, batch.pairs),
        (SOURCE_FILES, batch.problems),
    ):
        written[table.name] = upsert(con, table, frame_of(table, rows))
    written["xuid_aliases"] = write_aliases(con, batch.aliases)
    healed = registry.select("match_id").join(
        frame_of(SOURCE_FILES, batch.problems), on="match_id", how="anti"
    )
    with relation(con, "healed", healed):
        con.execute(
            "DELETE FROM source_files WHERE content = 'unknown' "
            "AND match_id IN (SELECT match_id FROM healed)"
        )
    return written


def write_aliases(con: duckdb.DuckDBPyConnection, rows: Rows) -> int:
    """Take over names that are newer than those known; returns how many names were offered."""
    if not rows:
        return 0
    with relation(con, "names", frame_of(XUID_ALIASES, rows)):
        con.execute(_ALIASES)
    return len(rows)


def refresh_names(file: Path, xuids: Iterable[str], now: datetime) -> int:
    """Bring names and player counts of all matches up to date; returns the rows that changed.

    Names of assets and players may become known long after a match, and the set of configured
    players may change.
    """
    with connect(file, read_only=True) as con:
        registry = _stale_registry(con, sorted(set(xuids)))
        participants = con.sql(
            "SELECT p.match_id, p.xuid, a.gamertag FROM match_participants p "
            "JOIN xuid_aliases a ON a.xuid = p.xuid "
            "WHERE p.gamertag IS DISTINCT FROM a.gamertag"
        ).pl()
    if registry.is_empty() and participants.is_empty():
        return 0
    with connect(file) as con, transaction(con):
        _update_registry(con, registry.with_columns(updated_at=pl.lit(now)))
        _update_gamertags(con, participants)
    return registry.height + participants.height


def load_participants_of(con: duckdb.DuckDBPyConnection, xuid: str) -> dict[str, pl.DataFrame]:
    """All that the statistics of one player follow from, for the matches that they are in."""
    mine = "match_id IN (SELECT match_id FROM match_participants WHERE xuid = $xuid)"
    frames = {
        name: con.sql(f"FROM {name} WHERE {mine} ORDER BY ALL", params={"xuid": xuid}).pl()
        for name in ("match_registry", "match_participants", "killer_victim_pairs")
    }
    frames["medals_earned"] = con.sql(
        "FROM medals_earned WHERE xuid = $xuid ORDER BY ALL", params={"xuid": xuid}
    ).pl()
    frames["xuid_aliases"] = con.sql("FROM xuid_aliases ORDER BY xuid").pl()
    return frames


def load_history(con: duckdb.DuckDBPyConnection, xuid: str) -> pl.DataFrame:
    """Matches of recorded files in which a player took part: rows of `match_history`."""
    return con.sql(
        "SELECT match_id, any_value(start_time) AS start_time, any_value(end_time) AS end_time, "
        "true AS raw_complete FROM source_files "
        "WHERE content = 'stats' AND error_class IS NULL AND list_contains(xuids, $xuid) "
        "GROUP BY match_id ORDER BY match_id",
        params={"xuid": xuid},
    ).pl()


def find_xuid(con: duckdb.DuckDBPyConnection, gamertag: str) -> str | None:
    """The xuid of a gamertag in any case; None when none or several have it."""
    rows = con.execute(
        "SELECT xuid FROM xuid_aliases WHERE lower(gamertag) = lower(?)", [gamertag]
    ).fetchall()
    return rows[0][0] if len(rows) == 1 else None


def _stale_registry(con: duckdb.DuckDBPyConnection, xuids: list[str]) -> pl.DataFrame:
    con.execute(_LATEST)
    names = ("playlist_name", "map_name", "pair_name", "game_variant_name", "is_ranked",
             "player_count")  # fmt: skip
    differs = " OR ".join(f"n.{name} IS DISTINCT FROM r.{name}" for name in names)
    return con.sql(
        f"SELECT n.* FROM ({_NAMED}) n JOIN match_registry r USING (match_id) WHERE {differs}",
        params={"xuids": xuids},
    ).pl()


def _update_registry(con: duckdb.DuckDBPyConnection, rows: pl.DataFrame) -> None:
    if rows.is_empty():
        return
    names = ", ".join(f"{name} = s.{name}" for name in rows.columns if name != "match_id")
    with relation(con, "named", rows):
        con.execute(
            f"UPDATE match_registry SET {names} FROM named s "
            "WHERE match_registry.match_id = s.match_id"
        )


def _update_gamertags(con: duckdb.DuckDBPyConnection, rows: pl.DataFrame) -> None:
    if rows.is_empty():
        return
    with relation(con, "named", rows):
        con.execute(
            "UPDATE match_participants SET gamertag = s.gamertag FROM named s "
            "WHERE match_participants.match_id = s.match_id AND match_participants.xuid = s.xuid"
        )


def _unique(table: Table, rows: Rows) -> pl.DataFrame:
    """One row a key, the last one: a batch may hold a key twice, a statement must not."""
    return frame_of(table, rows).unique(list(table.key), keep="last", maintain_order=True)
