"""Results of an analysis that did not take place: rows for a million pictures in a minute."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from io import BytesIO

import numpy as np
import polars as pl

from benchmarks.corpora.cache import PLAYER
from benchmarks.corpora.scenes import screenshot
from media_assets.captures.image import ImageOptions, analyse_image
from media_assets.similarity.layout import DIM, MODEL, SPACE, VERSION
from media_assets.stages.analyse import stage_frame
from media_assets.stages.catalog import STAGE_NAMES
from media_assets.stages.platform import Platform
from media_assets.store import analysis as store
from media_assets.store.connect import connect, transaction
from media_assets.store.frames import as_table, empty_frame, frame_of
from media_assets.store.spec import Table
from media_assets.store.tables.analysis import IMAGE_METADATA, MEDIA_VECTORS, THUMBNAILS
from media_assets.store.tables.library import MEDIA_FAILURES, MEDIA_STAGES

_BATCH_ROWS = 50_000


def add_analysis(platform: Platform) -> int:
    """Give every picture that waits for its analysis the rows and the thumbnail file of one.

    The rows are those of one real screenshot, with hashes, a vector and a thumbnail of their own;
    the thumbnail files are empty.
    """
    database, now = platform.player_database(PLAYER), platform.now()
    folder = platform.places.derived(PLAYER)
    folder.mkdir(parents=True, exist_ok=True)
    stages = stage_frame(platform.settings, frozenset(STAGE_NAMES)).filter(kind="image")
    with connect(database, read_only=True) as con:
        waiting = store.load_pending(con, stages, now)
    base = folder.relative_to(platform.settings.data).as_posix()
    maker = _Maker(platform, stages, base, now)
    for files in waiting.iter_slices(_BATCH_ROWS):
        batch = maker.batch(files)
        for name in batch.rows["thumbnails"]["thumbnail_file"]:
            (platform.settings.data / name).touch()
        with connect(database) as con, transaction(con):
            store.write_batch(con, batch, now)
    return waiting.height


class _Maker:
    def __init__(self, platform: Platform, stages: pl.DataFrame, base: str, now: datetime) -> None:
        self._random = np.random.default_rng(1)
        self._stages = stages.select("stage", "version", "settings")
        self._base = base
        self._now = now
        options = ImageOptions(320, platform.settings.limits, frozenset({"metadata", "thumbnail"}))
        self._made = analyse_image(_one_screenshot(), options)

    def batch(self, files: pl.DataFrame) -> store.Batch:
        """Everything for some rows of `load_pending`."""
        ids = files.select("media_id")
        done = files.select("media_id", "file_size", "mtime_ns").join(self._stages, how="cross")
        return store.Batch(
            files=ids.with_columns(
                fingerprint=self._hexes(ids, 16), file_hash=self._hexes(ids, 32)
            ),
            rows=dict(self._rows(ids)),
            done=as_table(MEDIA_STAGES, done.with_columns(done_at=pl.lit(self._now))),
            failed=empty_frame(MEDIA_FAILURES),
            copies=pl.DataFrame(schema={"media_id": pl.String, "stage": pl.String}),
        )

    def _rows(self, ids: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
        metadata, poster = self._made.metadata, self._made.thumbnail
        if metadata is None or poster is None:
            raise ValueError("the screenshot could not be analysed")
        pictures = _repeated(IMAGE_METADATA, asdict(metadata), ids)
        hashes = {name: self._hexes(ids, 8) for name in ("phash", "dhash")}
        yield "image_metadata", as_table(IMAGE_METADATA, pictures.with_columns(**hashes))
        size = {
            "thumbnail_file": "",
            "thumbnail_width": poster.width,
            "thumbnail_height": poster.height,
            "thumbnail_bytes": len(poster.content),
            "generated_at": self._now,
        }
        name = pl.concat_str(pl.lit(f"{self._base}/"), "media_id", pl.lit("_320.jpg"))
        thumbnails = _repeated(THUMBNAILS, size, ids).with_columns(thumbnail_file=name)
        yield "thumbnails", as_table(THUMBNAILS, thumbnails)
        space = {"space": SPACE, "model": MODEL, "version": VERSION, "dim": DIM, "vector": []}
        vectors = _repeated(MEDIA_VECTORS, {**space, "created_at": self._now}, ids)
        yield (
            "media_vectors",
            as_table(MEDIA_VECTORS, vectors.with_columns(vector=self._vectors(ids.height))),
        )

    def _hexes(self, ids: pl.DataFrame, size: int) -> pl.Series:
        data = self._random.bytes(size * ids.height).hex()
        return pl.Series([data[at : at + 2 * size] for at in range(0, len(data), 2 * size)])

    def _vectors(self, count: int) -> pl.Series:
        vectors = self._random.standard_normal((count, DIM), dtype=np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return pl.Series(vectors).cast(pl.List(pl.Float32))


def _repeated(table: Table, row: dict[str, object], ids: pl.DataFrame) -> pl.DataFrame:
    one = frame_of(table, [{"media_id": "", **row}]).drop("media_id")
    return ids.join(one, how="cross")


def _one_screenshot() -> bytes:
    stream = BytesIO()
    screenshot(0, 0, (1920, 1080)).save(stream, "JPEG", quality=90)
    return stream.getvalue()
