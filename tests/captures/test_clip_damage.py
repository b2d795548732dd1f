"""What becomes of clips that are damaged, disguised or over the limits."""

import contextlib
import dataclasses
import io
import random
import socket
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import av
import pytest
from clip_samples import (
    OPTIONS,
    analyse,
    header_first,
    make_clip,
    make_cover,
    make_sound,
    pattern,
    poster,
    with_parts,
)

from media_assets.captures.clip import (
    analyse_clip,
    prepare_worker,
)
from media_assets.captures.clip_container import open_clip
from media_assets.captures.clip_signature import Signature
from media_assets.demuxer import translated_errors
from media_assets.errors import (
    CorruptMediaError,
    DisguisedMediaError,
    EmptyMediaError,
    LimitExceededError,
    MediaError,
    NotEligibleError,
    UnreadableMediaError,
)
from media_assets.settings import LimitSettings


def outcome(clip: bytes) -> MediaError | None:
    """What is wrong with a clip, whether products came with it or not."""
    try:
        return analyse(clip).problem
    except MediaError as error:
        return error


def test_sound_alone_has_metadata_and_nothing_to_show() -> None:
    found = analyse(make_sound())
    assert found.metadata is not None
    assert found.metadata.width is None
    assert found.metadata.has_audio
    assert (found.poster, found.cover) == (None, None)
    assert isinstance(found.problem, NotEligibleError)


@pytest.mark.parametrize("kind", ["mjpeg", "png"])
def test_sound_with_a_cover_gives_the_cover_as_it_is(kind: str) -> None:
    cover = make_cover(kind)
    found = analyse(make_sound(cover=cover))
    assert isinstance(found.problem, NotEligibleError)
    assert found.cover == cover
    assert analyse(make_sound(cover=cover), with_parts("metadata")).cover is None
    strict = dataclasses.replace(OPTIONS, limits=LimitSettings(max_embedded_bytes=len(cover) - 1))
    refused = analyse(make_sound(cover=cover), strict)
    assert refused.cover is None
    assert isinstance(refused.problem, LimitExceededError)


def test_no_bytes_are_an_error() -> None:
    with pytest.raises(EmptyMediaError):
        analyse(b"")


