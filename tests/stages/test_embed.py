"""Embedding: incremental, every vector with the right track, failures as rows."""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from ollama_server import OllamaServer, vector_of
from record_shelf import RecordShelf

from media_assets.cli import main
from media_assets.embedder_settings import OllamaSettings
from media_assets.embedding.embedder import Embedded, Source
from media_assets.embedding.texts import track_text
from media_assets.errors import (
    ConfigurationError,
    CorruptMediaError,
    EmbedderCallError,
    EmbedderError,
)
from media_assets.library.kinds import Kind
from media_assets.similarity.vectors import unit_vector
from media_assets.stages.catalog import STAGE_NAMES
from media_assets.stages.embed import EmbedReport, embed, embed_player
from media_assets.stages.reprocess import Choice, forget, plan, stages_named


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return RecordShelf(tmp_path_factory.mktemp("empty")).file


@pytest.fixture
def shelf(empty: Path, tmp_path: Path) -> RecordShelf:
    return RecordShelf(tmp_path).copy_of(empty)


class Fake:
    """A model in this process; `before` may do something to the world at every call."""

    source: Source = "text"
    kinds: tuple[Kind, ...] = ("audio",)
    name, space, model, version, dim, batch_size = "words", "text.words", "fake", 1, 4, 3

    def __init__(self, before: Callable[[list[str]], None] = lambda _: None) -> None:
        self.calls: list[list[str]] = []
        self.bad: set[str] = set()
        self.before = before

    def embed(self, batch: Sequence[str]) -> list[Embedded]:
        self.calls.append(list(batch))
        self.before(self.calls[-1])
        return [
            CorruptMediaError("as planned")
            if any(bad in text for bad in self.bad)
            else unit_vector(vector_of(text), 4)
            for text in batch
        ]

    def close(self) -> None:
        """Nothing is held."""


def run(shelf: RecordShelf, embedder: Fake) -> tuple[int, int, int]:
    report = embed(shelf.platform, shelf.player, embedder)
    return report.written, report.failed, report.waiting


def titles(*names: str) -> dict[str, dict[str, object]]:
    return {name: {"title": f"Title of {name}", "artist": "Somebody"} for name in names}


def text_of(name: str) -> str:
    text = track_text(titles(name)[name])
    assert text
    return text


def assert_vectors_are_right(shelf: RecordShelf, names: set[str]) -> None:
    """Every row, read back, is the vector of the words that the track has now."""
    rows = shelf.rows("SELECT media_id, vector, title, artist, space, model, v.version, dim "
                      "FROM media_vectors v LEFT JOIN audio_metadata USING (media_id)")  # fmt: skip
    assert {row[0] for row in rows} == names
    for _, vector, title, artist, *rest in rows:
        text = track_text({"title": title, "artist": artist})
        assert text
        assert vector == pytest.approx(unit_vector(vector_of(text), 4).tolist(), abs=1e-6)
        assert rest == ["text.words", "fake", 1001, 4]


def test_a_second_run_asks_nothing(shelf: RecordShelf) -> None:
    shelf.tracks(titles("a", "b", "c", "d"))
    first = Fake()
    assert run(shelf, first) == (4, 0, 0)
    assert [len(call) for call in first.calls] == [3, 1]
    second = Fake()
    before = shelf.file.stat().st_mtime_ns
    assert run(shelf, second) == (0, 0, 0)
    assert (second.calls, shelf.file.stat().st_mtime_ns) == ([], before)
    assert_vectors_are_right(shelf, set("abcd"))


def test_another_text_model_or_version_is_asked_for_again(shelf: RecordShelf) -> None:
    shelf.tracks(titles("a", "b"))
    run(shelf, Fake())
    shelf.run("UPDATE audio_metadata SET genre = 'Rock' WHERE media_id = 'b'")
    changed = Fake()
    run(shelf, changed)
    assert changed.calls == [["title: Title of b; artist: Somebody; genre: Rock"]]
    other = Fake()
    other.model = "other"
    assert run(shelf, other) == (2, 0, 0)
    newer = Fake()
    newer.model, newer.version = "other", 2
    assert run(shelf, newer) == (2, 0, 0)
    assert shelf.rows("SELECT DISTINCT model, version FROM media_vectors") == [("other", 2001)]


