"""All that is measured of the sound of one file, from one decode."""

from dataclasses import dataclass
from typing import BinaryIO

from media_assets.music.sound import bands as bands_of
from media_assets.music.sound import tempo as tempo_of
from media_assets.music.sound import tonality as tonality_of
from media_assets.music.sound.character import Judgement, judge, measure, without
from media_assets.music.sound.decoding import Decoding, Part, decode
from media_assets.music.sound.demuxing import find_demuxer
from media_assets.music.sound.loudness import SILENT, Level, LevelMeter
from media_assets.music.sound.mono import RATE, MonoMaker
from media_assets.music.sound.spectra import power_spectra
from media_assets.music.sound.timbre import TOO_LITTLE, Vector, timbre

SHORTEST = f"shorter than {bands_of.SIZE / RATE:.2f} s"


@dataclass(frozen=True, slots=True)
class Heard:
    """What was measured. `part` of the file was listened to, `seconds` of it.

    `coverage` is the share of the file that was analysed, None where its length is not known;
    `broken_packets` were left out. `vector` is None for the reason `silent`.
    """

    part: Part
    seconds: float
    coverage: float | None
    broken_packets: int
    level: Level
    tempo: tempo_of.Tempo
    tonality: tonality_of.Tonality
    character: dict[str, Judgement]
    vector: Vector | None
    silent: str | None


def listen(stream: BinaryIO, extension: str, seconds: float) -> Heard:
    """Analyse the middle `seconds` of a music file; 0 means all of it, an hour at most.

    Raises:
        MediaError: its container is not known, or nothing of its sound can be decoded.
    """
    decoding = Decoding()
    meter, maker, length = LevelMeter(), MonoMaker(), 0.0
    for block in decode(stream, find_demuxer(stream, extension), seconds, decoding):
        meter.add(block)
        maker.add(block)
        length += block.seconds
    mono = maker.finish()
    level = meter.level()
    bands = bands_of.find_bands(mono) if level.true_peak is not None else None
    if bands is None:
        why = SILENT if level.true_peak is None or len(mono) >= bands_of.SIZE else SHORTEST
        tempo = tempo_of.Tempo(None, None, reason=why)
        tonality = tonality_of.Tonality(None, None, None, reason=why)
        character, vector = without(why), None
    else:
        onsets = tempo_of.onset_curve(bands.decibels)
        tempo = tempo_of.find_tempo(onsets)
        spectra = power_spectra(mono, tonality_of.SIZE, tonality_of.HOP)
        tonality = tonality_of.find_key(spectra, length)
        character = judge(measure(level, bands, onsets, tempo, tonality))
        vector = timbre(bands)
        why = TOO_LITTLE
    return Heard(
        part=decoding.part,
        seconds=length,
        coverage=_coverage(length, decoding),
        broken_packets=decoding.broken_packets,
        level=level,
        tempo=tempo,
        tonality=tonality,
        character=character,
        vector=vector,
        silent=None if vector is not None else why,
    )


def _coverage(length: float, decoding: Decoding) -> float | None:
    if decoding.part == "whole":
        return 1.0
    return min(1.0, length / decoding.length) if decoding.length else None
