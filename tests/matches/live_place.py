"""The live source against a server of this machine, over real HTTP."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from media_assets.demo.matches import play_matches
from media_assets.demo.recorded import recorded_files
from media_assets.matches.live_api import LiveApi
from media_assets.matches.live_pace import Pace, SharedTurns
from media_assets.matches.live_route import Retries, Route
from media_assets.matches.live_session import LiveSession
from media_assets.matches.live_wire import Wire
from media_assets.settings import AppCredentials, Credentials

T = TypeVar("T")

READY = Credentials("spartan-token", "clearance-token", None)
APP = AppCredentials("client-id", "client-secret", "refresh-token", "https://localhost")
SEED = 1


class FakeTime:
    """A clock that a sleep puts forward; `waits` are the sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waits: list[float] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


def route(port: int, time: FakeTime, **changes: object) -> Route:
    """The way to a test server, where waiting takes no time."""
    return Route(
        loopback_port=port,
        retries=changes.pop("retries", Retries()),  # type: ignore[arg-type]
        sleep=time.sleep,
        clock=time.clock,
        **changes,  # type: ignore[arg-type]
    )


class Live:
    """The API as a test asks it: each call in an event loop of its own."""

    def __init__(self, port: int, folder: Path, **changes: object) -> None:
        self.time = FakeTime()
        self.credentials = READY
        self.per_second = 0.0
        self.concurrency = 8
        self.route = route(port, self.time, **changes)
        self.folder = folder
        self.wire: Wire | None = None

    def run(self, work: Callable[[LiveApi], Awaitable[T]]) -> T:
        async def main() -> T:
            turns = SharedTurns(self.folder / "pace", self.time.clock)
            pace = Pace(turns, self.per_second, self.time.sleep)
            async with Wire(self.route, pace, self.concurrency) as self.wire:
                return await work(await LiveApi.open(LiveSession(self.wire, self.credentials)))

        return asyncio.run(main())


def write_recorded(folder: Path) -> Path:
    """The sample's recorded matches alone, without the media that fit them."""
    for file in recorded_files(play_matches(SEED), SEED):
        if not file.broken:
            path = folder / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.content)
    return folder