def test_a_vector_that_was_lost_is_made_again(shelf: RecordShelf) -> None:
    shelf.tracks(titles("a", "b"))
    run(shelf, Fake())
    shelf.run("DELETE FROM media_vectors WHERE media_id = 'a'")
    assert run(shelf, Fake()) == (1, 0, 0)


def test_what_has_no_words_has_a_reason(shelf: RecordShelf) -> None:
    shelf.tracks({**titles("a"), "silent": {"bpm": 120.0, "key": "Am"}})
    embedder = Fake()
    run(shelf, embedder)
    assert embedder.calls == [[text_of("a")]]
    assert shelf.rows("SELECT media_id, reason FROM media_stages ORDER BY 1") == [
        ("a", None), ("silent", "not eligible: no title, artist, album or genre is tagged"),
    ]  # fmt: skip
    assert run(shelf, Fake()) == (0, 0, 0)


def test_a_failure_is_a_row_that_waits_and_leaves_no_old_vector(shelf: RecordShelf) -> None:
    shelf.tracks(titles("a", "b", "c"))
    run(shelf, Fake())
    shelf.run("UPDATE audio_metadata SET title = 'Other' WHERE media_id = 'b'")
    broken = Fake()
    broken.bad = {"Other"}
    assert run(shelf, broken) == (0, 1, 0)
    assert shelf.rows("SELECT media_id, stage, error_class, message, attempts, "
                      "next_retry_at - last_failed_at FROM media_failures") == [
        ("b", "embedding:text.words", "CorruptMediaError", "as planned", 1, timedelta(hours=1)),
    ]  # fmt: skip
    assert_vectors_are_right(shelf, {"a", "c"})
    assert run(shelf, broken) == (0, 0, 0)
    shelf.now += timedelta(hours=2)
    assert run(shelf, broken) == (0, 1, 0)
    assert shelf.rows("SELECT attempts FROM media_failures") == [(2,)]
    shelf.now += timedelta(hours=3)
    assert run(shelf, Fake()) == (1, 0, 0)
    assert shelf.rows("SELECT count(*) FROM media_failures") == [(0,)]
    assert_vectors_are_right(shelf, {"a", "b", "c"})


WORDS = "embedding:text.words"
EMBEDDERS = {
    "words": {"kind": "ollama", "model": "tiny"},
    "moods": {"kind": "ollama", "model": "tiny", "space": "text.feel"},
}


@pytest.fixture
def half_failed(empty: Path, tmp_path: Path) -> RecordShelf:
    """Three tracks: one has a vector, two failed and wait; the command finds it all."""
    shelf = RecordShelf(tmp_path, embedders=EMBEDDERS).copy_of(empty)
    (tmp_path / "library" / "ana").mkdir(parents=True)
    sections = [f"[embedders.{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n"
                for key, value in said.items()) for name, said in EMBEDDERS.items()]  # fmt: skip
    (tmp_path / "media_assets.toml").write_text("\n".join(sections), "utf-8")
    shelf.tracks(titles("a", "b", "c"))
    broken = Fake()
    broken.bad = {"Title of b", "Title of c"}
    assert run(shelf, broken) == (1, 2, 0)
    assert run(shelf, Fake()) == (0, 0, 0)
    return shelf


def planned(shelf: RecordShelf, *names: str, **choice: object) -> list[tuple[str, str, str]]:
    stages, embeddings = stages_named(shelf.settings, names)
    wanted = Choice(stages, embeddings=embeddings, **choice)  # type: ignore[arg-type]
    found = plan(shelf.platform, shelf.player, wanted).filter(stage=WORDS)
    return found.select("media_id", "stage", "reason").rows()


