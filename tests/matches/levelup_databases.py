"""Databases of LevelUp 4 and 5, made by code: as a new one is, and as the old ones have drifted.

A match is made from its number alone, so that every database that has it tells the same of it.
"""

import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import duckdb
import polars as pl

EVENING = datetime(2025, 3, 1, 20, 0, 0, 250_000)  # noqa: DTZ001 - columns hold naive UTC

Row = dict[str, object]


class Person(NamedTuple):
    """Somebody who plays."""

    gamertag: str
    xuid: str


ANA = Person("Ana", "2533274800000001")
BEN = Person("Ben", "2533274800000002")
CLEO = Person("Cleo", "2533274800000003")
STRANGERS = tuple(Person(f"Stranger {n}", str(2533274900000000 + n)) for n in range(1, 6))
EVERYBODY = (ANA, BEN, CLEO, *STRANGERS)
"""Ana, Ben and four others are team 0 and 1 by turns."""

MEDALS = (1_512_363_953, 3_233_952_928, 622_331_684)
"""One of them goes beyond 31 bits."""


def match_id(number: int) -> str:
    """The id of a match, in lower case."""
    return f"00000000-0000-4000-8000-{number:012x}"


@dataclass(frozen=True)
class Match:
    """One match. `people` have team numbers; a person's rows are the same in every database."""

    number: int
    people: Sequence[Person] = EVERYBODY

    @property
    def id(self) -> str:
        return match_id(self.number)

    @property
    def start(self) -> datetime:
        return EVENING + timedelta(minutes=20 * self.number)

    @property
    def seconds(self) -> int:
        return 500 + self.number % 50

    @property
    def end(self) -> datetime:
        return self.start + timedelta(seconds=self.seconds)

    def team(self, person: Person) -> int:
        return (self.people.index(person) + self.number) % 2

    @property
    def scores(self) -> tuple[int, int]:
        return 40 + self.number % 10, 50

    def numbers(self, person: Person) -> Row:
        """What `match_stats` and `match_participants` say of a person."""
        dice = random.Random(f"{self.number} {person.xuid}")
        kills, deaths, assists = dice.randint(0, 25), dice.randint(0, 20), dice.randint(0, 9)
        fired = dice.randint(50, 400)
        hit = dice.randint(0, fired)
        return {
            "team_id": self.team(person),
            "outcome": 2 if self.scores[self.team(person)] == 50 else 3,
            "rank": 1 + self.people.index(person),
            "score": dice.randint(0, 30),
            "personal_score": 100 * kills + 50 * assists,
            "kills": kills,
            "deaths": deaths,
            "assists": assists,
            "kda": round(kills + assists / 3 - deaths, 2),
            "accuracy": round(100 * hit / fired, 2),
            "headshot_kills": dice.randint(0, kills),
            "max_killing_spree": dice.randint(0, 6),
            "shots_fired": fired,
            "shots_hit": hit,
            "damage_dealt": float(dice.randint(500, 6000)),
            "damage_taken": float(dice.randint(500, 6000)),
            "avg_life_seconds": round(dice.uniform(10, 60), 1),
            "grenade_kills": dice.randint(0, 3),
            "melee_kills": dice.randint(0, 3),
            "power_weapon_kills": dice.randint(0, 3),
        }

    def ratings(self, person: Person) -> Row:
        """What `player_match_stats` says."""
        dice = random.Random(f"skill {self.number} {person.xuid}")
        mmr = [1000.5 + self.number, 1100.25 - self.number]
        team = self.team(person)
        return {
            "team_mmr": mmr[team],
            "enemy_mmr": mmr[1 - team],
            "kills_expected": round(dice.uniform(5, 20), 2),
            "kills_stddev": round(dice.uniform(1, 4), 2),
            "deaths_expected": round(dice.uniform(5, 20), 2),
            "deaths_stddev": round(dice.uniform(1, 4), 2),
            "assists_expected": round(dice.uniform(1, 9), 2),
            "assists_stddev": round(dice.uniform(1, 4), 2),
        }

    def kills(self) -> list[tuple[int, Person, Person]]:
        """Time, who killed, who died."""
        dice = random.Random(f"kills {self.number}")
        found = []
        for place in range(12):
            killer, victim = dice.sample(list(self.people), 2)
            found.append((10_000 + 20_000 * place + dice.randint(0, 900), killer, victim))
        return found

    def events(self) -> list[Row]:
        """The film: kills and deaths, two medals of one moment, and a mode event."""
        told: list[tuple[str, int, Person, int, int, str | None]] = []
        for time_ms, killer, victim in self.kills():
            told += [("kill", time_ms, killer, 50, 0, None),
                     ("death", time_ms + 1, victim, 20, 0, None)]  # fmt: skip
        first = self.people[0]
        told += [("medal", 31_000, first, 50, 7, "Perfect"),
                 ("medal", 31_000, first, 50, 9, "Snipe"),
                 ("mode", 45_000, first, 10, 2, None)]  # fmt: skip
        return [
            {
                "match_id": self.id, "event_type": kind, "time_ms": time_ms, "xuid": person.xuid,
                "gamertag": person.gamertag, "type_hint": hint,
                "raw_json": json.dumps({
                    "xuid": person.xuid, "gamertag": person.gamertag, "type_hint": hint,
                    "is_medal": kind == "medal", "event_type": kind, "time_ms": time_ms,
                    "medal_value": value, "medal_name": name,
                }),
            }
            for kind, time_ms, person, hint, value, name in told
        ]  # fmt: skip

    def medals(self, person: Person) -> dict[int, int]:
        """Medals and how often."""
        dice = random.Random(f"medals {self.number} {person.xuid}")
        return {medal: dice.randint(1, 3) for medal in dice.sample(MEDALS, dice.randint(0, 2))}


