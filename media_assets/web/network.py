"""Connections to addresses over asyncio alone: cheaper than the streams of httpcore."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_address
from typing import Any

import httpcore

_READ_BYTES = 256 * 1024
"""What a connection takes in ahead of whoever reads it."""


class AsyncioBackend(httpcore.AsyncNetworkBackend):
    """Connects to an address. It resolves no name: what it would find was not checked."""

    async def connect_tcp(
        self, host: str, port: int, timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:  # fmt: skip
        """Connect within so many seconds.

        Raises:
            httpcore.ConnectTimeout
            httpcore.ConnectError: also for a name.
        """
        if not _is_address(host):
            raise httpcore.ConnectError(f"{host} is no address")
        async with _connecting(timeout):
            reader, writer = await asyncio.open_connection(host, port, limit=_READ_BYTES)
        return _Stream(reader, writer)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class _Stream(httpcore.AsyncNetworkStream):
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            async with asyncio.timeout(timeout):
                return await self._reader.read(max_bytes)
        except TimeoutError as error:
            raise httpcore.ReadTimeout("nothing came in time") from error
        except OSError as error:
            raise httpcore.ReadError(error) from error

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if not buffer:
            return
        try:
            async with asyncio.timeout(timeout):
                self._writer.write(buffer)
                await self._writer.drain()
        except TimeoutError as error:
            raise httpcore.WriteTimeout("nothing went out in time") from error
        except OSError as error:
            raise httpcore.WriteError(error) from error

    async def aclose(self) -> None:
        self._writer.transport.abort()  # nothing is left to be said, and nobody is waited for

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:  # fmt: skip
        try:
            async with _connecting(timeout):
                await self._writer.start_tls(ssl_context, server_hostname=server_hostname)
        except BaseException:
            with suppress(OSError):
                await self.aclose()
            raise
        return self

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401  as in the base
        if info == "is_readable":  # of a connection that is idle: the server has closed it
            return self._reader.at_eof() or self._writer.is_closing()
        return self._writer.get_extra_info(info)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


@asynccontextmanager
async def _connecting(seconds: float | None) -> AsyncIterator[None]:
    """The errors of the system, told as those of httpcore."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise httpcore.ConnectTimeout("no answer came in time") from error
    except OSError as error:
        raise httpcore.ConnectError(error) from error
