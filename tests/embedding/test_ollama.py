"""The Ollama embedder against a server on this machine: what is repeated, split, refused."""

from collections.abc import Iterator

import numpy as np
import pytest
from ollama_server import OllamaServer, vector_of

from media_assets.embedder_settings import OllamaSettings
from media_assets.embedding.ollama import FIRST_PAUSE, OllamaEmbedder
from media_assets.errors import EmbedderCallError, EmbedderError, MediaError, VectorError


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with OllamaServer().running() as running:
        yield running


class Pauses(list[float]):
    """Nobody waits; how long it would have been is kept."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
def embedder(server: OllamaServer, pauses: Pauses) -> Iterator[OllamaEmbedder]:
    made = OllamaEmbedder("words", settings(server.url), sleep=pauses)
    yield made
    made.close()


def settings(url: str, **more: object) -> OllamaSettings:
    return OllamaSettings(kind="ollama", url=url, model="tiny", **more)  # type: ignore[arg-type]


def unit(text: str) -> list[float]:
    vector = np.array(vector_of(text))
    return (vector / np.linalg.norm(vector)).tolist()


def test_each_text_has_its_vector_in_its_place(
    server: OllamaServer, embedder: OllamaEmbedder, pauses: Pauses
) -> None:
    found = embedder.embed(["one", "two", "three"])
    assert [one.tolist() for one in found] == [pytest.approx(unit(text), abs=1e-6)
                                               for text in ("one", "two", "three")]  # fmt: skip
    assert (server.calls, embedder.dim, pauses) == ([["one", "two", "three"]], 4, [])
    assert (embedder.space, embedder.model, embedder.version) == ("text.words", "tiny", 1)


@pytest.mark.parametrize("status", [408, 429, 502, 503])
def test_what_may_pass_is_asked_again_after_growing_pauses(
    server: OllamaServer, embedder: OllamaEmbedder, pauses: Pauses, status: int
) -> None:
    server.plan = [status, status, status]
    (found,) = embedder.embed(["one"])
    assert found.tolist() == pytest.approx(unit("one"), abs=1e-6)
    assert len(server.calls) == 4
    low = [FIRST_PAUSE * factor for factor in (1, 2, 4)]
    assert all(least <= pause <= least + FIRST_PAUSE
               for least, pause in zip(low, pauses, strict=True))  # fmt: skip


def test_a_call_without_answer_leaves_the_next_one_alone(
    server: OllamaServer, embedder: OllamaEmbedder
) -> None:
    server.plan = [503] * 4
    with pytest.raises(EmbedderCallError, match="HTTP 503"):
        embedder.embed(["one"])
    assert len(embedder.embed(["one"])) == 1


def test_after_failed_calls_in_a_row_no_more_are_made(server: OllamaServer, pauses: Pauses) -> None:
    embedder = OllamaEmbedder("words", settings(server.url, failures=3, attempts=2), sleep=pauses)
    server.plan = [503] * 100
    for _ in range(2):
        with pytest.raises(EmbedderCallError):
            embedder.embed(["one"])
    for _ in range(3):
        with pytest.raises(EmbedderError, match=r"circuit open after 3 failed calls .*HTTP 503"):
            embedder.embed(["one"])
    assert len(server.calls) == 3 * 2
    embedder.close()


def test_a_success_in_between_closes_the_circuit(server: OllamaServer, pauses: Pauses) -> None:
    embedder = OllamaEmbedder("words", settings(server.url, failures=2, attempts=1), sleep=pauses)
    for _ in range(4):
        server.plan = [503]
        with pytest.raises(EmbedderCallError):
            embedder.embed(["one"])
        assert len(embedder.embed(["one"])) == 1
    embedder.close()


def test_nobody_listens(pauses: Pauses) -> None:
    server = OllamaServer()
    with server.running():
        url = server.url
    embedder = OllamaEmbedder("words", settings(url, failures=1, attempts=3), sleep=pauses)
    with pytest.raises(EmbedderError, match=r"circuit open after 1 .*ConnectError"):
        embedder.embed(["one"])
    assert len(pauses) == 2
    embedder.close()


@pytest.mark.parametrize("status", [400, 413, 500])
def test_a_text_that_cannot_be_embedded_fails_alone(
    server: OllamaServer, embedder: OllamaEmbedder, pauses: Pauses, status: int
) -> None:
    server.breaks = {"bad": status}
    one, bad, two = embedder.embed(["one", "bad", "two"])
    assert isinstance(bad, MediaError)
    assert f"HTTP {status}: " in str(bad)
    assert [one.tolist(), two.tolist()] == [pytest.approx(unit("one"), abs=1e-6),
                                            pytest.approx(unit("two"), abs=1e-6)]  # fmt: skip
    assert pauses == []


def test_texts_that_are_refused_are_no_reason_to_stop(server: OllamaServer) -> None:
    embedder = OllamaEmbedder("words", settings(server.url, failures=2))
    server.breaks = {"bad": 400}
    found = embedder.embed(["bad 1", "bad 2", "bad 3", "bad 4", "good"])
    assert [isinstance(one, MediaError) for one in found] == [True] * 4 + [False]
    embedder.close()


def test_what_was_answered_before_the_circuit_opened_is_not_lost(server: OllamaServer) -> None:
    embedder = OllamaEmbedder("words", settings(server.url, failures=3))
    server.breaks = {"bad": 500}
    found = embedder.embed(["good", "bad 1", "bad 2", "bad 3", "bad 4"])
    assert [type(one).__name__ for one in found] == [
        "ndarray", "EmbeddingError", "EmbeddingError", "NoneType", "NoneType",
    ]  # fmt: skip
    with pytest.raises(EmbedderError, match="circuit open"):
        embedder.embed(["good"])
    embedder.close()


def test_too_few_or_too_many_answers_are_nobodys(
    server: OllamaServer, embedder: OllamaEmbedder
) -> None:
    server.plan = [[vector_of("two")]]
    one, two = embedder.embed(["one", "two"])
    assert [one.tolist(), two.tolist()] == [pytest.approx(unit("one"), abs=1e-6),
                                            pytest.approx(unit("two"), abs=1e-6)]  # fmt: skip
    server.plan = [[vector_of("one"), vector_of("one")]]
    (error,) = embedder.embed(["one"])
    assert "2 vectors came for 1 texts" in str(error)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ([1.0, 2.0], "2 values came where the space has 4"),
        ([0.0] * 4, "no direction"),
        ([1.0, 2.0, 3.0, float("nan")], "not a finite number"),
        ([1.0, 2.0, 3.0, "four"], "not all values are numbers"),
        ([1.0, 2.0, 3.0, [4.0]], "not all values are numbers"),
        ("none", "no list"),
    ],
)
def test_what_is_no_vector_of_the_space_is_refused(
    server: OllamaServer, embedder: OllamaEmbedder, given: object, why: str
) -> None:
    embedder.embed(["zero"])
    server.plan = [[given, vector_of("two")]]
    refused, two = embedder.embed(["one", "two"])
    assert isinstance(refused, VectorError)
    assert why in str(refused)
    assert two.tolist() == pytest.approx(unit("two"), abs=1e-6)


def test_the_configured_dimension_is_that_of_the_space(server: OllamaServer) -> None:
    embedder = OllamaEmbedder("words", settings(server.url, dim=5))
    (refused,) = embedder.embed(["one"])
    assert "4 values came where the space has 5" in str(refused)
    embedder.close()


@pytest.mark.parametrize(
    ("status", "why"), [(404, "ollama pull tiny"), (401, "HTTP 401"), (403, "HTTP 403")]
)
def test_what_no_text_can_help_ends_it(
    server: OllamaServer, embedder: OllamaEmbedder, status: int, why: str
) -> None:
    server.plan = [status]
    with pytest.raises(EmbedderError, match=why):
        embedder.embed(["one", "two"])
    assert len(server.calls) == 1


def test_what_is_no_ollama_is_told(server: OllamaServer, pauses: Pauses) -> None:
    embedder = OllamaEmbedder("words", settings(server.url + "/else"), sleep=pauses)
    with pytest.raises(EmbedderError, match="HTTP 404"):
        embedder.embed(["one"])
    embedder.close()
