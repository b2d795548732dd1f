"""Which container a file is, by its first bytes; the extension only where those do not say."""

import re
from collections.abc import Iterable
from typing import Literal, Protocol

from media_assets.errors import CorruptMediaError, DisguisedMediaError, UnsupportedMediaError

Container = Literal[
    "MP3", "ADTS", "ADIF", "FLAC", "Ogg Vorbis", "Ogg Opus", "Ogg FLAC", "Ogg Speex", "MP4", "WAV",
    "AIFF", "ASF", "APE", "WavPack", "Musepack", "TTA", "TAK", "OptimFROG", "DSF", "DSDIFF", "AC-3",
]  # fmt: skip

HEAD_BYTES = 4096
"""Enough for the first pages of an Ogg file, which name the codec of each stream."""
TEXT_BYTES = 512
STACKED_TAGS = 8
"""Windows Media Player writes several ID3v2 tags in a row."""

SIGNATURES: tuple[tuple[bytes, Container], ...] = (
    (b"fLaC", "FLAC"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c", "ASF"),
    (b"MAC ", "APE"),
    (b"wvpk", "WavPack"),
    (b"MPCK", "Musepack"),
    (b"MP+", "Musepack"),
    (b"TTA", "TTA"),
    (b"tBaK", "TAK"),
    (b"OFR ", "OptimFROG"),
    (b"DSD ", "DSF"),
    (b"FRM8", "DSDIFF"),
    (b"ADIF", "ADIF"),
    (b"\x0b\x77", "AC-3"),
)

OGG_CODECS: tuple[tuple[bytes, Container], ...] = (
    (b"\x01vorbis", "Ogg Vorbis"),
    (b"OpusHead", "Ogg Opus"),
    (b"\x7fFLAC", "Ogg FLAC"),
    (b"Speex   ", "Ogg Speex"),
)

EXTENSIONS: dict[str, Container] = {
    "mp3": "MP3", "mp2": "MP3", "mp1": "MP3", "aac": "ADTS", "mpc": "Musepack",
}  # fmt: skip
"""Containers whose stream may start behind junk, or without a mark of its own."""

OTHER_FILES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"\xc5\xd0\xd3\xc6", "a PostScript document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"SQLite format 3", "a database"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)
UNREAD_MEDIA: tuple[tuple[bytes, str], ...] = (
    (b"\x1aE\xdf\xa3", "a Matroska or WebM file"),
    (b"MThd", "a MIDI file"),
    (b"caff", "a Core Audio file"),
    (b"#!AMR", "an AMR file"),
)
TEXTS: tuple[tuple[re.Pattern[bytes], str], ...] = tuple(
    (re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:" + marks + rb")", re.IGNORECASE), what)
    for marks, what in (
        (rb"#EXTM3U|\[playlist\]|<asx|<\?wpl|file://", "a playlist"),
        (rb"<!doctype\s+html|<html|<head|<body", "an HTML page"),
        (rb"<\?xml|<smil|<svg|<rss|<MPD", "an XML document"),
    )
)
# Boxes that an MP4 or QuickTime file may start with.
MP4_BOXES = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot")
IMAGE_BRANDS = (b"avif", b"avis", b"heic", b"heix", b"heim", b"mif1", b"msf1")


class Stream(Protocol):
    """What is needed of an open file."""

    def read(self, size: int = -1, /) -> bytes: ...
    def seek(self, offset: int, whence: int = 0, /) -> int: ...
    def tell(self) -> int: ...


def find_container(stream: Stream, extension: str) -> Container:
    """The container of an audio file.

    Raises:
        DisguisedMediaError: text, a playlist, an image, an archive, a program or a video.
        UnsupportedMediaError: media that nothing here reads, or nothing that is known.
        CorruptMediaError: tags and nothing behind them.
    """
    stream.seek(0)
    head = stream.read(HEAD_BYTES)
    _refuse_others(head)
    begins = 0
    for _ in range(STACKED_TAGS):
        if not head.startswith(b"ID3") or len(head) < 10:
            break
        begins = stream.seek(begins + id3_size(head))
        head = stream.read(HEAD_BYTES)
        if not head:
            raise CorruptMediaError("The file ends with its ID3 tag: there is no audio in it")
    by_extension = EXTENSIONS.get(extension.lower().removeprefix("."))
    container = _by_signature(head) or by_extension or (None if begins == 0 else "MP3")
    if container is None:
        raise UnsupportedMediaError("The content is no audio format that is known here")
    return container


def id3_size(header: bytes) -> int:
    """Bytes of the ID3v2 tag that starts with this header, the header of 10 bytes included."""
    return synchsafe(header[6:10]) + 10


def synchsafe(data: Iterable[int]) -> int:
    """A big-endian number of 7 bits in each byte, as ID3 writes sizes."""
    size = 0
    for byte in data:
        size = size << 7 | byte & 0x7F
    return size


def _by_signature(head: bytes) -> Container | None:
    for mark, container in SIGNATURES:
        if head.startswith(mark):
            return container
    if head.startswith(b"OggS"):
        return _ogg(head)
    if head[:4] in (b"RIFF", b"RF64", b"BW64") and head[8:12] == b"WAVE":
        return "WAV"
    if head.startswith(b"FORM") and head[8:12] in (b"AIFF", b"AIFC"):
        return "AIFF"
    if head[4:8] in MP4_BOXES:
        return "MP4"
    return _by_sync(head)


def _ogg(head: bytes) -> Container:
    found = [(head.find(mark), container) for mark, container in OGG_CODECS if mark in head]
    if not found:
        raise UnsupportedMediaError("The Ogg file has no stream of a known audio codec")
    return min(found)[1]


def _by_sync(head: bytes) -> Container | None:
    """MPEG audio has no signature but its frame header: 11 bits set, and layer 0 is AAC's."""
    if len(head) < 2 or head[0] != 0xFF or head[1] < 0xE0:
        return None
    if head[1] & 0x06:
        return "MP3"
    return "ADTS" if head[1] & 0xF0 == 0xF0 else None


def _refuse_others(head: bytes) -> None:
    for mark, what in OTHER_FILES:
        if head.startswith(mark):
            raise DisguisedMediaError(f"The file is not audio: it is {what}")
    for mark, what in UNREAD_MEDIA:
        if head.startswith(mark):
            raise UnsupportedMediaError(f"The file is {what}, whose tags are not read here")
    if head.startswith(b"RIFF") and head[8:12] in (b"AVI ", b"WEBP"):
        what = "an AVI video" if head[8:12] == b"AVI " else "a WebP image"
        raise DisguisedMediaError(f"The file is not audio: it is {what}")
    if head[4:8] == b"ftyp" and head[8:12] in IMAGE_BRANDS:
        raise DisguisedMediaError("The file is not audio: it is an AVIF or HEIC image")
    for pattern, what in TEXTS:
        if pattern.match(head):
            raise DisguisedMediaError(f"The file is not audio: it is {what}")
    if _is_text(head[:TEXT_BYTES]):
        raise DisguisedMediaError("The file is not audio: it is text")


def _is_text(head: bytes) -> bool:
    """Printable characters only, in UTF-8 or in UTF-16 with its mark."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head[: len(head) // 2 * 2].decode("utf-16", "replace")
    elif b"\0" in head:
        return False
    else:
        text = head.decode("utf-8-sig", "replace")
    # The end of what was read may cut one character in two.
    text = text.removesuffix("\ufffd")
    return bool(text) and all(
        letter != "\ufffd" and (letter.isprintable() or letter in "\t\n\r\f") for letter in text
    )
