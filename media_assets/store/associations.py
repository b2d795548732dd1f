"""Which capture shows which match, in the store: what changed, the rules, what is written."""

from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import duckdb
import polars as pl

from media_assets.store.connect import connect, transaction
from media_assets.store.frames import as_table
from media_assets.store.spec import Table
from media_assets.store.tables.captures import (
    ASSOCIATED_CAPTURES,
    ASSOCIATED_MATCHES,
    MEDIA_MATCHES,
)
from media_assets.store.write import delete_keys, difference, relation, upsert

# Missing captures keep their associations: what their file said is still true. One without a time
# is there because a person may name its match.
_CAPTURES = """
CREATE TEMP TABLE captures_now AS
WITH decided AS (
    SELECT media_id, list((match_id, decision) ORDER BY match_id) AS said
    FROM association_decisions GROUP BY media_id
)
SELECT c.media_id, f.kind, c.time_quality, t.title_factor,
       epoch(c.capture_start_utc) AS begins, epoch(c.capture_end_utc) AS ends,
       (hash(f.kind, c.capture_start_utc, c.capture_end_utc, c.time_quality, t.title_factor,
             d.said, $settings) >> 1)::BIGINT AS inputs
FROM capture_times c
JOIN media_files f USING (media_id)
JOIN titles t ON t.title IS NOT DISTINCT FROM c.title
LEFT JOIN decided d USING (media_id)
"""

_EVENTS = """
SELECT e.match_id, p.start_time, e.time_ms
FROM shared.highlight_events e JOIN player_match_stats p
  ON p.match_id = e.match_id AND p.xuid = e.xuid
WHERE e.event_type IN ('kill', 'medal')
"""

_MATCHES = f"""
CREATE TEMP TABLE matches_now AS
WITH happened AS (
    SELECT match_id, sum(hash(time_ms)) AS events FROM ({_EVENTS}) GROUP BY match_id
)
SELECT match_id, p.start_time AS match_start_time,
       epoch(joined_at) AS joins, epoch(left_at) AS leaves,
       (hash(p.start_time, joined_at, left_at, h.events) >> 1)::BIGINT AS inputs
FROM player_match_stats p LEFT JOIN happened h USING (match_id)
"""

# Only of matches that a clip that is judged may show: for one new clip that is next to nothing.
_EVENTS_NEAR = f"""
WITH clips AS (
    SELECT min(begins) AS first, max(ends) AS last
    FROM captures_now SEMI JOIN affected USING (media_id) WHERE kind = 'video'
)
SELECT match_id, epoch(start_time) + time_ms / 1000.0 AS happens
FROM ({_EVENTS}) SEMI JOIN (
    SELECT match_id FROM matches_now, clips WHERE leaves >= first AND joins <= last
) USING (match_id)
"""

_FRAMES = {
    "captures": "SELECT * EXCLUDE (inputs) FROM captures_now SEMI JOIN affected USING (media_id)",
    "presences": "SELECT * EXCLUDE (inputs) FROM matches_now",
    "events": _EVENTS_NEAR,
    "decisions": "SELECT media_id, match_id, decision FROM association_decisions "
    "SEMI JOIN affected USING (media_id)",
}

_JUDGED = """
SELECT media_id FROM affected
UNION
SELECT media_id FROM media_matches ANTI JOIN captures_now USING (media_id)
"""


class Changes(NamedTuple):
    """What is to be judged again, with all that it follows from.

    `frames` are the relations of `associate`. `judged` has the `media_id` of every capture whose
    rows are replaced, also of those that are gone. The others are new rows of
    `associated_captures` and `associated_matches`, and keys of old ones.
    """

    frames: dict[str, pl.DataFrame]
    judged: pl.DataFrame
    captures: pl.DataFrame
    captures_gone: pl.DataFrame
    matches: pl.DataFrame
    matches_gone: pl.DataFrame


def load_titles(con: duckdb.DuckDBPyConnection) -> list[str | None]:
    """Every title of a game in the names of captures, and None."""
    rows = con.execute("SELECT DISTINCT title FROM capture_times").fetchall()
    return [row[0] for row in rows]


