"""What a download is by its content, and what the filters leave out of it."""

import io
import struct

import pytest
from clip_samples import make_clip, make_sound, remux
from hostile_server import Answer, http, raw
from hypothesis import given
from hypothesis import strategies as st
from music_audio import ape, audio
from PIL import Image
from web_place import picture

from media_assets.errors import WebSkippedError
from media_assets.web.content_kind import HEAD_BYTES, content_kind
from media_assets.web.header_size import clip_size, image_size

IMAGES = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "GIF": ".gif", "BMP": ".bmp",
          "TIFF": ".tif", "AVIF": ".avif"}  # fmt: skip
HTML = b"<!DOCTYPE html><html><body>" + b"<p>not here</p>" * 1000
CLIPS = {"mp4": ".mp4", "mov": ".mov", "matroska": ".mkv", "avi": ".avi"}


@pytest.fixture(scope="module")
def clip() -> bytes:
    """320 x 180 pixels."""
    return make_clip(frames=3)


def clip_in(container: str, clip: bytes) -> bytes:
    return clip if container == "mp4" else remux(clip, container)


def heic() -> bytes:
    import pillow_heif

    pillow_heif.register_heif_opener()
    return picture(64, 40, "HEIF")


@pytest.mark.parametrize("kind", IMAGES)
def test_images(kind: str) -> None:
    content = picture(60, 40, kind)
    found = content_kind(content[:HEAD_BYTES])
    assert (found.kind, found.extension) == ("image", IMAGES[kind])
    assert image_size(content, found.extension) == (60, 40)


def test_heic() -> None:
    content = heic()
    assert content_kind(content).extension == ".heic"
    assert image_size(content, ".heic") == (64, 40)


@pytest.mark.parametrize("container", CLIPS)
def test_clips(container: str, clip: bytes) -> None:
    content = clip_in(container, clip)
    found = content_kind(content[:HEAD_BYTES])
    assert (found.kind, found.extension) == ("video", CLIPS[container])
    width, height = clip_size(io.BytesIO(content), len(content), found.extension) or (0, 0)
    assert (width, height) == declared_size(content)


def declared_size(content: bytes) -> tuple[int, int]:
    import av

    with av.open(io.BytesIO(content)) as container:
        stream = container.streams.video[0]
        return stream.width, stream.height


def test_webm() -> None:
    content = make_clip("webm", "libvpx-vp9", frames=2)
    assert content_kind(content[:HEAD_BYTES]).extension == ".webm"
    assert clip_size(io.BytesIO(content), len(content), ".webm") == declared_size(content)


def test_a_clip_that_is_turned_is_measured_as_shown() -> None:
    content = make_clip(frames=2, rotation=90)
    width, height = declared_size(content)
    assert clip_size(io.BytesIO(content), len(content), ".mp4") == (height, width)


def test_an_image_that_is_turned_is_measured_as_shown() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert image_size(picture(60, 40, "JPEG", exif=exif), ".jpg") == (40, 60)


@pytest.mark.parametrize(
    ("name", "extension"),
    [("mp3", ".mp3"), ("mp2", ".mp3"), ("flac", ".flac"), ("ogg", ".ogg"), ("opus", ".opus"),
     ("aac", ".aac"), ("wav", ".wav"), ("aiff", ".aiff"), ("aifc", ".aiff"), ("wma", ".wma"),
     ("wv", ".wv"), ("m4a", ".m4a"), ("alac", ".m4a")],
)  # fmt: skip
def test_audio(name: str, extension: str) -> None:
    found = content_kind(audio(name)[:HEAD_BYTES])
    assert (found.kind, found.extension) == ("audio", extension)


def test_audio_without_an_encoder() -> None:
    assert content_kind(ape()).extension == ".ape"
    assert content_kind(b"wvpk" + bytes(100)).extension == ".wv"
    assert content_kind(b"RF64\xff\xff\xff\xffWAVEds64").extension == ".wav"
    assert content_kind(make_sound()).extension == ".m4a"


def test_what_stands_behind_an_id3_tag() -> None:
    tag = b"ID3\4\0\0\0\0\0\x14" + bytes(20)
    assert content_kind(tag + b"fLaC" + bytes(40)).extension == ".flac"
    assert content_kind(tag + audio("mp3")).extension == ".mp3"
    assert content_kind(b"ID3\4\0\0\0\0\x7f\x7f" + bytes(4000)).extension == ".mp3"


