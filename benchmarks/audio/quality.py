"""How often the analysis is right about generated pieces, of which everything is known."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

import av
import numpy as np

from benchmarks.audio.families import members
from benchmarks.audio.instruments import RATE, Wave
from benchmarks.audio.pieces import Piece, make
from media_assets.music.sound import bands, tempo, tonality
from media_assets.music.sound.decoding import BLOCK_SECONDS, Block, Format, Samples
from media_assets.music.sound.loudness import LevelMeter
from media_assets.music.sound.mono import RATE as RATE_HEARD
from media_assets.music.sound.mono import MonoMaker
from media_assets.music.sound.spectra import power_spectra
from media_assets.music.sound.timbre import DIM, Vector, describe_timbre, timbre

Verdict = Literal[
    "exact", "half or double", "relative or fifth", "wrong", "not found", "none, rightly",
    "invented",
]  # fmt: skip
WITHIN = 0.02
NEIGHBOURS = 5
SHRINKAGE = 0.3


@dataclass(slots=True)
class Tally:
    """Verdicts by kind of piece, and how far loudness is from FFmpeg's."""

    tempos: Counter[tuple[str, Verdict]] = field(default_factory=Counter)
    keys: Counter[tuple[str, Verdict]] = field(default_factory=Counter)
    loudness: list[float] = field(default_factory=list)


def judge(seeds: Iterable[int]) -> Tally:
    """Analyse the piece of each seed."""
    tally = Tally()
    for seed in seeds:
        piece = make(seed)
        mono, level = heard(piece.samples)
        tally.tempos[piece.kind, _tempo_verdict(piece, mono)] += 1
        tally.keys[piece.kind, _key_verdict(piece, mono)] += 1
        if level is not None:
            tally.loudness.append(abs(level - ebur128(piece.samples)))
    return tally


def heard(samples: Wave) -> tuple[Samples, float | None]:
    """One channel of 22,050 Hz, and the integrated loudness."""
    maker, meter = MonoMaker(), LevelMeter()
    size = round(BLOCK_SECONDS * RATE)
    names = ("FL", "FR")[: len(samples)]
    for begin in range(0, samples.shape[1], size):
        part = np.ascontiguousarray(samples[:, begin : begin + size], np.float32)
        maker.add(Block(Format(RATE, names), part))
        meter.add(Block(Format(RATE, names), part))
    return maker.finish(), meter.level().lufs


def _tempo_verdict(piece: Piece, mono: Samples) -> Verdict:
    found = bands.find_bands(mono)
    bpm = tempo.find_tempo(tempo.onset_curve(found.decibels)).bpm if found else None
    if piece.bpm is None:
        return "none, rightly" if bpm is None else "invented"
    if bpm is None:
        return "not found"
    true = [one for one in (piece.bpm, piece.later_bpm) if one is not None]
    if any(abs(bpm / one - 1) <= WITHIN for one in true):
        return "exact"
    if any(abs(bpm / one / factor - 1) <= WITHIN for one in true for factor in (0.5, 2)):
        return "half or double"
    return "wrong"


def _key_verdict(piece: Piece, mono: Samples) -> Verdict:
    spectra = power_spectra(mono, tonality.SIZE, tonality.HOP)
    found = tonality.find_key(spectra, len(mono) / RATE_HEARD)
    if piece.key is None:
        return "none, rightly" if found.key is None else "invented"
    if found.key is None:
        return "not found"
    apart = (tonality.NAMES.index(found.key) - piece.key) % 12
    if found.scale == piece.scale:
        return "exact" if apart == 0 else "relative or fifth" if apart in (5, 7) else "wrong"
    return "relative or fifth" if apart == (9 if piece.scale == "major" else 3) else "wrong"


def ebur128(samples: Wave) -> float:
    """Integrated loudness as FFmpeg measures it, in LUFS."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(
        sample_rate=RATE, format="fltp", layout="stereo", time_base=Fraction(1, RATE)
    )
    meter, sink = graph.add("ebur128", "metadata=1:framelog=quiet"), graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples, np.float32), "fltp", "stereo")
    frame.sample_rate, frame.pts, frame.time_base = RATE, 0, Fraction(1, RATE)
    graph.push(frame)
    graph.push(None)
    told = -np.inf
    while True:
        try:
            told = float(graph.pull().metadata.get("lavfi.r128.I", told))
        except (av.error.EOFError, av.error.BlockingIOError):
            return told


def timbre_precision(seeds: Iterable[int]) -> tuple[float, int]:
    """Of the five nearest of each piece, the share that is of its family; and how many pieces."""
    families, vectors = [], []
    for seed in seeds:
        for samples in members(seed):
            found = _bands(samples)
            vector = timbre(found) if found else None
            if vector is not None:
                families.append(seed)
                vectors.append(vector)
    family, matrix = np.array(families), np.array(vectors)
    likeness = matrix @ matrix.T
    np.fill_diagonal(likeness, -2)
    nearest = np.argsort(-likeness, axis=1)[:, :NEIGHBOURS]
    return float(np.mean(family[nearest] == family[:, np.newaxis])), len(family)


def described(seeds: Iterable[int]) -> tuple[Vector, Vector]:
    """The numbers of `audio.timbre` before they are projected, and the family of each piece."""
    rows, families = [], []
    for seed in seeds:
        for samples in members(seed):
            found = _bands(samples)
            row = describe_timbre(found) if found else None
            if row is not None:
                rows.append(row)
                families.append(seed)
    return np.array(rows), np.array(families)


def discriminants(numbers: Vector, families: Vector) -> tuple[Vector, Vector]:
    """Centre, and the `DIM` directions that tell families apart best (Fisher), as columns.

    The covariance within families is pulled towards that of independent numbers, for fewer pieces
    than it has entries would bend it.
    """
    groups = [numbers[families == family] for family in np.unique(families)]
    spread = np.sqrt(np.mean([group.var(axis=0) for group in groups], axis=0))
    centre = numbers.mean(axis=0)
    scaled = [(group - centre) / spread for group in groups]
    within = np.mean([np.cov(group.T, bias=True) for group in scaled], axis=0)
    between = np.cov(np.array([group.mean(axis=0) for group in scaled]).T)
    whitening = np.linalg.inv(np.linalg.cholesky(within + SHRINKAGE * np.eye(len(centre))))
    _, directions = np.linalg.eigh(whitening @ between @ whitening.T)
    return centre, (whitening.T @ directions[:, ::-1][:, :DIM]) / spread[:, np.newaxis]


def _bands(samples: Wave) -> bands.Bands | None:
    return bands.find_bands(heard(samples[np.newaxis])[0])
