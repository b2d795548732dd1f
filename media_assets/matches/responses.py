"""What a recorded JSON response is, told by its content."""

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Literal, TypeAlias

from pydantic_core import from_json

from media_assets.errors import MatchDataError
from media_assets.matches.ids import match_id_of
from media_assets.matches.times import utc_time

ContentKind = Literal[
    "stats", "skill", "film", "history", "users", "profile", "medals", "asset", "film_manifest",
    "match_count", "career", "career_ladder", "unknown",
]  # fmt: skip
AssetKind = Literal["map", "playlist", "pair", "game_variant"]
JsonValue: TypeAlias = Any  # what JSON parses to: its shape is not known before it is looked at
Json: TypeAlias = Mapping[str, JsonValue]

_FIELDS: tuple[tuple[ContentKind, frozenset[str]], ...] = (
    ("stats", frozenset({"MatchId", "MatchInfo", "Players"})),
    ("history", frozenset({"Results"})),
    ("profile", frozenset({"profileUsers"})),
    ("film_manifest", frozenset({"FilmStatusBond", "CustomData"})),
    ("match_count", frozenset({"MatchesPlayedCount"})),
    ("career", frozenset({"RewardTracks"})),
    ("career", frozenset({"CurrentProgress"})),
    ("career_ladder", frozenset({"TrackId", "Ranks"})),
    ("users", frozenset({"xuid", "gamertag"})),
    ("medals", frozenset({"medals"})),
    ("asset", frozenset({"AssetId", "VersionId", "PublicName"})),
)


def parse_json(data: bytes) -> JsonValue:
    """The value of a JSON text in UTF-8, UTF-16 or UTF-32, with or without a byte order mark.

    Raises:
        MatchDataError: saying where it is not JSON.
    """
    with suppress(ValueError):  # half the time; what it refuses may be JSON all the same
        return from_json(data)
    try:
        return json.loads(data)
    except json.JSONDecodeError as error:
        raise MatchDataError(
            f"not valid JSON: {error.msg} in line {error.lineno}, column {error.colno}"
        ) from error
    except UnicodeDecodeError as error:
        raise MatchDataError(f"not valid JSON: byte {error.start} is not text") from error
    except RecursionError as error:
        raise MatchDataError("not valid JSON here: nested too deeply") from error
    except ValueError as error:
        raise MatchDataError(f"not valid JSON here: {error}") from error


def content_kind(parsed: object) -> ContentKind:
    """The kind of a parsed response; `unknown` for one that is not of the match API."""
    if isinstance(parsed, list):
        return "users" if parsed and all(_is_user(item) for item in parsed) else "unknown"
    if not isinstance(parsed, Mapping):
        return "unknown"
    for kind, fields in _FIELDS:
        if fields <= parsed.keys():
            return kind
    return "skill" if _is_skill(parsed) else "unknown"


def asset_kind(parsed: Json) -> AssetKind:
    """Which asset it is, by the fields that only this kind has.

    Raises:
        MatchDataError: for an asset that no match refers to, such as a prefab.
    """
    custom = parsed.get("CustomData")
    custom = custom if isinstance(custom, Mapping) else {}
    if "RotationEntries" in parsed or "PlaylistEntries" in custom:
        return "playlist"
    if "MapLink" in parsed and "UgcGameVariantLink" in parsed:
        return "pair"
    if "EngineGameVariantLink" in parsed:
        return "game_variant"
    if "PrefabLinks" in parsed or "NumOfObjectsOnMap" in custom:
        return "map"
    raise MatchDataError(
        "an asset that is no map, playlist, map and mode pair or game variant: "
        f"{parsed.get('PublicName')!r}"
    )


def stats_match_id(parsed: Json) -> str:
    """The match of a stats response.

    Raises:
        MatchDataError: when its id, its times or its players are not there.
    """
    match_id = match_id_of(parsed["MatchId"])
    info = parsed["MatchInfo"]
    if not isinstance(info, Mapping) or not {"StartTime", "EndTime", "Duration"} <= info.keys():
        raise MatchDataError(f"match {match_id}: `MatchInfo` has no start, end or duration")
    if not isinstance(parsed["Players"], list):
        raise MatchDataError(f"match {match_id}: `Players` is not a list")
    return match_id


def history_entries(parsed: Json) -> list[tuple[str, datetime, datetime]]:
    """Match id, start and end (naive UTC) of each match of a history page, newest first as there.

    Raises:
        MatchDataError: when an entry has no id or no times.
    """
    try:
        return [
            (
                match_id_of(result["MatchId"]),
                utc_time(result["MatchInfo"]["StartTime"]),
                utc_time(result["MatchInfo"]["EndTime"]),
            )
            for result in parsed["Results"]
        ]
    except (KeyError, TypeError) as error:
        raise MatchDataError("an entry of the history has no match id or no times") from error


def _is_user(item: object) -> bool:
    return isinstance(item, Mapping) and {"xuid", "gamertag"} <= item.keys()


def _is_skill(parsed: Json) -> bool:
    """Skill of a match; the rank in a playlist has the same frame, but a `Current` rank in it."""
    values = parsed.get("Value")
    if not isinstance(values, list):
        return False
    return all(
        isinstance(value, Mapping)
        and {"Id", "ResultCode"} <= value.keys()
        and not (isinstance(value.get("Result"), Mapping) and "Current" in value["Result"])
        for value in values
    )
