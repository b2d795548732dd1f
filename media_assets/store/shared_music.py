"""Albums and artists of all players, from what each has published."""

from collections.abc import Mapping
from pathlib import Path

import duckdb
import polars as pl

from media_assets.store.connect import connect, in_memory, transaction
from media_assets.store.frames import as_table
from media_assets.store.spec import Table
from media_assets.store.tables.music import ALBUMS, ARTISTS, SHARED_ALBUMS, SHARED_ARTISTS
from media_assets.store.write import delete_keys, difference, upsert

SOURCES: Mapping[Table, Table] = {SHARED_ALBUMS: ALBUMS, SHARED_ARTISTS: ARTISTS}
"""What each shared table is made from."""

_OF_SEVERAL = """
SELECT s.* FROM shared_albums s WHERE s.players > 1
ORDER BY s.album_artist, s.year, s.title, s.album_key, s.player
LIMIT {limit}
"""

_PROMISES = """
WITH sums AS (
    SELECT album_key AS key, min(players) AS low, max(players) AS high,
           count(*) FILTER (tracks > 0) AS found
    FROM shared_albums GROUP BY ALL
    UNION ALL
    SELECT artist_key, min(players), max(players), count(*) FILTER (tracks > 0 OR albums > 0)
    FROM shared_artists GROUP BY ALL
)
SELECT (SELECT count(DISTINCT album_key) FROM shared_albums) AS albums,
       (SELECT count(DISTINCT album_key) FROM shared_albums WHERE players > 1) AS albums_of_several,
       (SELECT count(DISTINCT artist_key) FROM shared_artists) AS artists,
       (SELECT count(DISTINCT artist_key) FROM shared_artists WHERE players > 1)
           AS artists_of_several,
       count(*) FILTER (low <> high OR low <> found) AS wrong_counts
FROM sums
"""


def load_published(table: Table, folders: Mapping[str, Path]) -> pl.DataFrame:
    """What players have published of the albums or artists that a shared table is made from.

    A row an album (or artist) and player, without `players`; `folders` by player.
    """
    source = SOURCES[table].name
    names = [name for name in table.column_names if name not in {"player", "players"}]
    parts = []
    with in_memory() as con:
        for player, folder in folders.items():
            file = folder / f"{source}.parquet"
            if file.is_file():
                query = f"SELECT {', '.join(names)} FROM read_parquet($file)"
                found = con.sql(query, params={"file": str(file)}).pl()
                parts.append(found.with_columns(player=pl.lit(player)))
    if not parts:
        return as_table(table, pl.DataFrame(schema=dict.fromkeys(table.column_names, pl.Null)))
    return pl.concat(parts)


def write_shared(file: Path, rows: Mapping[Table, pl.DataFrame]) -> dict[str, tuple[int, int]]:
    """Make the shared tables equal to the rows; rows written and rows deleted by table."""
    with connect(file, read_only=True) as con:
        changes = {table: difference(con, table, as_table(table, frame))
                   for table, frame in rows.items()}  # fmt: skip
    if any(fresh.height or stale.height for fresh, stale in changes.values()):
        with connect(file) as con, transaction(con):
            for table, (fresh, stale) in changes.items():
                delete_keys(con, table, stale)
                upsert(con, table, fresh)
    return {table.name: (fresh.height, stale.height) for table, (fresh, stale) in changes.items()}


def load_of_several(con: duckdb.DuckDBPyConnection, limit: int) -> pl.DataFrame:
    """Albums that several players have, a row a player."""
    return con.sql(_OF_SEVERAL.format(limit=int(limit))).pl()


def shared_promises(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How much there is, and counts of players that are wrong."""
    result = con.execute(_PROMISES)
    names = [column[0] for column in result.description or ()]
    return dict(zip(names, result.fetchone() or (), strict=True))
