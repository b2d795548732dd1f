"""The tables of LevelUp 4 and 5: which columns they have had, and what kind of value is in each.

Databases of different ages differ in columns, types and names, so nothing is taken for granted:
a column that is not there is NULL, one under an older name is found, a number that is stored as
text is read. `player_match_stats` here is LevelUp's table of skills.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from media_assets.store.spec import SqlType

ValueKind = Literal["text", "match", "player", "medal", "integer", "number", "flag", "time"]


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """One column as it is read: its name here, what is in it, and names that it had elsewhere."""

    name: str
    kind: ValueKind
    type: SqlType
    other_names: tuple[str, ...] = ()

    def found_in(self, columns: Iterable[str]) -> str | None:
        """The name that it has among the columns of one table, or None."""
        known = {column.lower(): column for column in columns}
        return next((known[name] for name in (self.name, *self.other_names) if name in known), None)


@dataclass(frozen=True, slots=True)
class SourceTable:
    """One table of LevelUp. `name` is its own; `key` names what tells its rows apart, if anything.

    `worthless` are columns that say nothing about a match: numbers that were counted up, and times
    of writing. They are in the backup.
    """

    name: str
    columns: tuple[SourceColumn, ...]
    key: tuple[str, ...] = ()
    worthless: tuple[str, ...] = ("id", "created_at", "updated_at")

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names in their order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> SourceColumn:
        """The column with that name."""
        return next(column for column in self.columns if column.name == name)


def _text(*names: str) -> tuple[SourceColumn, ...]:
    return tuple(SourceColumn(name, "text", "VARCHAR") for name in names)


def _integers(*names: str) -> tuple[SourceColumn, ...]:
    return tuple(SourceColumn(name, "integer", "INTEGER") for name in names)


def _numbers(*names: str) -> tuple[SourceColumn, ...]:
    return tuple(SourceColumn(name, "number", "DOUBLE") for name in names)


def _times(*names: str) -> tuple[SourceColumn, ...]:
    return tuple(SourceColumn(name, "time", "TIMESTAMP") for name in names)


_MATCH_ID = SourceColumn("match_id", "match", "VARCHAR")
_XUID = SourceColumn("xuid", "player", "VARCHAR")
_UPDATED_AT = _times("updated_at")

PERFORMANCE: tuple[SourceColumn, ...] = (
    *_integers("team_id"),
    SourceColumn("outcome", "integer", "SMALLINT"),
    SourceColumn("rank", "integer", "SMALLINT"),
    *_integers("score", "personal_score", "kills", "deaths", "assists"),
    *_numbers("kda", "accuracy"),
    *_integers("headshot_kills", "melee_kills", "grenade_kills", "power_weapon_kills", "suicides",
               "betrayals", "max_killing_spree"),
    SourceColumn("average_life_seconds", "number", "DOUBLE", ("avg_life_seconds",)),
    SourceColumn("time_played_seconds", "number", "DOUBLE"),
    *_integers("shots_fired", "shots_hit", "damage_dealt", "damage_taken"),
)  # fmt: skip
"""Numbers of one player in one match; they stand with the owner and with every participant."""

SKILL: tuple[SourceColumn, ...] = _numbers(
    "team_mmr", "kills_expected", "kills_stddev", "deaths_expected", "deaths_stddev"
)
ENEMY_MMR = _numbers("enemy_mmr")

REGISTRY: tuple[SourceColumn, ...] = (
    *_times("start_time", "end_time"),
    *_numbers("duration_seconds"),
    *_text("playlist_id", "playlist_name", "map_id", "map_name", "pair_id", "pair_name",
           "game_variant_id", "game_variant_name"),
    *_integers("game_variant_category"),
    *_text("mode_category"),
    SourceColumn("is_ranked", "flag", "BOOLEAN"),
    SourceColumn("is_firefight", "flag", "BOOLEAN"),
    *_text("season_id"),
    *_integers("team_0_score", "team_1_score", "backfill_completed"),
)  # fmt: skip
"""What belongs to a match, whoever played it."""

MATCH_STATS = SourceTable(
    "match_stats",
    (
        _MATCH_ID,
        *REGISTRY,
        *_integers("my_team_score", "enemy_team_score"),
        *PERFORMANCE,
        *SKILL,
        *ENEMY_MMR,
        *_UPDATED_AT,
    ),
    ("match_id",),
)
MATCH_PARTICIPANTS = SourceTable(
    "match_participants",
    (_MATCH_ID, _XUID, *_text("gamertag"), *PERFORMANCE, *SKILL, *ENEMY_MMR, *_UPDATED_AT),
    ("match_id", "xuid"),
)
PLAYER_MATCH_STATS = SourceTable(
    "player_match_stats",
    (_MATCH_ID, _XUID, *_integers("team_id"), *SKILL, *ENEMY_MMR, *_UPDATED_AT),
    ("match_id", "xuid"),
)
HIGHLIGHT_EVENTS = SourceTable(
    "highlight_events",
    (
        _MATCH_ID,
        *_text("event_type"),
        *_integers("time_ms"),
        _XUID,
        *_text("gamertag"),
        *_integers("type_hint", "medal_value"),
        *_text("medal_name", "raw_json"),
        SourceColumn("killer_xuid", "player", "VARCHAR"),
        *_text("killer_gamertag"),
        SourceColumn("victim_xuid", "player", "VARCHAR"),
        *_text("victim_gamertag"),
    ),
)
MEDALS_EARNED = SourceTable(
    "medals_earned",
    (_MATCH_ID, _XUID, SourceColumn("medal_name_id", "medal", "BIGINT"), *_integers("count")),
    ("match_id", "xuid", "medal_name_id"),
)
KILLER_VICTIM_PAIRS = SourceTable(
    "killer_victim_pairs",
    (
        _MATCH_ID,
        SourceColumn("killer_xuid", "player", "VARCHAR"),
        *_text("killer_gamertag"),
        SourceColumn("victim_xuid", "player", "VARCHAR"),
        *_text("victim_gamertag"),
        *_integers("kill_count", "time_ms"),
    ),
    worthless=("id", "created_at", "updated_at", "time_ms", "is_validated"),
)
XUID_ALIASES = SourceTable(
    "xuid_aliases",
    (_XUID, *_text("gamertag", "source"), *_times("last_seen"), *_UPDATED_AT),
    ("xuid",),
)

SOURCE_TABLES: tuple[SourceTable, ...] = (
    MATCH_STATS,
    MATCH_PARTICIPANTS,
    PLAYER_MATCH_STATS,
    HIGHLIGHT_EVENTS,
    MEDALS_EARNED,
    KILLER_VICTIM_PAIRS,
    XUID_ALIASES,
)
"""What is taken over. Any other table of a LevelUp database stays in it as it is."""

MATCH_REGISTRY = SourceTable("match_registry", (_MATCH_ID, *REGISTRY, *_UPDATED_AT), ("match_id",))
"""Of the shared database of LevelUp 5: what is in its players' `match_stats` otherwise."""
