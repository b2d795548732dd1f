"""HTTP over connections that lead to checked addresses only.

The check is where the connection is made, so nothing goes around it: no redirect, no odd notation
of an address, no name whose answer changes between a check and a connection. There is no client of
httpx around: it would keep cookies, and read proxies from the environment.
"""

import asyncio
import socket
import ssl
import time
from collections.abc import AsyncIterable, AsyncIterator, Collection, Iterable
from contextlib import aclosing
from typing import Any, cast

import httpcore
import httpx

from media_assets.errors import WebCallError, WebError, WebRefusedError
from media_assets.web.addresses import Address, checked, host_address
from media_assets.web.route import WebRoute

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
        problem: Exception = WebCallError("NoSuchHost", f"{host} has no address")
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
            raise WebCallError("NoSuchHost", message, final=True) from error
        return checked(host, port, answers, self._allowed)


class CheckedTransport(httpx.AsyncBaseTransport):
    """One pool of connections for all hosts, over HTTP/1.1."""

    def __init__(self, route: WebRoute, allowed: Collection[str], connections: int) -> None:
        """At most so many connections at a time; idle ones are closed for hosts that need one."""
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=route.tls(),
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=_IDLE_SECONDS,
            network_backend=CheckedBackend(route, allowed),
        )

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
            answer = await self._pool.handle_async_request(sent)
        except Exception as error:
            raise _translated(error, request) from error
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(cast("AsyncIterable[bytes]", answer.stream), request),
            request=request,
        )

    async def aclose(self) -> None:
        """Close all connections."""
        await self._pool.aclose()


class _Body(httpx.AsyncByteStream):
    def __init__(self, stream: AsyncIterable[bytes], request: httpx.Request) -> None:
        self._stream: Any = stream
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        # Closed here: an iterator that is left half-way would else be closed whenever it is found.
        async with aclosing(aiter(self._stream)) as pieces:
            while True:
                try:
                    piece = await anext(pieces)
                except StopAsyncIteration:
                    return
                except Exception as error:
                    raise _translated(error, self._request) from error
                yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()


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