@dataclass(frozen=True)
class Drift:
    """How a database differs from a new one.

    `without`: tables, or columns as `table.column`. `types`: other types of columns, by
    `table.column`. `more`: columns that no one knows, by table. `keys`: primary keys and indexes.
    """

    without: frozenset[str] = frozenset()
    types: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, str] = field(default_factory=dict)
    keys: bool = True
    capitals: bool = False


NEW = Drift()
OLD = Drift(
    without=frozenset({
        "match_participants", "killer_victim_pairs", "player_match_stats",
        *(f"match_stats.{name}" for name in (
            "end_time", "rank", "damage_dealt", "damage_taken", "shots_fired", "shots_hit",
            "personal_score", "score", "game_variant_category", "backfill_completed",
            "session_label", "performance_score", "mode_category", "accuracy",
        )),
        "highlight_events.raw_json",
    }),
    types={"medals_earned.medal_name_id": "BIGINT", "match_stats.session_id": "INTEGER"},
    keys=False,
)  # fmt: skip
"""An early LevelUp 4: the owner's row alone, events without their JSON."""

MISTYPED = Drift(
    types={
        "match_stats.kills": "VARCHAR", "match_stats.deaths": "DOUBLE",
        "match_stats.start_time": "VARCHAR", "match_stats.end_time": "TIMESTAMP WITH TIME ZONE",
        "match_stats.is_ranked": "INTEGER", "match_stats.kda": "VARCHAR",
        "match_participants.xuid": "BIGINT", "match_participants.kills": "VARCHAR",
        "player_match_stats.xuid": "DOUBLE", "player_match_stats.team_mmr": "VARCHAR",
        "highlight_events.time_ms": "DOUBLE", "highlight_events.xuid": "UBIGINT",
        "medals_earned.medal_name_id": "VARCHAR", "medals_earned.count": "DOUBLE",
        "killer_victim_pairs.kill_count": "VARCHAR", "xuid_aliases.last_seen": "VARCHAR",
    },
    keys=False,
    capitals=True,
)  # fmt: skip
"""Everything is there, in other types; the kinds of events begin with a capital."""

