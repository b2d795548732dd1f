"""What storing every match once saves: rows and bytes before and after `migrate-levelup`.

`python -m benchmarks.storage` makes the databases of four players of LevelUp 4 with 1,000 matches
each, of which 900 are the same for all and 200 for two of them each, so that 1,100 are unique;
takes them over; derives the players' tables; and prints rows and bytes before and after. The
tables, keys and indexes of the source are those that LevelUp makes.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from media_assets.settings import Settings
from media_assets.stages.migrate_levelup import migrate_levelup
from media_assets.stages.platform import Platform
from media_assets.stages.player_tables import derive_tables
from media_assets.stages.players import derive_history
from media_assets.terminal import print_table

PLAYERS = ("Amber", "Birch", "Cedar", "Dogwood")
MATCHES, SHARED_BY_ALL = 1000, 900
PEOPLE, EVENTS, MEDALS = 10, 100, 8
"""Participants and events of a match, and medals of its owner: 40,000 and 400,000 rows for four."""

_WORLD = f"""
CREATE TABLE people AS
SELECT (2533274800000000 + i)::VARCHAR AS xuid,
       CASE WHEN i < 4 THEN ['Amber', 'Birch', 'Cedar', 'Dogwood'][i + 1]
            ELSE 'Spartan ' || hash(i) % 100000 END AS gamertag, i AS n
FROM range(600) t(i);

-- The two that share a match beyond the common ones, and who fills the lobby.
CREATE TABLE matches AS
SELECT n, md5(n::VARCHAR)::UUID::VARCHAR AS match_id,
       TIMESTAMP '2024-01-01 18:00:00' + to_seconds(n * 900) AS start_time,
       400 + (hash(n) % 500)::INTEGER AS seconds,
       CASE WHEN n < {SHARED_BY_ALL} THEN 'all'
            WHEN n < {SHARED_BY_ALL} + {MATCHES - SHARED_BY_ALL} THEN 'first' ELSE 'last' END AS who
FROM range({SHARED_BY_ALL + 2 * (MATCHES - SHARED_BY_ALL)}) t(n);

CREATE TABLE seats AS
SELECT m.n, m.match_id, p.xuid, p.gamertag, seat, seat % 2 AS team_id,
       (hash(m.n, seat, 1) % 26)::SMALLINT AS kills, (hash(m.n, seat, 2) % 21)::SMALLINT AS deaths,
       (hash(m.n, seat, 3) % 10)::SMALLINT AS assists,
       (60 + hash(m.n, seat, 4) % 300)::INTEGER AS shots_fired,
       (hash(m.n, seat, 5) % 60)::INTEGER AS shots_hit,
       (500 + hash(m.n, seat, 6) % 5500)::FLOAT AS damage_dealt,
       (500 + hash(m.n, seat, 7) % 5500)::FLOAT AS damage_taken
FROM matches m CROSS JOIN range({PEOPLE}) s(seat)
JOIN people p ON p.n = CASE
    WHEN who = 'all' AND seat < 4 THEN seat
    WHEN who = 'first' AND seat < 2 THEN seat
    WHEN who = 'last' AND seat < 2 THEN seat + 2
    ELSE 4 + hash(m.n) % 500 + seat * 7 END;

CREATE TABLE events AS
SELECT m.match_id, ['kill', 'death', 'kill', 'death', 'kill', 'death', 'medal', 'mode'][1 + k % 8]
           AS event_type,
       (10000 + k * 4000 + hash(m.n, k) % 3000)::INTEGER AS time_ms, s.xuid, s.gamertag,
       [50, 20, 50, 20, 50, 20, 51, 10][1 + k % 8] AS type_hint, k
