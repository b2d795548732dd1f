"""From the responses about one match to rows of the shared tables. Keys are column names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from media_assets.errors import MatchDataError
from media_assets.matches.backfill import FROM_FILM, FROM_SKILL, FROM_STATS, Backfill
from media_assets.matches.categories import is_firefight, is_ranked, mode_category
from media_assets.matches.fields import flag, integer, optional_integer, optional_text
from media_assets.matches.film import FilmEvent, FilmEvents, RecordedFilm, read_film
from media_assets.matches.ids import match_id_of, player_id_of
from media_assets.matches.pairs import kill_counts, killer_victim_pairs
from media_assets.matches.participants import medal_rows, participant_row, score_rows, team_of
from media_assets.matches.responses import Json
from media_assets.matches.skill import MatchSkill, RecordedSkill, read_skill
from media_assets.matches.times import seconds, utc_time

Row = dict[str, object]
Columns = Mapping[str, Sequence[object]]

_NO_EVENTS = FilmEvents((), ())
_NO_SKILL = MatchSkill({}, None)
_ASSETS = (
    ("playlist", "Playlist"),
    ("map", "MapVariant"),
    ("pair", "PlaylistMapModePair"),
    ("game_variant", "UgcGameVariant"),
)


@dataclass(frozen=True, slots=True)
class MatchRows:
    """Rows of one match.

    `registry` leaves out what only the run knows: names of assets, `player_count`,
    `first_sync_by`, `first_sync_at`, `created_at` and `updated_at`. `events` are by time with `seq`
    from 0, a sequence for each column: a match has hundreds, and a dictionary each would take ten
    times as long to make and to hand over. `pairs` are by killer and victim. `problems` says what
    of the skill or the film could not be used, in words; the rest of the match is whole all the
    same.
    """

    registry: Row
    participants: list[Row]
    events: Columns
    medals: list[Row]
    scores: list[Row]
    pairs: list[Row]
    aliases: list[Row]
    problems: tuple[str, ...]


def match_rows(stats: Json, skill: RecordedSkill, film: RecordedFilm) -> MatchRows:
    """All rows that one match gives.

    `film` is the major version and the compressed chunk. It and `skill` are `missing` when it is
    known that there is none, or None when nobody looked yet. What was looked for sets its bits in
    `backfill_completed`, readable or not.

    Raises:
        MatchDataError: when the stats response is not of the shape of the API.
    """
    match_id = match_id_of(stats.get("MatchId"))
    problems: list[str] = []
    known_skill = _skill(skill, problems)
    events = _events(film, problems)
    try:
        return _rows(match_id, stats, known_skill, events, _attempted(skill, film), problems)
    except KeyError as error:
        raise MatchDataError(f"match {match_id}: a field {error} is missing") from error
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise MatchDataError(f"match {match_id}: a field is of another type: {error}") from error
    except MatchDataError as error:
        raise MatchDataError(f"match {match_id}: {error}") from error


def _rows(
    match_id: str, stats: Json, skill: MatchSkill, film: FilmEvents, attempted: Backfill,
    problems: list[str],
) -> MatchRows:  # fmt: skip
    info, players = stats["MatchInfo"], stats["Players"]
    gamertags = {event.xuid: event.gamertag for event in film.events if event.gamertag}
    participants = [
        participant_row(match_id, player, teams=flag(info["TeamsEnabled"]), gamertags=gamertags,
                        skill=skill.columns)
        for player in players
    ]  # fmt: skip
    if len({row["xuid"] for row in participants}) < len(participants):
        raise MatchDataError("a player stands twice in `Players`")
    registry = {
        **_registry(match_id, stats, skill.ranked),
        "backfill_completed": int(attempted),
        "participants_loaded": bool(participants),
        "events_loaded": bool(film.events),
        "medals_loaded": bool(participants),
    }
    return MatchRows(
        registry=registry,
        participants=participants,
        events=_event_columns(match_id, film.events),
        medals=[row for player in players for row in medal_rows(match_id, player)],
        scores=[row for player in players for row in score_rows(match_id, player)],
        pairs=_pair_rows(match_id, film, stats),
        aliases=_alias_rows(gamertags, utc_time(info["EndTime"])),
        problems=tuple(problems),
    )


def _skill(skill: RecordedSkill, problems: list[str]) -> MatchSkill:
    if skill is None or skill == "missing":
        return _NO_SKILL
    try:
        return read_skill(skill)
    except MatchDataError as error:
        problems.append(str(error))
        return _NO_SKILL


def _events(film: RecordedFilm, problems: list[str]) -> FilmEvents:
    if film is None or film == "missing":
        return _NO_EVENTS
    version, data = film
    try:
        events = read_film(data, version)
    except MatchDataError as error:
        problems.append(str(error))
        return _NO_EVENTS
    problems.extend(events.unreadable)
    return events


def _attempted(skill: RecordedSkill, film: RecordedFilm) -> Backfill:
    bits = FROM_STATS
    if skill is not None:
        bits |= FROM_SKILL
    if film is not None:
        bits |= FROM_FILM
    return bits


def _registry(match_id: str, stats: Json, ranked: bool | None) -> Row:
    info = stats["MatchInfo"]
    category = optional_integer(info.get("GameVariantCategory"))
    scores = {
        team["TeamId"]: integer(team["Stats"]["CoreStats"]["Score"])
        for team in stats.get("Teams") or ()
    }
    row: Row = {
        "match_id": match_id,
        "start_time": utc_time(info["StartTime"]),
        "end_time": utc_time(info["EndTime"]),
        "duration_seconds": seconds(info["Duration"]),
        "game_variant_category": category,
        "mode_category": mode_category(category),
        "lifecycle_mode": optional_integer(info.get("LifecycleMode")),
        "playlist_experience": optional_integer(info.get("PlaylistExperience")),
        "is_ranked": is_ranked(info, ranked),
        "is_firefight": is_firefight(info),
        "teams_enabled": flag(info["TeamsEnabled"]),
        "season_id": optional_text(info.get("SeasonId")),
        "team_0_score": scores.get(0),
        "team_1_score": scores.get(1),
    }
    for name, field in _ASSETS:
        asset = info.get(field) or {}
        row[f"{name}_id"] = optional_text(asset.get("AssetId"))
        row[f"{name}_version_id"] = optional_text(asset.get("VersionId"))
    return row


def _event_columns(match_id: str, events: Sequence[FilmEvent]) -> Columns:
    columns = zip(*events, strict=True) if events else ((),) * len(FilmEvent._fields)
    return {
        "match_id": (match_id,) * len(events),
        "seq": range(len(events)),
        **dict(zip(FilmEvent._fields, columns, strict=True)),
    }


def _pair_rows(match_id: str, film: FilmEvents, stats: Json) -> list[Row]:
    if not film.events:
        return []
    teams: Mapping[str, int | None] = {}
    if stats["MatchInfo"]["TeamsEnabled"]:
        teams = {player_id_of(player["PlayerId"]): team_of(player) for player in stats["Players"]}
    counts = kill_counts(killer_victim_pairs(film.events, teams))
    return [
        {"match_id": match_id, "killer_xuid": killer, "victim_xuid": victim, "kill_count": count}
        for (killer, victim), count in sorted(counts.items())
    ]


def _alias_rows(gamertags: Mapping[str, str], seen: datetime) -> list[Row]:
    return [
        {"xuid": xuid, "gamertag": gamertag, "source": "film", "last_seen": seen}
        for xuid, gamertag in gamertags.items()
    ]
