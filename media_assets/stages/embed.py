"""Vectors of the models that are configured: what is pending is asked for, batch by batch."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import polars as pl

from media_assets.embedding.embedder import Embedded, Embedder
from media_assets.embedding.texts import VERSION as TEXT_VERSION
from media_assets.embedding.texts import track_text
from media_assets.engine.worker import Failed
from media_assets.errors import EmbedderCallError, EmbedderError, MediaError
from media_assets.settings import Settings
from media_assets.stages.platform import Platform
from media_assets.stages.products import not_eligible
from media_assets.stages.progress import Listener, Meter, silent
from media_assets.store import embeddings as store
from media_assets.store.connect import connect, transaction
from media_assets.store.embeddings import Embedding

STAGE_VERSION = TEXT_VERSION
WRITTEN_AT_ONCE = 512
"""Closing a connection takes 30 to 90 ms, and a kill loses what is not written."""

Row = dict[str, object]
Make = Callable[[Settings, str], Embedder]


@dataclass(slots=True)
class EmbedReport:
    """What one embedder did. `waiting` media are asked for by the next run; `stopped` says why."""

    name: str
    written: int = 0
    failed: int = 0
    waiting: int = 0
    stopped: str | None = None


def embedder_of(settings: Settings, name: str) -> Embedder:
    """The embedder that the configuration describes.

    Raises:
        EmbedderError: what it needs is not installed, or its file cannot be read.
    """
    chosen = settings.embedders[name]
    if chosen.kind == "ollama":
        try:
            import httpx  # noqa: F401 they come with the extra
            import pybreaker  # noqa: F401
            import tenacity  # noqa: F401
        except ImportError as error:
            raise EmbedderError(
                f"embedders.{name}: {error.name} is not installed: "
                "pip install 'media_assets[ollama]'"
            ) from error
        from media_assets.embedding.ollama import OllamaEmbedder

        return OllamaEmbedder(name, chosen)
    from media_assets.embedding.onnx import OnnxEmbedder

    return OnnxEmbedder(name, settings.model_file(chosen), chosen)


def embed_player(
    platform: Platform, player: str, *, make: Make = embedder_of, listener: Listener = silent
) -> list[EmbedReport]:
    """Have every embedder do what is pending for a player, one after the other, by name.

    One that cannot be used does not hinder the others, nor the run: its report says why.
    """
    reports = []
    for name in sorted(platform.settings.embedders):
        try:
            embedder = make(platform.settings, name)
        except EmbedderError as error:
            reports.append(EmbedReport(name, stopped=str(error)))
            continue
        try:
            reports.append(embed(platform, player, embedder, listener=listener))
        finally:
            embedder.close()
    return reports


def embed(
    platform: Platform, player: str, embedder: Embedder, *, listener: Listener = silent
) -> EmbedReport:
    """Ask an embedder for the vectors that are pending; without such it is not asked.

    Answers belong to questions by their place. Each media is written with the digest of the input
    that was asked about, so one that changes meanwhile is pending again. What was answered is
    written also when the run is stopped.
    """
    wanted = Embedding(embedder.space, embedder.model, embedder.version * 1000 + STAGE_VERSION
                       if embedder.source == "text" else embedder.version,
                       embedder.source, embedder.kinds)  # fmt: skip
    with platform.reading(player) as con:
        if store.load_pending(con, wanted, platform.now()).is_empty():
            return EmbedReport(embedder.name)
    database = platform.player_database(player)
    with platform.writing(player):
        with connect(database, read_only=True) as con:
            pending = store.load_pending(con, wanted, platform.now())
        work = _Work(platform, player, embedder, wanted)
        meter = Meter(f"{player}: {embedder.name}", pending.height, listener)
        try:
            work.do(pending, meter)
        finally:
            work.write()
    meter.tell()
    work.report.waiting = pending.height - work.report.written - work.report.failed - work.skipped
    return work.report


@dataclass(slots=True)
class _Answers:
    """What is to be written."""

    vectors: list[Row] = field(default_factory=list)
    failed: list[Row] = field(default_factory=list)
    reasons: list[Row] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.vectors) + len(self.failed) + len(self.reasons)


class _Work:
    """One embedder at work for one player."""

    def __init__(
        self, platform: Platform, player: str, embedder: Embedder, wanted: Embedding
    ) -> None:
        self.report = EmbedReport(embedder.name)
        self.skipped = 0
        self._platform, self._player = platform, player
        self._embedder, self._wanted = embedder, wanted
        self._answers = _Answers()

    def do(self, pending: pl.DataFrame, meter: Meter) -> None:
        """Ask for everything that is pending, or until nothing answers."""
        for batch in self._batches(pending):
            try:
                answers = self._ask([content for _, content in batch])
            except EmbedderCallError:
                continue
            except EmbedderError as error:
                self.report.stopped = str(error)
                return
            for (row, _), answer in zip(batch, answers, strict=True):
                self._take(row, answer)
            meter.count(done=len(batch))
            if len(self._answers) >= WRITTEN_AT_ONCE:
                self.write()

    def _ask(self, batch: list[str]) -> list[Embedded]:
        answers = self._embedder.embed(batch)
        if len(answers) != len(batch):
            raise EmbedderError(f"{len(answers)} answers came for {len(batch)} inputs")
        return answers

    def write(self) -> None:
        """Write what was answered since the last time."""
        answers, self._answers = self._answers, _Answers()
        if not len(answers):
            return
        with connect(self._platform.player_database(self._player)) as con, transaction(con):
            written, failed = store.write_embedded(
                con, self._wanted, answers.vectors, answers.failed, answers.reasons,
                self._platform.now(),
            )  # fmt: skip
        self.report.written += written
        self.report.failed += failed
        self.skipped += len(answers) - written - failed

    def _batches(self, pending: pl.DataFrame) -> Iterator[list[tuple[Row, str]]]:
        batch: list[tuple[Row, str]] = []
        for row in pending.iter_rows(named=True):
            content = self._content(row)
            if content is None:
                reason = not_eligible("no title, artist, album or genre is tagged")
                self._answers.reasons.append({**row, "reason": reason})
                continue
            batch.append((row, content))
            if len(batch) == self._embedder.batch_size:
                yield batch
                batch = []
        if batch:
            yield batch

    def _content(self, row: Row) -> str | None:
        if self._embedder.source == "text":
            return track_text(row)
        return str(self._platform.settings.data / str(row["poster"]))

    def _take(self, row: Row, answer: Embedded) -> None:
        if isinstance(answer, MediaError):
            failed = Failed.of(answer)
            self._answers.failed.append(
                {**row, "error_class": failed.error_class, "message": failed.message}
            )
        elif answer is not None:
            self._answers.vectors.append({**row, "vector": answer.tolist()})
