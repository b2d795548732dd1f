"""What is not read: empty, disguised, unknown, broken and oversized files, each with its reason."""

import errno
import io
import random
import time
import zlib

import music_samples as samples
import pytest
from mutagen import id3
from mutagen.id3 import ID3

from media_assets.errors import (
    CorruptMediaError,
    DisguisedMediaError,
    EmptyMediaError,
    LimitExceededError,
    MediaError,
    UnreadableMediaError,
    UnsupportedMediaError,
)
from media_assets.music.music_file import read_music
from media_assets.settings import LimitSettings

LIMITS = LimitSettings()
SMALL = LimitSettings(max_embedded_bytes=100_000)


def refusal(data: bytes, extension: str = ".mp3", limits: LimitSettings = LIMITS) -> MediaError:
    with pytest.raises(MediaError) as caught:
        read_music(data, extension, limits)
    return caught.value


def test_zero_bytes():
    assert isinstance(refusal(b""), EmptyMediaError)
    with pytest.raises(EmptyMediaError):
        read_music(io.BytesIO(), ".flac", LIMITS)


def without_bytes(value: object) -> str:
    """Bytes would stand in the names of tests, and those of Ogg are random."""
    return value if isinstance(value, str) else "bytes"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"#EXTM3U\n#EXTINF:1,A\na.mp3\n", "a playlist"),
        (b"#EXTM3U\nCaf\xe9.mp3\n", "a playlist"),
        (b"[playlist]\nFile1=a.mp3\n", "a playlist"),
        (b"\xef\xbb\xbf#EXTM3U\na.mp3\n", "a playlist"),
        (b"<!DOCTYPE html><html><title>404</title>", "an HTML page"),
        (b"\n\n <HTML>\xe9", "an HTML page"),
        (b'<?xml version="1.0"?><smil/>', "an XML document"),
        (b"a.mp3\nb.mp3\n", "text"),
        ("Ça va\n".encode("utf-16"), "text"),
        ("é".encode() * 1000, "text"),
        (b"\x89PNG\r\n\x1a\n\0\0", "a PNG image"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "a JPEG image"),
        (b"%PDF-1.4\n\xe2\xe3", "a PDF document"),
        (b"PK\x03\x04\0\0", "a ZIP archive"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "a WebP image"),
        (b"RIFF\0\0\0\0AVI LIST", "an AVI video"),
        (b"\0\0\0\x1cftypavif\0\0\0\0", "an AVIF or HEIC image"),
    ],
)
@pytest.mark.parametrize("extension", [".mp3", ".m4a", ".aac", ".wav"])
def test_disguises_are_named(data, what, extension):
    error = refusal(data, extension)
    assert isinstance(error, DisguisedMediaError)
    assert what in str(error)


@pytest.mark.parametrize(
    ("data", "extension"),
    [
        (b"\0\1\2\3nothing that is known", ".flac"),
        (b"MThd\0\0\0\6\0\0", ".wav"),
        (samples.audio("webm"), ".opus"),
        (samples.ogg_file(b"\x80theora" + bytes(40), b"\x81theora" + bytes(40), 5), ".ogg"),
    ],
    ids=without_bytes,
)
def test_formats_that_are_not_read(data, extension):
    assert isinstance(refusal(data, extension), UnsupportedMediaError)


def test_a_container_without_audio():
    atoms = b"\0\0\0\x14ftypM4A \0\0\0\0M4A " + b"\0\0\0\x10moov\0\0\0\x08udta"
    assert isinstance(refusal(atoms, ".m4a"), UnsupportedMediaError)
    wma = samples.audio("wma").replace(bytes.fromhex("409e69f84d5bcf11a8fd00805f5c442b"), bytes(16))
    assert isinstance(refusal(wma, ".wma"), UnsupportedMediaError)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (samples.tagged("mp3")[:1000], "no audio in it"),
        (samples.id3_bytes(samples.id3_tag()), "no audio"),
        (b"ID3\7" + samples.tagged("mp3")[4:], "version 2.7"),
        (samples.tagged("flac")[:30], "only"),
        (samples.audio("ogg")[:40], "cannot be read"),
        (samples.audio("m4a")[:200], "cannot be read"),
        (samples.audio("wma")[:100], "cannot be read"),
        (samples.audio("tta")[:10], "incomplete"),
        (samples.audio("wav")[:14], "no format chunk"),
        (samples.ape()[:60], "cannot be read"),
        (samples.dsf()[:50], "incomplete"),
        (bytes(5000), "MPEG"),
    ],
    ids=without_bytes,
)
def test_broken_files_say_what_is_wrong(data, says):
    error = refusal(data)
    assert isinstance(error, CorruptMediaError)
    assert says in str(error)
    assert "0x" not in str(error)