_MATCH_STATS = {
    "match_id": "VARCHAR", "start_time": "TIMESTAMP", "end_time": "TIMESTAMP",
    "playlist_id": "VARCHAR", "playlist_name": "VARCHAR", "map_id": "VARCHAR",
    "map_name": "VARCHAR", "pair_id": "VARCHAR", "pair_name": "VARCHAR",
    "game_variant_id": "VARCHAR", "game_variant_name": "VARCHAR", "outcome": "TINYINT",
    "team_id": "TINYINT", "rank": "SMALLINT", "kills": "SMALLINT", "deaths": "SMALLINT",
    "assists": "SMALLINT", "kda": "FLOAT", "accuracy": "FLOAT", "headshot_kills": "SMALLINT",
    "max_killing_spree": "SMALLINT", "time_played_seconds": "INTEGER", "avg_life_seconds": "FLOAT",
    "my_team_score": "SMALLINT", "enemy_team_score": "SMALLINT", "team_mmr": "FLOAT",
    "enemy_mmr": "FLOAT", "damage_dealt": "FLOAT", "damage_taken": "FLOAT",
    "shots_fired": "INTEGER", "shots_hit": "INTEGER", "grenade_kills": "SMALLINT",
    "melee_kills": "SMALLINT", "power_weapon_kills": "SMALLINT", "score": "INTEGER",
    "personal_score": "INTEGER", "mode_category": "VARCHAR", "game_variant_category": "INTEGER",
    "is_ranked": "BOOLEAN", "is_firefight": "BOOLEAN", "left_early": "BOOLEAN",
    "session_id": "VARCHAR", "session_label": "VARCHAR", "performance_score": "FLOAT",
    "teammates_signature": "VARCHAR", "known_teammates_count": "SMALLINT",
    "is_with_friends": "BOOLEAN", "friends_xuids": "VARCHAR", "backfill_completed": "INTEGER",
    "updated_at": "TIMESTAMP",
}  # fmt: skip

TABLES: Mapping[str, Mapping[str, str]] = {
    "match_stats": _MATCH_STATS,
    "player_match_stats": {
        "match_id": "VARCHAR", "xuid": "VARCHAR", "team_id": "TINYINT", "team_mmr": "FLOAT",
        "enemy_mmr": "FLOAT", "kills_expected": "FLOAT", "kills_stddev": "FLOAT",
        "deaths_expected": "FLOAT", "deaths_stddev": "FLOAT", "assists_expected": "FLOAT",
        "assists_stddev": "FLOAT", "created_at": "TIMESTAMP",
    },
    "match_participants": {
        "match_id": "VARCHAR", "xuid": "VARCHAR", "team_id": "INTEGER", "outcome": "INTEGER",
        "gamertag": "VARCHAR", "rank": "SMALLINT", "score": "INTEGER", "kills": "SMALLINT",
        "deaths": "SMALLINT", "assists": "SMALLINT", "shots_fired": "INTEGER",
        "shots_hit": "INTEGER", "damage_dealt": "FLOAT", "damage_taken": "FLOAT",
        "avg_life_seconds": "FLOAT",
    },
    "highlight_events": {
        "id": "INTEGER", "match_id": "VARCHAR", "event_type": "VARCHAR", "time_ms": "INTEGER",
        "xuid": "VARCHAR", "gamertag": "VARCHAR", "type_hint": "INTEGER", "raw_json": "VARCHAR",
    },
    "medals_earned": {"match_id": "VARCHAR", "medal_name_id": "BIGINT", "count": "SMALLINT"},
    "killer_victim_pairs": {
        "id": "INTEGER", "match_id": "VARCHAR", "killer_xuid": "VARCHAR",
        "killer_gamertag": "VARCHAR", "victim_xuid": "VARCHAR", "victim_gamertag": "VARCHAR",
        "kill_count": "INTEGER", "time_ms": "INTEGER", "is_validated": "BOOLEAN",
        "created_at": "TIMESTAMP",
    },
    "xuid_aliases": {
        "xuid": "VARCHAR", "gamertag": "VARCHAR", "last_seen": "TIMESTAMP", "source": "VARCHAR",
        "updated_at": "TIMESTAMP",
    },
    "teammates_aggregate": {
        "teammate_xuid": "VARCHAR", "teammate_gamertag": "VARCHAR", "matches_together": "INTEGER",
        "wins_together": "INTEGER", "last_played_at": "TIMESTAMP",
    },
    "sync_meta": {"key": "VARCHAR", "value": "VARCHAR", "updated_at": "TIMESTAMP"},
    "media_files": {
        "file_path": "VARCHAR", "file_hash": "VARCHAR", "file_name": "VARCHAR",
        "file_size": "BIGINT", "file_ext": "VARCHAR", "kind": "VARCHAR", "mtime": "DOUBLE",
        "status": "VARCHAR",
    },
    "media_match_associations": {
        "media_path": "VARCHAR", "match_id": "VARCHAR", "xuid": "VARCHAR",
        "match_start_time": "TIMESTAMP", "association_confidence": "DOUBLE",
    },
}  # fmt: skip
"""The columns of a new database, with their types."""

