"""Vectors of words by an Ollama server: `POST /api/embed`, a batch a call.

A call is repeated with growing pauses where that can help. A batch of which one text cannot be
embedded is asked for text by text, so that only that one fails. After some failed calls in a row no
more are made: the server is down, and no text is at fault.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from media_assets.embedder_settings import OllamaSettings, space_of
from media_assets.embedding.embedder import Embedded, Source
from media_assets.errors import EmbedderCallError, EmbedderError, EmbeddingError, VectorError
from media_assets.library.kinds import Kind
from media_assets.similarity.vectors import unit_vector

if TYPE_CHECKING:
    import httpx
    import pybreaker
    import tenacity

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
_BREAK_SECONDS = 3600.0
_ABOUT_THE_TEXT = frozenset({400, 413, 422})
_COME_AGAIN = frozenset({408, 425, 429, 502, 503, 504})
_LONGEST_REASON = 200


class _TextError(Exception):
    """The server refuses what it was asked, or breaks on it."""


class _RefusedTextError(_TextError):
    """The server is well, and will not have this text."""


class _NoAnswerError(Exception):
    """No usable answer came, whatever was asked."""


class OllamaEmbedder:
    """One model of one server. `sleep` waits for so many seconds between two attempts."""

    source: Source = "text"
    kinds: tuple[Kind, ...] = ("audio",)

    def __init__(
        self, name: str, settings: OllamaSettings, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """Nothing is asked before the first batch."""
        self.name = name
        self.space = space_of(name, settings)
        self.model = settings.model
        self.version = settings.version
        self.dim = settings.dim
        self.batch_size = settings.batch_size
        self._settings = settings
        self._sleep = sleep
        self._reason = "no answer"

    def embed(self, batch: Sequence[str]) -> list[Embedded]:
        """See `Embedder.embed`."""
        try:
            vectors = self._call(batch)
        except _TextError as error:
            if len(batch) == 1:
                return [EmbeddingError(str(error))]
            return list(self._one_by_one(batch))
        return [self._checked(values) for values in vectors]

    def _one_by_one(self, batch: Sequence[str]) -> Iterator[Embedded]:
        """Where nobody answers any more the rest is left, and what was answered is kept."""
        for place, text in enumerate(batch):
            try:
                yield from self.embed([text])
            except EmbedderError:
                if place == 0:
                    raise
                yield from [None] * (len(batch) - place)
                return

    def close(self) -> None:
        """Close the connections."""
        if "_client" in self.__dict__:
            self._client.close()

    def _checked(self, values: Any) -> Embedded:  # noqa: ANN401 it is what somebody answered
        if not isinstance(values, list):
            return VectorError("what came in the place of a vector is no list")
        try:
            vector = unit_vector(values, self.dim or len(values))
        except VectorError as error:
            return error
        self.dim = vector.size
        return vector

    def _call(self, batch: Sequence[str]) -> list[Any]:
        """As many answers as were asked for; counts what fails in a row."""
        import pybreaker

        try:
            return self._breaker.call(self._retrying, self._post, batch)
        except pybreaker.CircuitBreakerError as error:
            raise EmbedderError(
                f"circuit open after {self._settings.failures} failed calls in a row to "
                f"{self._settings.url}, the last one: {self._reason}"
            ) from error
        except _NoAnswerError as error:
            raise EmbedderCallError(f"{self._settings.url}: {error}") from error

    def _post(self, batch: Sequence[str]) -> list[Any]:
        import httpx

        asked = {"model": self.model, "input": list(batch), "truncate": True}
        try:
            answer = self._client.post("/api/embed", json=asked)
        except httpx.HTTPError as error:
            raise self._failed(f"{type(error).__name__}: {error}") from error
        self._refuse_status(answer)
        try:
            vectors = answer.json()["embeddings"]
        except (ValueError, KeyError, TypeError) as error:
            raise self._failed("the answer has no 'embeddings'") from error
        if not isinstance(vectors, list) or len(vectors) != len(batch):
            count = len(vectors) if isinstance(vectors, list) else 0
            self._reason = f"{count} vectors came for {len(batch)} texts"
            raise _TextError(self._reason)  # nobody can say which is whose
        return vectors

    def _refuse_status(self, answer: "httpx.Response") -> None:
        status = answer.status_code
        if status < 300:
            return
        said = " ".join(answer.text.split())[:_LONGEST_REASON]
        self._reason = f"HTTP {status}: {said}"
        if status in _COME_AGAIN:
            raise self._failed(self._reason)
        if status in _ABOUT_THE_TEXT:
            raise _RefusedTextError(self._reason)
        if status >= 500:  # it breaks on what has no finite vector
            raise _TextError(self._reason)
        remedy = f"; get the model with 'ollama pull {self.model}'" if status == 404 else ""
        raise EmbedderError(f"{self._settings.url}: {self._reason}{remedy}")

    def _failed(self, reason: str) -> _NoAnswerError:
        self._reason = reason
        return _NoAnswerError(reason)

    @cached_property
    def _client(self) -> "httpx.Client":
        import httpx

        # The environment's proxies are for the world; the server is mostly this machine.
        return httpx.Client(base_url=self._settings.url, timeout=self._settings.timeout_seconds,
                            trust_env=False)  # fmt: skip

    @cached_property
    def _breaker(self) -> "pybreaker.CircuitBreaker":
        import pybreaker

        return pybreaker.CircuitBreaker(
            self._settings.failures,
            _BREAK_SECONDS,
            exclude=[EmbedderError, _RefusedTextError],
            name=self.name,
        )

    @cached_property
    def _retrying(self) -> "tenacity.Retrying":
        import tenacity

        return tenacity.Retrying(
            sleep=self._sleep,
            stop=tenacity.stop_after_attempt(self._settings.attempts),
            wait=tenacity.wait_exponential(FIRST_PAUSE, LONGEST_PAUSE)
            + tenacity.wait_random(0, FIRST_PAUSE),
            retry=tenacity.retry_if_exception_type(_NoAnswerError),
            reraise=True,
        )