def test_a_clip_that_ends_too_early_keeps_what_is_there() -> None:
    clip = header_first(make_clip(frames=100))
    found = analyse(clip[: len(clip) // 2])
    assert isinstance(found.problem, CorruptMediaError)
    assert "cut off" in str(found.problem)
    assert found.metadata is not None
    assert (found.metadata.width, found.metadata.frame_rate) == (160, 30)
    assert poster(found).size == (160, 90)
    nothing = analyse(clip[: clip.index(b"mdat") + 10])
    assert isinstance(nothing.problem, CorruptMediaError)
    assert nothing.metadata is not None
    assert nothing.poster is None


def test_a_header_that_is_missing_cannot_be_guessed() -> None:
    clip = make_clip()
    with pytest.raises(CorruptMediaError):
        analyse(clip[: clip.index(b"moov") - 10])


def test_pictures_that_cannot_be_decoded_leave_the_metadata() -> None:
    clip = make_clip(frames=40)
    start, end = clip.index(b"mdat") + 4, clip.index(b"moov") - 4
    noise = random.Random(3).randbytes(end - start)
    found = analyse(clip[:start] + noise + clip[end:])
    assert isinstance(found.problem, CorruptMediaError)
    assert found.metadata is not None
    assert found.metadata.width == 160
    assert found.poster is None


@pytest.mark.parametrize(
    ("container", "codec"), [("mp4", "libx264"), ("webm", "libvpx-vp9"), ("mpegts", "mpeg4")]
)
@pytest.mark.parametrize("limits", [LimitSettings(max_pixels=14_000), LimitSettings(max_side=150)])
def test_limits_hold_before_anything_is_decoded(
    container: str, codec: str, limits: LimitSettings
) -> None:
    clip = make_clip(container, codec, frames=12)
    found = analyse(clip, dataclasses.replace(OPTIONS, limits=limits))
    assert isinstance(found.problem, LimitExceededError)
    assert found.metadata is not None
    assert (found.poster, found.preview, found.vector) == (None, None, None)


def test_a_size_in_the_pictures_that_the_header_hides_is_refused() -> None:
    """The header says 16 x 16, the pictures have 160 x 90."""
    clip = make_clip(frames=12)
    hidden = clip.replace(struct.pack(">HH", 160, 90), struct.pack(">HH", 16, 16), 1)
    assert hidden != clip
    assert analyse(hidden).poster is not None
    strict = dataclasses.replace(OPTIONS, limits=LimitSettings(max_pixels=1000))
    found = analyse(hidden, strict)
    assert isinstance(found.problem, MediaError)
    assert found.poster is None


class FailingStream(io.BytesIO):
    """A disk that gives up after some reads."""

    def __init__(self, content: bytes, reads: int) -> None:
        super().__init__(content)
        self.left = reads

    def read(self, size: int | None = -1) -> bytes:
        self.left -= 1
        if self.left < 0:
            raise OSError(5, "Input/output error")
        return super().read(size)


@pytest.mark.parametrize("reads", [0, 1, 3])
def test_a_disk_that_fails_is_not_a_corrupt_file(reads: int) -> None:
    clip = make_clip()
    with pytest.raises(UnreadableMediaError, match="Input/output error"):
        analyse_clip(FailingStream(clip, reads), len(clip), ".mp4", OPTIONS)


def test_a_disk_that_fails_late_leaves_the_metadata() -> None:
    clip = make_clip(picture=lambda n: pattern(n, 640, 360), frames=60, crf=0)
    plenty = 10_000
    stream = FailingStream(clip, plenty)
    analyse_clip(stream, len(clip), ".mp4", with_parts("metadata"))
    for_header = plenty - stream.left
    found = analyse_clip(FailingStream(clip, for_header + 2), len(clip), ".mp4", OPTIONS)
    assert found.metadata is not None
    assert found.metadata.width == 640
    assert isinstance(found.problem, UnreadableMediaError)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        yield server


MANIFESTS: dict[str, tuple[str, Callable[[str], str]]] = {
    "hls": ("hls", lambda target: f"#EXTM3U\n#EXTINF:10,\n{target}\n#EXT-X-ENDLIST\n"),
    "concat": ("concat", lambda target: f"ffconcat version 1.0\nfile '{target}'\n"),
    "dash": (
        "dash",
        lambda target: (
            '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
            'mediaPresentationDuration="PT1S"><Period><AdaptationSet mimeType="video/mp4">'
            f'<Representation id="1" bandwidth="1"><BaseURL>{target}</BaseURL></Representation>'
            "</AdaptationSet></Period></MPD>"
        ),
    ),
    "sdp": (
        "sdp",
        lambda _: "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96",
    ),
}


@pytest.mark.parametrize("kind", MANIFESTS)
def test_nothing_follows_an_address_or_another_file(
    tmp_path: Path, listener: socket.socket, kind: str
) -> None:
    other = tmp_path / "other.mp4"
    other.write_bytes(make_clip(frames=12))
    demuxer, write = MANIFESTS[kind]
    for target in (f"http://127.0.0.1:{listener.getsockname()[1]}/clip.ts", str(other)):
        manifest = tmp_path / "clip.mp4"
        manifest.write_text(write(target))
        with manifest.open("rb") as stream, pytest.raises(DisguisedMediaError):
            analyse_clip(stream, manifest.stat().st_size, ".mp4", OPTIONS)
        # The second line of defence: even with its own demuxer it may open nothing.
        signature = Signature(kind, demuxer, described=True)
        with manifest.open("rb") as stream, pytest.raises(MediaError) as refused:
            read_all(stream, signature)
        if kind == "hls":
            assert isinstance(refused.value, DisguisedMediaError)
            assert "another file or address" in str(refused.value)
    with pytest.raises(BlockingIOError):
        listener.accept()


def read_all(stream: BinaryIO, signature: Signature) -> None:
    with open_clip(stream, signature, LimitSettings()) as container, translated_errors():
        assert not any(packet.size for packet in container.demux())


def test_a_playlist_behind_a_valid_beginning_is_not_found() -> None:
    playlist = b"#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1/clip.ts\n"
    for start in (b"\0\0\0\x10ftypisom\0\0\0\0", b"\x1a\x45\xdf\xa3", b"RIFF\0\0\0\0AVI "):
        assert isinstance(outcome(start + playlist * 20), CorruptMediaError)


def test_a_worker_hears_nothing_of_the_decoders_complaints() -> None:
    before = av.logging.get_level()
    av.logging.set_level(av.logging.ERROR)
    try:
        prepare_worker()
        assert av.logging.get_level() is None
    finally:
        av.logging.set_level(before)


def test_damaged_clips_are_errors_and_nothing_else(capfd: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(11)
    sources = [
        make_clip(frames=20, audio=True),
        make_clip("matroska", frames=20, rotation=90),
        make_clip("avi", "mpeg4", frames=20),
        make_clip("mpegts", "mpeg4", frames=20),
        make_clip("webm", "libvpx-vp9", frames=20),
        make_clip("flv", frames=20),
    ]
    capfd.readouterr()
    outcomes = set()
    for _ in range(120):
        clip = bytearray(chance.choice(sources))
        if chance.random() < 0.3:
            del clip[chance.randrange(1, len(clip)) :]
        for _ in range(chance.choice((1, 5, 40))):
            ends = (chance.randrange(len(clip)), chance.randrange(min(len(clip), 1500)))
            clip[chance.choice(ends)] = chance.choice((0, 255, chance.randrange(256)))
        outcomes.add(type(outcome(bytes(clip))))
    assert {type(None), CorruptMediaError} <= outcomes
    assert capfd.readouterr().err == ""


@pytest.mark.corpus
def test_odd_files_give_products_or_a_reason(corpus: Path) -> None:
    files = [path for path in sorted((corpus / "audio").iterdir()) if path.is_file()]
    assert len(files) > 20
    described = set()
    for path in files:
        with path.open("rb") as stream, contextlib.suppress(MediaError):
            found = analyse_clip(stream, path.stat().st_size, path.suffix, OPTIONS)
            assert found.problem is not None or found.poster is not None
            described.add(path.name)
    assert {"no-tags.3g2", "64bit.mp4", "sample.oggtheora"} <= described
