"""One reader per container: its tags, and what its stream is."""

import struct
from collections.abc import Callable, Mapping

from mutagen.apev2 import APEv2File
from mutagen.asf import ASF
from mutagen.flac import FLAC
from mutagen.monkeysaudio import MonkeysAudio
from mutagen.mp4 import MP4
from mutagen.musepack import Musepack
from mutagen.ogg import OggFileType
from mutagen.oggflac import OggFLAC
from mutagen.oggopus import OggOpus
from mutagen.oggspeex import OggSpeex
from mutagen.oggvorbis import OggVorbis
from mutagen.optimfrog import OptimFROG
from mutagen.tak import TAK
from mutagen.wavpack import WavPack

from media_assets.errors import UnsupportedMediaError
from media_assets.music.containers import Container
from media_assets.music.id3_tags import read_id3
from media_assets.music.iff_formats import (
    LOSSLESS_FORMATS,
    read_aiff,
    read_dsdiff,
    read_dsf,
    read_wav,
    wave_codec,
)
from media_assets.music.other_tags import (
    read_ape,
    read_asf,
    read_flac_pictures,
    read_mp4,
    read_vorbis,
)
from media_assets.music.source import Reading, Source, parse
from media_assets.music.stream_formats import read_ac3, read_adif, read_adts, read_mp3, read_tta
from media_assets.music.tags import Tags
from media_assets.music.technical import technical

OPUS_RATE = 48_000
"""Opus always decodes to 48 kHz, whatever it was made from (RFC 7845)."""

# The object types of MPEG-4 audio that are not AAC, and the codes of other sample entries.
MP4_CODECS = {
    "mp4a.6B": "mp3", "mp4a.69": "mp3", "mp4a.A5": "ac3", "mp4a.A6": "eac3", "mp4a.A9": "dts",
    "mp4a.DD": "vorbis", "mp4a.E1": "qcelp", "alac": "alac", "ac-3": "ac3", "ec-3": "eac3",
    "ac-4": "ac4", "Opus": "opus", "fLaC": "flac", ".mp3": "mp3", "samr": "amr_nb",
    "sawb": "amr_wb", "sowt": "pcm_s16le", "twos": "pcm_s16be", "lpcm": "pcm", "ipcm": "pcm",
    "drms": "aac", "mp4a": "aac",
}  # fmt: skip
MP4_LOSSLESS = frozenset({"alac", "flac", "pcm", "pcm_s16le", "pcm_s16be"})

# The stream properties object (ASF specification, 3.3) and its type for audio media (10.4).
_ASF_STREAM = bytes.fromhex("9107dcb7b7a9cf118ee600c00c205365")
_ASF_AUDIO = bytes.fromhex("409e69f84d5bcf11a8fd00805f5c442b")
_ASF_FORMAT = struct.Struct("<HHIIHH")
_ASF_STREAM_BYTES = 24 + 54 + _ASF_FORMAT.size
_ASF_FIRST_OBJECT = 30

_WAVPACK_WHOLE = 0x1800
"""Flags of a block that has all channels: it is the first and the last of its set."""


def read_flac(source: Source) -> Reading:
    """FLAC; an ID3 tag before it fills what its own comments leave out."""
    file = parse(FLAC, source)
    tags = Tags()
    read_vorbis(file.tags or (), tags)
    read_flac_pictures(file.pictures, tags)
    if source.at(0, 3) == b"ID3":
        before = read_id3(source.stream, 0, source.limit)
        tags.add_fallback(before, "ID3:")
    info = file.info
    return tags, technical(
        "FLAC",
        "flac",
        seconds=info.length,
        bitrate=info.bitrate,
        sample_rate=info.sample_rate,
        channels=info.channels,
        bit_depth=info.bits_per_sample,
    )


def _ogg_reader(kind: type[OggFileType], codec: str) -> Callable[[Source], Reading]:
    def read(source: Source) -> Reading:
        """The first stream of one codec in an Ogg file."""
        source.stream.allow_all()
        file = parse(kind, source)
        tags = Tags()
        read_vorbis(file.tags, tags)
        info = file.info
        return tags, technical(
            "Ogg",
            codec,
            seconds=info.length,
            bitrate=getattr(info, "bitrate", 0),
            sample_rate=OPUS_RATE if codec == "opus" else info.sample_rate,
            channels=info.channels,
            bit_depth=getattr(info, "bits_per_sample", 0),
            audio_bytes=source.size - tags.embedded,
        )

    return read


class _Mp4(MP4):
    """Without chapters: one title that is cut within a character would cost the whole file."""

    MP4Chapters = staticmethod(lambda atoms, stream: None)  # type: ignore[assignment]  # not a class