_KEYS = {
    "match_stats": "match_id", "player_match_stats": "match_id",
    "match_participants": "match_id, xuid", "highlight_events": "id",
    "medals_earned": "match_id, medal_name_id", "killer_victim_pairs": "id",
    "xuid_aliases": "xuid", "teammates_aggregate": "teammate_xuid", "sync_meta": "key",
    "media_files": "file_path", "media_match_associations": "media_path, match_id, xuid",
}  # fmt: skip

MIGRATED = tuple(TABLES)[:7]
STAYING = tuple(TABLES)[7:]


def make_database(
    file: Path, owner: Person, matches: Iterable[Match], drift: Drift = NEW
) -> dict[str, list[Row]]:
    """Write one player's database; returns the rows of its tables."""
    matches = list(matches)
    rows = {
        "match_stats": [_stats_row(match, owner) for match in matches],
        "player_match_stats": [
            {"match_id": match.id, "xuid": owner.xuid, "team_id": match.team(owner),
             **match.ratings(owner), "created_at": match.end}
            for match in matches
        ],
        "match_participants": [
            {"match_id": match.id, "xuid": person.xuid, "gamertag": person.gamertag,
             **match.numbers(person)}
            for match in matches for person in match.people
        ],
        "highlight_events": [event for match in matches for event in match.events()],
        "medals_earned": [
            {"match_id": match.id, "medal_name_id": medal, "count": count}
            for match in matches for medal, count in match.medals(owner).items()
        ],
        "killer_victim_pairs": [
            {"match_id": match.id, "killer_xuid": killer.xuid, "killer_gamertag": killer.gamertag,
             "victim_xuid": victim.xuid, "victim_gamertag": victim.gamertag, "kill_count": 1,
             "time_ms": time_ms, "is_validated": False, "created_at": match.end}
            for match in matches for time_ms, killer, victim in match.kills()
        ],
        "xuid_aliases": [
            {"xuid": person.xuid, "gamertag": person.gamertag, "last_seen": EVENING,
             "source": "match_roster", "updated_at": EVENING}
            for person in EVERYBODY
        ],
        "teammates_aggregate": [
            {"teammate_xuid": person.xuid, "teammate_gamertag": person.gamertag,
             "matches_together": 900, "wins_together": 500, "last_played_at": EVENING}
            for person in EVERYBODY if person is not owner
        ],
        "sync_meta": [{"key": "last_sync", "value": "2025-03-02", "updated_at": EVENING}],
        "media_files": [
            {"file_path": "/mnt/captures/1.png", "file_hash": "aa", "file_name": "1.png",
             "file_size": 12, "file_ext": "png", "kind": "image", "mtime": 1740859300.5,
             "status": "active"}
        ],
        "media_match_associations": [
            {"media_path": "/mnt/captures/1.png", "match_id": match.id, "xuid": owner.xuid,
             "match_start_time": match.start, "association_confidence": 1.0}
            for match in matches[:1]
        ],
    }  # fmt: skip
    for number, row in enumerate(rows["highlight_events"]):
        row["id"] = number + 1
        if drift.capitals:
            row["event_type"] = str(row["event_type"]).capitalize()
    for number, row in enumerate(rows["killer_victim_pairs"]):
        row["id"] = number + 1
    kept = {name: told for name, told in rows.items() if name not in drift.without}
    write_tables(file, kept, drift)
    return kept