def test_the_same_broken_file_has_the_same_message_each_time():
    data = samples.audio("flac")[:100]
    assert str(refusal(data)) == str(refusal(data))


def test_noise_is_not_mistaken_for_mpeg_audio():
    for seed in range(12):
        noise = random.Random(seed).randbytes(300_000)
        assert isinstance(refusal(b"\0" + noise), MediaError)


class FailingFile(io.BytesIO):
    """Can be read once, which is enough to tell what it is."""

    reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.reads += 1
        if self.reads > 1:
            raise OSError(errno.EIO, "Input/output error")
        return super().read(size)


@pytest.mark.parametrize("kind", ["mp3", "flac", "m4a", "ogg", "wma", "wav"])
def test_a_disk_that_fails(kind):
    with pytest.raises(UnreadableMediaError, match="Input/output error"):
        read_music(FailingFile(samples.tagged(kind)), "", LIMITS)


class Pipe(io.RawIOBase):
    def seekable(self) -> bool:
        return False


def test_a_pipe_cannot_be_read():
    with pytest.raises(UnreadableMediaError):
        read_music(Pipe(), "", LIMITS)  # type: ignore[arg-type]


# What is larger than the limits.


def compressed_frame(name: bytes, content: bytes, version: int) -> bytes:
    """A frame with the flag of its version and the length before it."""
    packed = zlib.compress(content)
    if version == 4:
        size, flags = synchsafe(len(packed) + 4), b"\0\x09"
        return name + size + flags + synchsafe(len(content)) + packed
    return name + (len(packed) + 4).to_bytes(4) + b"\0\x80" + len(content).to_bytes(4) + packed


def synchsafe(number: int) -> bytes:
    return bytes(number >> shift & 127 for shift in (21, 14, 7, 0))


def raw_tag(body: bytes, version: int, flags: int = 0) -> bytes:
    return b"ID3" + bytes([version, 0, flags]) + synchsafe(len(body)) + body


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize("name", [b"APIC", b"TIT2", b"PRIV"])
def test_compressed_frames_over_the_limit_are_refused(version, name):
    frame = compressed_frame(name, b"\0" + b"a" * 150_000, version)
    error = refusal(raw_tag(frame, version) + samples.audio("mp2"), limits=SMALL)
    assert isinstance(error, LimitExceededError)
    assert "compressed" in str(error)


@pytest.mark.parametrize("version", [3, 4])
def test_many_compressed_frames_count_together(version):
    frames = compressed_frame(b"PRIV", b"o\0" + b"a" * 40_000, version) * 3
    assert isinstance(
        refusal(raw_tag(frames, version) + samples.audio("mp2"), limits=SMALL), LimitExceededError
    )


@pytest.mark.parametrize("version", [3, 4])
def test_a_compressed_bomb_behind_an_extended_header_and_in_chunks_is_refused(version):
    frame = compressed_frame(b"APIC", b"a" * 150_000, version)
    size = synchsafe(6) if version == 4 else (2).to_bytes(4)
    tag = raw_tag(size + b"\1\0" + frame, version, flags=0x40)
    assert isinstance(refusal(tag + samples.audio("mp2"), limits=SMALL), LimitExceededError)
    chunk = b"id3 " + len(tag).to_bytes(4, "little") + tag
    assert isinstance(refusal(samples.audio("wav") + chunk, limits=SMALL), LimitExceededError)


