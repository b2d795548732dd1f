"""Bare audio streams, with ID3 before them and ID3v1 or APEv2 behind: MP3, AAC, TTA, AC-3."""

import re
import struct

from mutagen.aac import AACInfo
from mutagen.ac3 import AC3
from mutagen.mp3 import MPEGInfo

from media_assets.errors import CorruptMediaError
from media_assets.music.containers import id3_size
from media_assets.music.source import Reading, Source, parse, read_id3_and_ape
from media_assets.music.tags import Tags
from media_assets.music.technical import technical

SHORT_STREAM_BYTES = 16 * 1024
"""A stream of this size may have fewer than the four frames in a row that tell one from noise."""
JUNK_BYTES = 64 * 1024
"""How far the first ADTS frame may be behind the tag."""
BLOCK_BYTES = 1024**2
ADTS_SAMPLES = 1024
"""Samples of one AAC block (ISO/IEC 14496-3)."""

_ADTS_SYNC = re.compile(rb"\xff[\xf0\xf1\xf8\xf9]")
_TTA_HEADER = struct.Struct("<4sHHHII")
_AC3_CODECS = {"ac-3": "ac3", "ec-3": "eac3"}


def read_mp3(source: Source) -> Reading:
    """MPEG audio, layers I to III.

    Raises:
        CorruptMediaError: no run of frames in the first megabyte.
    """
    tags = read_id3_and_ape(source)
    info = parse(MPEGInfo, source)
    if info.sketchy and source.size - info.frame_offset > SHORT_STREAM_BYTES:
        raise CorruptMediaError("No run of MPEG audio frames was found in the first megabyte")
    return tags, technical(
        "MP3",
        f"mp{info.layer}",
        seconds=info.length,
        bitrate=info.bitrate,
        sample_rate=info.sample_rate,
        channels=info.channels,
    )


def read_adts(source: Source) -> Reading:
    """AAC in ADTS frames. The duration is counted: estimates fail at a quiet beginning."""
    tags = read_id3_and_ape(source)
    info = parse(AACInfo, source)
    start, blocks = _count_adts(source, _audio_start(source))
    return tags, technical(
        "ADTS",
        "aac",
        seconds=blocks * ADTS_SAMPLES / info.sample_rate if info.sample_rate else 0,
        sample_rate=info.sample_rate,
        channels=info.channels,
        audio_bytes=source.size - start,
    )


def read_adif(source: Source) -> Reading:
    """AAC behind a single header, which names its bit rate."""
    info = parse(AACInfo, source)
    return Tags(), technical(
        "ADIF",
        "aac",
        seconds=info.length,
        bitrate=info.bitrate,
        sample_rate=info.sample_rate,
        channels=info.channels,
    )


def read_tta(source: Source) -> Reading:
    """True Audio.

    Raises:
        CorruptMediaError: the header is cut short.
    """
    tags = read_id3_and_ape(source)
    start = _audio_start(source)
    header = source.at(start, _TTA_HEADER.size)
    if len(header) < _TTA_HEADER.size or not header.startswith(b"TTA"):
        raise CorruptMediaError("The True Audio header is incomplete")
    _, _, channels, bits, rate, samples = _TTA_HEADER.unpack(header)
    return tags, technical(
        "TTA",
        "tta",
        seconds=samples / rate if rate else 0,
        sample_rate=rate,
        channels=channels,
        bit_depth=bits,
        audio_bytes=source.size - start,
    )


def read_ac3(source: Source) -> Reading:
    """AC-3 and E-AC-3, which have no tags."""
    info = parse(AC3, source).info
    return Tags(), technical(
        "AC-3",
        _AC3_CODECS.get(info.codec),
        seconds=info.length or 0,
        bitrate=info.bitrate,
        sample_rate=info.sample_rate,
        channels=info.channels,
    )


def _audio_start(source: Source) -> int:
    """Where the first ID3v2 tag ends."""
    header = source.at(0, 10)
    return id3_size(header) if header.startswith(b"ID3") and len(header) == 10 else 0


def _count_adts(source: Source, position: int) -> tuple[int, int]:
    """Where the first frame is, and the AAC blocks from there to the end of the file.

    The first 28 bits of every frame of a stream are the same, so that counting them counts frames;
    by chance they come once in 256 MiB.
    """
    head = source.at(position, JUNK_BYTES)
    for sync in _ADTS_SYNC.finditer(head):
        frame = head[sync.start() : sync.start() + 7]
        if len(frame) < 7:
            break
        length = (frame[3] & 3) << 11 | frame[4] << 3 | frame[5] >> 5
        following = head[sync.start() + length : sync.start() + length + 3]
        if length >= 7 and frame[:3].startswith(following):
            start = position + sync.start()
            return start, _count_frames(source, start, frame) * (1 + (frame[6] & 3))
    return position, 0


def _count_frames(source: Source, start: int, frame: bytes) -> int:
    low = frame[3] & 0xF0
    pattern = re.compile(
        re.escape(frame[:3])
        + rb"["
        + re.escape(bytes([low]))
        + rb"-"
        + re.escape(bytes([low | 0x0F]))
        + rb"]"
    )
    source.stream.allow_all()
    source.stream.seek(start)
    count, rest = 0, b""
    while block := source.stream.read(BLOCK_BYTES):
        data = rest + block
        count += sum(1 for _ in pattern.finditer(data))
        rest = data[-3:]
    return count
