"""Each limit is a setting: set low it refuses and is named; raised again the file is done."""

import re
from collections.abc import Callable
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Bound:
    """A file, and the setting that refuses it; `level` is one that it is over."""

    setting: str
    level: int
    name: str
    make: Callable[[], bytes]


BOUNDS = [
    *(
        Bound("max_pixels", 3000, f"a.{suffix}", lambda kind=kind: images.picture(kind))
        for kind, suffix in (
            ("PNG", "png"), ("JPEG", "jpg"), ("GIF", "gif"), ("BMP", "bmp"), ("TIFF", "tif"),
            ("WEBP", "webp"), ("HEIF", "heic"), ("AVIF", "avif"),
        )
    ),
    *(
        Bound("max_side", 60, f"a.{suffix}", lambda kind=kind: images.picture(kind))
        for kind, suffix in (
            ("PNG", "png"), ("JPEG", "jpg"), ("GIF", "gif"), ("BMP", "bmp"), ("TIFF", "tif"),
            ("WEBP", "webp"), ("HEIF", "heic"), ("AVIF", "avif"),
        )
    ),
    *(
        Bound(setting, level, f"{form}.mp4", lambda form=form, codec=codec: clips.clip(form, codec))
        for setting, level in (("max_pixels", 14_000), ("max_side", 150))
        for form, codec in (
            ("mp4", "libx264"), ("matroska", "libx264"), ("webm", "libvpx-vp9"), ("avi", "mpeg4"),
            ("mpegts", "libx264"), ("flv", "libx264"), ("flv", "flv"), ("mpeg", "mpeg2video"),
            ("mpeg", "libx264"), ("asf", "wmv2"),
        )
    ),
    Bound("max_pixels", 3000, "a.mp3", lambda: music.mp3_with_cover(images.picture())),
    Bound("max_image_bytes", 2000, "a.png", images.picture),
    *(
        Bound("max_embedded_bytes", 10_000, f"a.{suffix}", lambda kind=kind: commented(kind))
        for kind, suffix in (("PNG", "png"), ("JPEG", "jpg"), ("WEBP", "webp"))
    ),
    Bound("max_embedded_bytes", 10_000, "a.mp4", lambda: clips.with_tags(20, 1000)),
    Bound("max_embedded_bytes", 10_000, "a.mkv", lambda: clips.matroska_tags(20, 1000)),
    *(
        Bound("max_embedded_bytes", 5000, f"a.{kind}",
              lambda kind=kind: samples.with_id3(samples.audio(kind), large_tag()))
        for kind in ("mp3", "aac")
    ),
    Bound("max_embedded_bytes", 5000, "a.flac", lambda: samples.with_flac_picture(bytes(9000))),
    Bound("max_embedded_bytes", 5000, "a.m4a", lambda: samples.with_mp4_cover(bytes(9000))),
    Bound("max_embedded_bytes", 5000, "a.wma", lambda: samples.with_asf_picture(bytes(9000))),
    *(
        Bound("max_frames", 4, f"a.{suffix}", lambda kind=kind: animation(kind))
        for kind, suffix in (("GIF", "gif"), ("PNG", "png"), ("WEBP", "webp"), ("TIFF", "tif"))
    ),
    Bound("max_scans", 5, "a.jpg", lambda: images.picture("JPEG", progressive=True)),
]  # fmt: skip


def large_tag() -> samples.ID3:
    tag = samples.id3_tag()
    tag.add(samples.id3.TXXX(encoding=0, desc="large", text=["x" * 9000]))
    return tag


def settings_with(setting: str, value: object) -> LimitSettings:
    return LimitSettings(**{setting: value})  # type: ignore[arg-type]  # one setting


@pytest.mark.parametrize("setting", LimitSettings.model_fields)
def test_a_limit_that_is_low_refuses_and_one_that_is_raised_heals(
    setting: str, tmp_path: Path
) -> None:
    bounds = [bound for bound in BOUNDS if bound.setting == setting]
    assert bounds, f"no file is refused by limits.{setting}"
    for level in sorted({bound.level for bound in bounds}):
        ground = Ground(tmp_path / str(level), limits=settings_with(setting, level))
        chosen = [bound for bound in bounds if bound.level == level]
        names = [f"{number} {bound.name}" for number, bound in enumerate(chosen)]
        ground.lay(dict(zip(names, (bound.make for bound in chosen), strict=True)))
        ground.work()
        failures = ground.failures()
        assert failures.keys() == set(names)
        for name, failure in failures.items():
            assert re.search(rf"limits\.{setting}", failure.message), (name, failure)
        ground.settings = ground.settings.model_copy(update={"limits": LimitSettings()})
        assert ground.work().media == len(names)
        left = {failure.error_class for failure in ground.failures().values()}
        assert "LimitExceededError" not in left  # some covers are no pictures


def test_the_limits_of_the_engine_are_settings(tmp_path: Path) -> None:
    ground = Ground(tmp_path, engine=EngineSettings(workers=1, worker_memory_mib=256))
    ground.lay({"large.png": lambda: images.png(8_000, 7_000), "good.png": images.picture()})
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
