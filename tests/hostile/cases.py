"""The hostile files of the test, each with what is to become of it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import hostile_clips as clips
import hostile_images as images
import hostile_music as music
import music_samples as samples
from clip_samples import make_clip
from ground import Failure

LIMIT, CORRUPT = "LimitExceededError", "CorruptMediaError"
DISGUISED, EMPTY = "DisguisedMediaError", "EmptyMediaError"

BOMB = 96 * 1024**2
"""Bytes that a packed text or header unpacks to: over the limit of 64 MiB."""
HUGE = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Case:
    """One file. `error` is the class of the failure, None for a file that is simply read.

    `says` is a regular expression that the message has to match.
    """

    name: str
    make: Callable[[], bytes]
    error: str | None = None
    says: str = ""

    def is_met_by(self, failure: Failure | None) -> bool:
        """Whether this is what became of the file; whether it can be heard is not asked."""
        if failure is None or failure.is_of_sound_alone or self.error is None:
            return (failure is None or failure.is_of_sound_alone) and self.error is None
        return failure.error_class == self.error and bool(re.search(self.says, failure.message))


def case(name: str, content: bytes, error: str | None = None, says: str = "") -> Case:
    """A case whose content is at hand."""
    return Case(name, lambda: content, error, says)


def good() -> Iterator[Case]:
    """What lies between them: a file of each kind of each format."""
    for number, kind in enumerate(("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "HEIF", "AVIF")):
        suffix = {"JPEG": "jpg", "HEIF": "heic"}.get(kind, kind.lower())
        yield case(f"good{number}.{suffix}", images.picture(kind))
    yield case("good.mp4", clips.clip())
    yield case("good.mov", clips.clip("mov"))
    yield case("good.mkv", clips.clip("matroska"))
    yield case("good.webm", clips.clip("webm", "libvpx-vp9"))
    yield case("good.avi", clips.clip("avi", "mpeg4"))
    for kind in ("mp3", "flac", "ogg", "opus", "m4a", "aac", "wav", "aiff", "wma", "wv"):
        yield case(f"good.{kind}", samples.audio(kind))
    yield case("good.ape", samples.ape())


def png_cases() -> Iterator[Case]:
    yield case("side.png", images.png(100_000, 10), LIMIT, "100,000 x 10 pixels.*max_side")
    yield case(
        "sides.png", images.png(100_000, 100_000, pixels=b""), LIMIT, "10,000,000,000 pixels"
    )
    yield case("64k.png", images.png(65_536, 1))
    yield case("64k and one.png", images.png(65_537, 1), LIMIT, "65,537 x 1 pixels")
    yield Case(
        "pixels.png",
        lambda: images.png(20_000, 20_000, pixels=images.deflated_zeros(BOMB)),
        LIMIT,
        "400,000,000 pixels",
    )
    yield Case("more pixels than it says.png",
               lambda: images.png(pixels=images.deflated_zeros(BOMB)))  # fmt: skip
    for kind in (b"zTXt", b"iTXt", b"iCCP"):
        bomb = partial(images.png_text_bomb, kind, BOMB)
        yield Case(f"{kind.decode()}.png", bomb, LIMIT, "max_embedded_bytes")
    yield Case("one word.png", lambda: images.png_of_one_word(90_000, 20))
    yield case("endless.png", images.png_endless_animation(2**31 - 1), LIMIT, "max_frames")


def jpeg_cases() -> Iterator[Case]:
    yield case("pixels.jpg", images.jpeg_sized(65_500, 65_500), LIMIT, "4,290,250,000 pixels")
    yield case("other pixels.jpg", images.jpeg_sized(12_000, 12_000))
    yield Case("scans.jpg", lambda: images.jpeg_many_scans(4_000, 4_000, 5_000), LIMIT, "max_scans")
    yield Case("some scans.jpg", lambda: images.jpeg_many_scans(64, 48, 50))
    yield case("echo.jpg", images.jpeg_exif(images.exif_echo(500, 50_000)))


def gif_cases() -> Iterator[Case]:
    frame = images.gif_frame()
    yield case("canvas.gif", images.gif((65_535, 65_535), frame), LIMIT, "4,294,836,225 pixels")
    yield case("frame.gif", images.gif((1, 1), images.gif_frame((65_535, 65_535))), LIMIT, "pixels")
    yield case("place.gif", images.gif((1, 1), images.gif_frame(at=(65_535, 65_535))), LIMIT, "pix")
    endless = partial(images.gif, (1, 1), *[frame] * 100_001)
    yield Case("endless.gif", endless, LIMIT, "max_frames")
    comment = partial(images.gif_comment, 68 * 2**20)
    yield Case("comment.gif", comment, LIMIT, "comment.*max_embedded_bytes")


def other_image_cases() -> Iterator[Case]:
    yield case("huge.bmp", images.bmp(2**31 - 1, 2**31 - 1, b""), LIMIT, "pixels")
    yield case("side.bmp", images.bmp(100_000, 1, b""), LIMIT, "100,000 x 1")
    yield case("runs.bmp", images.bmp(4_000, 4_000, b"\0\2\xff\xff" * 100, bits=8, packing=1))
    yield case("huge.tif", images.tiff(images.tiff_entries(HUGE, HUGE)), LIMIT, "pixels")
    yield case("side.tif", images.tiff(images.tiff_entries(100_000, 10)), LIMIT, "100,000 x 10")
    loop = images.tiff(images.tiff_entries(8, 8, (279, 4, 1, 64)), following=8)
    yield case("loop.tif", loop)
    strips = images.tiff_entries(8, 8, (273, 4, HUGE, 8), (279, 4, HUGE, 8))
    yield case("strips.tif", images.tiff(strips), CORRUPT, "header")
    yield Case(
        "deflated.tif", lambda: images.tiff_bomb(60_000, 60_000, BOMB), LIMIT, "3,600,000,000"
    )
    tiles = [(322, 4, 1, 2**30), (323, 4, 1, 2**30), (324, 4, 1, 8), (325, 4, 1, 100)]
    yield case("tiles.tif", images.tiff(images.tiff_entries(8, 8, *tiles, packing=8)), LIMIT, "mem")
    yield case(
        "tag.tif", images.tiff(images.tiff_entries(8, 8, (279, 4, 1, 64), (305, 2, HUGE, 8)))
    )
    yield case("canvas.webp", images.webp_animation((2**24, 2**24), 2), LIMIT, "16,777,216 x")
    yield case(
        "large.webp", images.webp_animation((16_383, 16_383), 2), LIMIT, "268,402,689 pixels"
    )
    endless = partial(images.webp_animation, (16, 16), 100_001)
    yield Case("endless.webp", endless, LIMIT, "max_frames")
    for kind, suffix in (("HEIF", "heic"), ("AVIF", "avif")):
        for side in (HUGE, 100_000):
            name, says = f"{side}.{suffix}", f"{side:,} x {side:,} pixels"
            yield case(name, images.heif_sized(kind, side, side), LIMIT, says)
        square = images.heif_sized(kind, 65_535, 65_535)
        yield case(f"65535.{suffix}", square, LIMIT, "4,294,836,225 pixels")
        yield case(f"nothing.{suffix}", images.heif_sized(kind, 0, 0), CORRUPT, "0 x 0 pixels")
        yield case(f"items.{suffix}", images.heif_of_a_million_items(kind), CORRUPT, "header")


def mp4_cases() -> Iterator[Case]:
    plain = clips.clip()
    yield case("boxes.mp4", clips.boxes_in_boxes(20_000), CORRUPT, "refused")
    yield case("times.mp4", clips.with_count(plain, b"stts", HUGE), LIMIT, "memory")
    yield case("samples.mp4", clips.with_count(plain, b"stsz", HUGE, at=8), CORRUPT, "refused")
    constant = clips.with_count(clips.with_count(plain, b"stsz", HUGE, at=8), b"stsz", 1)
    yield case("equal samples.mp4", constant, CORRUPT, "leads nowhere")
    yield case("chunks.mp4", clips.with_count(plain, b"stsc", HUGE), CORRUPT, "refused")
    yield case("length.mp4", clips.with_length(plain, b"mdat", HUGE), CORRUPT, "cut off")
    yield case("scale.mp4", clips.with_count(plain, b"mdhd", 0, at=12), CORRUPT, "damaged")
    yield case("claim.mov", clips.compressed_movie(HUGE), LIMIT, "memory")
    yield Case("packed header.mov", lambda: clips.compressed_movie(BOMB, zeros=BOMB), CORRUPT)
    for wide, high in ((2**31 - 1, 1), (1, 2**31 - 1), (0, 1), (1, 0)):
        yield case(f"shape {wide} {high}.mp4", clips.with_pixel_shape(wide, high))
    yield Case("tags.mp4", lambda: clips.with_tags(5, 14_000_000), LIMIT, "max_embedded_bytes")
    yield Case("many tags.mp4", lambda: clips.with_tags(2_000, 1_000))


def matroska_cases() -> Iterator[Case]:
    for side in (2**31 - 1, 100_000, 65_536):
        track = clips.matroska_track(side, side)
        yield case(f"{side}.mkv", clips.matroska(track), LIMIT, f"{side:,} x {side:,}.*max_pixels")
    beyond = clips.matroska_track(2**63, 2**63)
    yield case("beyond.mkv", clips.matroska(beyond), CORRUPT, "size")
    endless = clips.matroska(clips.matroska_track(160, 90), size=2**56 - 2)
    yield case("endless.webm", endless, CORRUPT, "cut off")
    yield Case("packed.mkv", lambda: clips.matroska_packed_header(BOMB), CORRUPT, "refused")
    private = clips.element(0x63A2, b"", size=2**40)
    track = clips.element(clips.TRACKS, clips.element(clips.TRACK, private))
    yield case("private.mkv", clips.matroska(track), CORRUPT, "neither video nor audio")
    inner = b""
    for _ in range(3000):
        inner = clips.element(0x67C8, inner)
    tags = clips.element(clips.TAGS, clips.element(0x7373, inner))
    yield case("deep.mkv", clips.matroska(clips.matroska_track(160, 90), tags), CORRUPT)
    yield Case("tags.mkv", lambda: clips.matroska_tags(5, 14_000_000), LIMIT, "max_embedded_bytes")


def other_clip_cases() -> Iterator[Case]:
    avi = clips.clip("avi", "mpeg4")
    yield Case("index.avi", lambda: clips.with_avi_index(avi, 1_000_000))
    yield case("size.avi", clips.with_avi_size(avi, 2**31 - 1, -(2**31)), CORRUPT, "refused")
    # What is not looked for is told by its content: the limits hold there, too.
    for kind, codec in (
        ("flv", "libx264"),
        ("flv", "flv"),
        ("mpeg", "mpeg2video"),
        ("asf", "wmv2"),
    ):
        yield case(f"{kind} {codec}.mp4", clips.clip(kind, codec))


def id3_cases() -> Iterator[Case]:
    yield Case("packed.mp3", lambda: music.id3_packed(b"APIC", BOMB), LIMIT, "max_embedded_bytes")
    yield Case("packed title.mp3", lambda: music.id3_packed(b"TIT2", BOMB), LIMIT, "compressed")
    yield case("tag.mp3", music.id3_tag(b"", size=2**28 - 1), CORRUPT, "ends with its ID3 tag")
    frame = music.id3_frame(b"APIC", b"x" * 100, size=HUGE)
    yield case("frame.mp3", music.id3_tag(frame))
    frames = music.id3_frame(b"TXXX", b"\0a\0b") * 20_000
    yield case("frames.mp3", music.id3_tag(frames), LIMIT, "10000 frames")
    yield Case("cover.mp3", lambda: music.mp3_with_cover(bytes(68 * 2**20)), LIMIT, "max_embedded")
    cover = images.png(30_000, 30_000, pixels=b"")
    yield case("cover pixels.mp3", music.mp3_with_cover(cover), LIMIT, "cover: has 900,000,000")
    yield Case("cover text.mp3", lambda: music.mp3_with_cover(images.png_text_bomb(b"zTXt", BOMB)),
               LIMIT, "cover: holds more")  # fmt: skip


def music_cases() -> Iterator[Case]:
    comment = music.vorbis_comment(HUGE, HUGE)
    yield case(
        "comment.flac", music.flac(music.flac_block(4, comment)), LIMIT, "max_embedded_bytes"
    )
    yield case("picture.flac", music.flac(music.flac_picture(HUGE)), LIMIT, "max_embedded_bytes")
    block = music.flac_block(3, b"", size=2**24 - 1)
    yield case("block.flac", music.flac(block), CORRUPT, "16777215 bytes has only")
    yield case("comment.ogg", music.ogg(comment), CORRUPT, "cannot be read")
    yield case("comment.opus", music.opus(comment), CORRUPT, "cannot be read")
    yield Case("names.ogg", lambda: music.ogg_of_many_comments(30_000), LIMIT, "10,000 names")
    title = b"TITLE=" + b"x" * (68 * 2**20)
    yield Case("title.opus", lambda: music.opus(music.vorbis_comment(1, len(title), title)),
               LIMIT, "max_embedded_bytes")  # fmt: skip
    yield case("cover.m4a", music.m4a_cover(HUGE), LIMIT, "max_embedded_bytes")
    yield case("no cover.m4a", music.m4a_cover(7), CORRUPT, "broken")
    yield case("atoms.m4a", music.m4a_atoms(20_000), CORRUPT, "broken")
    yield case("data.wav", music.wav(music.riff_chunk(b"data", b"", size=HUGE)))
    id3 = b"ID3\3\0\0\x7f\x7f\x7f\x7f"
    yield case(
        "id3.wav", music.wav(music.riff_chunk(b"id3 ", id3, size=HUGE)), LIMIT, "max_embedded"
    )
    texts = music.riff_chunk(b"LIST", b"INFO" + b"INAM\2\0\0\0x\0" * 500_000)
    yield case("texts.wav", music.wav(texts))
    yield case("chunks.wav", music.wav(*[music.riff_chunk(b"junk", b"")] * 100_000))
    yield case("text.aiff", music.aiff_with(b"ANNO", HUGE, b"x"))
    yield case("id3.aiff", music.aiff_with(b"ID3 ", HUGE, id3), LIMIT, "max_embedded_bytes")
    odd = "33" * 16
    endless = music.asf_header(music.asf_object(odd, b"", size=2**64 - 1))
    yield case("object.wma", endless, CORRUPT, "invalid object size")
    circle = music.asf_header(music.asf_object(odd, b"", size=0), count=HUGE)
    yield case("circle.wma", circle, CORRUPT, "truncated")
    for kind in ("ape", "wv"):
        tag = music.ape_tagged(kind, HUGE, 2**31)
        yield case(f"items.{kind}", tag, CORRUPT, "APEv2 tag is broken")
        yield case(f"frames.{kind}", music.ape_header(kind, 12, HUGE))
    yield case("circle.mp3", b"MPCKXX\0" + bytes(200), CORRUPT, "in a circle")
    yield Case("noise.aac", lambda: music.adts_of_noise(500_000))


def damaged_cases() -> Iterator[Case]:
    """What is cut off or was never written."""
    for name, content in (("png", images.picture()), ("jpg", images.picture("JPEG"))):
        yield case(f"cut.{name}", content[: len(content) // 2], CORRUPT, "pixels cannot be read")
    plain = make_clip(frames=12)
    yield case("cut.mp4", plain[: len(plain) // 2], CORRUPT)
    for suffix in ("png", "mp4", "mp3"):
        yield case(f"empty.{suffix}", b"", EMPTY, "empty|no bytes")
    yield case("zeros.png", bytes(10_000), EMPTY, "only zero bytes")
    yield case("zeros.mp4", bytes(10_000), CORRUPT, "only zeros")
    yield case("zeros.mp3", bytes(10_000), CORRUPT, "no MPEG audio")


def hostile() -> list[Case]:
    """All but the disguises."""
    groups = (
        png_cases, jpeg_cases, gif_cases, other_image_cases, mp4_cases, matroska_cases,
        other_clip_cases, id3_cases, music_cases, damaged_cases,
    )  # fmt: skip
    return [found for group in groups for found in group()]
