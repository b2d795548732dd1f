"""The shared tables in the store: what was taken in, what is loaded, and how a batch is written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl

from media_assets.store.connect import connect, transaction
from media_assets.store.frames import frame_of, frame_of_columns
from media_assets.store.spec import Table
from media_assets.store.tables.matches import (
    ASSET_NAMES,
    CAREER_PROGRESS,
    HIGHLIGHT_EVENTS,
    KILLER_VICTIM_PAIRS,
    MATCH_PARTICIPANTS,
    MATCH_REGISTRY,
    MEDALS_EARNED,
    PERSONAL_SCORES,
    SOURCE_FILES,
    XUID_ALIASES,
)
from media_assets.store.write import delete_keys, insert, relation, upsert

Rows = list[dict[str, object]]
Columns = Mapping[str, Sequence[object]]

_SET_BY_OTHERS = (
    "first_sync_by", "first_sync_at", "created_at", "player_count",
    "playlist_name", "map_name", "pair_name", "game_variant_name",
)  # fmt: skip

# The latest name wins, whatever the order in which names arrive; at the same time users and
# profiles, which are asked for by id, come before what stands in a film. LevelUp's names, of whose
# times nobody knows what they mean, give way to all.
_ALIASES = """
INSERT INTO xuid_aliases (xuid, gamertag, source, last_seen)
SELECT xuid, gamertag, source, last_seen FROM names
QUALIFY row_number() OVER (PARTITION BY xuid ORDER BY last_seen DESC, source DESC, gamertag) = 1
ON CONFLICT (xuid) DO UPDATE SET
    gamertag = excluded.gamertag, source = excluded.source, last_seen = excluded.last_seen
WHERE (excluded.last_seen, excluded.source, excluded.gamertag)
    > (xuid_aliases.last_seen, xuid_aliases.source, xuid_aliases.gamertag)
   OR xuid_aliases.source = 'levelup'
"""

# What LevelUp made of words in names does not fill what a response leaves open.
_FORGET_LEVELUP = """
UPDATE match_registry SET is_ranked = NULL, is_firefight = NULL, mode_category = NULL
FROM answered a
WHERE match_registry.match_id = a.match_id AND match_registry.levelup_parts & 512 <> 0
"""

# What the responses have not (yet) is still LevelUp's.
_MARK_LEVELUP = """
UPDATE match_registry SET
    levelup_parts = levelup_parts & ~a.backfill_completed,
    backfill_completed = match_registry.backfill_completed
        | (levelup_parts & ~a.backfill_completed)
FROM answered a
WHERE match_registry.match_id = a.match_id AND match_registry.levelup_parts <> 0
"""

_NAMED = """
SELECT r.match_id,
       coalesce(playlist.name, r.playlist_name) AS playlist_name,
       coalesce(map.name, r.map_name) AS map_name,
       coalesce(pair.name, r.pair_name) AS pair_name,
       coalesce(game_variant.name, r.game_variant_name) AS game_variant_name,
       -- LevelUp tells by words in the playlist's name.
       CASE WHEN r.levelup_parts & 512 <> 0
            THEN coalesce(playlist.is_ranked, played.is_ranked, r.is_ranked)
            ELSE coalesce(r.is_ranked, playlist.is_ranked, played.is_ranked) END AS is_ranked,
       coalesce(ours.players, 0)::SMALLINT AS player_count,
       r.backfill_completed | 256 AS backfill_completed  -- names were looked for
FROM match_registry r
LEFT JOIN (
    SELECT playlist_id, bool_or(is_ranked) AS is_ranked FROM match_registry
    WHERE coalesce(levelup_parts, 0) & 512 = 0 GROUP BY playlist_id
) played ON played.playlist_id = r.playlist_id
LEFT JOIN latest playlist
    ON playlist.asset_kind = 'playlist' AND playlist.asset_id = r.playlist_id
LEFT JOIN latest map ON map.asset_kind = 'map' AND map.asset_id = r.map_id
LEFT JOIN latest pair ON pair.asset_kind = 'pair' AND pair.asset_id = r.pair_id
LEFT JOIN latest game_variant
    ON game_variant.asset_kind = 'game_variant' AND game_variant.asset_id = r.game_variant_id
LEFT JOIN (
    SELECT match_id, count(DISTINCT xuid) AS players
    FROM match_participants WHERE xuid IN (SELECT xuid FROM configured) GROUP BY match_id
) ours ON ours.match_id = r.match_id
"""

# A recorded match is known before it is loaded, and also where it cannot be.
_HISTORY = """
SELECT match_id, any_value(start_time) AS start_time, any_value(end_time) AS end_time,
       true AS raw_complete
