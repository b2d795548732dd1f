"""Names from the match API: of maps, playlists, pairs, game variants, medals and players.

Each is asked for once for all players and kept as it came. What stands in the tables already,
whoever brought it, is not asked for; nor is what was refused for good.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from media_assets.engine.background import run_in_background
from media_assets.errors import ApiCallError, ApiError, ConfigurationError, MatchDataError
from media_assets.matches.live_api import LiveApi, can_be_asked_about
from media_assets.matches.live_pace import Pace, SharedTurns
from media_assets.matches.live_session import LiveSession
from media_assets.matches.live_wire import Answer, Traffic, Wire
from media_assets.matches.names import alias_rows, asset_name_rows
from media_assets.matches.raw_store import ResponseStore
from media_assets.matches.responses import AssetKind, ContentKind
from media_assets.settings import load_credentials
from media_assets.stages.platform import SHARED, Platform
from media_assets.stages.players import players_by_xuid
from media_assets.stages.progress import Listener, Meter, Progress, silent
from media_assets.stages.sync import all_of
from media_assets.store import live as live_store
from media_assets.store import matches as store
from media_assets.store.connect import connect, transaction
from media_assets.store.locks import exclusive

USERS_AT_ONCE = 50
"""Gamertags that one call asks for; ours, the limit of the API is not documented."""

REFUSED_FOR = timedelta(days=30)
"""A name that was refused for good is asked for again after that."""

# A playlist names its pairs, and a pair its map and its game variant: each spares calls.
_ORDER: tuple[AssetKind, ...] = ("playlist", "pair", "map", "game_variant")


@dataclass(slots=True)
class NamesReport:
    """What was asked for and named. `refused`: what has no name at the API."""

    named: int = 0
    refused: int = 0
    renamed: int = 0
    seconds: float = 0.0
    trouble: str | None = None
    traffic: Traffic = field(default_factory=Traffic)


def fetch_names(platform: Platform, *, listener: Listener = silent) -> NamesReport:
    """Fetch every name that the shared tables lack.

    One process at a time does that, so that no name is asked for twice. Trouble with the API is
    told in the report.
    """
    report = NamesReport()
    started = time.monotonic()
    with exclusive(platform.places.name_lock):
        work = _Names(platform, report)
        if work.is_needed():
            try:
                run_in_background(work.run, listener)
            except (ApiError, ConfigurationError) as error:
                report.trouble = str(error)
    if report.named:
        with platform.writing(SHARED):
            file = platform.shared_database()
            report.renamed = store.refresh_names(file, players_by_xuid(platform), platform.now())
    report.seconds = time.monotonic() - started
    return report


class _Names:
    """One look for names while it runs."""

    def __init__(self, platform: Platform, report: NamesReport) -> None:
        self._platform = platform
        self._report = report
        self._responses = ResponseStore(platform.places.raw)
        self._since = platform.now() - REFUSED_FOR

    def is_needed(self) -> bool:
        """Whether any name is lacking."""
        with self._platform.reading(SHARED) as con:
            return bool(
                any(live_store.unnamed_assets(con, kind, self._since) for kind in _ORDER)
                or live_store.unnamed_medals(con, self._since)
                or any(map(can_be_asked_about, live_store.unnamed_users(con, self._since)))
            )

    async def run(self, tell: Callable[[Progress], None]) -> None:
        """Ask for them, kind after kind."""
        credentials = load_credentials()
        platform = self._platform
        settings = platform.settings.matches
        turns = SharedTurns(platform.places.pace, platform.route.clock)
        pace = Pace(turns, settings.requests_per_second, platform.route.sleep)
        async with Wire(platform.route, pace, settings.concurrency) as wire:
            self._report.traffic = wire.traffic
            api = await LiveApi.open(LiveSession(wire, credentials))
            meter = Meter("names fetched", None, tell)
            for kind in _ORDER:
                await self._assets(api, kind, meter)
            await self._medals(api, meter)
            await self._users(api, meter)
            if meter.done:
                meter.tell()

    async def _assets(self, api: LiveApi, kind: AssetKind, meter: Meter) -> None:
        with self._platform.reading(SHARED) as con:
            unnamed = live_store.unnamed_assets(con, kind, self._since)
        found: list[Answer] = []
        failures: dict[str, ApiCallError] = {}

        async def one(asset_id: str, version_id: str) -> None:
            try:
                found.append(_about(await api.asset(kind, asset_id, version_id), kind, asset_id))
            except ApiCallError as error:
                failures[asset_id] = error
            meter.count(done=1)

        await all_of(*(one(*asset) for asset in unnamed))
        rows = [row for answer in found for row in _named(answer, "asset")]
        self._keep("asset", found, names=rows)
        self._settle(kind, failures, [asset_id for asset_id, _ in unnamed])

    async def _medals(self, api: LiveApi, meter: Meter) -> None:
        with self._platform.reading(SHARED) as con:
            unnamed = live_store.unnamed_medals(con, self._since)
        if not unnamed:
            return
        try:
            answer = await api.medals()
            rows = _named(answer, "medals")
        except ApiCallError as error:
            self._settle("medal", dict.fromkeys(unnamed, error), unnamed)
            return
        meter.count(done=1)
        self._keep("medals", [answer], names=rows)
        known = {row["asset_id"] for row in rows}
        nameless = ApiCallError("the API has no name for this medal", final=True)
        self._settle("medal", {one: nameless for one in unnamed if one not in known}, unnamed)

    async def _users(self, api: LiveApi, meter: Meter) -> None:
        with self._platform.reading(SHARED) as con:
            unnamed = list(filter(can_be_asked_about, live_store.unnamed_users(con, self._since)))
        groups = [
            unnamed[start : start + USERS_AT_ONCE]
            for start in range(0, len(unnamed), USERS_AT_ONCE)
        ]
        await all_of(*(self._group(api, group, meter) for group in groups))

    async def _group(self, api: LiveApi, xuids: Sequence[str], meter: Meter) -> None:
        """The gamertags of a group; one that is refused is halved until it is known for whom."""
        try:
            answer = await api.users(xuids)
            rows = _aliases(self._platform, answer)
        except ApiCallError as error:
            if error.final and len(xuids) > 1:
                middle = len(xuids) // 2
                await self._group(api, xuids[:middle], meter)
                await self._group(api, xuids[middle:], meter)
                return
            self._settle("user", dict.fromkeys(xuids, error), xuids)
            return
        meter.count(done=1)
        self._keep("users", [answer], aliases=rows)
        known = {row["xuid"] for row in rows}
        nameless = ApiCallError("the API has no gamertag for this player", final=True)
        self._settle("user", {one: nameless for one in xuids if one not in known}, xuids)

    def _keep(
        self, kind: ContentKind, answers: Iterable[Answer],
        names: store.Rows | None = None, aliases: store.Rows | None = None,
    ) -> None:  # fmt: skip
        """Keep answers as they came, then write what they say."""
        for answer in answers:
            seen = self._platform.clock().timestamp()
            self._responses.put_response(kind, answer.body, int(seen * 10**9))
        batch = store.SourceBatch([], aliases or [], names or [])
        file = self._platform.shared_database()
        with self._platform.writing(SHARED), connect(file) as con, transaction(con):
            self._report.named += store.write_sources(con, batch)

    def _settle(self, part: str, failures: dict[str, ApiCallError], asked: Iterable[str]) -> None:
        """Note what was not given, forget about what was."""
        rows: list[dict[str, object]] = [
            {"part": part, "subject": subject, "status": error.status, "message": str(error),
             "final": error.final}
            for subject, error in failures.items()
        ]  # fmt: skip
        self._report.refused += len(rows)
        with self._platform.reading(SHARED) as con:
            known = live_store.load_gaps(con)
        solved = {(part, subject) for subject in asked if subject not in failures} & known.keys()
        if rows or solved:
            now, file = self._platform.now(), self._platform.shared_database()
            with self._platform.writing(SHARED), connect(file) as con, transaction(con):
                live_store.record_gaps(con, rows, solved, now)


def _about(answer: Answer, kind: AssetKind, asset_id: str) -> Answer:
    """The answer, which has to name the asset that was asked for."""
    if (kind, asset_id) in {
        (row["asset_kind"], row["asset_id"]) for row in _named(answer, "asset")
    }:
        return answer
    raise ApiCallError(f"{kind} {asset_id}: another asset came", final=True)


def _named(answer: Answer, kind: ContentKind) -> store.Rows:
    try:
        return asset_name_rows("medals" if kind == "medals" else "asset", answer.value)
    except MatchDataError as error:
        raise ApiCallError(str(error)) from error


def _aliases(platform: Platform, answer: Answer) -> store.Rows:
    try:
        return alias_rows("users", answer.value, platform.now())
    except MatchDataError as error:
        raise ApiCallError(str(error)) from error