FROM matches m CROSS JOIN range({EVENTS}) e(k)
JOIN seats s ON s.n = m.n AND s.seat = (hash(m.n, k, 9) % {PEOPLE})::INTEGER;
"""

_TABLES = """
CREATE TABLE match_stats (match_id VARCHAR PRIMARY KEY, start_time TIMESTAMP, end_time TIMESTAMP,
    playlist_id VARCHAR, playlist_name VARCHAR, map_id VARCHAR, map_name VARCHAR, pair_id VARCHAR,
    pair_name VARCHAR, game_variant_id VARCHAR, game_variant_name VARCHAR, outcome TINYINT,
    team_id TINYINT, rank SMALLINT, kills SMALLINT, deaths SMALLINT, assists SMALLINT, kda FLOAT,
    accuracy FLOAT, headshot_kills SMALLINT, max_killing_spree SMALLINT,
    time_played_seconds INTEGER, avg_life_seconds FLOAT, my_team_score SMALLINT,
    enemy_team_score SMALLINT, team_mmr FLOAT, enemy_mmr FLOAT, damage_dealt FLOAT,
    damage_taken FLOAT, shots_fired INTEGER, shots_hit INTEGER, grenade_kills SMALLINT,
    melee_kills SMALLINT, power_weapon_kills SMALLINT, score INTEGER, personal_score INTEGER,
    mode_category VARCHAR, is_ranked BOOLEAN DEFAULT FALSE, is_firefight BOOLEAN DEFAULT FALSE,
    left_early BOOLEAN DEFAULT FALSE, session_id VARCHAR, session_label VARCHAR,
    performance_score FLOAT, teammates_signature VARCHAR, known_teammates_count SMALLINT,
    is_with_friends BOOLEAN, friends_xuids VARCHAR, created_at TIMESTAMP, updated_at TIMESTAMP,
    backfill_completed INTEGER DEFAULT 0);
