"""What each column of the shared tables has to be, read from the raw JSON without product code.

A reader a column, so that a column that nobody reads back is seen: `test_read_back` holds these
tables against the specification.
"""

import re
from datetime import datetime, timedelta

BITS = {
    "medals": 1, "events": 2, "skill": 4, "personal_scores": 8, "performance_scores": 16,
    "accuracy": 32, "shots": 64, "enemy_mmr": 128, "assets": 256, "participants": 512,
    "participants_scores": 1024, "participants_kda": 2048, "participants_shots": 4096,
    "participants_damage": 8192, "aliases": 16384, "participants_avg_life": 32768,
}  # fmt: skip
CATEGORIES = {6: "slayer", 11: "strongholds", 15: "ctf", 18: "oddball", 19: "stockpile",
              22: "infection", 42: "firefight", 13: "king_of_the_hill", None: None}  # fmt: skip
COUNTS = {
    "score": "Score", "personal_score": "PersonalScore", "kills": "Kills", "deaths": "Deaths",
    "assists": "Assists", "headshot_kills": "HeadshotKills", "melee_kills": "MeleeKills",
    "grenade_kills": "GrenadeKills", "power_weapon_kills": "PowerWeaponKills",
    "suicides": "Suicides", "betrayals": "Betrayals", "shots_fired": "ShotsFired",
    "shots_hit": "ShotsHit", "damage_dealt": "DamageDealt", "damage_taken": "DamageTaken",
}  # fmt: skip


def moment(text):
    """`2025-01-29T04:07:25.9641234Z`, cut to microseconds."""
    if text is None:
        return None
    whole, _, rest = text.rstrip("Z").partition(".")
    start = datetime.strptime(whole, "%Y-%m-%dT%H:%M:%S")  # noqa: DTZ007 - columns hold naive UTC
    return start + timedelta(microseconds=int(rest[:6].ljust(6, "0")))


