"""What a download is, told by its first bytes; what server and URL say counts for nothing."""

from dataclasses import dataclass
from typing import Final

from media_assets.captures.image_kind import AVIF_BRANDS, HEIF_BRANDS, SHARED_BRANDS, refusal
from media_assets.errors import DisguisedMediaError, UnsupportedMediaError, WebSkippedError
from media_assets.library.kinds import KIND_OF, Kind
from media_assets.music.containers import OGG_CODECS, id3_size

HEAD_BYTES: Final = 4096
"""So many bytes are enough to tell; the codec of an Ogg file stands in its first pages."""

_MARKS: Final = (
    (b"\xff\xd8\xff", ".jpg"),
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"GIF87a", ".gif"),
    (b"GIF89a", ".gif"),
    (b"II*\0", ".tif"),
    (b"MM\0*", ".tif"),
    (b"II+\0", ".tif"),
    (b"MM\0+", ".tif"),
    (b"fLaC", ".flac"),
    (b"MAC ", ".ape"),
    (b"wvpk", ".wv"),
)
_RIFF: Final = {b"WEBP": ".webp", b"AVI ": ".avi", b"WAVE": ".wav"}
_BMP_HEADERS: Final = frozenset({12, 16, 40, 52, 56, 64, 108, 124})
"""Sizes of the second header: the mark of BMP is two letters, and texts begin with them, too."""

_SOUND_BRANDS: Final = frozenset({b"M4A ", b"M4B ", b"M4P ", b"F4A ", b"F4B "})
_FILM_BRANDS: Final = {b"qt  ": ".mov", b"M4V ": ".m4v", b"M4VH": ".m4v", b"M4VP": ".m4v"}
_OTHER_BRANDS: Final = {b"crx ": "a raw photograph", b"jxl ": "a JPEG XL image"}
_QUICKTIME_BOXES: Final = frozenset({b"moov", b"free", b"skip", b"wide", b"pnot"})

_ASF: Final = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_VIDEO: Final = bytes.fromhex("c0ef19bc4d5bcf11a8fd00805f5c442b")
_UNTAKEN: Final = (
    (b"FLV\x01", "a Flash video"),
    (b"\0\0\x01\xba", "an MPEG program stream"),
    (b"MThd", "a MIDI file"),
    (b"caff", "a Core Audio file"),
    (b"#!AMR", "an AMR recording"),
    (b"wOFF", "a font"),
    (b"wOF2", "a font"),
)

# Kilobits a second by index, and samples a second, of MPEG audio (ISO/IEC 11172-3 and 13818-3).
_RATES_1: Final = (
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
)
_RATES_2: Final = (
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
)
_SAMPLES: Final = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000),
                   0: (11_025, 12_000, 8_000)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ContentKind:
    """`extension` is the usual one of the format, with its dot."""

    kind: Kind
    extension: str


def content_kind(head: bytes) -> ContentKind:
    """What begins with `head`: the whole of a content, or its first `HEAD_BYTES` or more.

    Raises:
        WebSkippedError: it is no image, video or audio of a format that is known here.
    """
    extension = _marked(head) or _boxed(head) or _ogg(head) or _asf(head) or _audio(head)
    if extension is None:
        raise WebSkippedError("NotMedia", _what_else(head))
    return ContentKind(KIND_OF[extension], extension)


