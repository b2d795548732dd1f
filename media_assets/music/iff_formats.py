"""Files made of chunks: WAV, AIFF, DSF and DSDIFF."""

import struct

from mutagen.aiff import AIFFInfo
from mutagen.dsdiff import DSDIFFInfo

from media_assets.errors import CorruptMediaError
from media_assets.music.id3_tags import read_id3
from media_assets.music.iff_chunks import (
    AIFF,
    DSDIFF,
    RIFF,
    Chunk,
    chunk_content,
    find_chunk,
    read_chunks,
    read_info,
    read_text_chunks,
)
from media_assets.music.source import Reading, Source, parse
from media_assets.music.tags import Tags
from media_assets.music.technical import technical

# Names are FFmpeg's; the numbers are those of Microsoft's mmreg.h.
WAVE_CODECS = {
    0x0002: "adpcm_ms", 0x0006: "pcm_alaw", 0x0007: "pcm_mulaw", 0x000A: "wmavoice",
    0x0011: "adpcm_ima_wav", 0x0031: "gsm_ms", 0x0050: "mp2", 0x0055: "mp3", 0x00FF: "aac",
    0x0160: "wmav1", 0x0161: "wmav2", 0x0162: "wmapro", 0x0163: "wmalossless", 0x2000: "ac3",
    0xF1AC: "flac",
}  # fmt: skip
_PCM, _FLOAT, _EXTENSIBLE = 0x0001, 0x0003, 0xFFFE
LOSSLESS_FORMATS = frozenset({_PCM, _FLOAT, 0x0163, 0xF1AC})

AIFF_CODECS = {
    "sowt": "pcm_s16le", "fl32": "pcm_f32be", "FL32": "pcm_f32be", "fl64": "pcm_f64be",
    "FL64": "pcm_f64be", "alaw": "pcm_alaw", "ALAW": "pcm_alaw", "ulaw": "pcm_mulaw",
    "ULAW": "pcm_mulaw", "ima4": "adpcm_ima_qt", "GSM ": "gsm", "MAC3": "mace3", "MAC6": "mace6",
}  # fmt: skip
AIFF_COMPRESSED = frozenset({"adpcm_ima_qt", "gsm", "mace3", "mace6"})

_WAVE_FORMAT = struct.Struct("<HHIIHH")
_DSF_HEADER = struct.Struct("<20xQ4sQIIIIIIQ")


def wave_codec(tag: int, bits: int) -> str | None:
    """The codec of a WAVE format tag; PCM is told apart by its bits."""
    if tag == _PCM:
        return "pcm_u8" if bits <= 8 else f"pcm_s{(bits + 7) // 8 * 8}le"
    if tag == _FLOAT:
        return f"pcm_f{bits}le"
    return WAVE_CODECS.get(tag)


def read_wav(source: Source) -> Reading:
    """RIFF and RF64 with the type `WAVE`: ID3 chunks first, `LIST INFO` for what they leave out.

    Raises:
        CorruptMediaError: no format chunk.
    """
    chunks = read_chunks(source.stream, RIFF)
    tags = _chunk_id3(source, chunks)
    info = Tags()
    for chunk in chunks:
        if chunk.name == "LIST" and source.at(chunk.start, 4) == b"INFO":
            read_info(chunk_content(source.stream, chunk), info)
    tags.add_fallback(info)
    layout = find_chunk(chunks, "fmt ")
    content = chunk_content(source.stream, layout) if layout else b""
    if len(content) < _WAVE_FORMAT.size:
        raise CorruptMediaError("The WAV file has no format chunk to say what its samples are")
    tag, channels, rate, byte_rate, _, bits = _WAVE_FORMAT.unpack_from(content)
    if tag == _EXTENSIBLE and len(content) >= 26:
        tag = int.from_bytes(content[24:26], "little")
    audio = find_chunk(chunks, "data")
    return tags, technical(
        "WAV",
        wave_codec(tag, bits),
        seconds=audio.size / byte_rate if audio and byte_rate else 0,
        bitrate=byte_rate * 8,
        sample_rate=rate,
        channels=channels,
        bit_depth=bits if tag in LOSSLESS_FORMATS else 0,
    )


def read_aiff(source: Source) -> Reading:
    """AIFF and AIFC: the ID3 chunk first, text chunks for what it leaves out."""
    chunks = read_chunks(source.stream, AIFF)
    tags = _chunk_id3(source, chunks)
    texts = Tags()
    read_text_chunks(source.stream, chunks, texts)
    tags.add_fallback(texts)
    info = parse(AIFFInfo, source)
    common = find_chunk(chunks, "COMM")
    kind = chunk_content(source.stream, common)[18:22].decode("latin-1") if common else ""
    bits = info.bits_per_sample
    plain = f"pcm_s{(bits + 7) // 8 * 8}be" if bits > 8 else "pcm_s8"
    codec = AIFF_CODECS.get(kind) if kind not in ("", "NONE") else plain
    compressed = codec is None or codec in AIFF_COMPRESSED
    audio = find_chunk(chunks, "SSND")
    return tags, technical(
        "AIFF",
        codec,
        seconds=info.length,
        bitrate=0 if compressed else info.bitrate,
        sample_rate=info.sample_rate,
        channels=info.channels,
        bit_depth=0 if compressed else bits,
        audio_bytes=audio.size if audio else 0,
    )


def read_dsdiff(source: Source) -> Reading:
    """DSDIFF: one-bit audio, plain or packed (DST)."""
    chunks = read_chunks(source.stream, DSDIFF)
    tags = _chunk_id3(source, chunks)
    info = parse(DSDIFFInfo, source)
    return tags, technical(
        "DSDIFF",
        "dst" if info.compression == "DST" else "dsd_msbf",
        seconds=info.length,
        bitrate=info.bitrate,
        sample_rate=info.sample_rate,
        channels=info.channels,
        bit_depth=1,
    )


def read_dsf(source: Source) -> Reading:
    """DSF: one-bit audio, with an ID3 tag at its end.

    Raises:
        CorruptMediaError: the header is cut short or of another version.
    """
    header = source.at(0, _DSF_HEADER.size)
    if len(header) < _DSF_HEADER.size:
        raise CorruptMediaError("The DSF header is incomplete")
    pointer, mark, _, _, _, _, channels, rate, bits, samples = _DSF_HEADER.unpack(header)
    if mark != b"fmt ":
        raise CorruptMediaError("The DSF file has no format chunk")
    has_tag = 0 < pointer < source.size
    tags = read_id3(source.stream, pointer, source.limit) if has_tag else Tags()
    return tags, technical(
        "DSF",
        "dsd_lsbf_planar",
        seconds=samples / rate if rate else 0,
        bitrate=rate * bits * channels,
        sample_rate=rate,
        channels=channels,
        bit_depth=bits,
    )


def _chunk_id3(source: Source, chunks: list[Chunk]) -> Tags:
    chunk = find_chunk(chunks, "id3 ", "ID3 ")
    if chunk is None:
        return Tags()
    return read_id3(source.stream, chunk.start, source.limit)