FROM (
    SELECT match_id, start_time, end_time FROM match_registry
    WHERE match_id IN (SELECT match_id FROM match_participants WHERE xuid = $xuid)
    UNION ALL
    SELECT match_id, start_time, end_time FROM source_files
    WHERE content = 'stats' AND error_class IS NULL AND list_contains(xuids, $xuid)
)
GROUP BY match_id ORDER BY match_id
"""

# The name of the version that was played, else of any version: names seldom change.
_LATEST = """
CREATE TEMP VIEW latest AS
SELECT asset_kind, asset_id, min_by(name, version_id) AS name, bool_or(is_ranked) AS is_ranked
FROM asset_names GROUP BY asset_kind, asset_id
"""


@dataclass(frozen=True, slots=True)
class MatchBatch:
    """Rows of some matches, written together or not at all. Keys are column names.

    `events` has the columns of the rows of each match.
    """

    registry: Rows
    participants: Rows
    events: list[Columns]
    medals: Rows
    scores: Rows
    pairs: Rows
    aliases: Rows
    problems: Rows


@dataclass(frozen=True, slots=True)
class SourceBatch:
    """What some recorded files gave: rows of `source_files`, `xuid_aliases`, `asset_names`,
    `career_progress`.
    """

    files: Rows
    aliases: Rows
    names: Rows
    career: Rows = field(default_factory=list)


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
    """The bit mask of every match in the registry, without what LevelUp alone has attempted."""
    rows = con.execute(
        "SELECT match_id, backfill_completed & ~coalesce(levelup_parts, 0) FROM match_registry"
    ).fetchall()
    return dict(rows)


def write_sources(con: duckdb.DuckDBPyConnection, batch: SourceBatch) -> int:
    """Write what recorded files gave, inside the caller's transaction."""
    written = upsert(con, SOURCE_FILES, _unique(SOURCE_FILES, batch.files))
    written += upsert(con, ASSET_NAMES, _unique(ASSET_NAMES, batch.names))
    written += upsert(con, CAREER_PROGRESS, _unique(CAREER_PROGRESS, batch.career))
    return written + write_aliases(con, batch.aliases)


def write_matches(con: duckdb.DuckDBPyConnection, batch: MatchBatch) -> dict[str, int]:
    """Write some matches inside the caller's transaction; returns rows by table.

    Of a match that was there, nothing is lost: a value stays where the new row has none, and so do
    the rows of a table for which it gives none now. Where it gives rows, those replace the old.
    """
    con.execute("SET threads = 1")  # several contend for one index: twice the time of the CPU
    columns = tuple(batch.registry[0]) if batch.registry else ()
    registry = frame_of(MATCH_REGISTRY, batch.registry, columns or None)
    problems = frame_of(SOURCE_FILES, batch.problems)
    with relation(con, "matches", registry.select("match_id")):
        known = con.sql("FROM matches SEMI JOIN match_registry USING (match_id)").pl()
    with relation(con, "answered", registry.select("match_id", "backfill_completed")):
        con.execute(_FORGET_LEVELUP)
    written = {"match_registry": upsert(con, MATCH_REGISTRY, registry, _SET_BY_OTHERS, fill=True)}
    with relation(con, "answered", registry.select("match_id", "backfill_completed")):
        con.execute(_MARK_LEVELUP)
    for table, rows in (
        (MATCH_PARTICIPANTS, frame_of(MATCH_PARTICIPANTS, batch.participants)),
        (HIGHLIGHT_EVENTS, frame_of_columns(HIGHLIGHT_EVENTS, batch.events)),
        (MEDALS_EARNED, frame_of(MEDALS_EARNED, batch.medals)),
        (PERSONAL_SCORES, frame_of(PERSONAL_SCORES, batch.scores)),
        (KILLER_VICTIM_PAIRS, frame_of(KILLER_VICTIM_PAIRS, batch.pairs)),
    ):
        written[table.name] = _write_rows(con, table, rows, known)
    if not known.is_empty():
        _mark_events(con, known)
    written["source_files"] = upsert(con, SOURCE_FILES, problems)
    written["xuid_aliases"] = write_aliases(con, batch.aliases)
    healed = registry.select("match_id").join(problems, on="match_id", how="anti")
    with relation(con, "healed", healed):
        con.execute(
            "DELETE FROM source_files WHERE content = 'unknown' "
            "AND match_id IN (SELECT match_id FROM healed)"
        )
    return written


def _write_rows(
    con: duckdb.DuckDBPyConnection, table: Table, rows: pl.DataFrame, known: pl.DataFrame
) -> int:
    """Rows of matches, of which those in `known` may have rows already."""
    again = rows.join(known, on="match_id", how="semi")
    if again.is_empty():
        return insert(con, table, rows)
    key = ", ".join(table.key)
    with relation(con, "again", again):
        gone = con.sql(
            f"SELECT {key} FROM {table.name} ANTI JOIN again USING ({key}) "
            "WHERE match_id IN (SELECT match_id FROM again)"
        ).pl()
    delete_keys(con, table, gone)
    new = insert(con, table, rows.join(known, on="match_id", how="anti"))
    return new + upsert(con, table, again, fill=True)


