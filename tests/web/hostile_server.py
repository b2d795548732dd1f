"""A server over real HTTP on loopback that may lie: it sends what it is told, byte by byte.

It runs in a thread with a loop of its own, so that whoever asks it may stand still or be killed.
"""

import asyncio
import ssl
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Literal, Self

Then = Literal["keep", "close", "reset", "hang"]


@dataclass(frozen=True)
class Answer:
    """Bytes of an answer, sent one part after the other with a pause, and what comes then.

    `keep`: the next request on the same connection; `reset`: RST; `hang`: silence.
    """

    parts: Iterable[bytes] | Callable[[], Iterable[bytes]]
    then: Then = "close"
    pause: float = 0.0


@dataclass(frozen=True)
class Asked:
    """A request as it came. Names of headers are in lower case."""

    path: str
    headers: dict[str, str]
    connection: int


def http(
    body: bytes = b"",
    status: str = "200 OK",
    then: Then = "keep",
    length: bool = True,
    **headers: str,
) -> Answer:
    """An honest answer. Underscores in names of headers stand for hyphens."""
    lines = [f"HTTP/1.1 {status}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if length:
        lines.append(f"Content-Length: {len(body)}")
    head = "\r\n".join(lines).encode() + b"\r\n\r\n"
    return Answer([head + body], then)


def to(location: str, status: str = "302 Found") -> Answer:
    """A redirect."""
    return http(status=status, Location=location)


def raw(*parts: bytes, then: Then = "close", pause: float = 0.0) -> Answer:
    """These bytes and no others."""
    return Answer(parts, then, pause)


@dataclass
class HostileServer:
    """`answers` by path, or by host and path; of several the last one is given again and again.

    A path that is not known gets 404. `asked` has every request; `most` how many at a time.
    """

    tls: ssl.SSLContext | None = None
    answers: dict[str, Answer | Sequence[Answer]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    port: int = 0
    most: int = 0
    gate: asyncio.Event | None = None

    def __enter__(self) -> Self:
        self._ready, self._under_way, self._connections = Event(), 0, 0
        self._thread = Thread(target=lambda: asyncio.run(self._serve()), name="hostile server")
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()

    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [request.path for request in self.asked]

    async def _serve(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0, ssl=self.tls)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._end.wait()
        # Who was accepted just now begins: a server that is closed attaches nobody, whose socket
        # then stays open.
        await asyncio.sleep(0.02)
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._connections += 1
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                await self._speak(reader, writer, self._connections)
        except asyncio.CancelledError:
            pass  # the server ends
        finally:
            writer.transport.abort()

    async def _speak(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> None:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            pairs = (line.split(": ", 1) for line in head[1:] if line)
            headers = {name.lower(): value for name, value in pairs}
            request = Asked(head[0].split(" ")[1], headers, number)
            self.asked.append(request)
            self._under_way += 1
            self.most = max(self.most, self._under_way)
            try:
                then = await self._send(writer, self._answer(request))
            finally:
                self._under_way -= 1
            if then == "hang":
                await asyncio.Event().wait()
            if then == "close":
                writer.close()
                await writer.wait_closed()
            if then != "keep":
                return

    def _answer(self, request: Asked) -> Answer:
        place = f"{request.headers.get('host', '')}{request.path}"
        found = self.answers.get(place, self.answers.get(request.path))
        if found is None:
            return http(b"no such path", "404 Not Found")
        if isinstance(found, Answer):
            return found
        rest = list(found)
        if len(rest) > 1:
            self.answers[place if place in self.answers else request.path] = rest[1:]
        return rest[0]

    async def _send(self, writer: asyncio.StreamWriter, answer: Answer) -> Then:
        for part in answer.parts() if callable(answer.parts) else answer.parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(answer.pause)
        return answer.then