@pytest.mark.parametrize("version", [3, 4])
def test_compressed_frames_within_the_limit_are_read(version):
    frame = compressed_frame(b"TIT2", b"\0Compressed title" + b" " * 500, version)
    found = read_music(raw_tag(frame, version) + samples.audio("mp2"), "", LIMITS).metadata
    assert found.title == "Compressed title"


@pytest.mark.parametrize(
    ("body", "version"), [(b"TIT2\0\0\0\0\0\0" * 400_000, 3), (b"TT2\0\0\0" * 400_000, 2)]
)
def test_tags_of_too_many_frames_are_refused_at_once(body, version):
    started = time.perf_counter()
    error = refusal(raw_tag(body, version) + samples.audio("mp2"))
    assert isinstance(error, LimitExceededError)
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("name", [b"TXXX", b"TPE1", b"COMM", b"SYLT", b"PCNT", b"POPM", b"EQU2"])
@pytest.mark.parametrize("filling", [b"\0", b"a\0", b"\xff"])
def test_frames_of_a_million_values_are_read_at_once(name, filling):
    content = b"\3eng\0" + (filling * 1_000_000)[:1_000_000]
    body = name + len(content).to_bytes(4) + b"\0\0" + content
    started = time.perf_counter()
    assert read_music(raw_tag(body, 3) + samples.audio("mp2"), "", LIMITS).metadata.tags
    assert time.perf_counter() - started < 5


def large_picture(kind: str, size: int) -> bytes:
    """A file of a kind with a picture of a size."""
    picture = samples.JPEG.ljust(size, b"\1")
    tag = ID3()
    tag.add(id3.APIC(encoding=0, mime="image/jpeg", type=3, desc="", data=picture))
    items = samples.apev2.APEv2()
    items["Cover Art (Front)"] = samples.apev2.APEValue(b"a\0" + picture, samples.apev2.BINARY)
    makers = {
        "mp3": lambda: samples.with_id3(samples.audio("mp3"), tag),
        "dsf": lambda: samples.dsf(samples.id3_bytes(tag)),
        "flac": lambda: samples.with_flac_picture(picture),
        "m4a": lambda: samples.with_mp4_cover(picture),
        "wv": lambda: samples.with_ape(samples.audio("wv"), items),
        "wma": lambda: samples.with_asf_picture(picture),
        "spx": lambda: samples.speex([("METADATA_BLOCK_PICTURE", "A" * size)]),
    }
    return makers[kind]()


KINDS = ("mp3", "dsf", "flac", "m4a", "wv", "wma", "spx")


@pytest.mark.parametrize("kind", KINDS)
def test_pictures_over_the_limit_are_refused(kind):
    data = large_picture(kind, 120_000)
    assert isinstance(refusal(data, limits=SMALL), LimitExceededError)
    assert isinstance(refusal_of_file(data), LimitExceededError)


def refusal_of_file(data: bytes) -> MediaError:
    with pytest.raises(MediaError) as caught:
        read_music(io.BytesIO(data), "", SMALL)
    return caught.value


@pytest.mark.parametrize("kind", KINDS)
def test_pictures_within_the_limit_are_read(kind):
    data = large_picture(kind, 50_000)
    assert read_music(data, "", SMALL).metadata.container


@pytest.mark.parametrize("kind", ["flac", "m4a", "wv", "wma"])
def test_what_is_over_the_limit_is_not_even_read(kind):
    """Beyond the slack nothing is read into memory, whatever the parser asks for."""
    size = 8 * 1024**2
    data = large_picture(kind, size)
    file = CountingFile(data)
    with pytest.raises(LimitExceededError):
        read_music(file, "", SMALL)
    assert file.largest < size


class CountingFile(io.BytesIO):
    largest = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.largest = max(self.largest, len(data))
        return data


def test_a_header_that_leads_round_in_a_circle_ends():
    started = time.perf_counter()
    assert isinstance(refusal(b"MPCKXX\0" + bytes(200)), CorruptMediaError)
    assert time.perf_counter() - started < 10
