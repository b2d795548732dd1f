"""`python -m benchmarks.image_server FOLDER`: serves the files of a folder on loopback.

It prints its port, and ends when its input does. Files are in memory; an answer costs 50 µs, so
that what is measured is who asks.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
_HEADER = "HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: {}\r\n\r\n"


class _Answers(asyncio.Protocol):
    def __init__(self, files: dict[bytes, bytes]) -> None:
        self._files = files
        self._asked = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        *requests, self._asked = (self._asked + data).split(b"\r\n\r\n")
        for request in requests:
            name = request.split(b" ", 2)[1].lstrip(b"/")
            self._transport.write(self._files.get(name, _NOT_FOUND))  # type: ignore[attr-defined]  # of a socket


async def _serve(files: dict[bytes, bytes]) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Answers(files), "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


@contextmanager
def image_server(folder: Path) -> Iterator[int]:
    """Its port, while the block runs; it has a process of its own."""
    command = [sys.executable, "-m", "benchmarks.image_server", str(folder)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as server:
        assert server.stdout is not None
        try:
            yield int(server.stdout.readline())
        finally:
            server.communicate()


def _main(folder: Path) -> None:
    files = {}
    for file in folder.iterdir():
        content = file.read_bytes()
        files[file.name.encode()] = _HEADER.format(len(content)).encode() + content
    asyncio.run(_serve(files))


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