def test_failures_of_an_embedder_are_made_due_when_a_person_asks(half_failed: RecordShelf) -> None:
    stages, embeddings = stages_named(half_failed.settings, [WORDS])
    assert (stages, embeddings) == ((), (WORDS,))
    choice = Choice(stages, failed=True, embeddings=embeddings)
    chosen = plan(half_failed.platform, half_failed.player, choice)
    assert chosen.rows() == [
        ("b", "/x/b.flac", WORDS, "failed"),
        ("c", "/x/c.flac", WORDS, "failed"),
    ]
    forget(half_failed.platform, half_failed.player, chosen.filter(media_id="b"))
    healed = Fake()
    assert run(half_failed, healed) == (1, 0, 0)
    assert healed.calls == [[text_of("b")]]
    assert half_failed.rows("SELECT media_id, attempts FROM media_failures") == [("c", 1)]
    assert_vectors_are_right(half_failed, {"a", "b"})


def test_what_is_done_is_embedded_anew_only_by_force(half_failed: RecordShelf) -> None:
    both = [("b", WORDS, "failed"), ("c", WORDS, "failed")]
    assert planned(half_failed) == []
    assert planned(half_failed, failed=True) == both
    assert planned(half_failed, "embedding:words", failed=True) == both
    assert planned(half_failed, "embedding:moods", failed=True) == []
    assert planned(half_failed, "thumbnails", failed=True) == []
    assert planned(half_failed, failed=True, kind="image") == []
    assert planned(half_failed, force=True) == [("a", WORDS, "done"), *both]
    half_failed.run("UPDATE media_files SET status = 'missing' WHERE media_id = 'b'")
    assert planned(half_failed, failed=True) == both[1:]


def test_a_stage_of_an_embedder_has_the_name_of_its_space_or_its_own(shelf: RecordShelf) -> None:
    settings = RecordShelf(shelf.base, embedders=EMBEDDERS).settings
    feel = "embedding:text.feel"
    assert stages_named(settings, []) == (STAGE_NAMES, (feel, WORDS))
    for name in (feel, "embedding:moods"):
        assert stages_named(settings, [name, "thumbnails"]) == (("thumbnails",), (feel,))
    with pytest.raises(ConfigurationError, match="no stage is called 'embedding:x'; there are"):
        stages_named(settings, ["embedding:x"])


def test_the_dry_run_lists_failures_of_embedders_and_writes_nothing(
    half_failed: RecordShelf,
) -> None:
    before = half_failed.file.read_bytes()
    command = ["reprocess", "--config", str(half_failed.base / "media_assets.toml"),
               "--player", "ana", "--dry-run", "--json"]  # fmt: skip
    done = CliRunner().invoke(main, [*command, "--failed", "--stage", WORDS])
    assert [(row["media_id"], row["stage"], row["reason"]) for row in json.loads(done.stdout)] == [
        ("b", WORDS, "failed"), ("c", WORDS, "failed"),
    ]  # fmt: skip
    refused = CliRunner().invoke(main, [*command, "--stage", "embedding:nobody"])
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "no stage is called 'embedding:nobody'" in refused.stderr
    assert half_failed.file.read_bytes() == before


def test_a_wrong_dimension_is_a_failure_and_nothing_else_is_lost(shelf: RecordShelf) -> None:
    shelf.tracks(titles("a"))
    run(shelf, Fake())
    shelf.tracks(titles("b", "c"))

    class Other(Fake):
        def embed(self, batch: Sequence[str]) -> list[Embedded]:
            return [unit_vector([1.0, 2.0], 2), *super().embed(batch)[1:]]

    assert run(shelf, Other()) == (1, 1, 0)
    assert shelf.rows("SELECT media_id, error_class, message FROM media_failures") == [
        ("b", "VectorError", "vector of the space 'text.words' refused: "
         "2 values came where the space has 4"),
    ]  # fmt: skip
    assert_vectors_are_right(shelf, {"a", "c"})


