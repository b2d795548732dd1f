"""A server on this machine that answers as Ollama does, and as tests want it to."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def vector_of(text: str, dim: int = 4) -> list[float]:
    """What the model of the tests makes of a text; of another text another vector."""
    return [byte - 127.5 for byte in sha256(text.encode()).digest()[:dim]]


class OllamaServer:
    """Answers are vectors of the texts, unless `plan` has something else for the next calls.

    An entry of `plan` is a status, or what takes the place of the embeddings, or None: as usual.
    Texts that hold a key of `breaks` are answered with its status.
    """

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.plan: list[object] = []
        self.breaks: dict[str, int] = {}
        self.dim = 4
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @contextmanager
    def running(self) -> Iterator["OllamaServer"]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()

    def answer(self, asked: dict[str, object]) -> tuple[int, object]:
        texts = [str(text) for text in asked["input"]]  # type: ignore[attr-defined]
        self.calls.append(texts)
        planned = self.plan.pop(0) if self.plan else None
        if isinstance(planned, int):
            return planned, {"error": "as planned"}
        for word, status in self.breaks.items():
            if any(word in text for text in texts):
                return status, {"error": f"cannot embed {word}"}
        usual = [vector_of(text, self.dim) for text in texts]
        embeddings = usual if planned is None else planned
        return 200, {"model": asked["model"], "embeddings": embeddings}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["Content-Length"]))
                status, told = server.answer(json.loads(content))
                if self.path != "/api/embed":
                    status = 404
                body = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Nobody wants to know."""

        return Handler
