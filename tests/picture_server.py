"""A well-behaved server of pictures on loopback, that notes what it is asked for."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = tuple[int, dict[str, str], bytes]


@dataclass
class PictureServer:
    """`answers` by path; what has none is 404. `asked`: path and `If-None-Match`, in turn."""

    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    port: int = 0
    gate: threading.Event = field(default_factory=threading.Event)
    open_after: int | None = None
    """Behind so many requests, those that come wait until the gate opens."""

    @property
    def site(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def endpoint(self) -> str:
        return f"127.0.0.1:{self.port}"

    def put(self, path: str, body: bytes, status: int = 200, **headers: str) -> str:
        """Answer a path so from now on; returns its URL. `_` in names of headers stands for `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = (status, named, body)
        return self.site + path

    def paths(self) -> list[str]:
        """What it was asked for, in order of the names."""
        return sorted(path for path, _ in self.asked)

    def answer(self, path: str, etag: str | None) -> Answer:
        self.asked.append((path, etag))
        if self.open_after is not None and len(self.asked) > self.open_after:
            self.gate.wait(60)
        status, headers, body = self.answers.get(path, (404, {}, b""))
        if status == 200 and etag is not None and headers.get("ETag") == etag:
            return 304, headers, b""
        return status, headers, body


@contextmanager
def picture_server() -> Iterator[PictureServer]:
    """It runs while the block does."""
    pictures = PictureServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, headers, body = pictures.answer(self.path, self.headers["If-None-Match"])
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    pictures.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield pictures
    finally:
        pictures.gate.set()
        server.shutdown()
        thread.join()
        server.server_close()