def _stats_row(match: Match, owner: Person) -> Row:
    team = match.team(owner)
    mine, theirs = match.scores[team], match.scores[1 - team]
    return {
        "match_id": match.id, "start_time": match.start, "end_time": match.end,
        "playlist_id": "pl-1", "playlist_name": "Ranked Arena", "map_id": "map-1",
        "map_name": "Aquarius", "pair_id": "pair-1", "pair_name": "pair-1",
        "game_variant_id": "gv-1", "game_variant_name": "Slayer", **match.numbers(owner),
        **match.ratings(owner), "time_played_seconds": match.seconds, "my_team_score": mine,
        "enemy_team_score": theirs, "mode_category": "Ranked", "game_variant_category": 6,
        "is_ranked": True, "is_firefight": False, "left_early": False,
        "session_id": str(match.number // 5), "session_label": f"No. {match.number // 5}",
        "performance_score": 50.5 + match.number % 40, "teammates_signature": "1,2,3",
        "known_teammates_count": 1, "is_with_friends": True, "friends_xuids": BEN.xuid,
        "backfill_completed": 1 | 2 | 4 | 512, "updated_at": match.end,
    }  # fmt: skip


def write_tables(file: Path, tables: Mapping[str, Sequence[Row]], drift: Drift = NEW) -> None:
    """Write rows as tables of a database file, with the columns that the drift leaves."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(file)) as con:
        con.execute("SET TimeZone = 'UTC'")
        for name, rows in tables.items():
            columns = {
                column: drift.types.get(f"{name}.{column}", stored)
                for column, stored in TABLES[name].items()
                if f"{name}.{column}" not in drift.without
            }
            if name in drift.more:
                columns[drift.more[name]] = "VARCHAR"
            con.execute(_create(name, columns, drift))
            if rows:
                _insert(con, name, columns, rows)
        if drift.keys and "highlight_events" in tables:
            con.execute("CREATE INDEX idx_highlight_match ON highlight_events(match_id)")


def _create(name: str, columns: Mapping[str, str], drift: Drift) -> str:
    lines = [f"{column} {stored}" for column, stored in columns.items()]
    if drift.keys:
        lines.append(f"PRIMARY KEY ({_KEYS[name]})")
    return f"CREATE TABLE {name} ({', '.join(lines)})"


def _insert(
    con: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, str], rows: Sequence[Row]
) -> None:
    frame = pl.DataFrame(
        [{column: row.get(column) for column in columns} for row in rows],
        infer_schema_length=None, strict=False,
    )  # fmt: skip
    con.register("rows_in_hand", frame.to_arrow())
    shown = ", ".join(f"CAST({column} AS {stored})" for column, stored in columns.items())
    con.execute(f"INSERT INTO {name} SELECT {shown} FROM rows_in_hand")
    con.unregister("rows_in_hand")


def change(file: Path, *statements: str) -> None:
    """Change a database by hand."""
    with duckdb.connect(str(file)) as con:
        for statement in statements:
            con.execute(statement)


def rows_of(file: Path, query: str, shared: Path | None = None) -> list[tuple[object, ...]]:
    """What a query gives, with the shared database attached where one is named."""
    with duckdb.connect(str(file), read_only=True) as con:
        con.execute("SET TimeZone = 'UTC'")
        if shared is not None:
            con.execute(f"ATTACH '{shared}' AS shared (READ_ONLY)")
        return con.execute(query).fetchall()
