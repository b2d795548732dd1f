"""Which container a clip is, told by its first bytes alone.

A demuxer is never chosen by probing: probing would let a text file pick a demuxer that follows
addresses (playlists, manifests, lists of files). Only containers whose signature is known here are
opened, each with the one demuxer that belongs to it.
"""

import codecs
from dataclasses import dataclass
from typing import NoReturn

from media_assets.errors import (
    CorruptMediaError,
    DisguisedMediaError,
    EmptyMediaError,
    UnsupportedMediaError,
)

HEAD_BYTES = 4096

_ISO_BOXES = frozenset(
    (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp", b"moof", b"sidx")
)
_PICTURE_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"mif1", b"avif"))
_AVI_KINDS = frozenset((b"AVI ", b"AVIX", b"AVI\x19", b"AMV "))
_ASF_GUID = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")

_OTHER_FILES = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"\xc5\xd0\xd3\xc6", "a PostScript document"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"ID3", "an MP3 file"),
    (b"fLaC", "a FLAC file"),
    (b"RIFF", "a RIFF file that is no AVI, such as WAV or WebP"),
    (b"FORM", "an IFF file, such as AIFF"),
)
_PLAYLISTS = (
    b"#extm3u",
    b"ffconcat",
    b"<?xml",
    b"<mpd",
    b"<smoothstreaming",
    b"[playlist]",
    b"v=0",
)
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Signature:
    """A known container.

    `container` is its common name, `demuxer` the only FFmpeg demuxer that may read it, and
    `described` says that its header describes the streams, so that no packet has to be analysed.
    """

    container: str
    demuxer: str
    described: bool


_FIXED = (
    (b"OggS", Signature("ogg", "ogg", described=False)),
    (b"FLV\x01", Signature("flv", "flv", described=False)),
    (_ASF_GUID, Signature("asf", "asf", described=False)),
    (b"\x00\x00\x01\xba", Signature("mpeg", "mpeg", described=False)),
)


def identify(head: bytes, extension: str) -> Signature:
    """The container that begins with `head`, the first `HEAD_BYTES` bytes of a file.

    `extension` is only named in messages.

    Raises:
        EmptyMediaError: no bytes.
        DisguisedMediaError: text, a playlist, or another kind of file.
        CorruptMediaError: nothing but zeros, or too short to tell.
        UnsupportedMediaError: bytes that are no container known here.
    """
    if not head:
        raise EmptyMediaError("the file has no bytes")
    name = f"the {extension} file" if extension else "the file"
    signature = _iso(head, name) or _tagged(head)
    if signature is None:
        _refuse(head, name)
    return signature


def _iso(head: bytes, name: str) -> Signature | None:
    if head[4:8] not in _ISO_BOXES:
        return None
    brand = head[8:12] if head[4:8] == b"ftyp" else b""
    if brand in _PICTURE_BRANDS:
        raise DisguisedMediaError(f"{name} is a HEIF or AVIF image, not a clip")
    return Signature(_iso_name(head[4:8], brand), "mov", described=True)


def _iso_name(box: bytes, brand: bytes) -> str:
    """`mov` is the QuickTime file, which may lack a brand; the fragment boxes came with MP4."""
    if brand.startswith(b"3g"):
        return "3gp"
    if box in {b"styp", b"moof", b"sidx"}:
        return "mp4"
    return "mov" if brand in {b"", b"qt  "} else "mp4"


def _tagged(head: bytes) -> Signature | None:
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        name = "webm" if b"\x42\x82\x84webm" in head[:64] else "matroska"
        return Signature(name, "matroska", described=True)
    if head.startswith(b"RIFF") and head[8:12] in _AVI_KINDS:
        return Signature("avi", "avi", described=True)
    if _is_transport_stream(head):
        return Signature("mpegts", "mpegts", described=False)
    return next((found for start, found in _FIXED if head.startswith(start)), None)


def _is_transport_stream(head: bytes) -> bool:
    """Three sync bytes a packet apart; Blu-ray puts four bytes of time before each packet."""
    for first, packet in ((0, 188), (4, 192)):
        if head[first : first + 3 * packet : packet] == b"GGG":
            return True
    return False


def _refuse(head: bytes, name: str) -> NoReturn:
    if head.removeprefix(_BYTE_ORDER_MARKS[0]).lstrip().lower().startswith(_PLAYLISTS):
        raise DisguisedMediaError(f"{name} is a playlist or manifest, which is never followed")
    if _is_text(head):
        raise DisguisedMediaError(f"{name} is text, not a clip")
    for start, kind in _OTHER_FILES:
        if head.startswith(start):
            raise DisguisedMediaError(f"{name} is {kind}, not a clip")
    if not head.strip(b"\0"):
        raise CorruptMediaError(f"{name} holds only zeros: it was never written to its end")
    if len(head) < 12:
        raise CorruptMediaError(f"{name} ends after {len(head)} bytes")
    raise UnsupportedMediaError(f"{name} begins with no container that is known here")


def _is_text(head: bytes) -> bool:
    if head.startswith(_BYTE_ORDER_MARKS):
        return True
    try:
        # Incremental: the 512 bytes may end within a character.
        text = codecs.getincrementaldecoder("utf-8")().decode(head[:512])
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character in "\t\n\r\f" for character in text)
