"""A player with 20,000 matches and 100,000 captures, as rows: no file is read or recorded."""

from datetime import datetime

import numpy as np
import polars as pl

from benchmarks.corpora.cache import PLAYER
from media_assets.stages.platform import SHARED, Platform
from media_assets.store.connect import connect, transaction
from media_assets.store.frames import as_table, polars_schema
from media_assets.store.spec import Table
from media_assets.store.tables.captures import CAPTURE_TIMES
from media_assets.store.tables.library import MEDIA_FILES
from media_assets.store.tables.matches import HIGHLIGHT_EVENTS
from media_assets.store.tables.players import PLAYER_MATCH_STATS
from media_assets.store.write import insert

CAPTURES, MATCHES = 100_000, 20_000
EVENTS_EACH, PLAYERS_EACH = 50, 4
"""Kills and medals that the player has in a match, and how many have as many in its film."""
_FIRST = datetime(2022, 1, 1)  # noqa: DTZ001 - UTC, as the tables have it
_XUID = 2_533_274_000_000_001
_CLIPS = 0.4


def add_history(platform: Platform) -> int:
    """Fill the tables that associations follow from; returns the number of captures."""
    random = np.random.default_rng(1)
    starts, ends = _matches(random)
    taken = _taken(random, starts, ends)
    with connect(platform.player_database(PLAYER)) as con, transaction(con):
        insert(con, PLAYER_MATCH_STATS, _presences(starts, ends))
        insert(con, MEDIA_FILES, _files())
        insert(con, CAPTURE_TIMES, _times(taken, np.arange(CAPTURES) < _CLIPS * CAPTURES))
    with platform.writing(SHARED), connect(platform.shared_database()) as con:
        insert(con, HIGHLIGHT_EVENTS, _events(random, ends - starts))
    return CAPTURES


def add_one_capture(platform: Platform) -> int:
    """One more picture, in the middle of a match."""
    with connect(platform.player_database(PLAYER)) as con, transaction(con):
        con.execute("INSERT INTO media_files BY NAME SELECT * REPLACE ('new' AS media_id) "
                    "FROM media_files LIMIT 1")  # fmt: skip
        con.execute("INSERT INTO capture_times BY NAME SELECT * REPLACE ('new' AS media_id) "
                    "FROM capture_times LIMIT 1")  # fmt: skip
    return 1


def add_one_match(platform: Platform) -> int:
    """One more match, right after another one."""
    with connect(platform.player_database(PLAYER)) as con, transaction(con):
        con.execute(
            "INSERT INTO player_match_stats BY NAME SELECT * REPLACE ('new' AS match_id, "
            "end_time AS joined_at, end_time + INTERVAL 10 MINUTE AS left_at) "
            "FROM player_match_stats ORDER BY start_time LIMIT 1"
        )
    return 1


def _matches(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Starts and ends in seconds: evenings of ten matches, with 139 s between them."""
    lasts = random.normal(610, 120, MATCHES).clip(240, 1300)
    gaps = 139 * random.lognormal(0, 0.5, MATCHES)
    gaps[::10] = 20 * 3600
    starts = np.cumsum(gaps + lasts) - lasts
    return starts, starts + lasts


def _taken(random: np.random.Generator, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """When captures begin: most within a match, some between two."""
    which = random.integers(0, MATCHES, CAPTURES)
    return random.uniform(starts[which] - 20, ends[which] + 40)


def _at(seconds: np.ndarray) -> pl.Series:
    return pl.Series((seconds * 1e6).astype(np.int64)).cast(pl.Duration("us")) + _FIRST


def _ids(prefix: str, count: int) -> list[str]:
    return [f"{prefix}{number:031x}" for number in range(count)]


def _presences(starts: np.ndarray, ends: np.ndarray) -> pl.DataFrame:
    return _filled(PLAYER_MATCH_STATS, {
        "match_id": _ids("m", MATCHES), "xuid": [str(_XUID)] * MATCHES,
        "start_time": _at(starts), "end_time": _at(ends),
        "joined_at": _at(starts + 25), "left_at": _at(ends),
        "session_id": ["s"] * MATCHES, "with_friends": [0] * MATCHES,
    })  # fmt: skip


def _files() -> pl.DataFrame:
    clips = round(_CLIPS * CAPTURES)
    names = _ids("c", CAPTURES)
    return _filled(MEDIA_FILES, {
        "media_id": names, "player": [PLAYER] * CAPTURES, "file_path": names,
        "path_bytes": [name.encode() for name in names], "file_name": names,
        "kind": ["video"] * clips + ["image"] * (CAPTURES - clips),
        "file_size": [1] * CAPTURES, "mtime_ns": [0] * CAPTURES, "status": ["present"] * CAPTURES,
    })  # fmt: skip


def _times(taken: np.ndarray, is_clip: np.ndarray) -> pl.DataFrame:
    return _filled(CAPTURE_TIMES, {
        "media_id": _ids("c", CAPTURES), "capture_start_utc": _at(taken),
        "capture_end_utc": _at(taken + 30 * is_clip), "source": ["file_name"] * CAPTURES,
        "title": ["Halo Infinite"] * CAPTURES, "time_quality": [0.968] * CAPTURES,
        "inputs": [""] * CAPTURES, "computed_at": [_FIRST] * CAPTURES,
    })  # fmt: skip


def _events(random: np.random.Generator, lasts: np.ndarray) -> pl.DataFrame:
    each = EVENTS_EACH * PLAYERS_EACH
    times = np.sort(random.uniform(34, lasts[:, None], (MATCHES, each)), axis=1)
    return _filled(HIGHLIGHT_EVENTS, {
        "match_id": np.repeat(_ids("m", MATCHES), each),
        "seq": np.tile(np.arange(each), MATCHES),
        "event_type": np.tile(np.array(["kill", "medal"]), MATCHES * each // 2),
        "time_ms": (times.ravel() * 1000).astype(np.int64),
        "xuid": np.tile([str(_XUID + n) for n in range(PLAYERS_EACH)], MATCHES * EVENTS_EACH),
    })  # fmt: skip


def _filled(table: Table, columns: dict[str, object]) -> pl.DataFrame:
    """The columns given, and nulls or something neutral in the others."""
    given = pl.DataFrame(columns)
    neutral = {column.name: _NEUTRAL.get(column.type) if column.required else None
               for column in table.columns if column.name not in columns}  # fmt: skip
    types = polars_schema(table)
    return as_table(table, given.with_columns(
        **{name: pl.lit(value, dtype=types[name]) for name, value in neutral.items()}
    ))  # fmt: skip


_NEUTRAL = {"VARCHAR": "", "TIMESTAMP": _FIRST, "BIGINT": 0, "INTEGER": 0, "BOOLEAN": False}
