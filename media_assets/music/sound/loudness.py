"""Loudness, true peak and dynamic range, from the samples as they are in the file.

Loudness is that of ITU-R BS.1770-4 and EBU R 128; FFmpeg's `ebur128` differs by less than 0.1 LU.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from math import log10, pi, tan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from media_assets.music.sound.decoding import BLOCK_SECONDS, Block, Samples

ABSOLUTE_GATE = -70.0
"""LUFS; BS.1770-4, part of annex 1 on gating."""
RELATIVE_GATE = -10.0
_OFFSET = -0.691
_STEPS = 4  # of 100 ms in a gating block
_SINGLE_PRECISION_RATE = 50_000
_REAR_WEIGHT = 1.41
_REAR = frozenset({"BL", "BR", "BC", "SL", "SR", "TBL", "TBR", "TBC", "SDL", "SDR"})
_UNHEARD = frozenset({"LFE", "LFE2"})

SHORTEST_LOUDNESS = "shorter than 0.4 s"
SHORTEST_RANGE = "shorter than 6 s"
SILENT = "silence"
LEAST_RATE = 1000
"""Hz; the filters of BS.1770 lie up to 1.7 kHz, and below 77 Hz none of them is stable."""
TOO_FEW_SAMPLES = f"fewer than {LEAST_RATE:,} samples a second"
LOW_EFFECTS_ALONE = "only its channel of low effects has sound, which loudness leaves out"

_TAPS = 12  # of each phase: BS.1770-4, annex 2
_RUN = 32  # samples that are interpolated together
_LOUDEST_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Level:
    """LUFS, dBTP and dB; None where they could not be measured, with the reason by name."""

    lufs: float | None
    true_peak: float | None
    dynamic_range: float | None
    reasons: dict[str, str]


@dataclass(slots=True)
class LevelMeter:
    """Takes the blocks of one file in their order."""

    _energies: list[NDArray[np.float64]] = field(default_factory=list)
    _peaks: list[NDArray[np.float32]] = field(default_factory=list)
    _powers: list[NDArray[np.float64]] = field(default_factory=list)
    _top: float = 0.0
    _edge: Samples | None = None
    _unweighed: str | None = None
    _state: NDArray[np.floating[Any]] | None = None
    _rest: NDArray[np.floating[Any]] | None = None

    def add(self, block: Block) -> None:
        """Take in one block; `decoding.BLOCK_SECONDS` long, the last one shorter."""
        names, rate = block.format.channels, block.format.rate
        heard = [place for place, name in enumerate(names) if name not in _UNHEARD]
        if not heard or rate < LEAST_RATE:
            self._unweighed = LOW_EFFECTS_ALONE if not heard else TOO_FEW_SAMPLES
        else:
            weights = _weights(tuple(names[place] for place in heard))
            self._energies.append(weights @ self._steps(block.samples[heard], rate))
        peaks = np.maximum(block.samples.max(axis=1), -block.samples.min(axis=1))
        self._take_true_peaks(block.samples, peaks, rate)
        if block.seconds >= 0.99 * BLOCK_SECONDS:
            self._peaks.append(peaks)
            squares = np.einsum("cn,cn->c", block.samples, block.samples, dtype=np.float64)
            self._powers.append(2 * squares / block.samples.shape[1])

    def _take_true_peaks(self, samples: Samples, peaks: NDArray[np.float32], rate: int) -> None:
        """Between samples that have all their neighbours, across the edges of blocks too."""
        edge = samples[:, :0] if self._edge is None else self._edge
        joined = np.concatenate([edge, samples], axis=1)
        reach = np.maximum(peaks, np.abs(edge).max(axis=1, initial=0))
        self._top = max(self._top, float(peaks.max()))
        for channel, peak in zip(joined, reach, strict=True):
            self._top = _true_peak(channel, float(peak), rate, self._top)
        self._edge = joined[:, _RUN * _whole_runs(joined.shape[1]) :]

    def _steps(self, samples: Samples, rate: int) -> NDArray[np.float64]:
        """Weighted mean squares of each 100 ms that are whole by now, shape (channels, steps)."""
        from scipy.signal import sosfilt  # 0.5 s, which only those pay who hear something

        step, sections = max(1, round(rate / 10)), _k_weighting(rate)
        if self._state is None:
            self._state = np.zeros((2, len(samples), 2), sections.dtype)
        wide = samples.astype(sections.dtype, copy=False)
        heard, self._state = sosfilt(sections, wide, zi=self._state)
        if self._rest is not None and self._rest.size:
            heard = np.concatenate([self._rest, heard], axis=1)
        steps = heard.shape[1] // step
        self._rest = heard[:, steps * step :]
        parts = heard[:, : steps * step].reshape(len(heard), steps, step)
        return np.asarray(np.einsum("csn,csn->cs", parts, parts) / step, np.float64)

    def level(self) -> Level:
        """What was measured."""
        reasons: dict[str, str] = {}
        lufs = self._integrated(reasons)
        if self._top == 0:
            reasons["true_peak_db"] = SILENT
        dynamic_range = self._range(reasons)
        peak = 20 * log10(self._top) if self._top else None
        return Level(lufs, peak, dynamic_range, reasons)

    def _integrated(self, reasons: dict[str, str]) -> float | None:
        steps = np.concatenate(self._energies) if self._energies else np.zeros(0)
        if self._unweighed is not None:
            reasons["loudness_lufs"] = self._unweighed
            return None
        if len(steps) < _STEPS:
            reasons["loudness_lufs"] = SHORTEST_LOUDNESS
            return None
        blocks = np.convolve(steps, np.full(_STEPS, 1 / _STEPS), "valid")
        blocks = blocks[_loudness(blocks) > ABSOLUTE_GATE]
        if not len(blocks):
            reasons["loudness_lufs"] = f"{SILENT}: nothing is above {ABSOLUTE_GATE:g} LUFS"
            return None
        gate = _loudness(blocks.mean()) + RELATIVE_GATE
        return float(_loudness(blocks[_loudness(blocks) > gate].mean()))

    def _range(self, reasons: dict[str, str]) -> float | None:
        """As TT Dynamic Range Meter: the second peak by the RMS of the loudest fifth.

        Of blocks of 3 s of each channel, of which the mean is taken; the RMS of a sine is its peak.
        """
        peaks, powers = np.array(self._peaks), np.array(self._powers)
        if len(peaks) < 2:
            reasons["dynamic_range"] = SHORTEST_RANGE
            return None
        loudest = max(1, round(len(powers) * _LOUDEST_SHARE))
        power = np.sort(powers, axis=0)[-loudest:].mean(axis=0)
        second = np.sort(peaks, axis=0)[-2].astype(np.float64)
        sounding = (power > 0) & (second > 0)
        if not sounding.any():
            reasons["dynamic_range"] = SILENT
            return None
        return float(np.mean(20 * np.log10(second[sounding] / np.sqrt(power[sounding]))))


def _loudness(power: "NDArray[np.float64] | np.float64") -> NDArray[np.float64]:
    with np.errstate(divide="ignore"):
        return np.asarray(_OFFSET + 10 * np.log10(power))


def _weights(channels: tuple[str, ...]) -> NDArray[np.float64]:
    return np.array([_REAR_WEIGHT if name in _REAR else 1.0 for name in channels])


@lru_cache(maxsize=16)
def _k_weighting(rate: int) -> NDArray[np.floating[Any]]:
    """The two filters of BS.1770-4 as second-order sections, shape (2, 6).

    Their coefficients are given for 48 kHz; these are the analogue filters behind them, for any
    rate (as in libebur128). In single precision the second one would be another filter where a
    sample is short beside its period.
    """
    shelf = tan(pi * min(1681.974450955533, 0.49 * rate) / rate)
    gain = 10 ** (3.999843853973347 / 20)
    quality, middle = 0.7071752369554196, gain**0.4996667741545416
    upper = np.array(
        [gain + middle * shelf / quality + shelf**2, 2 * (shelf**2 - gain),
         gain - middle * shelf / quality + shelf**2, 1 + shelf / quality + shelf**2,
         2 * (shelf**2 - 1), 1 - shelf / quality + shelf**2]
    )  # fmt: skip
    high, quality = tan(pi * 38.13547087602444 / rate), 0.5003270373238773
    scale = 1 + high / quality + high**2
    # The numerator is 1 - 2z + z², not scaled: so BS.1770 has it.
    lower = np.array(
        [1, -2, 1, 1, 2 * (high**2 - 1) / scale, (1 - high / quality + high**2) / scale]
    )
    sections = np.stack([upper / upper[3], lower])
    return sections.astype(np.float32) if rate <= _SINGLE_PRECISION_RATE else sections


def _whole_runs(count: int) -> int:
    """Runs in so many samples that have all their neighbours."""
    return max(0, (count - 2 * _TAPS) // _RUN)


def _true_peak(samples: Samples, peak: float, rate: int, known: float) -> float:
    """The highest level between the samples as well, or what is known where it is higher.

    `peak` is no less than that of the samples. Only where those around are high enough can it be
    higher than what is known.
    """
    factor = 4 if rate < 96_000 else 2 if rate < 192_000 else 1
    matrix, bound = _interpolator(factor)
    count = _whole_runs(len(samples))
    if factor == 1 or peak * bound <= known or not count:
        return known
    levels = np.abs(samples)
    runs = levels[_TAPS : _TAPS + count * _RUN].reshape(-1, _RUN).max(axis=1)
    runs[0] = max(runs[0], levels[:_TAPS].max())
    runs[-1] = max(runs[-1], levels[_TAPS + count * _RUN :][:_TAPS].max())
    around = runs.copy()
    around[1:] = np.maximum(around[1:], runs[:-1])
    around[:-1] = np.maximum(around[:-1], runs[1:])
    starts = np.flatnonzero(around * bound > known)
    starts = starts[np.argsort(-around[starts], kind="stable")]
    windows = np.lib.stride_tricks.sliding_window_view(samples, _RUN + 2 * _TAPS)
    for begin in range(0, len(starts), 256):
        chosen = starts[begin : begin + 256]
        if around[chosen[0]] * bound <= known:
            break
        between = windows[chosen * _RUN] @ matrix
        known = max(known, float(np.abs(between).max()))
    return known


@lru_cache(maxsize=4)
def _interpolator(factor: int) -> tuple[Samples, float]:
    """What makes `factor` - 1 values behind each of `_RUN` samples, and the most they can gain.

    A sinc of `_TAPS` samples under a Hann window; shape (_RUN + 2 * _TAPS, _RUN * (factor - 1)).
    """
    matrix = np.zeros((_RUN + 2 * _TAPS, _RUN, max(factor - 1, 1)), np.float32)
    bound = 1.0
    for phase in range(1, factor):
        offsets = np.arange(-_TAPS // 2 + 1, _TAPS // 2 + 1) - phase / factor
        taps = np.sinc(offsets) * np.cos(pi * offsets / (_TAPS + 1)) ** 2
        taps /= taps.sum()
        bound = max(bound, float(np.abs(taps).sum()))
        for place in range(_RUN):
            first = _TAPS + place - _TAPS // 2 + 1
            matrix[first : first + _TAPS, place, phase - 1] = taps
    return matrix.reshape(_RUN + 2 * _TAPS, -1), bound
