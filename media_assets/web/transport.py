"""HTTP for httpx, over connections that lead to checked addresses only.

There is no client of httpx around it: that would keep cookies, and read proxies from the
environment.
"""

import ssl
from collections.abc import AsyncIterable, AsyncIterator, Collection
from typing import cast

import httpcore
import httpx

from media_assets.errors import WebCallError, WebError
from media_assets.web.checked_backend import CheckedBackend
from media_assets.web.connections import Connections
from media_assets.web.route import WebRoute

_CLOSED_MEANWHILE = (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError)


class CheckedTransport(httpx.AsyncBaseTransport):
    """HTTP/1.1, over a connection for each request that is under way."""

    def __init__(self, route: WebRoute, allowed: Collection[str], idle: int) -> None:
        """`allowed` are exceptions from what must be global; so many connections stay open."""
        self._backend = CheckedBackend(route, allowed)
        self._connections = Connections(self._backend, route.tls(), idle)

    @property
    def has_network(self) -> bool:
        """Whether anything has shown so far that there is a network."""
        return self._backend.has_network

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and read the head of its answer.

        Raises:
            WebError: its host may not be asked, has no address, or shows no valid certificate.
            httpx.TransportError: everything else that can go wrong.
        """
        url = request.url
        sent = httpcore.Request(
            request.method,
            httpcore.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
            ),
            headers=request.headers.raw,
            extensions=request.extensions,
        )
        try:
            body = await self._asked(sent)
        except Exception as error:
            raise _translated(error, request) from error
        return httpx.Response(body.answer.status, headers=body.answer.headers, stream=body)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._connections.aclose()

    async def _asked(self, request: httpcore.Request) -> "_Body":
        """Over a connection that is open, or else a new one.

        A server may close an open one just when it is used; that says nothing of the request.
        """
        origin = request.url.origin
        connection = await self._connections.idle(origin)
        if connection is not None:
            try:
                return await self._over(connection, request)
            except _CLOSED_MEANWHILE:
                pass
        seconds = request.extensions["timeout"]["connect"]
        return await self._over(await self._connections.new(origin, seconds), request)

    async def _over(
        self, connection: httpcore.AsyncHTTP11Connection, request: httpcore.Request
    ) -> "_Body":
        try:
            answer = await connection.handle_async_request(request)
        except BaseException:
            await connection.aclose()
            raise
        return _Body(answer, request.url.origin, connection, self._connections)


class _Body(httpx.AsyncByteStream):
    """The body of an answer. Once it is closed, its connection is free."""

    def __init__(
        self, answer: httpcore.Response, origin: httpcore.Origin,
        connection: httpcore.AsyncHTTP11Connection, connections: Connections,
    ) -> None:  # fmt: skip
        self.answer = answer
        self._origin = origin
        self._connection = connection
        self._connections = connections

    async def __aiter__(self) -> AsyncIterator[bytes]:
        stream = cast("AsyncIterable[bytes]", self.answer.stream)
        try:
            async for piece in stream:
                yield piece
        except Exception as error:
            raise _translated(error, None) from error

    async def aclose(self) -> None:
        try:
            await self.answer.aclose()
        finally:
            await self._connections.give_back(self._connection, self._origin)


def _translated(error: Exception, request: httpx.Request | None) -> Exception:
    """By the names that both libraries have in common; what is in neither is a broken transport."""
    if isinstance(error, WebError):
        return error
    cause = error.args[0] if error.args else None
    if isinstance(error, httpcore.ConnectError) and isinstance(cause, ssl.SSLError):
        reason = getattr(cause, "verify_message", None) or cause.reason or str(cause)
        host = request.url.host if request else "its host"
        message = f"no secure connection to {host}: {reason}"
        return WebCallError("TlsError", message, of_host=True)
    kind = getattr(httpx, type(error).__name__, httpx.TransportError)
    if not (isinstance(kind, type) and issubclass(kind, httpx.TransportError)):
        kind = httpx.TransportError
    return kind(str(error) or type(error).__name__, request=request)
