"""Where connections are made: to addresses that were checked, and to no others.

Nothing goes around it: no redirect, no odd notation of an address, no name whose answer changes
between a check and a connection.
"""

import asyncio
import socket
import time
from collections.abc import Collection, Iterable, Sequence
from itertools import chain, zip_longest

import httpcore

from media_assets.errors import WebCallError, WebRefusedError
from media_assets.web.addresses import Address, checked, host_address
from media_assets.web.route import WebRoute

_NO_SUCH_NAME = {
    getattr(socket, name) for name in ("EAI_NONAME", "EAI_NODATA") if hasattr(socket, name)
}
"""What the resolver says when it knows that there is no such name; all else may be better soon."""

_MOST_TRIED = 4
"""Addresses of a host: each gets its part of the time to connect."""


class CheckedBackend(httpcore.AsyncNetworkBackend):
    """Resolves a name, checks every address, and connects to one of those that were checked."""

    def __init__(self, route: WebRoute, allowed: Collection[str]) -> None:
        """`allowed` are exceptions from what must be global, `address:port`."""
        self._route = route
        self._allowed = frozenset(allowed)
        self.has_network = False
        """Whether anything has shown so far that there is a network: a name, or a connection."""

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
                addresses = in_turn(await self._addresses(host, port))
        except TimeoutError as error:
            raise httpcore.ConnectTimeout("its name was not resolved in time") from error
        problem: Exception = WebCallError("NoSuchHost", f"{host} has no address", of_host=True)
        for place, address in enumerate(addresses):
            left = None if ends is None else (ends - time.monotonic()) / (len(addresses) - place)
            try:
                stream = await self._route.network.connect_tcp(
                    str(address), port, left, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                self.has_network |= _is_refused(error)
                problem = error
            else:
                self.has_network = True
                return stream
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
            self.has_network |= error.errno in _NO_SUCH_NAME  # somebody knows that there is none
            raise _unresolved(host, error) from error
        except (UnicodeError, ValueError) as error:  # a label that is empty or too long
            message = f"{host} is no name that can be resolved: {error}"
            raise WebCallError("NoSuchHost", message, final=True, of_host=True) from error
        self.has_network = True
        return checked(host, port, answers, self._allowed)


def _is_refused(error: Exception) -> bool:
    """Whether a machine has answered that nobody listens there."""
    return bool(error.args) and isinstance(error.args[0], ConnectionRefusedError)


def in_turn(addresses: Sequence[Address]) -> list[Address]:
    """Those that are tried, both families by turns: one of them may lead nowhere from here."""
    first = [one for one in addresses if one.version == addresses[0].version]
    other = [one for one in addresses if one.version != addresses[0].version]
    pairs = chain.from_iterable(zip_longest(first, other))
    return [one for one in pairs if one is not None][:_MOST_TRIED]


def _unresolved(host: str, error: socket.gaierror) -> WebCallError:
    if error.errno in _NO_SUCH_NAME:
        return WebCallError("NoSuchHost", f"there is no host {host}", of_host=True)
    message = f"{host} cannot be resolved now: {error.strerror}"
    return WebCallError("ResolverError", message, again=True, of_host=True)
