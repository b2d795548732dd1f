"""Names of what was played: asset responses and medal metadata in the shape of the API."""

from collections.abc import Iterable

from media_assets.demo import game
from media_assets.demo.play import Match
from media_assets.demo.responses import Json

_HOST = "https://ugc.example"


def asset_files(matches: Iterable[Match]) -> dict[str, Json]:
    """File name to response: every map, mode, playlist and pair that the matches name."""
    files: dict[str, Json] = {}
    for match in matches:
        files[f"map_{_slug(match.map_name)}.json"] = _map(match.map_name)
        files[f"variant_{_slug(match.mode.name)}.json"] = _variant(match.mode)
        if match.playlist is not None:
            name = f"{match.mode.name} on {match.map_name}"
            files[f"playlist_{_slug(match.playlist.name)}.json"] = _playlist(match.playlist)
            files[f"pair_{_slug(name)}.json"] = _pair(name, match)
    return dict(sorted(files.items()))


def medal_metadata() -> Json:
    """The response to the medal metadata: camelCase, unlike all others."""
    return {
        "difficulties": ["normal", "heroic", "legendary", "mythic"],
        "types": ["spree", "mode", "multikill", "proficiency", "skill", "style"],
        "sprites": {
            name: {"path": f"medals/images/{name}.png", "columns": 16, "size": size}
            for name, size in (("small", 72), ("medium", 128), ("extra-large", 256))
        },
        "medals": [
            {
                "name": {"value": medal.name, "translations": {}},
                "description": {"value": medal.description, "translations": {}},
                "spriteIndex": medal.value,
                "sortingWeight": medal.weight,
                "difficultyIndex": medal.difficulty,
                "typeIndex": medal.type_index,
                "personalScore": 0,
                "nameId": medal.name_id,
            }
            for medal in game.MEDALS
        ],
    }


def _slug(name: str) -> str:
    return name.lower().replace(" ", "_")


def _asset(kind: str, name: str, description: str = "") -> Json:
    """What all assets have in common."""
    asset = game.asset_id(kind, name)
    version = game.version_id(asset)
    path = f"/ugcstorage/{kind}/{asset}/{version}/"
    return {
        "AssetId": asset,
        "VersionId": version,
        "PublicName": name,
        "Description": description,
        "Files": {
            "Prefix": _HOST + path,
            "FileRelativePaths": ["images/thumbnail.png"],
            "PrefixEndpoint": {
                "AuthorityId": "iUgcFiles",
                "Path": path,
                "QueryString": None,
                "RetryPolicyId": "linearretry",
                "TopicName": "",
                "AcknowledgementTypeId": 0,
                "AuthenticationLifetimeExtensionSupported": False,
                "ClearanceAware": False,
            },
        },
        "Contributors": [],
        "AssetHome": 1,
        "AssetStats": {
            "PlaysRecent": 0, "PlaysAllTime": 0, "Favorites": 0, "Likes": 0, "Bookmarks": 0,
            "ParentAssetCount": 0, "AverageRating": 0.0, "NumberOfRatings": 0,
        },
        "InspectionResult": 50,
        "CloneBehavior": 0,
        "Order": 0,
    }  # fmt: skip


def _map(name: str) -> Json:
    data = {"NumOfObjectsOnMap": 64, "TagLevelId": -1, "IsBaked": True, "HasNodeGraph": False}
    return {"CustomData": data, "Tags": [], "PrefabLinks": [], **_asset("map", name)}


def _variant(mode: game.Mode) -> Json:
    return {
        "CustomData": {"KeyValues": {}},
        "Tags": [],
        "EngineGameVariantLink": _asset("enginegamevariant", mode.name),
        **_asset("variant", mode.name),
    }


def _pair(name: str, match: Match) -> Json:
    return {
        "CustomData": {},
        "Tags": [],
        "MapLink": _asset("map", match.map_name),
        "UgcGameVariantLink": _asset("variant", match.mode.name),
        **_asset("pair", name),
    }


def _playlist(playlist: game.Playlist) -> Json:
    size = playlist.team_size
    return {
        "CustomData": {
            "PlaylistEntries": [],
            "Strategy": 0,
            "MinTeams": 2, "MinTeamSize": size, "MaxTeams": 2, "MaxTeamSize": size,
            "MaxTeamImbalance": 0,
            "MaxSplitscreenPlayersAllowed": size,
            "AllowFriendJoinInProgress": False,
            "AllowMatchmakingJoinInProgress": True,
            "AllowBotJoinInProgress": False,
            "ExitExperienceDurationSec": 30,
            "FireteamLeaderKickAllowed": False,
            "DisableMidgameChat": False,
            "AllowedDeviceInputs": [0],
            "BotDifficulty": 0,
            "MinFireteamSize": 1, "MaxFireteamSize": size,
        },
        "Tags": [],
        "RotationEntries": [],
        **_asset("playlist", playlist.name),
    }  # fmt: skip