CREATE TABLE player_match_stats (match_id VARCHAR PRIMARY KEY, xuid VARCHAR NOT NULL,
    team_id TINYINT, team_mmr FLOAT, enemy_mmr FLOAT, kills_expected FLOAT, kills_stddev FLOAT,
    deaths_expected FLOAT, deaths_stddev FLOAT, assists_expected FLOAT, assists_stddev FLOAT,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
CREATE SEQUENCE highlight_events_id_seq;
CREATE TABLE highlight_events (id INTEGER PRIMARY KEY DEFAULT nextval('highlight_events_id_seq'),
    match_id VARCHAR NOT NULL, event_type VARCHAR NOT NULL, time_ms INTEGER, xuid VARCHAR,
    gamertag VARCHAR, type_hint INTEGER, raw_json VARCHAR);
CREATE INDEX idx_highlight_match ON highlight_events(match_id);
CREATE TABLE killer_victim_pairs (id INTEGER PRIMARY KEY, match_id VARCHAR NOT NULL,
    killer_xuid VARCHAR NOT NULL, killer_gamertag VARCHAR, victim_xuid VARCHAR NOT NULL,
    victim_gamertag VARCHAR, kill_count INTEGER DEFAULT 1, time_ms INTEGER,
    is_validated BOOLEAN DEFAULT FALSE, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
CREATE INDEX idx_kv_match ON killer_victim_pairs(match_id);
CREATE INDEX idx_kv_killer ON killer_victim_pairs(killer_xuid);
CREATE INDEX idx_kv_victim ON killer_victim_pairs(victim_xuid);
CREATE TABLE match_participants (match_id VARCHAR NOT NULL, xuid VARCHAR NOT NULL,
    team_id INTEGER, outcome INTEGER, gamertag VARCHAR, rank SMALLINT, score INTEGER,
    kills SMALLINT, deaths SMALLINT, assists SMALLINT, shots_fired INTEGER, shots_hit INTEGER,
    damage_dealt FLOAT, damage_taken FLOAT, PRIMARY KEY (match_id, xuid));
CREATE INDEX idx_participants_xuid ON match_participants(xuid);
CREATE INDEX idx_participants_team ON match_participants(match_id, team_id);
CREATE TABLE medals_earned (match_id VARCHAR, medal_name_id BIGINT, count SMALLINT,
    PRIMARY KEY (match_id, medal_name_id));
CREATE TABLE xuid_aliases (xuid VARCHAR PRIMARY KEY, gamertag VARCHAR NOT NULL,
    last_seen TIMESTAMP, source VARCHAR, updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
CREATE INDEX idx_aliases_gamertag ON xuid_aliases(gamertag);
CREATE TABLE teammates_aggregate (teammate_xuid VARCHAR PRIMARY KEY, teammate_gamertag VARCHAR,
    matches_together INTEGER, wins_together INTEGER, losses_together INTEGER, last_played_at
    TIMESTAMP);
CREATE TABLE sync_meta (key VARCHAR PRIMARY KEY, value VARCHAR,
    updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
"""

_ROWS = f"""
CREATE TEMP TABLE mine AS
SELECT m.*, s.* EXCLUDE (n, match_id) FROM world.matches m JOIN world.seats s USING (match_id)
WHERE s.xuid = (SELECT xuid FROM world.people WHERE gamertag = getvariable('owner'));

INSERT INTO match_stats
SELECT match_id, start_time, start_time + to_seconds(seconds), md5('playlist' || n % 4),
       'Playlist ' || n % 4, md5('map' || n % 20), 'Map ' || n % 20, md5('pair' || n % 60),
       'Arena:Slayer on Map ' || n % 20, md5('variant' || n % 9), 'Variant ' || n % 9,
       2 + hash(n) % 2, team_id, 1 + seat, kills, deaths, assists, kills + assists / 3 - deaths,
       100.0 * shots_hit / shots_fired, kills // 2, kills % 7, seconds, seconds / (deaths + 1),
       50 - n % 20, 50, 1000 + hash(n) % 500, 1000 + hash(n, 2) % 500, damage_dealt, damage_taken,
       shots_fired, shots_hit, kills % 3, kills % 4, kills % 2, kills, 100 * kills, 'Other',
       n % 3 = 0, false, false, (n // 8)::VARCHAR, 'Session ' || n // 8, hash(n) % 1000 / 10,
       (SELECT string_agg(xuid, ',' ORDER BY xuid) FROM world.seats s
        WHERE s.match_id = mine.match_id AND s.team_id = mine.team_id AND s.xuid <> mine.xuid),
       2, true, '2533274800000001', start_time, start_time, 65535
FROM mine;
INSERT INTO player_match_stats
SELECT match_id, xuid, team_id, 1000 + hash(n) % 500, 1000 + hash(n, 2) % 500, kills + 0.5, 3.25,
       deaths + 0.5, 2.75, assists + 0.5, 1.5, start_time FROM mine;
INSERT INTO match_participants
SELECT match_id, xuid, team_id, 2 + (team_id + n) % 2, gamertag, 1 + seat, kills, kills, deaths,
       assists, shots_fired, shots_hit, damage_dealt, damage_taken
FROM world.seats WHERE match_id IN (SELECT match_id FROM mine);
INSERT INTO highlight_events (match_id, event_type, time_ms, xuid, gamertag, type_hint, raw_json)
SELECT match_id, event_type, time_ms, xuid, gamertag, type_hint,
       to_json({{'xuid': xuid::BIGINT, 'gamertag': gamertag, 'type_hint': type_hint,
                 'is_medal': event_type = 'medal', 'event_type': event_type, 'time_ms': time_ms,
                 'medal_value': k % 40, 'medal_name': NULL}})
FROM world.events WHERE match_id IN (SELECT match_id FROM mine) ORDER BY match_id, time_ms;
INSERT INTO killer_victim_pairs (id, match_id, killer_xuid, killer_gamertag, victim_xuid,
                                 victim_gamertag, time_ms)
SELECT row_number() OVER (), k.match_id, k.xuid, k.gamertag, d.xuid, d.gamertag, k.time_ms
FROM world.events k JOIN world.events d ON d.match_id = k.match_id AND d.k = k.k + 1
WHERE k.event_type = 'kill' AND k.xuid <> d.xuid AND k.match_id IN (SELECT match_id FROM mine);
INSERT INTO medals_earned
SELECT match_id, 1000000000 + (hash(n, medal) % 3000000000)::BIGINT, 1 + hash(n, medal) % 3
FROM mine, range({MEDALS}) t(medal);
INSERT INTO xuid_aliases
SELECT xuid, any_value(gamertag), now()::TIMESTAMP, 'match_roster', now()::TIMESTAMP
FROM match_participants GROUP BY xuid;
INSERT INTO teammates_aggregate
SELECT xuid, any_value(gamertag), count(*), 1, 1, now()::TIMESTAMP
FROM match_participants GROUP BY xuid;
INSERT INTO sync_meta VALUES ('last_sync_at', now()::VARCHAR, now()::TIMESTAMP);
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One quantity before and after."""

    what: str
    before: int
    after: int

    def row(self) -> dict[str, object]:
        """As a row of the table."""
        change = f"{100 * (self.after / self.before - 1):+.1f} %" if self.before else ""
        return {"what": self.what, "before": self.before, "after": self.after, "change": change}


def make_databases(folder: Path) -> dict[str, Path]:
    """The databases of all players below a folder, in LevelUp's layout."""
    folder.mkdir(parents=True, exist_ok=True)
    world = folder / "world.duckdb"
    with duckdb.connect(str(world)) as con:
        con.execute(_WORLD)
    files = {name: folder / "data" / "players" / name / "stats.duckdb" for name in PLAYERS}
    for name, file in files.items():
        file.parent.mkdir(parents=True)
        with duckdb.connect(str(file)) as con:
            con.execute(f"ATTACH '{world}' AS world (READ_ONLY)")
            con.execute("SET VARIABLE owner = ?", [name])
            con.execute(_TABLES)
            con.execute(_ROWS)
    world.unlink()
    return files


def storage(base: Path) -> Iterator[Line]:
    """Make the databases, take them over, and compare."""
    files = make_databases(base / "levelup")
    platform = Platform(Settings(base=base))
    before = {table: sum(_count(file, table) for file in files.values()) for table in _COUNTED}
    bytes_before = {name: file.stat().st_size for name, file in files.items()}
    report = migrate_levelup(platform, base / "levelup", PLAYERS)
    if not report.succeeded:
        raise SystemExit(f"not whole: {[player.problems for player in report.players]}")
    for name in PLAYERS:
        derive_history(platform, name)
        derive_tables(platform, name)
    shared = platform.places.shared_database
    for table, ours in _COUNTED.items():
        yield Line(f"rows of {ours}", before[table], _count(shared, ours))
    cleaned = sum(file.stat().st_size for file in files.values())
    own = sum(platform.places.player_database(name).stat().st_size for name in PLAYERS)
    total = sum(bytes_before.values())
    yield Line("bytes of LevelUp's files", total, cleaned)
    yield Line("  with the shared file", total, cleaned + shared.stat().st_size)
    yield Line("  and our players' files: all together", total,
               cleaned + shared.stat().st_size + own)  # fmt: skip


_COUNTED = {
    "match_stats": "match_registry", "match_participants": "match_participants",
    "highlight_events": "highlight_events", "killer_victim_pairs": "killer_victim_pairs",
    "medals_earned": "medals_earned",
}  # fmt: skip


def main(_: Sequence[str] = ()) -> None:
    """Print rows and bytes before and after."""
    base = Path(tempfile.mkdtemp(prefix="media_assets_bench_storage_"))
    try:
        rows = [line.row() for line in storage(base)]
    finally:
        shutil.rmtree(base)
    title = f"{len(PLAYERS)} players x {MATCHES:,} matches, {SHARED_BY_ALL / MATCHES:.0%} shared"
    print_table(title, rows, "nothing measured")


def _count(file: Path, table: str) -> int:
    with duckdb.connect(str(file), read_only=True) as con:
        row = con.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0


if __name__ == "__main__":
    main(sys.argv[1:])
