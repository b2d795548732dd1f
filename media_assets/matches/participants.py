"""What a stats response says of its players: participants, medals, personal scores."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from media_assets.matches.fields import finite, flag, integer
from media_assets.matches.ids import is_bot, player_id_of
from media_assets.matches.responses import Json
from media_assets.matches.skill import NO_SKILL
from media_assets.matches.times import seconds, utc_time

Row = dict[str, object]

_COUNTS = (
    ("score", "Score"),
    ("personal_score", "PersonalScore"),
    ("kills", "Kills"),
    ("deaths", "Deaths"),
    ("assists", "Assists"),
    ("headshot_kills", "HeadshotKills"),
    ("melee_kills", "MeleeKills"),
    ("grenade_kills", "GrenadeKills"),
    ("power_weapon_kills", "PowerWeaponKills"),
    ("suicides", "Suicides"),
    ("betrayals", "Betrayals"),
    ("shots_fired", "ShotsFired"),
    ("shots_hit", "ShotsHit"),
    ("damage_dealt", "DamageDealt"),
    ("damage_taken", "DamageTaken"),
)
_NOT_PLAYED: Mapping[str, object] = dict.fromkeys(
    [*(column for column, _ in _COUNTS), "kda", "accuracy", "max_killing_spree",
     "average_life_seconds"]
)  # fmt: skip


def participant_row(
    match_id: str,
    player: Json,
    *,
    teams: bool,
    gamertags: Mapping[str, str],
    skill: Mapping[str, Mapping[str, float | None]],
) -> Row:
    """One row of `match_participants`, all its columns.

    `teams`: played in teams; without, the response numbers the players as teams of one, and
    `team_id` is None. `gamertags` and `skill` are by xuid.
    """
    xuid = player_id_of(player["PlayerId"])
    part = player["ParticipationInfo"]
    left = part["LastLeaveTime"]
    return {
        "match_id": match_id,
        "xuid": xuid,
        "is_bot": is_bot(xuid),
        "gamertag": gamertags.get(xuid),
        "team_id": team_of(player) if teams else None,
        "outcome": integer(player["Outcome"], 16),
        "rank": integer(player["Rank"], 16),
        **_performance([team["Stats"]["CoreStats"] for team in player["PlayerTeamStats"]]),
        "time_played_seconds": seconds(part["TimePlayed"]),
        "first_joined_time": utc_time(part["FirstJoinedTime"]),
        "last_leave_time": None if left is None else utc_time(left),
        "present_at_beginning": flag(part["PresentAtBeginning"]),
        "present_at_completion": flag(part["PresentAtCompletion"]),
        **skill.get(xuid, NO_SKILL),
    }


def medal_rows(match_id: str, player: Json) -> Iterator[Row]:
    """The rows of `medals_earned` of one player, counts of several teams added up."""
    counts: Counter[int] = Counter()
    for team in player["PlayerTeamStats"]:
        for medal in team["Stats"]["CoreStats"]["Medals"]:
            counts[integer(medal["NameId"], 64)] += integer(medal["Count"])
    xuid = player_id_of(player["PlayerId"])
    for medal_name_id, count in counts.items():
        yield {
            "match_id": match_id, "xuid": xuid, "medal_name_id": medal_name_id, "count": count,
        }  # fmt: skip


def score_rows(match_id: str, player: Json) -> Iterator[Row]:
    """The rows of `personal_scores` of one player, awards of several teams added up."""
    counts: Counter[int] = Counter()
    points: Counter[int] = Counter()
    for team in player["PlayerTeamStats"]:
        for award in team["Stats"]["CoreStats"].get("PersonalScores") or ():
            kind = integer(award["NameId"], 64)
            counts[kind] += integer(award["Count"])
            points[kind] += integer(award["TotalPersonalScoreAwarded"])
    xuid = player_id_of(player["PlayerId"])
    for kind, count in counts.items():
        yield {
            "match_id": match_id, "xuid": xuid, "score_name_id": kind, "count": count,
            "points": points[kind],
        }  # fmt: skip


def team_of(player: Json) -> int | None:
    """The last team of a player; None where the response names none."""
    team = player["LastTeamId"]
    return None if team is None or team < 0 else integer(team)


def _performance(teams: Sequence[Json]) -> Mapping[str, object]:
    """The numbers of a player, who has one set of stats for each team played in.

    With one set the API's own `KDA` and `Accuracy` stand, which it cuts to two decimals. With
    several, counts are added up, the two are computed anew from the sums, the killing spree is the
    longest, and the average life is weighted by the lives (`Spawns`) in each team. Without any
    set, for somebody who never played, all are None.
    """
    if not teams:
        return _NOT_PLAYED
    singles = [_single(core) for core in teams]
    if len(singles) == 1:
        return singles[0]
    return _added_up(singles, [integer(core.get("Spawns") or 0) for core in teams])


def _single(core: Json) -> Row:
    row: Row = {column: integer(core[field]) for column, field in _COUNTS}
    row["kda"], row["accuracy"] = finite(core["KDA"]), finite(core["Accuracy"])
    row["max_killing_spree"] = integer(core["MaxKillingSpree"])
    row["average_life_seconds"] = seconds(core["AverageLifeDuration"])
    return row


def _added_up(teams: Sequence[Json], spawns: Sequence[int]) -> Row:
    total = {column: integer(sum(team[column] for team in teams)) for column, _ in _COUNTS}
    weights = spawns if sum(spawns) else [1] * len(teams)
    lives = (
        team["average_life_seconds"] * weight for team, weight in zip(teams, weights, strict=True)
    )
    fired, hit = total["shots_fired"], total["shots_hit"]
    return {
        **total,
        "kda": total["kills"] + total["assists"] / 3 - total["deaths"],
        "accuracy": 100 * hit / fired if fired else 0.0,
        "max_killing_spree": max(team["max_killing_spree"] for team in teams),
        "average_life_seconds": sum(lives) / sum(weights),
    }