def frame(rate: int = 0x90, length: int = 417) -> bytes:
    return b"\xff\xfb" + bytes([rate, 0]) + bytes(length - 4)


def test_two_frames_make_mpeg_audio_and_one_does_not() -> None:
    assert content_kind(frame() + frame()).extension == ".mp3"
    assert content_kind(frame()).extension == ".mp3"  # the whole of it
    for other in (frame() + b"\0" * 50, frame()[:200] + frame(), b"\xff\xfb\xf0\0" + bytes(900),
                  b"\xff\xfe" + "text".encode("utf-16-le") * 99):  # fmt: skip
        with pytest.raises(WebSkippedError):
            content_kind(other)


OTHERS = {
    "is a web page, not an image, a video or audio": HTML,
    "is an SVG drawing, not an image, a video or audio": b"<?xml version='1.0'?><svg></svg>",
    "is a playlist, not an image, a video or audio": b"#EXTM3U\n#EXTINF:1,\na.ts\n",
    "is a streaming manifest, not an image, a video or audio": b"<MPD></MPD>",
    "is a PDF document, not an image, a video or audio": b"%PDF-1.7\n\0\0",
    "is a ZIP archive or office document, not an image, a video or audio": b"PK\x03\x04\0\0",
    "is a text, not an image, a video or audio": b'{"error": "no"}',
    "is an icon, which is not decoded here": b"\0\0\1\0\1\0",
    "is a JPEG XL image, which is not decoded here": b"\xff\x0a\0\0",
    "is a raw photograph, which is not decoded here": b"\0\0\0\x18ftypcrx \0\0\0\1",
    "is a Flash video, which is not taken here": b"FLV\1\5",
    "is an MPEG transport stream, which is not taken here": (b"G" + bytes(187)) * 4,
    "is an Ogg file without sound, or with a video": b"OggS\0\2" + bytes(22) + b"\x80theora",
    "is in no format of images, videos or audio that is known here": b"\x01\x02\x03\x04" * 9,
}


@pytest.mark.parametrize("reason", OTHERS)
def test_what_is_no_medium_is_named(reason: str) -> None:
    with pytest.raises(WebSkippedError) as caught:
        content_kind(OTHERS[reason])
    assert str(caught.value) == reason


def test_a_mark_of_two_letters_is_not_believed() -> None:
    with pytest.raises(WebSkippedError, match="starts like a BMP file, but its header cannot"):
        content_kind(b"BM and some text")


@pytest.mark.parametrize("text", [b"The free word", b"x" * 4 + b"skip this"])
def test_texts_that_begin_like_media(text: bytes) -> None:
    with pytest.raises(WebSkippedError, match="is a text"):
        content_kind(text)


def test_a_windows_media_video_is_no_audio() -> None:
    head = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c") + bytes(60)
    assert content_kind(head).extension == ".wma"
    with pytest.raises(WebSkippedError, match="Windows Media video"):
        content_kind(head + bytes.fromhex("c0ef19bc4d5bcf11a8fd00805f5c442b"))


MARKS = [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"RIFF\0\0\0\0WEBP", b"OggS",
         b"\0\0\0\x18ftypheic", b"\0\0\0\x18ftypmif1", b"\x1aE\xdf\xa3", b"\xff\xfb", b"\xff\xf1",
         b"ID3", b"II*\0", b"\0\0\0\x08moov",
         b"RIFF\0\0\0\0AVI LIST\0\0\0\0hdrlavih", b""]  # fmt: skip


@given(st.sampled_from(MARKS), st.binary(max_size=200))
def test_no_content_raises_anything_else(mark: bytes, rest: bytes) -> None:
    content = mark + rest
    try:
        found = content_kind(content)
    except WebSkippedError:
        return
    if found.kind == "image":
        image_size(content, found.extension)
    if found.kind == "video":
        clip_size(io.BytesIO(content), len(content), found.extension)


def test_clips_that_hold_themselves_are_no_trap() -> None:
    box = struct.pack(">I4s", 0, b"moov") + struct.pack(">I4s", 0, b"trak")
    element = b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff" * 50
    for content, extension in ((box * 50, ".mp4"), (element, ".mkv"), (b"\x80" * 5000, ".mkv")):
        assert clip_size(io.BytesIO(content), len(content), extension) is None


