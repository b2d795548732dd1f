"""How the API is reached, how patiently, and how much of an answer is taken."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from media_assets.errors import ApiCallError

_HOSTS = ("halowaypoint.com", "xboxlive.com", "login.live.com")


@dataclass(frozen=True, slots=True)
class Retries:
    """How often and when a call is repeated. Seconds; thresholds are ours, no source names any."""

    tries: int = 4
    first_wait: float = 1.0
    longest_wait: float = 30.0
    longest_hold: float = 300.0

    def wait(self, tries: int) -> float:
        """Seconds to wait after so many tries: doubling, the upper half of it by chance."""
        longest = min(self.longest_wait, self.first_wait * 2 ** (tries - 1))
        return random.uniform(longest / 2, longest)


@dataclass(frozen=True, slots=True)
class Route:
    """How the API is reached. Tests lead it to `loopback_port` of this machine, and only there."""

    loopback_port: int | None = None
    retries: Retries = Retries()
    seconds: float = 60.0
    json_bytes: int = 16 * 1024**2
    film_bytes: int = 64 * 1024**2
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = time.monotonic

    def address(self, url: str) -> str:
        """Where a request for this URL really goes.

        Raises:
            ApiCallError: its host is none of the game's, or would be spoken to in the clear.
        """
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme != "https" or not any(
            host == known or host.endswith(f".{known}") for known in _HOSTS
        ):
            raise ApiCallError(f"{parts.scheme}://{host} is no address of the API", final=True)
        if self.loopback_port is None:
            return url
        query = f"?{parts.query}" if parts.query else ""
        return f"http://127.0.0.1:{self.loopback_port}/{host}{parts.path}{query}"


THE_API: Final = Route()
"""The way that everybody takes but tests."""
