"""Files that are too large to be read whole are read where they lie."""

from pathlib import Path

import music_samples as samples
import pytest
from clip_samples import make_clip
from ground import Ground
from hostile_clips import box

from media_assets.library.content import WHOLE_READ_LIMIT


def lengthened(path: Path, content: bytes, tail: bytes = b"") -> None:
    """Write a file beyond the limit: a hole, which takes no disk, between content and tail."""
    with path.open("wb") as stream:
        stream.write(content)
        stream.seek(WHOLE_READ_LIMIT + 1)
        stream.write(tail or b"\0")


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    ground = Ground(tmp_path_factory.mktemp("large"))
    clip = make_clip(frames=12)
    filling = box(b"free")[4:]
    hole = (WHOLE_READ_LIMIT + 64 - len(clip)).to_bytes(4) + filling
    lengthened(ground.library / "clip.mp4", clip + hole)
    lengthened(ground.library / "track.wav", samples.audio("wav"))
    lengthened(ground.library / "track.mp3", samples.tagged("mp3"))
    lengthened(ground.library / "cut.mp4", clip[: clip.index(b"moov")])
    ground.work()
    return ground


def test_a_clip_has_everything_but_a_hash(ground: Ground) -> None:
    assert ground.rows(
        "SELECT v.width, t.preview_frames, f.fingerprint IS NOT NULL, f.file_hash "
        "FROM media_files f JOIN video_metadata v USING (media_id) JOIN thumbnails t "
        "USING (media_id) WHERE f.file_name = 'clip.mp4'"
    ) == [(160, 7, True, None)]


def test_music_has_its_tags(ground: Ground) -> None:
    assert ground.rows(
        "SELECT f.file_name, a.container, a.title FROM media_files f "
        "JOIN audio_metadata a USING (media_id) ORDER BY f.file_name"
    ) == [("track.mp3", "MP3", "Ça va 標題"), ("track.wav", "WAV", None)]


def test_one_that_is_broken_says_so(ground: Ground) -> None:
    failures = ground.failures()
    assert failures["cut.mp4"].error_class == "CorruptMediaError"
    assert failures.keys() <= {"cut.mp4", "track.mp3", "track.wav"}  # whose cover is no picture


def test_a_tail_of_millions_of_empty_parts_is_not_followed(ground: Ground) -> None:
    """Music is heard as far as its header counts; see `test_music_has_its_tags`."""
    assert "track.wav" not in ground.failures()
    ((seconds,),) = ground.rows(
        "SELECT a.analysed_seconds FROM media_files f JOIN audio_features a USING (media_id) "
        "WHERE f.file_name = 'track.wav'"
    )
    assert 0 < seconds < 60