def test_a_page_instead_of_an_image_is_not_read_to_its_end(place, server) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 9999999\r\n\r\n"
    server.answers["/it"] = raw(head + HTML, then="hang")
    fetched = place.one()
    assert (fetched.outcome, fetched.error_class, fetched.final) == ("skipped", "NotMedia", True)
    assert fetched.reason == "is a web page, not an image, a video or audio"
    assert (fetched.content_type, fetched.http_status) == ("image/png", 200)
    assert place.files() == []


def test_types_that_lie(place, server, clip: bytes) -> None:
    server.answers |= {"/a.png": http(clip, Content_Type="image/png"),
                       "/b.mp4": http(picture(kind="GIF"), Content_Type="video/mp4"),
                       "/c": http(audio("mp3"), Content_Type="text/html")}  # fmt: skip
    video, image, sound = place.fetch(*(f"http://a.example/{n}" for n in ("a.png", "b.mp4", "c")))
    assert (video.kind, image.kind, sound.kind) == ("video", "image", "audio")
    assert str(video.file_name).endswith(".mp4")
    assert str(image.file_name).endswith(".gif")


def test_kinds_that_are_not_wanted(place, server, clip: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n"
    server.answers |= {"/1": raw(head + clip + bytes(5000), then="hang"), "/2": http(picture())}
    video, image = place.fetch("http://a.example/1", "http://a.example/2", types=["image", "audio"])
    assert (video.outcome, video.error_class) == ("skipped", "KindFiltered")
    assert video.reason == "is a video: not of web.types (image, audio)"
    assert image.outcome == "fetched"


@pytest.mark.parametrize("kind", IMAGES)
def test_small_images_are_left_out(place, server, kind: str) -> None:
    server.answers["/it"] = http(picture(120, 80, kind))
    narrow = place.one(min_width=200, min_height=10)
    assert (narrow.outcome, narrow.error_class) == ("skipped", "TooSmall")
    assert narrow.reason == "120 x 80 pixels: narrower than web.min_width (200)"
    low = place.one(min_height=81)
    assert low.reason == "120 x 80 pixels: lower than web.min_height (81)"
    kept = place.one(min_width=120, min_height=80)
    assert (kept.outcome, kept.width, kept.height) == ("fetched", 120, 80)


def test_an_image_is_measured_before_it_is_whole(place, server) -> None:
    content = picture(100, 5000, "PNG", compress_level=0)
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(content)
    server.answers["/it"] = Answer([head + content[:200_000]], "hang")
    assert place.one(min_width=101).error_class == "TooSmall"


def test_an_image_whose_header_is_far_behind_is_measured_when_whole(place, server) -> None:
    content = picture(120, 80, "JPEG")
    comment = b"\xff\xfe\xff\xff" + bytes(65_533)
    server.answers["/it"] = http(content[:2] + comment * 6 + content[2:])
    assert place.one(min_width=121).error_class == "TooSmall"
    kept = place.one(min_width=120)
    assert (kept.outcome, kept.width) == ("fetched", 120)


@pytest.mark.parametrize("container", CLIPS)
def test_small_clips_are_left_out(place, server, clip: bytes, container: str) -> None:
    content = clip_in(container, clip)
    width, height = declared_size(content)
    server.answers["/it"] = http(content)
    assert place.one(min_width=width + 1).error_class == "TooSmall"
    kept = place.one(min_width=width, min_height=height)
    assert (kept.outcome, kept.width, kept.height) == ("fetched", width, height)


def test_what_cannot_be_measured_is_kept_for_its_analysis(place, server) -> None:
    server.answers |= {"/1": http(b"\xff\xd8\xff\xe0" + bytes(100)), "/2": http(audio("mp3"))}
    for fetched in place.fetch("http://a.example/1", "http://a.example/2", min_width=100):
        assert (fetched.outcome, fetched.width) == ("fetched", None)


def test_a_box_that_claims_more_than_any_file_has_ends_no_run(place, server) -> None:
    box = (1).to_bytes(4, "big") + b"free" + (2**63).to_bytes(8, "big")
    server.answers |= {"/it": http(b"\0\0\0\x10ftypisom\0\0\0\0" + box + bytes(99)),
                       "/next": http(picture())}  # fmt: skip
    films, pictures = place.fetch("http://a.example/it", "http://a.example/next", min_width=1)
    assert (films.outcome, films.width) == ("fetched", None)
    assert pictures.outcome == "fetched"