def length(text):
    """`PT1H9M9.4211615S` in seconds."""
    parts = re.fullmatch(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?", text).groups()
    hours, minutes, seconds = (float(part or 0) for part in parts)
    return hours * 3600 + minutes * 60 + seconds


def who(player_id):
    """`xuid(2535...)` as digits, a bot as it is."""
    return player_id[5:-1] if player_id.startswith("xuid(") else player_id


def asset(field, part):
    return lambda match: (match.stats["MatchInfo"].get(field) or {}).get(part)


def info(field):
    return lambda match: match.stats["MatchInfo"].get(field)


def team_score(team):
    def read(match):
        scores = [one["Stats"]["CoreStats"]["Score"] for one in match.stats["Teams"]
                  if one["TeamId"] == team]  # fmt: skip
        return scores[0] if scores else None

    return read


def attempted(match):
    names = [name for name in BITS if name not in ("events", "aliases", "skill", "enemy_mmr",
                                                   "performance_scores")]  # fmt: skip
    names += ["events", "aliases"] if match.film is not None else []
    names += ["skill", "enemy_mmr"] if match.skill is not None else []
    return sum(BITS[name] for name in names)


def named(kind, field):
    return lambda match: match.names.get((kind, asset(field, "AssetId")(match)))


REGISTRY = {
    "match_id": lambda match: match.stats["MatchId"].lower(),
    "start_time": lambda match: moment(match.stats["MatchInfo"]["StartTime"]),
    "end_time": lambda match: moment(match.stats["MatchInfo"]["EndTime"]),
    "duration_seconds": lambda match: length(match.stats["MatchInfo"]["Duration"]),
    **{f"{name}_id": asset(field, "AssetId") for name, field in (
        ("playlist", "Playlist"), ("map", "MapVariant"), ("pair", "PlaylistMapModePair"),
        ("game_variant", "UgcGameVariant"))},
    **{f"{name}_version_id": asset(field, "VersionId") for name, field in (
        ("playlist", "Playlist"), ("map", "MapVariant"), ("pair", "PlaylistMapModePair"),
        ("game_variant", "UgcGameVariant"))},
    **{f"{name}_name": named(name, field) for name, field in (
        ("playlist", "Playlist"), ("map", "MapVariant"), ("pair", "PlaylistMapModePair"),
        ("game_variant", "UgcGameVariant"))},
    "game_variant_category": info("GameVariantCategory"),
    "mode_category": lambda match: CATEGORIES[match.stats["MatchInfo"]["GameVariantCategory"]],
    "lifecycle_mode": info("LifecycleMode"),
    "playlist_experience": info("PlaylistExperience"),
    "is_ranked": lambda match: match.ranked,
    "is_firefight": lambda match: match.firefight,
    "teams_enabled": info("TeamsEnabled"),
    "season_id": info("SeasonId"),
    "team_0_score": team_score(0),
    "team_1_score": team_score(1),
    "backfill_completed": attempted,
    "participants_loaded": lambda match: len(match.stats["Players"]) > 0,
    "events_loaded": lambda match: len(match.events) > 0,
    "medals_loaded": lambda match: len(match.stats["Players"]) > 0,
    "first_sync_by": lambda match: match.synced_by,
    "first_sync_at": lambda match: match.synced_at,
    "player_count": lambda match: len(
        {who(player["PlayerId"]) for player in match.stats["Players"]} & match.configured),
    "created_at": lambda match: match.synced_at,
    "updated_at": lambda match: match.synced_at,
    "levelup_parts": lambda match: None,
}  # fmt: skip


def cores(player):
    return [team["Stats"]["CoreStats"] for team in player["PlayerTeamStats"]]


def counted(field):
    def read(match, player):
        return sum(core[field] for core in cores(player)) if cores(player) else None

    return read


def kda(match, player):
    found = cores(player)
    if len(found) == 1:
        return None if found[0]["KDA"] == "NaN" else found[0]["KDA"]
    if not found:
        return None
    kills, deaths, assists = (sum(core[name] for core in found)
                              for name in ("Kills", "Deaths", "Assists"))  # fmt: skip
    return kills - deaths + assists / 3


def accuracy(match, player):
    found = cores(player)
    if len(found) == 1:
        return found[0]["Accuracy"]
    if not found:
        return None
    fired = sum(core["ShotsFired"] for core in found)
    return 100 * sum(core["ShotsHit"] for core in found) / fired if fired else 0.0


def average_life(match, player):
    found = cores(player)
    if len(found) == 1:
        return length(found[0]["AverageLifeDuration"])
    if not found:
        return None
    lives = [core["Spawns"] for core in found]
    spent = [core["Spawns"] * length(core["AverageLifeDuration"]) for core in found]
    return sum(spent) / sum(lives)


def expected(*path):
    def read(match, player):
        for value in (match.skill or {"Value": []})["Value"]:
            if value["Id"] == player["PlayerId"] and value["ResultCode"] == 0:
                found = value["Result"]
                for name in path:
                    found = (found or {}).get(name)
                return None if found == "NaN" else found
        return None

    return read


def part(field, read=lambda value: value):
    return lambda match, player: read(player["ParticipationInfo"][field])


PARTICIPANTS = {
    "match_id": lambda match, player: match.stats["MatchId"].lower(),
    "xuid": lambda match, player: who(player["PlayerId"]),
    "is_bot": lambda match, player: player["PlayerType"] == 2,
    "gamertag": lambda match, player: match.gamertags.get(who(player["PlayerId"])),
    "team_id": lambda match, player: player["LastTeamId"]
    if match.stats["MatchInfo"]["TeamsEnabled"] and player["LastTeamId"] != -1 else None,
    "outcome": lambda match, player: player["Outcome"],
    "rank": lambda match, player: player["Rank"],
    **{column: counted(field) for column, field in COUNTS.items()},
    "kda": kda,
    "accuracy": accuracy,
    "max_killing_spree": lambda match, player: max(
        (core["MaxKillingSpree"] for core in cores(player)), default=None),
    "average_life_seconds": average_life,
    "time_played_seconds": part("TimePlayed", length),
    "first_joined_time": part("FirstJoinedTime", moment),
    "last_leave_time": part("LastLeaveTime", moment),
    "present_at_beginning": part("PresentAtBeginning"),
    "present_at_completion": part("PresentAtCompletion"),
    "team_mmr": expected("TeamMmr"),
    "kills_expected": expected("StatPerformances", "Kills", "Expected"),
    "kills_stddev": expected("StatPerformances", "Kills", "StdDev"),
    "deaths_expected": expected("StatPerformances", "Deaths", "Expected"),
    "deaths_stddev": expected("StatPerformances", "Deaths", "StdDev"),
}  # fmt: skip


def earned(match, field, *numbers):
    """(xuid, name id) -> sums of the numbers, over the teams of a player."""
    found = {}
    for player in match.stats["Players"]:
        for core in cores(player):
            for one in core[field]:
                key = who(player["PlayerId"]), one["NameId"]
                before = found.get(key, (0,) * len(numbers))
                found[key] = tuple(old + one[name]
                                   for old, name in zip(before, numbers, strict=True))  # fmt: skip
    return found


def nearest_pairs(events, teams):
    """(killer, victim) -> kills: a kill and a death within 5 ms, the nearest first, each once."""
    kills = [event for event in events if event["event_type"] == "kill"]
    deaths = [event for event in events if event["event_type"] == "death"]
    near = []
    for at, kill in enumerate(kills):
        for other, death in enumerate(deaths):
            gap = abs(kill["time_ms"] - death["time_ms"])
            if gap <= 5 and kill["xuid"] != death["xuid"]:
                team = teams.get(kill["xuid"])
                friendly = team is not None and team == teams.get(death["xuid"])
                near.append((gap, friendly, at, other))
    found, used_kills, used_deaths = {}, set(), set()
    for _, _, at, other in sorted(near):
        if at not in used_kills and other not in used_deaths:
            used_kills.add(at)
            used_deaths.add(other)
            pair = kills[at]["xuid"], deaths[other]["xuid"]
            found[pair] = found.get(pair, 0) + 1
    return found