def load_changes(
    con: duckdb.DuckDBPyConnection,
    title_factors: Mapping[str | None, float],
    parameters: Mapping[str, float],
) -> Changes:
    """The captures whose associations may be others now; needs `shared` attached.

    Those are captures that are new, that have another time, title or decision, and those within
    the tolerance of a match that is new, gone, or has another presence, kill or medal: of where it
    is now, and of where it was. Other weights, or another statement, concern all of them.
    """
    titles = pl.DataFrame(
        list(title_factors.items()), {"title": pl.String, "title_factor": pl.Float64}, orient="row"
    )
    settings = f"{sorted(parameters.items())}{_statement('associate.sql')}"
    with relation(con, "titles", titles):
        con.execute(_CAPTURES, {"settings": settings})
    con.execute(_MATCHES)
    con.execute(
        f"CREATE TEMP TABLE affected AS {_statement('affected.sql')}",
        {"tolerance": parameters["tolerance"]},
    )
    return Changes(
        frames={name: con.sql(query).pl() for name, query in _FRAMES.items()},
        judged=con.sql(_JUDGED).pl(),
        captures=_new(con, ASSOCIATED_CAPTURES, "captures_now"),
        captures_gone=_gone(con, ASSOCIATED_CAPTURES, "captures_now"),
        matches=_new(con, ASSOCIATED_MATCHES, "matches_now"),
        matches_gone=_gone(con, ASSOCIATED_MATCHES, "matches_now"),
    )


def _new(con: duckdb.DuckDBPyConnection, table: Table, now: str) -> pl.DataFrame:
    names = ", ".join(table.column_names)
    return con.sql(f"SELECT {names} FROM {now} ANTI JOIN {table.name} USING ({names})").pl()


def _gone(con: duckdb.DuckDBPyConnection, table: Table, now: str) -> pl.DataFrame:
    key = ", ".join(table.key)
    return con.sql(f"SELECT {key} FROM {table.name} ANTI JOIN {now} USING ({key})").pl()


def associate(
    con: duckdb.DuckDBPyConnection,
    frames: Mapping[str, pl.DataFrame],
    parameters: Mapping[str, float],
) -> pl.DataFrame:
    """All candidates with their roles and confidence: the columns of `media_matches`, unstamped.

    Set-based: it needs no table, so an in-memory connection will do. The frames, times in seconds
    since 1970:

    - `captures`: `media_id`, `kind`, `begins`, `ends`, `time_quality`, `title_factor`; a capture
      without a time has nulls.
    - `presences`: `match_id`, `match_start_time`, `joins`, `leaves`.
    - `events`: `match_id` and `happens`, of the player's kills and medals.
    - `decisions`: `media_id`, `match_id`, `decision`.

    `parameters` are those of `Weights`, and `tolerance` in seconds.
    """
    with ExitStack() as stack:
        for name in _FRAMES:
            stack.enter_context(relation(con, name, frames[name]))
        return con.sql(_statement("associate.sql"), params=dict(parameters)).pl()


def write_associations(
    file: Path, changes: Changes, rows: pl.DataFrame, now: datetime
) -> tuple[int, int]:
    """Make the judged captures' part of `media_matches` equal to `rows`.

    Only what differs is written, with what it follows from, in one transaction. Returns rows
    written and rows deleted.
    """
    stamped = as_table(MEDIA_MATCHES, rows.with_columns(associated_at=pl.lit(now)))
    if not any(map(len, changes[1:])):
        return 0, 0
    with connect(file, read_only=True) as con:
        fresh, stale = difference(
            con, MEDIA_MATCHES, stamped, ("associated_at",), within=changes.judged
        )
    with connect(file) as con, transaction(con):
        upsert(con, ASSOCIATED_CAPTURES, changes.captures)
        upsert(con, ASSOCIATED_MATCHES, changes.matches)
        delete_keys(con, ASSOCIATED_CAPTURES, changes.captures_gone)
        delete_keys(con, ASSOCIATED_MATCHES, changes.matches_gone)
        return upsert(con, MEDIA_MATCHES, fresh), delete_keys(con, MEDIA_MATCHES, stale)


def count_decisions(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Captures by what was decided about their main match."""
    return dict(
        con.execute(
            "SELECT decision, count(*) FROM media_matches WHERE role = 'main' "
            "GROUP BY decision ORDER BY decision"
        ).fetchall()
    )


@cache
def _statement(name: str) -> str:
    return files("media_assets.store").joinpath("sql", name).read_text(encoding="utf-8")