def _marked(head: bytes) -> str | None:
    for mark, extension in _MARKS:
        if head.startswith(mark):
            return extension
    four, form = head[:4], head[8:12]
    if four == b"RIFF":
        return _RIFF.get(form)
    if four in {b"RF64", b"BW64"} and form == b"WAVE":
        return ".wav"
    if four == b"FORM" and form in {b"AIFF", b"AIFC"}:
        return ".aiff"
    if four == b"\x1aE\xdf\xa3":
        return ".webm" if b"\x42\x82\x84webm" in head[:64] else ".mkv"
    if four[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BMP_HEADERS:
        return ".bmp"
    return None


def _boxed(head: bytes) -> str | None:
    """ISO base media and QuickTime: by the brand, or by the first box of files that have none."""
    box, brand = head[4:8], head[8:12]
    if box == b"ftyp":
        return _branded(head, brand)
    if box == b"mdat" or (box in _QUICKTIME_BOXES and head[0] == 0):
        return ".mov"
    return None


def _branded(head: bytes, brand: bytes) -> str:
    if brand in _OTHER_BRANDS:
        raise WebSkippedError("NotMedia", f"is {_OTHER_BRANDS[brand]}, which is not decoded here")
    if brand in AVIF_BRANDS:
        return ".avif"
    if brand in HEIF_BRANDS:
        return ".heic"
    if brand in SHARED_BRANDS:
        others = head[16 : int.from_bytes(head[:4], "big")]
        return ".avif" if any(name in others for name in AVIF_BRANDS) else ".heic"
    if brand in _SOUND_BRANDS or _is_only_sound(head):
        return ".m4a"
    return _FILM_BRANDS.get(brand, ".mp4")


def _is_only_sound(head: bytes) -> bool:
    """Whether the description of the streams is at hand, and names sound and no picture."""
    place = head.find(b"moov")
    if place < 4 or place - 4 + int.from_bytes(head[place - 4 : place], "big") > len(head):
        return False
    return b"soun" in head[place:] and b"vide" not in head[place:]


def _ogg(head: bytes) -> str | None:
    if not head.startswith(b"OggS"):
        return None
    found = [(head.find(mark), name) for mark, name in OGG_CODECS if mark in head]
    if not found or b"\x80theora" in head:
        raise WebSkippedError("NotMedia", "is an Ogg file without sound, or with a video")
    return ".opus" if min(found)[1] == "Ogg Opus" else ".ogg"


def _asf(head: bytes) -> str | None:
    if not head.startswith(_ASF):
        return None
    if _ASF_VIDEO in head:
        raise WebSkippedError("NotMedia", "is a Windows Media video, which is not taken here")
    return ".wma"


def _audio(head: bytes) -> str | None:
    """MPEG audio, which has no mark but that of each frame; an ID3 tag may stand before all."""
    if head.startswith(b"ID3") and len(head) >= 10:
        inside = head[id3_size(head[:10]) :]
        return _marked(inside) or _frames(inside) or ".mp3"
    return _frames(head)


def _frames(head: bytes) -> str | None:
    """By two frames in a row: the mark of one is eleven bits, and occurs everywhere."""
    for frame_bytes, same, extension in (
        (_mpeg_frame(head), b"\xff\xfe\x0c", ".mp3"),
        (_adts_frame(head), b"\xff\xf6\xfc", ".aac"),
    ):
        after = head[frame_bytes : frame_bytes + 3]
        if frame_bytes and (not after or _masked(after, same) == _masked(head[:3], same)):
            return extension
    return None


def _masked(data: bytes, mask: bytes) -> bytes:
    return bytes(byte & bits for byte, bits in zip(data, mask, strict=False))


def _mpeg_frame(head: bytes) -> int:
    """Bytes of the frame of MPEG audio that begins here, of layer I, II or III; 0 for none."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return 0
    version, layer = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3)
    rate, frequency, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or layer == 4 or rate in {0, 15} or frequency == 3:
        return 0
    bits = (_RATES_1 if version == 3 else _RATES_2)[3 - layer][rate] * 1000
    samples = _SAMPLES[version][frequency]
    if layer == 1:
        return (12 * bits // samples + padding) * 4
    return (72 if layer == 3 and version != 3 else 144) * bits // samples + padding


def _adts_frame(head: bytes) -> int:
    """Bytes of the ADTS frame of AAC that begins here; 0 for none."""
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0:
        return 0
    length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return length if length > 7 else 0


def _what_else(head: bytes) -> str:
    for mark, what in _UNTAKEN:
        if head.startswith(mark):
            return f"is {what}, which is not taken here"
    if head[: 3 * 188 : 188] == b"GGG":
        return "is an MPEG transport stream, which is not taken here"
    error = refusal(head)
    if isinstance(error, DisguisedMediaError):
        return f"{error}, a video or audio"
    if isinstance(error, UnsupportedMediaError) and "no image format" in str(error):
        return "is in no format of images, videos or audio that is known here"
    return str(error)
