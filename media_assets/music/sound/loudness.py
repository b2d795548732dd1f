"""Loudness, true peak and dynamic range, from the samples as they are in the file.

Loudness is that of ITU-R BS.1770-4 and EBU R 128; FFmpeg's `ebur128` differs by less than 0.1 LU.
"""

from dataclasses import dataclass, field
from math import log10

import numpy as np
from numpy.typing import NDArray

from media_assets.music.sound.decoding import BLOCK_SECONDS, LOW_EFFECTS, Block, Samples
from media_assets.music.sound.true_peak import TruePeak
from media_assets.music.sound.weighting import KWeighting

ABSOLUTE_GATE = -70.0
"""LUFS; BS.1770-4, part of annex 1 on gating."""
RELATIVE_GATE = -10.0
_OFFSET = -0.691
_STEPS = 4  # of 100 ms in a gating block
_REAR_WEIGHT = 1.41
_REAR = frozenset({"BL", "BR", "BC", "SL", "SR", "TBL", "TBR", "TBC", "SDL", "SDR"})

SHORTEST_LOUDNESS = "shorter than 0.4 s"
SHORTEST_RANGE = "shorter than 6 s"
SILENT = "silence"
LEAST_RATE = 1000
"""Hz; the filters of BS.1770 lie up to 1.7 kHz, and below 77 Hz none of them is stable."""
TOO_FEW_SAMPLES = f"fewer than {LEAST_RATE:,} samples a second"
LOW_EFFECTS_ALONE = "only its channel of low effects has sound, which loudness leaves out"

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
    _true_peak: TruePeak | None = None
    _unweighed: str | None = None
    _weighting: KWeighting | None = None
    _rest: Samples | None = None

    def add(self, block: Block) -> None:
        """Take in one block; `decoding.BLOCK_SECONDS` long, the last one shorter."""
        names, rate = block.format.channels, block.format.rate
        heard = [place for place, name in enumerate(names) if name not in LOW_EFFECTS]
        if not heard or rate < LEAST_RATE:
            self._unweighed = LOW_EFFECTS_ALONE if not heard else TOO_FEW_SAMPLES
        else:
            weights = _weights(tuple(names[place] for place in heard))
            chosen = block.samples if len(heard) == len(names) else block.samples[heard]
            self._energies.append(weights @ self._steps(chosen, rate))
        if self._true_peak is None:
            self._true_peak = TruePeak(rate)
        peaks = self._true_peak.add(block.samples)
        if block.seconds >= 0.99 * BLOCK_SECONDS:
            self._peaks.append(peaks)
            self._powers.append(2 * _mean_squares(block.samples))

    def _steps(self, samples: Samples, rate: int) -> NDArray[np.float64]:
        """Weighted mean squares of each 100 ms that are whole by now, shape (channels, steps)."""
        if self._weighting is None:
            self._weighting = KWeighting(rate, len(samples))
        step = max(1, round(rate / 10))
        heard = self._weighting.weigh(samples)
        if self._rest is not None:
            heard = np.concatenate([self._rest, heard], axis=1)
        steps = heard.shape[1] // step
        self._rest = heard[:, steps * step :].copy()
        parts = heard[:, : steps * step].reshape(len(heard), steps, step)
        return _mean_squares(parts)

    def level(self) -> Level:
        """What was measured."""
        reasons: dict[str, str] = {}
        lufs = self._integrated(reasons)
        top = self._true_peak.level if self._true_peak is not None else 0.0
        if top == 0:
            reasons["true_peak_db"] = SILENT
        dynamic_range = self._range(reasons)
        return Level(lufs, 20 * log10(top) if top else None, dynamic_range, reasons)

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


def _mean_squares(samples: Samples) -> NDArray[np.float64]:
    """Along the last axis."""
    return np.asarray(np.vecdot(samples, samples) / np.float64(samples.shape[-1]))


def _loudness(power: "NDArray[np.float64] | np.float64") -> NDArray[np.float64]:
    with np.errstate(divide="ignore"):
        return np.asarray(_OFFSET + 10 * np.log10(power))


def _weights(channels: tuple[str, ...]) -> NDArray[np.float64]:
    return np.array([_REAR_WEIGHT if name in _REAR else 1.0 for name in channels])
