"""What a server in place of the match API answers, from a folder of recorded responses."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol
from uuid import NAMESPACE_URL, uuid5

from media_assets.errors import MatchDataError
from media_assets.matches.ids import player_id_of
from media_assets.matches.raw_store import film_version
from media_assets.matches.source_files import SourceContent, read_source, walk_source

Json = dict[str, Any]

_STORE = "https://blobs-infiniteugc.svc.halowaypoint.com/ugcstorage/film/"
_HEADER, _REPLAY, _EVENTS = 1, 2, 3


class ApiData(Protocol):
    """What there is to answer with; None where there is nothing."""

    def stats(self, match_id: str) -> bytes | None:
        """The statistics of a match."""
        ...

    def skill(self, match_id: str) -> bytes | None:
        """The skill of everybody in a match."""
        ...

    def film(self, match_id: str) -> tuple[int, bytes] | None:
        """Version and chunk of the highlight events."""
        ...

    def history(self, xuid: str, start: int, count: int) -> Sequence[Json]:
        """So many entries of a player's history from an index on, newest first."""
        ...

    def user(self, xuid: str) -> Json | None:
        """Who has an xuid."""
        ...

    def user_called(self, gamertag: str) -> Json | None:
        """Who has a gamertag."""
        ...

    def asset(self, asset_id: str) -> Json | None:
        """A map, playlist, pair or game variant."""
        ...

    def medals(self) -> Json | None:
        """The names of the medals."""
        ...


class RecordedApi:
    """Recorded responses and films of a folder, told by their content as the source of files does.

    A player's history is made from the statistics in which they take part, so that both sources
    know the same matches. `unusable` names the files that are left out, with the reason.
    """

    def __init__(self, folder: Path) -> None:
        self.unusable: dict[str, str] = {}
        self._stats: dict[str, SourceContent] = {}
        self._skill: dict[str, bytes] = {}
        self._films: dict[str, tuple[int, bytes]] = {}
        self._users: dict[str, Json] = {}
        self._assets: dict[str, Json] = {}
        self._medals: Json | None = None
        for found in walk_source(folder):
            try:
                self._add(read_source(found.path))
            except MatchDataError as error:
                self.unusable[found.path] = str(error)

    @property
    def match_ids(self) -> tuple[str, ...]:
        """The matches that there are, sorted."""
        return tuple(sorted(self._stats))

    def stats(self, match_id: str) -> bytes | None:
        """As `ApiData` says."""
        found = self._stats.get(match_id)
        return found.data if found else None

    def skill(self, match_id: str) -> bytes | None:
        """As `ApiData` says."""
        return self._skill.get(match_id)

    def film(self, match_id: str) -> tuple[int, bytes] | None:
        """As `ApiData` says."""
        return self._films.get(match_id)

    def history(self, xuid: str, start: int, count: int) -> list[Json]:
        """As `ApiData` says."""
        entries = [
            history_entry(content.parsed, player)
            for content in self._stats.values()
            for player in content.parsed["Players"]
            if player_id_of(player["PlayerId"]) == xuid
        ]
        entries.sort(key=lambda entry: str(entry["MatchInfo"]["StartTime"]), reverse=True)
        return entries[start : start + count]

    def user(self, xuid: str) -> Json | None:
        """As `ApiData` says."""
        return self._users.get(xuid)

    def user_called(self, gamertag: str) -> Json | None:
        """As `ApiData` says."""
        wanted = gamertag.lower()
        users = self._users.values()
        return next((user for user in users if user["gamertag"].lower() == wanted), None)

    def asset(self, asset_id: str) -> Json | None:
        """As `ApiData` says."""
        return self._assets.get(asset_id)

    def medals(self) -> Json | None:
        """As `ApiData` says."""
        return self._medals

    def _add(self, found: SourceContent) -> None:
        match found.content:
            case "stats":
                self._stats[str(found.match_id)] = found
            case "skill" if found.data:
                self._skill[str(found.match_id)] = found.data
            case "film" if found.data:
                version = film_version(str(found.part))
                self._films[str(found.match_id)] = (int(version or 0), found.data)
            case "users":
                users = found.parsed if isinstance(found.parsed, list) else [found.parsed]
                self._users |= {str(user["xuid"]): user for user in users}
            case "asset":
                self._assets[found.parsed["AssetId"]] = found.parsed
            case "medals":
                self._medals = found.parsed


def history_entry(stats: Mapping[str, Any], player: Mapping[str, Any]) -> Json:
    """The entry of the history that belongs to a player of a match."""
    return {
        "MatchId": stats["MatchId"],
        "MatchInfo": stats["MatchInfo"],
        "LastTeamId": player["LastTeamId"],
        "Outcome": player["Outcome"],
        "Rank": player["Rank"],
        "PresentAtEndOfMatch": player["ParticipationInfo"]["PresentAtCompletion"],
    }


def history_page(results: Sequence[Json], start: int, count: int) -> Json:
    """A page of the history, in the shape of the API."""
    return {
        "Start": start,
        "Count": count,
        "ResultCount": len(results),
        "Results": list(results),
        "Links": {},
    }


def film_manifest(match_id: str, version: int, size: int) -> Json:
    """What the API says about a film: the chunk with the events comes last."""
    asset = str(uuid5(NAMESPACE_URL, f"media-assets-demo/film/{match_id}"))
    sizes = ((_HEADER, 10, 373_167), (_REPLAY, 19_992, 39_864), (_EVENTS, 2, size))
    return {
        "FilmStatusBond": 1,
        "CustomData": {
            "FilmLength": 20_004,
            "Chunks": [
                {
                    "Index": index,
                    "ChunkStartTimeOffsetMilliseconds": 0,
                    "DurationMilliseconds": milliseconds,
                    "ChunkSize": size,
                    "FileRelativePath": f"/filmChunk{index}",
                    "ChunkType": kind,
                }
                for index, (kind, milliseconds, size) in enumerate(sizes)
            ],
            "HasGameEnded": True,
            "ManifestRefreshSeconds": 30,
            "MatchId": match_id,
            "FilmMajorVersion": version,
        },
        "BlobStoragePathPrefix": f"{_STORE}{match_id}/{asset}/",
        "AssetId": asset,
    }