def test_a_call_without_answer_waits_and_a_model_without_any_stops(shelf: RecordShelf) -> None:
    shelf.tracks(titles(*"abcdefghi"))

    def once(batch: list[str]) -> None:
        if text_of("d") in batch:
            raise EmbedderCallError("no answer")

    assert run(shelf, Fake(once)) == (6, 0, 3)

    def never(batch: list[str]) -> None:
        raise EmbedderError("circuit open")

    report = embed(shelf.platform, shelf.player, Fake(never))
    assert (report.stopped, report.waiting) == ("circuit open", 3)
    assert shelf.rows("SELECT count(*) FROM media_failures") == [(0,)]
    assert run(shelf, Fake()) == (3, 0, 0)
    assert_vectors_are_right(shelf, set("abcdefghi"))


def test_what_was_answered_before_an_interruption_is_written(shelf: RecordShelf) -> None:
    shelf.tracks(titles(*"abcdef"))

    def stop(batch: list[str]) -> None:
        if text_of("d") in batch:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(shelf, Fake(stop))
    assert_vectors_are_right(shelf, {"a", "b", "c"})
    assert run(shelf, Fake()) == (3, 0, 0)


def test_too_few_answers_are_nobodys(shelf: RecordShelf) -> None:
    shelf.tracks(titles("a", "b", "c"))

    class Short(Fake):
        def embed(self, batch: Sequence[str]) -> list[Embedded]:
            return super().embed(batch)[1:]

    report = embed(shelf.platform, shelf.player, Short())
    assert (report.written, report.stopped) == (0, "2 answers came for 3 inputs")


def test_no_vector_reaches_a_wrong_track(shelf: RecordShelf) -> None:
    """Tracks fail, change, vanish and come while runs are under way, in another order each time."""
    rng = random.Random(1)
    names = [f"t{number:02}" for number in range(12)]
    rng.shuffle(names)
    shelf.tracks(titles(*names[:9]))

    def meddle(batch: list[str]) -> None:
        name = rng.choice(names)
        shelf.run(rng.choice([
            "DELETE FROM media_files WHERE media_id = ?",
            "UPDATE audio_metadata SET title = title || '!' WHERE media_id = ?",
            "UPDATE media_files SET file_path = '/' || md5(file_path) WHERE media_id = ?",
        ]), name)  # fmt: skip
        if rng.random() < 0.2:
            raise EmbedderCallError("no answer")

    for _ in range(3):
        embedder = Fake(meddle)
        embedder.bad = {f" {rng.choice(names)}"}
        run(shelf, embedder)
        shelf.now += timedelta(days=2)
        shelf.tracks(titles(*rng.sample(names, 3)))
    run(shelf, Fake())
    there = {str(row[0]) for row in shelf.rows("SELECT media_id FROM media_files")}
    shelf.run("DELETE FROM media_vectors WHERE media_id NOT IN (SELECT media_id FROM media_files)")
    assert len(there) >= 3
    assert_vectors_are_right(shelf, there)


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with OllamaServer().running() as running:
        yield running


def test_what_is_configured_is_used_and_what_cannot_be_hinders_nobody(
    empty: Path, tmp_path: Path, server: OllamaServer
) -> None:
    ollama = OllamaSettings(kind="ollama", url=server.url, model="tiny", batch_size=2)
    gone = {"kind": "onnx", "file": "no.onnx"}
    shelf = RecordShelf(tmp_path, embedders={"a_gone": gone, "words": ollama}).copy_of(empty)
    shelf.tracks(titles("a", "b", "c"))
    first, second = embed_player(shelf.platform, shelf.player)
    assert "no.onnx: No such file" in str(first.stopped)
    assert second == EmbedReport("words", written=3)
    assert server.calls == [[text_of("a"), text_of("b")], [text_of("c")]]
    embed_player(shelf.platform, shelf.player)
    assert len(server.calls) == 2
    rows = dict(shelf.rows("SELECT media_id, vector FROM media_vectors"))
    for name in "abc":
        wanted = unit_vector(vector_of(text_of(name)), 4)
        assert np.allclose(rows[name], wanted, atol=1e-6)