def read_mp4_file(source: Source) -> Reading:
    """MP4 and QuickTime: the first audio track.

    Raises:
        UnsupportedMediaError: there is no audio track.
    """
    file = parse(_Mp4, source)
    info = file.info
    if not info.codec:
        raise UnsupportedMediaError("The MP4 file has no audio track")
    tags = Tags()
    if file.tags:
        read_mp4(file.tags, tags)
    codec = MP4_CODECS.get(info.codec, "aac" if info.codec.startswith("mp4a.") else None)
    return tags, technical(
        "MP4",
        codec,
        seconds=info.length,
        bitrate=info.bitrate,
        sample_rate=info.sample_rate,
        channels=info.channels,
        bit_depth=info.bits_per_sample if codec in MP4_LOSSLESS else 0,
        audio_bytes=source.size - tags.embedded,
    )


def read_asf_file(source: Source) -> Reading:
    """ASF, which is what WMA files are; the format of its first audio stream."""
    file = parse(ASF, source)
    tags = Tags()
    read_asf(file.tags, tags)
    tag, channels, rate, byte_rate, _, bits = _asf_format(source)
    return tags, technical(
        "ASF",
        wave_codec(tag, bits),
        seconds=file.info.length,
        bitrate=byte_rate * 8,
        sample_rate=rate,
        channels=channels,
        bit_depth=bits if tag in LOSSLESS_FORMATS else 0,
    )


def _asf_format(source: Source) -> tuple[int, ...]:
    """The WAVE format of the first audio stream, out of the objects of the header."""
    end = int.from_bytes(source.at(16, 8), "little")
    position = _ASF_FIRST_OBJECT
    while position < min(end, source.size):
        content = source.at(position, _ASF_STREAM_BYTES)
        if content.startswith(_ASF_STREAM) and content[24:40] == _ASF_AUDIO:
            if len(content) < _ASF_STREAM_BYTES:
                break
            return _ASF_FORMAT.unpack_from(content, _ASF_STREAM_BYTES - _ASF_FORMAT.size)
        position += max(24, int.from_bytes(content[16:24], "little"))
    raise UnsupportedMediaError("The ASF file has no audio stream")


def _ape_reader(container: str, kind: type[APEv2File], codec: str) -> Callable[[Source], Reading]:
    def read(source: Source) -> Reading:
        """A stream with an APEv2 tag behind it."""
        file = parse(kind, source)
        tags = Tags()
        read_ape(file.tags or {}, tags)
        _add_header_gain(file.info, tags)
        info = file.info
        return tags, technical(
            container,
            codec,
            seconds=info.length,
            sample_rate=info.sample_rate,
            channels=_ape_channels(source, container, info.channels),
            bit_depth=getattr(info, "bits_per_sample", 0) or 0,
            audio_bytes=source.size - tags.embedded,
        )

    return read


def _ape_channels(source: Source, container: str, channels: int) -> int:
    """WavPack spreads more than two channels over several blocks; the first does not say."""
    if container != "WavPack":
        return channels
    flags = int.from_bytes(source.at(24, 4), "little")
    return channels if flags & _WAVPACK_WHOLE == _WAVPACK_WHOLE else 0


def _add_header_gain(info: object, tags: Tags) -> None:
    """Musepack has ReplayGain in its header, where 0 means none."""
    for scope, attribute in (("track", "title_gain"), ("album", "album_gain")):
        if gain := getattr(info, attribute, 0):
            tags.free.setdefault(f"replaygain{scope}gain", [f"{gain:.2f} dB"])


READERS: Mapping[Container, Callable[[Source], Reading]] = {
    "MP3": read_mp3,
    "ADTS": read_adts,
    "ADIF": read_adif,
    "FLAC": read_flac,
    "Ogg Vorbis": _ogg_reader(OggVorbis, "vorbis"),
    "Ogg Opus": _ogg_reader(OggOpus, "opus"),
    "Ogg FLAC": _ogg_reader(OggFLAC, "flac"),
    "Ogg Speex": _ogg_reader(OggSpeex, "speex"),
    "MP4": read_mp4_file,
    "WAV": read_wav,
    "AIFF": read_aiff,
    "ASF": read_asf_file,
    "APE": _ape_reader("APE", MonkeysAudio, "ape"),
    "WavPack": _ape_reader("WavPack", WavPack, "wavpack"),
    "Musepack": _ape_reader("Musepack", Musepack, "musepack"),
    "TTA": read_tta,
    "TAK": _ape_reader("TAK", TAK, "tak"),
    "OptimFROG": _ape_reader("OptimFROG", OptimFROG, "optimfrog"),
    "DSF": read_dsf,
    "DSDIFF": read_dsdiff,
    "AC-3": read_ac3,
}
