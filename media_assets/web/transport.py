"""HTTP over connections that lead to checked addresses only.

The check is where the connection is made, so nothing goes around it: no redirect, no odd notation
of an address, no name whose answer changes between a check and a connection. There is no client of
httpx around: it would keep cookies, and read proxies from the environment.
"""

import asyncio
import socket
import ssl
import time
from collections import OrderedDict
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Collection, Iterable
from functools import partial
from typing import cast

import httpcore
import httpx

from media_assets.errors import WebCallError, WebError, WebRefusedError
from media_assets.web.addresses import Address, checked, host_address
from media_assets.web.route import WebRoute

OriginKey = tuple[bytes, bytes, int]

_IDLE_SECONDS = 15.0

_NO_SUCH_NAME = {
    getattr(socket, name) for name in ("EAI_NONAME", "EAI_NODATA") if hasattr(socket, name)
}
"""What the resolver says when it knows that there is no such name; all else may be better soon."""


class CheckedBackend(httpcore.AsyncNetworkBackend):
    """Resolves a name, checks every address, and connects to one of those that were checked."""

    def __init__(self, route: WebRoute, allowed: Collection[str]) -> None:
        """`allowed` are exceptions from what must be global, `address:port`."""
        self._route = route
        self._allowed = frozenset(allowed)

    async def connect_tcp(
        self, host: str, port: int, timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:  # fmt: skip
        """Connect to the first address that answers; `timeout` is for all of it, in seconds.

        Raises:
            WebRefusedError: an address of the host is not global.
            WebCallError: the host has no address.
            httpcore.ConnectTimeout, httpcore.ConnectError
        """
        ends = None if timeout is None else time.monotonic() + timeout
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._addresses(host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout("its name was not resolved in time") from error
        problem: Exception = WebCallError("NoSuchHost", f"{host} has no address", of_host=True)
        for place, address in enumerate(addresses):
            left = None if ends is None else (ends - time.monotonic()) / (len(addresses) - place)
            try:
                return await self._route.network.connect_tcp(
                    str(address), port, left, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
        raise problem

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:  # fmt: skip
        """Nothing of the web is there.

        Raises:
            WebRefusedError: always.
        """
        raise WebRefusedError("AddressRefused", f"{path} is a socket of this machine")

    async def sleep(self, seconds: float) -> None:
        """As the route does."""
        await self._route.sleep(seconds)

    async def _addresses(self, host: str, port: int) -> tuple[Address, ...]:
        written = host_address(host)
        if written is not None:
            return checked(host, port, [str(written)], self._allowed)
        try:
            answers = await self._route.resolve(host, port)
        except socket.gaierror as error:
            raise _unresolved(host, error) from error
        except (UnicodeError, ValueError) as error:  # a label that is empty or too long
            message = f"{host} is no name that can be resolved: {error}"
            raise WebCallError("NoSuchHost", message, final=True, of_host=True) from error
        return checked(host, port, answers, self._allowed)


class CheckedTransport(httpx.AsyncBaseTransport):
    """HTTP/1.1, over a connection for each request that is under way, which others use after it.

    The pool of httpcore looks at all connections before and after each request, and offers one of
    them to everybody at once: with 32 requests under way that is most of the time of each.
    """

    def __init__(self, route: WebRoute, allowed: Collection[str], idle: int) -> None:
        """So many connections stay open while nobody uses them."""
        self._tls = route.tls()
        self._backend = CheckedBackend(route, allowed)
        self._most_idle = idle
        self._idle: OrderedDict[httpcore.AsyncHTTPConnection, httpcore.Origin] = OrderedDict()
        self._of: dict[OriginKey, list[httpcore.AsyncHTTPConnection]] = {}

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
        connection = await self._connection(sent.url.origin)
        try:
            answer = await connection.handle_async_request(sent)
        except BaseException as error:
            await connection.aclose()
            if isinstance(error, Exception):
                raise _translated(error, request) from error
            raise
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(answer, request, partial(self._give_back, connection, sent.url.origin)),
            request=request,
        )

    async def aclose(self) -> None:
        """Close all connections."""
        self._of.clear()
        while self._idle:
            await self._idle.popitem()[0].aclose()

    async def _connection(self, origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection:
        """One to this origin that is idle, the last that was used; else a new one."""
        while line := self._of.get(_key(origin)):
            connection = self._take(line[-1])
            if not connection.has_expired():
                return connection
            await connection.aclose()
        return httpcore.AsyncHTTPConnection(
            origin,
            ssl_context=self._tls,
            keepalive_expiry=_IDLE_SECONDS,
            network_backend=self._backend,
        )

    async def _give_back(
        self, connection: httpcore.AsyncHTTPConnection, origin: httpcore.Origin
    ) -> None:
        if not connection.is_idle():
            await connection.aclose()
            return
        self._idle[connection] = origin
        self._of.setdefault(_key(origin), []).append(connection)
        if len(self._idle) > self._most_idle:
            await self._take(next(iter(self._idle))).aclose()

    def _take(self, connection: httpcore.AsyncHTTPConnection) -> httpcore.AsyncHTTPConnection:
        key = _key(self._idle.pop(connection))
        self._of[key].remove(connection)
        if not self._of[key]:
            del self._of[key]
        return connection


def _key(origin: httpcore.Origin) -> OriginKey:
    return origin.scheme, origin.host, origin.port


class _Body(httpx.AsyncByteStream):
    """The body of an answer; `close` is called once it is closed."""

    def __init__(
        self, answer: httpcore.Response, request: httpx.Request,
        close: Callable[[], Awaitable[None]],
    ) -> None:  # fmt: skip
        self._answer = answer
        self._request = request
        self._close = close

    async def __aiter__(self) -> AsyncIterator[bytes]:
        stream = cast("AsyncIterable[bytes]", self._answer.stream)
        try:
            async for piece in stream:
                yield piece
        except Exception as error:
            raise _translated(error, self._request) from error

    async def aclose(self) -> None:
        try:
            await self._answer.aclose()
        finally:
            await self._close()


def _unresolved(host: str, error: socket.gaierror) -> WebCallError:
    if error.errno in _NO_SUCH_NAME:
        return WebCallError("NoSuchHost", f"there is no host {host}", of_host=True)
    message = f"{host} cannot be resolved now: {error.strerror}"
    return WebCallError("ResolverError", message, again=True, of_host=True)


def _translated(error: Exception, request: httpx.Request) -> Exception:
    """By the names that both libraries have in common; what is in neither is a broken transport."""
    if isinstance(error, WebError):
        return error
    cause = error.args[0] if error.args else None
    if isinstance(error, httpcore.ConnectError) and isinstance(cause, ssl.SSLError):
        reason = getattr(cause, "verify_message", None) or cause.reason or str(cause)
        message = f"no secure connection to {request.url.host}: {reason}"
        return WebCallError("TlsError", message, of_host=True)
    kind = getattr(httpx, type(error).__name__, httpx.TransportError)
    if not (isinstance(kind, type) and issubclass(kind, httpx.TransportError)):
        kind = httpx.TransportError
    return kind(str(error) or type(error).__name__, request=request)
