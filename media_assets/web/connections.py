"""Connections over HTTP/1.1 that stay open for the next request to the same host.

The pool of httpcore looks at all of its connections before and after each request, and offers one
of them to everybody at once: with 32 requests under way that is most of the time of each.
"""

import ssl
from collections import OrderedDict
from typing import Final

import httpcore

IDLE_SECONDS: Final = 15.0
"""Servers close idle connections after 5 s to some minutes."""

OriginKey = tuple[bytes, bytes, int]


class Connections:
    """Each is of one request at a time. They are made by a backend, as `httpcore` names it."""

    def __init__(
        self, backend: httpcore.AsyncNetworkBackend, tls: ssl.SSLContext, most_idle: int
    ) -> None:
        """So many stay open while nobody uses them; the oldest is closed first."""
        self._backend = backend
        self._tls = tls
        self._tls.set_alpn_protocols(["http/1.1"])
        self._most_idle = most_idle
        self._idle: OrderedDict[httpcore.AsyncHTTP11Connection, OriginKey] = OrderedDict()
        self._of: dict[OriginKey, list[httpcore.AsyncHTTP11Connection]] = {}

    async def idle(self, origin: httpcore.Origin) -> httpcore.AsyncHTTP11Connection | None:
        """One that is open already, the last that was used."""
        while line := self._of.get(_key(origin)):
            connection = self._take(line[-1])
            if not connection.has_expired():
                return connection
            await connection.aclose()
        return None

    async def new(
        self, origin: httpcore.Origin, seconds: float | None
    ) -> httpcore.AsyncHTTP11Connection:
        """One that is made now; its handshakes may take so many seconds each.

        Raises what the backend raises.
        """
        host = origin.host.decode("ascii")
        stream = await self._backend.connect_tcp(host, origin.port, seconds)
        if origin.scheme == b"https":
            stream = await stream.start_tls(self._tls, host, seconds)
        return httpcore.AsyncHTTP11Connection(origin, stream, keepalive_expiry=IDLE_SECONDS)

    async def give_back(
        self, connection: httpcore.AsyncHTTP11Connection, origin: httpcore.Origin
    ) -> None:
        """The request is over; if its answer was read to the end, the next one may use it."""
        if not connection.is_idle():
            await connection.aclose()
            return
        self._idle[connection] = _key(origin)
        self._of.setdefault(_key(origin), []).append(connection)
        if len(self._idle) > self._most_idle:
            await self._take(next(iter(self._idle))).aclose()

    async def aclose(self) -> None:
        """Close those that nobody uses."""
        while self._idle:
            await self._take(next(iter(self._idle))).aclose()

    def _take(self, connection: httpcore.AsyncHTTP11Connection) -> httpcore.AsyncHTTP11Connection:
        key = self._idle.pop(connection)
        self._of[key].remove(connection)
        if not self._of[key]:
            del self._of[key]
        return connection


def _key(origin: httpcore.Origin) -> OriginKey:
    return origin.scheme, origin.host, origin.port
