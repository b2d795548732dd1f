"""Responses and film chunks in the shape of the API, made by code."""

import struct
import uuid
import zlib
from datetime import datetime

START = "2025-01-29T04:07:25.964Z"
END = "2025-01-29T04:17:05.081Z"
END_MARK = "0" * 16 + format(0x2EE0, "016b")
HINTS = {"mode": 10, "death": 20, "kill": 50, "medal": 100}


def utc(text):
    """A naive UTC time, as the tables hold them."""
    return datetime.fromisoformat(text)


def match_id(number=1):
    return str(uuid.UUID(int=number))


def xuid(number=1):
    return 2_533_274_790_000_000 + number


def core(**changes):
    return {
        "Score": 10, "PersonalScore": 1000, "Kills": 10, "Deaths": 8, "Assists": 3, "KDA": 3.0,
        "Suicides": 1, "Betrayals": 2, "AverageLifeDuration": "PT50.1S", "GrenadeKills": 3,
        "HeadshotKills": 4, "MeleeKills": 5, "PowerWeaponKills": 6, "ShotsFired": 300,
        "ShotsHit": 100, "Accuracy": 33.33, "DamageDealt": 4000, "DamageTaken": 3000,
        "MaxKillingSpree": 7, "Medals": [], "PersonalScores": [], "Spawns": 9, **changes,
    }  # fmt: skip


def medal(name_id, count=1):
    return {"NameId": name_id, "Count": count, "TotalPersonalScoreAwarded": 0}


def score(name_id, count=1, points=100):
    return {"NameId": name_id, "Count": count, "TotalPersonalScoreAwarded": points}


def player(number=1, *, bot=False, team=0, stats=None, participation=None, **changes):
    """`stats`: one dictionary of core stats for each team that was played in."""
    teams = [core()] if stats is None else stats
    return {
        "PlayerId": f"bid({number}.0)" if bot else f"xuid({xuid(number)})",
        "PlayerType": 2 if bot else 1,
        "BotAttributes": {"Difficulty": 4} if bot else None,
        "LastTeamId": team,
        "Outcome": 2,
        "Rank": 1,
        "ParticipationInfo": {
            "FirstJoinedTime": "2025-01-29T04:07:55.66Z", "LastLeaveTime": None,
            "PresentAtBeginning": True, "JoinedInProgress": False, "LeftInProgress": False,
            "PresentAtCompletion": True, "TimePlayed": "PT9M9.421S", **(participation or {}),
        },
        "PlayerTeamStats": [
            {"TeamId": at, "Stats": {"CoreStats": one, "PvpStats": {}}}
            for at, one in enumerate(teams)
        ],
        **changes,
    }  # fmt: skip


def asset(number, kind=2):
    return {"AssetKind": kind, "AssetId": match_id(number), "VersionId": match_id(number + 1)}


def stats(players=None, *, match=1, teams=True, scores=(31, 50), **info):
    return {
        "MatchId": match_id(match),
        "MatchInfo": {
            "StartTime": START, "EndTime": END, "Duration": "PT9M9.4211615S", "LifecycleMode": 3,
            "GameVariantCategory": 6, "LevelId": match_id(90), "MapVariant": asset(10),
            "UgcGameVariant": asset(20, 6), "Playlist": asset(30, 3), "PlaylistExperience": 2,
            "PlaylistMapModePair": asset(40, 7), "SeasonId": "Csr/Seasons/CsrSeason9-1.json",
            "PlayableDuration": "PT9M9.421S", "TeamsEnabled": teams, "TeamScoringEnabled": teams,
            "GameplayInteraction": 1, **info,
        },
        "Teams": [
            {"TeamId": team, "Outcome": 2, "Rank": 1, "Stats": {"CoreStats": core(Score=score)}}
            for team, score in enumerate(scores if teams else ())
        ],
        "Players": [player(1), player(2, team=1)] if players is None else players,
    }  # fmt: skip


def skill_value(number=1, *, code=0, value=0, tier="", **result):
    rank = {"Value": value, "Tier": tier, "MeasurementMatchesRemaining": 0}
    return {
        "Id": f"xuid({xuid(number)})",
        "ResultCode": code,
        "Result": {
            "TeamMmr": 1349.07, "TeamId": 0, "TeamMmrs": {"0": 1349.07, "1": 1377.99},
            "RankRecap": {"PreMatchCsr": rank, "PostMatchCsr": rank},
            "StatPerformances": {
                "Kills": {"Count": 18, "Expected": 21.5, "StdDev": 5.5},
                "Deaths": {"Count": 9, "Expected": 14.7, "StdDev": 5.1},
            },
            **result,
        },
    }  # fmt: skip


def skill(*values):
    return {"Value": list(values)}


def event(kind="kill", time_ms=1000, number=1, name="Spartan", value=0, hint=None):
    """What one event of a film says: xuid, 16 UTF-16 units, hint, time, whether medal, medal."""
    hint = HINTS[kind] if hint is None else hint
    return xuid(number), name, hint, time_ms, int(kind == "medal"), value


def film_bits(events, version=38, gap=0, filler="10110"):
    """The content of a chunk as text of 0 and 1; `gap` bits stand before each event.

    The place of the name differs from version 39 to 40.
    """
    layout = ">12s32s3sBI3sB3sB" if version in (39, 40) else ">32s15sBI3sB3sB"
    bits = ""
    for number, name, hint, time_ms, is_medal, value in events:
        encoded = name.encode("utf-16le").ljust(32, b"\0")
        before = (b"", encoded, b"") if version in (39, 40) else (encoded, b"")
        block = struct.pack(layout, *before, hint, time_ms, b"", is_medal, b"", value)
        bits += (filler * gap)[:gap] + _bits(struct.pack("<Q", number) + b"\x2d\xc0")
        bits += filler * 20 + _bits(block) + END_MARK
    return bits


def film_chunk(events, version=38, gap=0):
    """A compressed film chunk."""
    return compressed(film_bits(events, version, gap))


def compressed(bits):
    bits += "0" * (-len(bits) % 8)
    return zlib.compress(int("1" + bits, 2).to_bytes(len(bits) // 8 + 1, "big")[1:])


def _bits(data):
    return "".join(format(byte, "08b") for byte in data)
