"""Connections to addresses over asyncio alone: cheaper than the streams of httpcore."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpcore

_READ_BYTES = 256 * 1024
"""What a connection takes in ahead of whoever reads it."""


class AsyncioBackend(httpcore.AsyncNetworkBackend):
    """Connects to an address. It resolves no name: whoever gives it one is told so."""

    async def connect_tcp(
        self, host: str, port: int, timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:  # fmt: skip
        """Connect within so many seconds.

        Raises:
            httpcore.ConnectTimeout, httpcore.ConnectError
        """
        async with _told(httpcore.ConnectTimeout, httpcore.ConnectError, timeout):
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
        async with _told(httpcore.ReadTimeout, httpcore.ReadError, timeout):
            return await self._reader.read(max_bytes)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        async with _told(httpcore.WriteTimeout, httpcore.WriteError, timeout):
            self._writer.write(buffer)
            await self._writer.drain()

    async def aclose(self) -> None:
        self._writer.transport.abort()  # nothing is left to be said, and nobody is waited for

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:  # fmt: skip
        try:
            async with _told(httpcore.ConnectTimeout, httpcore.ConnectError, timeout):
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


@asynccontextmanager
async def _told(
    late: type[Exception], broken: type[Exception], seconds: float | None
) -> AsyncIterator[None]:
    """The errors of the system, told as those of httpcore."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise late("nothing came in time") from error
    except OSError as error:
        raise broken(error) from error
