"""What is asked of the API, and what of the answers is taken for good."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urljoin

from media_assets.errors import ApiCallError, MatchDataError
from media_assets.matches.history import PAGE
from media_assets.matches.ids import is_bot, player_id_of
from media_assets.matches.live_session import LiveSession
from media_assets.matches.live_wire import Answer
from media_assets.matches.responses import (
    AssetKind,
    ContentKind,
    Json,
    JsonValue,
    content_kind,
    history_entries,
    stats_match_id,
)

if TYPE_CHECKING:
    from spnkr.client import HaloInfiniteClient

_XUID_DIGITS = 16  # `spnkr` refuses others
_EVENTS_CHUNK = 3
_NOT_THERE = 404
_ASSET_METHODS: Mapping[AssetKind, str] = {
    "map": "get_map",
    "playlist": "get_playlist",
    "pair": "get_map_mode_pair",
    "game_variant": "get_ugc_game_variant",
}


@dataclass(frozen=True, slots=True)
class Film:
    """The chunk with the highlight events of a film."""

    version: int
    chunk: bytes


class LiveApi:
    """The calls that a sync makes. All raise `ApiCallError`, `ApiDownError`, `ApiTokenError`."""

    def __init__(self, session: LiveSession, client: "HaloInfiniteClient") -> None:
        self._session = session
        self._client = client

    @classmethod
    async def open(cls, session: LiveSession) -> "LiveApi":
        """The API, with tokens."""
        return cls(session, await session.open())

    async def history(self, xuid: str, start: int) -> list[tuple[str, datetime, datetime]]:
        """Match id, start and end of up to 25 matches of a player, newest first, from an index."""
        answer = await _answer(self._client.stats.get_match_history(xuid, start, PAGE))
        _expect(answer, "history", f"page {start} of the history of {xuid}")
        entries: list[tuple[str, datetime, datetime]]
        entries = _read(lambda: history_entries(answer.value), "a page of the history")
        return entries

    async def stats(self, match_id: str) -> Answer:
        """The statistics of one match."""
        answer = await _answer(self._client.stats.get_match_stats(match_id))
        _expect(answer, "stats", f"match {match_id}")
        if _read(lambda: stats_match_id(answer.value), f"match {match_id}") != match_id:
            raise ApiCallError(f"asked for match {match_id}, another came")
        return answer

    async def skill(self, match_id: str, xuids: Sequence[str]) -> bytes | None:
        """The skill of all these players in one call; None where the API has none."""
        try:
            answer = await _answer(self._client.skill.get_match_skill(match_id, xuids))
        except ApiCallError as error:
            if error.status == _NOT_THERE:
                return None
            raise
        _expect(answer, "skill", f"the skill of match {match_id}")
        return answer.body

    async def film(self, match_id: str) -> Film | None:
        """The highlight events; None where there is no film, or none with events.

        The manifest says where they lie and of which version they are.
        """
        try:
            manifest = await _answer(self._client.discovery_ugc.get_film_by_match_id(match_id))
            where = f"the film of match {match_id}"
            _expect(manifest, "film_manifest", where)
            found = _read(lambda: _events_chunk(manifest.value), where)
            if found is None:
                return None
            version, url = found
            return Film(version, await self._session.film_chunk(url))
        except ApiCallError as error:
            if error.status == _NOT_THERE:
                return None
            raise

    async def asset(self, kind: AssetKind, asset_id: str, version_id: str) -> Answer:
        """A map, playlist, pair or game variant."""
        method = getattr(self._client.discovery_ugc, _ASSET_METHODS[kind])
        answer = await _answer(method(asset_id, version_id))
        _expect(answer, "asset", f"{kind} {asset_id}")
        return answer

    async def medals(self) -> Answer:
        """The names of all medals."""
        answer = await _answer(self._client.gamecms_hacs.get_medal_metadata())
        _expect(answer, "medals", "the medals")
        return answer

    async def users(self, xuids: Sequence[str]) -> Answer:
        """The gamertags of players."""
        answer = await _answer(self._client.profile.get_users_by_id(xuids))
        if answer.value != []:
            _expect(answer, "users", f"the gamertags of {len(xuids)} players")
        return answer

    async def user_called(self, gamertag: str) -> Answer:
        """The player with a gamertag."""
        answer = await _answer(self._client.profile.get_user_by_gamertag(gamertag))
        _expect(answer, "users", f"the gamertag {gamertag}")
        return answer


def human_xuids(stats: Json) -> list[str]:
    """The people of a match whom the API can be asked about, sorted.

    Raises:
        ApiCallError: when the statistics name a player that is none.
    """
    try:
        ids = {player_id_of(player["PlayerId"]) for player in stats["Players"]}
    except (KeyError, TypeError, MatchDataError) as error:
        raise ApiCallError(f"statistics with a player that is none: {error}") from error
    return sorted(name for name in ids if not is_bot(name) and len(name) == _XUID_DIGITS)


def can_be_asked_about(xuid: str) -> bool:
    """Whether the API takes this for a player."""
    return len(xuid) == _XUID_DIGITS and xuid.isascii() and xuid.isdigit()


async def _answer(call: Any) -> Answer:  # noqa: ANN401  # a coroutine of `spnkr` around our answer
    return cast(Answer, (await call).response)


def _expect(answer: Answer, kind: ContentKind, what: str) -> None:
    found = content_kind(answer.value)
    if found != kind:
        raise ApiCallError(f"{what}: the answer is of another kind ({found})")


def _read(read: Any, what: str) -> Any:  # noqa: ANN401
    try:
        return read()
    except (MatchDataError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ApiCallError(f"{what}: the answer has another shape: {error}") from error


def _events_chunk(manifest: JsonValue) -> tuple[int, str] | None:
    """Major version and address of the chunk with the highlight events; None without one."""
    film = manifest["CustomData"]
    chunks = [chunk for chunk in film["Chunks"] if chunk["ChunkType"] == _EVENTS_CHUNK]
    if not chunks:
        return None
    name = str(chunks[-1]["FileRelativePath"]).lstrip("/")
    return int(film["FilmMajorVersion"]), urljoin(manifest["BlobStoragePathPrefix"], name)
