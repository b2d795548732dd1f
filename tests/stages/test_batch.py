"""What a batch records of files that could not be worked on."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from media_assets.engine.pool import Outcome
from media_assets.engine.worker import Failed
from media_assets.library.content import WHOLE_READ_LIMIT, content_hash, edges_of
from media_assets.settings import Settings
from media_assets.stages.analyse import stage_frame
from media_assets.stages.batch import BatchBuilder
from media_assets.stages.products import WorkItem


@pytest.mark.parametrize("size", [1000, WHOLE_READ_LIMIT + 1])
def test_what_ends_its_worker_is_known_by_its_content_all_the_same(
    tmp_path: Path, size: int
) -> None:
    """Else an older hash would stay, and a verification would call the file damaged."""
    path = tmp_path / "a.mp4"
    with path.open("wb") as stream:
        stream.truncate(size)
    item = WorkItem("id", str(path), "video", ".mp4", size, 1, frozenset({"video_metadata"}))
    frame = stage_frame(Settings(base=tmp_path), frozenset({"video_metadata"}))
    data = tmp_path / "data"
    builder = BatchBuilder(frame, {}, data / "thumbs", data / "covers", data)
    failed = Failed("ItemCrashedError", "ended its process")
    builder.add(Outcome(item, None, failed), datetime(2026, 5, 4, tzinfo=UTC))
    (row,) = builder.build().files.to_dicts()
    assert row["fingerprint"] == edges_of(str(path), size)
    small = size <= WHOLE_READ_LIMIT
    assert row["file_hash"] == (content_hash(path.read_bytes()) if small else None)
