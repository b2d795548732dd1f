"""Views under the old names, with the old columns, over the shared tables.

They work where the shared database is attached as `shared`. What had no place there stands in a
table of the database itself, `levelup_rest_<table>`, and the view joins it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from media_assets.store.levelup.columns import (
    HIGHLIGHT_EVENTS,
    KILLER_VICTIM_PAIRS,
    MATCH_PARTICIPANTS,
    MATCH_STATS,
    MEDALS_EARNED,
    PERFORMANCE,
    PLAYER_MATCH_STATS,
    REGISTRY,
    SKILL,
    XUID_ALIASES,
    SourceTable,
)
from media_assets.store.levelup.typed import NUMERIC, quoted, text_literal

_ENEMY_MMR = (
    "(SELECT median(e.team_mmr) FROM shared.match_participants e "
    "WHERE e.match_id = p.match_id AND e.team_id <> p.team_id)"
)
_MINE = "(SELECT match_id FROM shared.match_participants WHERE xuid = $xuid)"
_RAW_JSON = (
    "to_json({'xuid': e.xuid, 'gamertag': e.gamertag, 'type_hint': e.type_hint, "
    "'is_medal': e.event_type = 'medal', 'event_type': e.event_type, 'time_ms': e.time_ms, "
    "'medal_value': e.medal_value, 'medal_name': e.medal_name})"
)


@dataclass(frozen=True, slots=True)
class _View:
    """Where the rows come from, and which expression is which column. `$xuid` is the owner."""

    relation: str
    condition: str
    columns: Mapping[str, str]


def _of(alias: str, *columns: str) -> dict[str, str]:
    return {name: f"{alias}.{name}" for name in columns}


_PLAYED = [column.name for column in (*PERFORMANCE, *SKILL)]

_VIEWS: Mapping[str, _View] = {
    MATCH_STATS.name: _View(
        "shared.match_participants p JOIN shared.match_registry r ON r.match_id = p.match_id",
        "p.xuid = $xuid",
        {
            **_of("r", "match_id", *(column.name for column in REGISTRY), "updated_at"),
            **_of("p", *_PLAYED),
            "my_team_score": "CASE p.team_id WHEN 0 THEN r.team_0_score "
                             "WHEN 1 THEN r.team_1_score END",
            "enemy_team_score": "CASE p.team_id WHEN 0 THEN r.team_1_score "
                                "WHEN 1 THEN r.team_0_score END",
            "enemy_mmr": _ENEMY_MMR,
            "left_early": "p.outcome = 4",
        },
    ),
    MATCH_PARTICIPANTS.name: _View(
        "shared.match_participants p",
        f"p.match_id IN {_MINE}",
        {**_of("p", "match_id", "xuid", "gamertag", *_PLAYED), "enemy_mmr": _ENEMY_MMR},
    ),
    PLAYER_MATCH_STATS.name: _View(
        "shared.match_participants p",
        "p.xuid = $xuid AND (p.team_mmr IS NOT NULL OR p.kills_expected IS NOT NULL)",
        {**_of("p", "match_id", "xuid", "team_id", *(column.name for column in SKILL)),
         "enemy_mmr": _ENEMY_MMR},
    ),
    HIGHLIGHT_EVENTS.name: _View(
        "shared.highlight_events e",
        f"e.match_id IN {_MINE}",
        {
            **_of("e", "match_id", "event_type", "time_ms", "xuid", "gamertag", "type_hint",
                  "medal_value", "medal_name"),
            "id": "row_number() OVER (ORDER BY e.match_id, e.seq)",
            "raw_json": _RAW_JSON,
            "killer_xuid": "CASE WHEN e.event_type = 'kill' THEN e.xuid END",
            "victim_xuid": "CASE WHEN e.event_type = 'death' THEN e.xuid END",
            "killer_gamertag": "CASE WHEN e.event_type = 'kill' THEN e.gamertag END",
            "victim_gamertag": "CASE WHEN e.event_type = 'death' THEN e.gamertag END",
        },
    ),
    MEDALS_EARNED.name: _View(
        "shared.medals_earned m",
        "m.xuid = $xuid",
        _of("m", "match_id", "xuid", "medal_name_id", "count"),
    ),
    KILLER_VICTIM_PAIRS.name: _View(
        "shared.killer_victim_pairs k "
        "LEFT JOIN shared.xuid_aliases ka ON ka.xuid = k.killer_xuid "
        "LEFT JOIN shared.xuid_aliases va ON va.xuid = k.victim_xuid",
        f"k.match_id IN {_MINE}",
        {
            **_of("k", "match_id", "killer_xuid", "victim_xuid", "kill_count"),
            "id": "row_number() OVER (ORDER BY k.match_id, k.killer_xuid, k.victim_xuid)",
            "killer_gamertag": "ka.gamertag",
            "victim_gamertag": "va.gamertag",
        },
    ),
    XUID_ALIASES.name: _View(
        "shared.xuid_aliases a",
        "true",
        {**_of("a", "xuid", "gamertag", "source", "last_seen"), "updated_at": "a.last_seen"},
    ),
}  # fmt: skip

COMPARED = frozenset({
    "my_team_score", "enemy_team_score", "enemy_mmr", "mode_category", "left_early",
    "playlist_name", "map_name", "pair_name", "game_variant_name", "is_ranked", "is_firefight",
    "start_time", "end_time", "damage_dealt", "damage_taken", "average_life_seconds", "team_mmr",
})  # fmt: skip
"""Columns of the keyed tables that the shared ones may say in other words: where a view would show
another value than stood there, the old one is kept."""


def rest_table(table: SourceTable) -> str:
    """Where the columns without a place stand."""
    return f"levelup_rest_{table.name}"


def carried(table: SourceTable, column: str) -> str | None:
    """The name here of a column that the shared tables can give back, or None."""
    name = column.lower()
    own = next((one.name for one in table.columns if name in (one.name, *one.other_names)), name)
    return own if own in _VIEWS[table.name].columns else None


def old_rows(
    table: SourceTable,
    columns: Mapping[str, str],
    xuid: str,
    zone: str,
    rest: Sequence[str] = (),
    spelling: Mapping[str, str] | None = None,
) -> str:
    """A query that gives the rows of an old table back, its columns in their order and types.

    `columns` are those that the table had, with their types. `rest` are those of them that stand
    in `rest_table`. `spelling` is how the table wrote the types of events.
    """
    view = _VIEWS[table.name]
    shown = [
        f"{_shown(table, name, stored, zone, name in rest, spelling or {})} AS {quoted(name)}"
        for name, stored in columns.items()
    ]
    relation = view.relation
    if rest:
        same = " AND ".join(f"x.{name} = {view.columns[name]}" for name in table.key)
        relation += f" LEFT JOIN {rest_table(table)} x ON {same}"
    text = f"SELECT {', '.join(shown)} FROM {relation} WHERE {view.condition}"
    return text.replace("$xuid", text_literal(xuid))


def _shown(
    table: SourceTable, name: str, stored: str, zone: str, kept: bool, spelling: Mapping[str, str]
) -> str:
    own = carried(table, name)
    if own is None:
        value = f"CAST(NULL AS {stored})"
    else:
        value = _as_stored(_VIEWS[table.name].columns[own], own, stored, zone, spelling)
    if not kept:
        return value
    return f"CASE WHEN x.{table.key[0]} IS NOT NULL THEN x.{quoted(name)} ELSE {value} END"


def _as_stored(value: str, name: str, stored: str, zone: str, spelling: Mapping[str, str]) -> str:
    if name in _TIMES:
        value = _time(value, stored, zone)
    elif name == "event_type" and spelling:
        cases = " ".join(
            f"WHEN {text_literal(ours)} THEN {text_literal(theirs)}"
            for ours, theirs in spelling.items()
        )
        value = f"CASE {value} {cases} ELSE {value} END"
    elif name == "medal_name_id" and stored == "INTEGER":
        value = f"CASE WHEN {value} > 2147483647 THEN {value} - 4294967296 ELSE {value} END"
    return f"TRY_CAST({value} AS {stored})"


_TIMES = frozenset({"start_time", "end_time", "last_seen", "updated_at"})


def _time(value: str, stored: str, zone: str) -> str:
    if stored.startswith("TIMESTAMP WITH TIME ZONE"):
        return f"timezone('UTC', {value})"
    if stored.startswith(NUMERIC):
        return f"epoch({value})"
    if zone == "UTC":
        return value
    return f"timezone({text_literal(zone)}, timezone('UTC', {value}))"
