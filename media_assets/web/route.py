"""The way to the web: names, connections, clocks and chance, so that tests can take their place."""

import asyncio
import random
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Final

import httpcore
import httpx

from media_assets.web.network import AsyncioBackend

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a name for a port, the one to be tried first at the start.

Raises `socket.gaierror` as the system does.
"""

_RESOLVER_THREADS = 256


async def resolve_by_system(host: str, port: int) -> list[str]:
    """Ask the system, in a thread: one name that nobody answers for does not hold up the others."""
    loop = asyncio.get_running_loop()
    found = await loop.run_in_executor(
        _threads(), lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    )
    return [str(entry[4][0]) for entry in found]


@cache
def _threads() -> ThreadPoolExecutor:
    """Of its own: a lookup that nobody waits for any more keeps its thread until it ends."""
    return ThreadPoolExecutor(_RESOLVER_THREADS, thread_name_prefix="resolver")


def verified_tls() -> ssl.SSLContext:
    """Certificates are verified against those of certifi, whatever the environment says."""
    return httpx.create_ssl_context(trust_env=False)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class WebRoute:
    """How the web is reached.

    `network` connects to addresses alone: names are resolved by `resolve`, and what it answers is
    checked in between. `clock` is aware, in UTC; `random` gives numbers from 0 to 1.
    """

    resolve: Resolve = resolve_by_system
    network: httpcore.AsyncNetworkBackend = field(default_factory=AsyncioBackend)
    tls: Callable[[], ssl.SSLContext] = verified_tls
    clock: Callable[[], datetime] = _now
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    random: Callable[[], float] = random.random


THE_WEB: Final = WebRoute()
"""The way that everybody takes but tests."""
