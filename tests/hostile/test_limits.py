"""Each limit is a setting: set low it refuses and is named; raised again the file is done."""

from collections.abc import Callable, Iterator
from pathlib import Path

import hostile_clips as clips
import hostile_images as images
import hostile_music as music
import music_samples as samples
import pytest
from drawn_pictures import encoded
from ground import Ground
from PIL import Image

from media_assets.settings import EngineSettings, LimitSettings, load_settings


def animation(kind: str) -> bytes:
    """Five frames."""
    frames = [Image.new("RGB", (20, 10), (40 * number, 0, 0)) for number in range(5)]
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:])


def commented(kind: str) -> bytes:
    """A picture with 20,000 bytes of comment or EXIF."""
    exif = Image.Exif()
    exif[0x010E] = "x" * 20_000
    return encoded(Image.new("RGB", (20, 10)), kind, exif=exif)


IMAGES = {"PNG": "png", "JPEG": "jpg", "GIF": "gif", "BMP": "bmp", "TIFF": "tif", "WEBP": "webp",
          "HEIF": "heic", "AVIF": "avif"}  # fmt: skip
CLIPS = (
    ("mp4", "libx264"), ("matroska", "libx264"), ("webm", "libvpx-vp9"), ("avi", "mpeg4"),
    ("mpegts", "libx264"), ("flv", "libx264"), ("flv", "flv"), ("mpeg", "mpeg2video"),
    ("mpeg", "libx264"), ("asf", "wmv2"),
)  # fmt: skip


def sized() -> Iterator[tuple[str, bytes]]:
    """Pictures of 64 x 48 and clips of 160 x 90 pixels, of every format."""
    for kind, suffix in IMAGES.items():
        yield f"picture.{suffix}", images.picture(kind)
    for number, (form, codec) in enumerate(CLIPS):
        yield f"{number} {form} {codec}.mp4", clips.clip(form, codec)


def laden() -> Iterator[tuple[str, bytes]]:
    """Files with more than 5,000 bytes of text or artwork."""
    for kind in ("PNG", "JPEG", "WEBP"):
        yield f"exif.{IMAGES[kind]}", commented(kind)
    yield "text.png", images.png_text_bomb(b"zTXt", 9000)
    yield "profile.png", images.png_text_bomb(b"iCCP", 9000)
    yield "comment.gif", images.gif_comment(9000)
    yield "tags.mp4", clips.with_tags(20, 1000)
    yield "tags.mkv", clips.matroska_tags(20, 1000)
    tag = samples.ID3()
    tag.add(samples.id3.TXXX(encoding=0, desc="large", text=["x" * 9000]))
    for kind in ("mp3", "aac"):
        yield f"tags.{kind}", samples.with_id3(samples.audio(kind), tag)
    cover = images.picture()
    yield "cover.flac", samples.with_flac_picture(cover)
    yield "cover.m4a", samples.with_mp4_cover(cover)
    yield "cover.wma", samples.with_asf_picture(cover)


LOW: dict[str, tuple[int, Callable[[], Iterator[tuple[str, bytes]]]]] = {
    "max_pixels": (3000, sized),
    "max_side": (60, sized),
    "max_image_bytes": (2000, lambda: iter([("picture.png", images.picture())])),
    "max_embedded_bytes": (5000, laden),
    "max_frames": (
        4,
        lambda: ((f"a.{IMAGES[kind]}", animation(kind)) for kind in ("GIF", "PNG", "WEBP", "TIFF")),
    ),
    "max_scans": (5, lambda: iter([("a.jpg", images.picture("JPEG", progressive=True))])),
}
"""Each limit with a number that is low, and files that are over it."""


def test_every_limit_is_tried() -> None:
    assert LOW.keys() == LimitSettings.model_fields.keys()


@pytest.mark.parametrize("setting", LOW)
def test_a_limit_that_is_low_refuses_and_one_that_is_raised_heals(
    setting: str, tmp_path: Path
) -> None:
    level, make = LOW[setting]
    limits = LimitSettings(**{setting: level})
    ground = Ground(tmp_path, limits=limits, engine=EngineSettings(workers=1))
    files = dict(make())
    ground.lay(files)
    ground.work()
    failures = ground.failures()
    assert failures.keys() == files.keys()
    unnamed = {
        name: failure.message
        for name, failure in failures.items()
        if f"limits.{setting}" not in failure.message
    }
    assert not unnamed
    ground.settings = ground.settings.model_copy(update={"limits": LimitSettings()})
    assert ground.work().media == len(files)
    assert ground.failures().keys() <= {"tags.mkv"}  # which has no picture that can be decoded


def test_a_cover_is_held_to_the_limits_of_images(tmp_path: Path) -> None:
    ground = Ground(
        tmp_path, limits=LimitSettings(max_pixels=3000), engine=EngineSettings(workers=1)
    )
    ground.lay({"a.mp3": music.mp3_with_cover(images.picture())})
    ground.work()
    failure = ground.failures()["a.mp3"]
    assert failure.stages == {"embedded_covers", "thumbnails"}
    assert "embedded cover: has 3,072 pixels" in failure.message


def test_the_limits_of_the_engine_are_settings(tmp_path: Path) -> None:
    ground = Ground(tmp_path, engine=EngineSettings(workers=1, worker_memory_mib=256))
    ground.lay({"large.png": lambda: images.png(12_000, 9_000), "good.png": images.picture()})
    ground.work()
    failures = ground.failures()
    assert failures.keys() == {"large.png"}
    assert failures["large.png"].error_class == "LimitExceededError"
    assert "memory" in failures["large.png"].message
    assert "engine.worker_memory_mib" in failures["large.png"].message
    ground.settings = ground.settings.model_copy(update={"engine": EngineSettings(workers=1)})
    assert ground.work().media == 1
    assert ground.failures() == {}


def test_limits_come_from_the_file(tmp_path: Path) -> None:
    file = tmp_path / "media_assets.toml"
    lines = [f"{name} = {number}" for number, name in enumerate(LimitSettings.model_fields, 1)]
    file.write_text("[limits]\n" + "\n".join(lines), encoding="utf-8")
    limits = load_settings(file, {}).limits
    assert list(limits.model_dump().values()) == list(range(1, len(lines) + 1))