def _mark_events(con: duckdb.DuckDBPyConnection, matches: pl.DataFrame) -> None:
    """Events that an earlier load wrote are there also when nobody looked for a film now."""
    with relation(con, "known", matches):
        con.execute(
            "UPDATE match_registry SET events_loaded = true FROM known "
            "WHERE match_registry.match_id = known.match_id AND NOT events_loaded "
            "AND known.match_id IN (SELECT match_id FROM highlight_events)"
        )


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
    players may change. Whether a match is ranked follows from its playlist where its own responses
    do not say it: from what the playlist's asset says, else from its other matches.
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


def mark_attempted(file: Path, xuid: str, attempted: int, now: datetime) -> int:
    """Set bits of `backfill_completed` for all matches of a player; returns how many had them not.

    The file is opened for writing only where one had not.
    """
    unmarked = (
        "match_id IN (SELECT match_id FROM match_participants WHERE xuid = $xuid) "
        "AND backfill_completed & $attempted <> $attempted"
    )
    values = {"xuid": xuid, "attempted": attempted}
    with connect(file, read_only=True) as con:
        count = con.execute(
            f"SELECT count(*) FROM match_registry WHERE {unmarked}", values
        ).fetchone()
    if count is None or count[0] == 0:
        return 0
    with connect(file) as con, transaction(con):
        con.execute(
            "UPDATE match_registry SET updated_at = $now, "
            f"backfill_completed = backfill_completed | $attempted WHERE {unmarked}",
            {**values, "now": now},
        )
    return int(count[0])


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


def load_turns(con: duckdb.DuckDBPyConnection, xuid: str) -> pl.DataFrame:
    """Who made the first and the last kill of a player's matches, and who died last.

    `match_id`, `first_killer`, `last_killer`, `last_victim` (xuids), by match_id; matches without
    events are left out.
    """
    return con.sql(
        "SELECT match_id, arg_min(xuid, seq) FILTER (event_type = 'kill') AS first_killer, "
        "arg_max(xuid, seq) FILTER (event_type = 'kill') AS last_killer, "
        "arg_max(xuid, seq) FILTER (event_type = 'death') AS last_victim FROM highlight_events "
        "WHERE match_id IN (SELECT match_id FROM match_participants WHERE xuid = $xuid) "
        "GROUP BY match_id ORDER BY match_id",
        params={"xuid": xuid},
    ).pl()


def load_scores(con: duckdb.DuckDBPyConnection, xuid: str) -> pl.DataFrame:
    """The player's rows of `personal_scores`."""
    query = "FROM personal_scores WHERE xuid = $xuid ORDER BY ALL"
    return con.sql(query, params={"xuid": xuid}).pl()


def load_career(con: duckdb.DuckDBPyConnection, xuid: str) -> pl.DataFrame:
    """The player's rows of `career_progress`."""
    query = "FROM career_progress WHERE xuid = $xuid ORDER BY ALL"
    return con.sql(query, params={"xuid": xuid}).pl()


def load_rank_names(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """`number`, `name` of every career rank that is known, by number."""
    return con.sql(
        "SELECT asset_id::INTEGER AS number, name FROM asset_names "
        "WHERE asset_kind = 'career_rank' ORDER BY 1"
    ).pl()


def load_history(con: duckdb.DuckDBPyConnection, xuid: str) -> pl.DataFrame:
    """Stored matches, and those of recorded files, that a player took part in.

    Rows of `match_history`, by match_id.
    """
    return con.sql(_HISTORY, params={"xuid": xuid}).pl()


def find_xuids(con: duckdb.DuckDBPyConnection, gamertags: Iterable[str]) -> dict[str, str]:
    """The xuid of each gamertag, in any case; one that none or several have is left out.

    A player whose LevelUp database was taken over is whoever that database said.
    """
    names = pl.DataFrame({"name": sorted(set(gamertags))}, schema={"name": pl.String})
    with relation(con, "wanted", names):  # binding a list of 1,000 takes 0.3 s
        rows = con.execute(
            "SELECT w.name, any_value(coalesce(l.xuid, a.xuid)) FROM wanted w "
            "LEFT JOIN levelup_players l ON l.player = w.name "
            "LEFT JOIN xuid_aliases a ON lower(a.gamertag) = lower(w.name) "
            "GROUP BY w.name HAVING count(l.xuid) > 0 OR count(a.xuid) = 1"
        ).fetchall()
    return dict(rows)


def _stale_registry(con: duckdb.DuckDBPyConnection, xuids: list[str]) -> pl.DataFrame:
    con.execute(_LATEST)
    names = ("playlist_name", "map_name", "pair_name", "game_variant_name", "is_ranked",
             "player_count", "backfill_completed")  # fmt: skip
    differs = " OR ".join(f"n.{name} IS DISTINCT FROM r.{name}" for name in names)
    configured = pl.DataFrame({"xuid": xuids}, schema={"xuid": pl.String})
    with relation(con, "configured", configured):
        return con.sql(
            f"SELECT n.* FROM ({_NAMED}) n JOIN match_registry r USING (match_id) WHERE {differs}"
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
