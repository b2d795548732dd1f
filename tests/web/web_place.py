"""A fetcher whose web is one server of this machine, with names and a clock of its own."""

import asyncio
import io
import socket
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpcore
from hostile_server import HostileServer
from PIL import Image

from media_assets.web.fetched import Fetched, Wanted
from media_assets.web.fetcher import Fetcher
from media_assets.web.network import AsyncioBackend
from media_assets.web.route import WebRoute
from media_assets.web_settings import WebSettings

GLOBAL = "93.184.216.34"
BEGIN = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
SHORT = {
    "connect_seconds": 5, "read_seconds": 5, "total_seconds": 10, "requests_per_attempt": 1,
    "robots": False, "host_requests_per_second": 0, "backoff_seconds": 0,
}  # fmt: skip


def picture(width: int = 40, height: int = 30, kind: str = "PNG", seed: int = 0, **how) -> bytes:
    """A small image that is not the one of another seed."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), (seed % 256, seed // 256, 7)).save(file, kind, **how)
    return file.getvalue()


class Leading(httpcore.AsyncNetworkBackend):
    """Leads connections to global addresses to the server; `places` are those it was asked for."""

    def __init__(self, port: int) -> None:
        self.places: list[tuple[str, int]] = []
        self._port = port

    async def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        self.places.append((host, port))
        if host != "127.0.0.1":
            host, port = "127.0.0.1", self._port
        return await AsyncioBackend().connect_tcp(host, port, timeout)


class FakeTime:
    """A clock that stands still until somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def clock(self) -> datetime:
        return BEGIN + timedelta(seconds=self.now - 1000)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


class WebPlace:
    """Names lead to `GLOBAL`, but for those in `names`: lists of addresses, or errors."""

    def __init__(
        self, folder: Path, server: HostileServer, tls: ssl.SSLContext | None = None
    ) -> None:
        self.folder = folder
        self.names: dict[str, Sequence[str] | Exception] = {}
        self.resolved: list[str] = []
        self.lookup_seconds = 0.0
        self.network = Leading(server.port)
        self.time = FakeTime()
        self.settings: dict[str, object] = {}
        self._tls = tls

    def route(self) -> WebRoute:
        return WebRoute(
            resolve=self._resolve, network=self.network,
            tls=lambda: self._tls or ssl.create_default_context(), clock=self.time.clock,
            monotonic=self.time.monotonic, sleep=self.time.sleep, random=lambda: 1.0,
        )  # fmt: skip

    def fetcher(self, **settings) -> Fetcher:
        chosen = WebSettings.model_validate(SHORT | self.settings | settings)
        return Fetcher(chosen, self.folder, self.route())

    def fetch(self, *wanted: str | Wanted, **settings) -> list[Fetched]:
        """Fetch all of it at once; the results in the order of what is wanted."""
        asked = [Wanted(one) if isinstance(one, str) else one for one in wanted]
        results: list[Fetched] = []

        async def put(fetched: Fetched) -> None:
            results.append(fetched)

        async def run() -> None:
            async with self.fetcher(**settings) as fetcher:
                await fetcher.fetch_all(asked, put)

        asyncio.run(run())
        assert sorted(one.url for one in results) == sorted(one.url for one in asked)
        assert self.left_over() == []
        places = [one.url for one in asked]
        return sorted(results, key=lambda one: places.index(one.url))

    def one(self, path: str = "/it", **settings) -> Fetched:
        """Fetch one path of `a.example`."""
        (fetched,) = self.fetch(f"http://a.example{path}", **settings)
        return fetched

    def left_over(self) -> list[Path]:
        return list((self.folder / ".incoming").iterdir())

    def files(self) -> list[str]:
        return sorted(
            str(file.relative_to(self.folder)) for file in self.folder.rglob("*") if file.is_file()
        )

    async def _resolve(self, host: str, port: int) -> Sequence[str]:
        self.resolved.append(host)
        self.time.now += self.lookup_seconds
        answer = self.names.get(host, [GLOBAL])
        if isinstance(answer, Exception):
            raise answer
        if answer and isinstance(answer[0], list):  # another answer each time
            self.names[host] = answer[1:]
            return answer[0]
        return answer


def no_such_name() -> Exception:
    return socket.gaierror(socket.EAI_NONAME, "Name or service not known")
