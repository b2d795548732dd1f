"""A sync with the match API: a player's history, and every match of it that is not there yet.

What is there costs no call, whoever asks for it. What was listed, fetched and not given is noted as
it comes, so a sync that ends anywhere is gone on with by the next one.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from media_assets.engine.background import run_in_background
from media_assets.errors import ApiCallError, ApiError, ConfigurationError
from media_assets.matches.claims import Claims
from media_assets.matches.history import Entry, History, Listed, read_history
from media_assets.matches.live_api import LiveApi, can_be_asked_about
from media_assets.matches.live_match import PARTS, Part, fetch_match, missing_parts
from media_assets.matches.live_pace import Pace, SharedTurns
from media_assets.matches.live_session import LiveSession
from media_assets.matches.live_wire import Answer, Traffic, Wire
from media_assets.matches.names import alias_rows
from media_assets.matches.raw_store import STATS, RawStore, ResponseStore
from media_assets.settings import load_credentials
from media_assets.stages.platform import SHARED, Platform
from media_assets.stages.players import xuid_of
from media_assets.stages.progress import Listener, Meter, Progress, silent
from media_assets.store import live as store
from media_assets.store import matches as shared_store
from media_assets.store.connect import connect, transaction
from media_assets.store.disk import writing_below

CALLS_OF_A_MATCH = len(PARTS)
_WORKERS = 2  # for each request that may be under way: while one writes, another asks
_QUEUED = 4
_KEPT_AT_ONCE = 200
_POLL_SECONDS = 0.2

Tell = Callable[[Progress], None]


@dataclass(slots=True)
class SyncReport:
    """What one sync did for one player.

    `listed`: matches that are new in the history; `shared`: those of them that were there already,
    fetched for somebody else. `unfetched`, `unread`: matches without all parts and gaps of the
    history that are left. `trouble` says why the sync ended early or the history is not whole.
    """

    pages: int = 0
    listed: int = 0
    shared: int = 0
    fetched: int = 0
    failed: int = 0
    unfetched: int = 0
    unread: int = 0
    rows_written: int = 0
    seconds: float = 0.0
    trouble: str | None = None
    traffic: Traffic = field(default_factory=Traffic)

    @property
    def saved_calls(self) -> int:
        """Calls that were not made because somebody else had made them."""
        return self.shared * CALLS_OF_A_MATCH


def sync(
    platform: Platform, player: str, *, full: bool = False, listener: Listener = silent
) -> SyncReport:
    """Bring one player's history and matches into the raw store.

    `full` reads the whole history and asks again for what was refused for good. Trouble with the
    API, or with what is needed to ask it, is told in the report, so that the rest of a run can work
    with what is there.

    Raises:
        StoreError: the data folder is full or cannot be written.
    """
    work = _Sync(platform, player, full=full)
    started = time.monotonic()
    try:
        with writing_below(platform.settings.data):
            run_in_background(work.run, listener)
    except (ApiError, ConfigurationError) as error:
        work.report.trouble = str(error)
    finally:
        work.remember()  # also what an interrupted sync was not given
    work.report.seconds = time.monotonic() - started
    return work.report


async def all_of(*coroutines: Coroutine[Any, Any, None]) -> None:
    """Run them at once; when one fails, the others are cancelled and have ended when it is told."""
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Sync:
    """One sync of one player while it runs."""

    def __init__(self, platform: Platform, player: str, *, full: bool) -> None:
        self.report = SyncReport()
        self._platform = platform
        self._player = player
        self._full = full
        self._raw = RawStore(platform.places.raw_matches)
        self._claims = Claims(platform.places.claims)
        self._concurrency = platform.settings.matches.concurrency
        self._xuid: str | None = None
        self._history = History()
        self._refused: frozenset[store.GapKey] = frozenset()
        self._known_gaps: frozenset[store.GapKey] = frozenset()
        self._failures: dict[store.GapKey, ApiCallError] = {}
        self._solved: set[store.GapKey] = set()
        self._has_begun = False
        self._listed: set[str] = set()
        self._unkept: list[Listed] = []
        self._claimed_by_others: list[str] = []

    async def run(self, tell: Tell) -> None:
        """Read the history and fetch what it names, at the same time."""
        credentials = load_credentials()
        settings = self._platform.settings.matches
        turns = SharedTurns(self._platform.places.pace, self._platform.route.clock)
        pace = Pace(turns, settings.requests_per_second, self._platform.route.sleep)
        async with Wire(self._platform.route, pace, self._concurrency) as wire:
            self.report.traffic = wire.traffic
            api = await LiveApi.open(LiveSession(wire, credentials))
            self._xuid = await self._find_xuid(api)
            self._load(self._xuid)
            renewal = asyncio.create_task(self._renew_claims())
            try:
                await self._fetch_all(api, Meter("matches fetched", None, tell))
            finally:
                renewal.cancel()
                await asyncio.gather(renewal, return_exceptions=True)
        if not self.report.trouble:
            self._solved.add(_sync_of(self._player))

    def remember(self) -> None:
        """Note what was listed and what was not given, and count what is left."""
        self._keep_history()
        failures: list[dict[str, object]] = [
            {"part": part, "subject": subject, "asked_by": self._player, "status": error.status,
             "message": str(error), "final": error.final}
            for (part, subject), error in self._failures.items()
        ]  # fmt: skip
        if self.report.trouble:
            failures.append(self._unended(self.report.trouble))
        solved = self._solved & self._known_gaps
        if failures or solved:
            self._record(failures, set(solved))
        refused = self._refused | {key for key, error in self._failures.items() if error.final}
        self.report.unfetched = sum(
            bool(self._wanted(match_id, refused)) for match_id in self._history.match_ids
        )
        self.report.unread = len(self._history.gaps())

    async def _find_xuid(self, api: LiveApi) -> str:
        """The player's xuid; one that is not known is asked for by the gamertag, once."""
        xuid = xuid_of(self._platform, self._player)
        if xuid is None:
            answer = await self._ask_for_the_player(api)
            seen = int(self._platform.clock().timestamp() * 10**9)
            ResponseStore(self._platform.places.raw).put_response("users", answer.body, seen)
            rows = alias_rows("users", answer.value, self._platform.now())
            file = self._platform.shared_database()
            with self._platform.writing(SHARED), connect(file) as con, transaction(con):
                self.report.rows_written += shared_store.write_aliases(con, rows)
            xuid = str(rows[0]["xuid"])
        if not can_be_asked_about(xuid):
            raise ConfigurationError(
                f"players.{self._player}.xuid: {xuid} is no xuid of a person: it has 16 digits"
            )
        return xuid

    async def _ask_for_the_player(self, api: LiveApi) -> Answer:
        try:
            return await api.user_called(self._player)
        except ApiCallError as error:
            if not error.final:
                raise
            raise ConfigurationError(
                f"the API knows no player called {self._player!r}: set players.{self._player}.xuid"
            ) from error

    def _load(self, xuid: str) -> None:
        with self._platform.reading(self._player) as con:
            rows = store.load_api_history(con, xuid)
        self._history = History(Listed(**row) for row in rows)  # type: ignore[arg-type]
        with self._platform.reading(SHARED) as con:
            gaps = store.load_gaps(con)
        self._known_gaps = frozenset(gaps)
        if not self._full:
            self._refused = frozenset(key for key, final in gaps.items() if final)

    async def _renew_claims(self) -> None:
        while True:
            await asyncio.sleep(self._claims.renewal_seconds)
            self._claims.renew()

    async def _fetch_all(self, api: LiveApi, meter: Meter) -> None:
        await self._fetch(api, meter, lambda put: self._list(api, meter, put))
        while self._claimed_by_others:
            waiting, self._claimed_by_others = self._claimed_by_others, []
            await self._fetch(api, meter, lambda put: _put_all(put, waiting))  # noqa: B023
            if self._claimed_by_others:
                await asyncio.sleep(_POLL_SECONDS)
        if self.report.fetched or self.report.failed:
            meter.tell()

    async def _fetch(
        self, api: LiveApi, meter: Meter,
        feed: Callable[[Callable[[str | None], Awaitable[None]]], Awaitable[None]],
    ) -> None:  # fmt: skip
        """Fetch what `feed` puts into a queue; the wire bounds how many requests are under way."""
        workers = self._concurrency * _WORKERS
        queue: asyncio.Queue[str | None] = asyncio.Queue(self._concurrency * _QUEUED)

        async def put() -> None:
            await feed(queue.put)
            await _put_all(queue.put, [None] * workers)

        async def work() -> None:
            while (match_id := await queue.get()) is not None:
                await self._one(api, match_id, meter)

        await all_of(put(), *(work() for _ in range(workers)))

    async def _list(
        self, api: LiveApi, meter: Meter, put: Callable[[str | None], Awaitable[None]]
    ) -> None:
        """Hand on the matches of the history: the new ones as they are listed, then the others."""

        async def fetch(start: int) -> Sequence[Entry]:
            self.report.pages += 1
            return await api.history(str(self._xuid), start)

        failed: dict[int, str] = {}
        async for page in read_history(self._history, fetch, full=self._full):
            if page.error is not None:
                failed[page.start] = str(page.error)
            self._unkept.extend(page.news)
            if len(self._unkept) >= _KEPT_AT_ONCE:
                await asyncio.to_thread(self._keep_history)
            self._listed.update(page.new_matches)
            self.report.listed += len(page.new_matches)
            await _put_all(put, page.new_matches)
        await asyncio.to_thread(self._keep_history)
        if failed and (self._history.gaps() or 0 in failed):  # else a second try closed the gap
            self.report.trouble = failed[min(failed)]
        others = [name for name in self._history.match_ids if name not in self._listed]
        unfinished = [name for name in others if self._wanted(name, self._refused)]
        meter.expect(self.report.listed + len(unfinished))
        await _put_all(put, unfinished)

    def _keep_history(self) -> None:
        """Write what was listed; a kill before that costs the pages, which are read again."""
        if not self._unkept:
            return
        rows = {row.match_id: asdict(row) for row in self._unkept}
        file = self._platform.player_database(self._player)
        with self._platform.writing(self._player), connect(file) as con, transaction(con):
            written = store.write_api_history(con, str(self._xuid), list(rows.values()))
        self._unkept.clear()
        self.report.rows_written += written

    async def _begin(self) -> None:
        """Note that a sync is at work, for whoever comes after one that was killed."""
        if self._has_begun or _sync_of(self._player) in self._known_gaps:
            return
        self._has_begun = True
        self._known_gaps |= {_sync_of(self._player)}
        await asyncio.to_thread(
            self._record, [self._unended("a sync began and has not come to its end")], set()
        )

    def _unended(self, message: str) -> dict[str, object]:
        part, subject = _sync_of(self._player)
        return {"part": part, "subject": subject, "asked_by": self._player, "message": message,
                "final": False}  # fmt: skip

    def _record(self, failures: store.Rows, solved: set[store.GapKey]) -> None:
        now, file = self._platform.now(), self._platform.shared_database()
        with self._platform.writing(SHARED), connect(file) as con, transaction(con):
            self.report.rows_written += store.record_gaps(con, failures, solved, now)

    def _wanted(self, match_id: str, refused: frozenset[store.GapKey]) -> frozenset[Part]:
        """The parts that are not there and may be asked for."""
        if ("stats", match_id) in refused and not self._raw.has(match_id):
            return frozenset()
        missing = missing_parts(self._raw.parts(match_id))
        return frozenset(part for part in missing if (part, match_id) not in refused)

    async def _one(self, api: LiveApi, match_id: str, meter: Meter) -> None:
        if not self._wanted(match_id, self._refused):
            self.report.shared += match_id in self._listed
            meter.count(done=1)
            return
        if not self._claims.take(match_id):
            self._claimed_by_others.append(match_id)
            return
        try:
            failed = await self._fetch_claimed(api, match_id)
        finally:
            self._claims.release(match_id)
        self.report.failed += failed
        meter.count(done=not failed, failed=failed)

    async def _fetch_claimed(self, api: LiveApi, match_id: str) -> bool:
        """Fetch what is missing of a match that nobody else fetches now; True when some failed."""
        wanted = self._wanted(match_id, self._refused)  # somebody may have finished meanwhile
        if not wanted:
            self.report.shared += match_id in self._listed
            return False
        await self._begin()
        found = await fetch_match(
            api, match_id, wanted, lambda: self._raw.stats(match_id), self._platform.now()
        )
        if STATS in found.parts and self._raw.was_rejected(match_id, found.parts[STATS]):
            found.parts.clear()
            found.failures["stats"] = ApiCallError(
                "the API gives the same statistics that could not be used", final=True
            )
        if found.parts:
            await asyncio.to_thread(self._raw.put_match, match_id, found.parts)
            self.report.fetched += 1
        self._failures |= {(part, match_id): error for part, error in found.failures.items()}
        self._solved |= {(part, match_id) for part in wanted if part not in found.failures}
        return bool(found.failures)


def _sync_of(player: str) -> store.GapKey:
    """The key under which a sync that did not come to its end is noted."""
    return "history", player


async def _put_all(
    put: Callable[[str | None], Awaitable[None]], items: Sequence[str | None]
) -> None:
    for item in items:
        await put(item)
