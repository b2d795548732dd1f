"""The K weighting of ITU-R BS.1770-4, as one matrix product for all samples of a block.

Sample by sample a filter is a loop. Of `_SIZE` samples at a time it is a matrix: what they give by
themselves, and what the state that the samples before them left behind still adds. Only the states
follow one another, and there are few of them.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import pi, tan

import numpy as np
from numpy.typing import NDArray

from media_assets.music.sound.decoding import Samples

_SIZE = 64
_ORDER = 4
_FADED = 1e-12
"""What is left of a state is nothing beside what samples of single precision say."""

Matrix = NDArray[np.float64]


class KWeighting:
    """Takes the samples of one file in their order, shape (channels, n)."""

    def __init__(self, rate: int, channels: int) -> None:
        """Of `rate` samples a second, at least 1000."""
        self._filter = _filter_of(rate)
        self._state = np.zeros((channels, _ORDER))
        self._begun: Samples = np.zeros((channels, 0), np.float32)

    def weigh(self, samples: Samples) -> Samples:
        """The same samples, weighted; shape and precision are theirs."""
        known, channels = self._begun.shape[1], len(samples)
        count = known + samples.shape[1]
        silence = np.zeros((channels, -count % _SIZE), np.float32)
        joined = np.concatenate([self._begun, samples, silence], axis=1)
        frames = joined.reshape(channels, -1, _SIZE)
        states = self._states(frames @ self._filter.entering)
        weighted = frames @ self._filter.alone
        weighted += states[:, :-1].astype(np.float32) @ self._filter.leaving
        # The last few samples are weighted again with those that follow: their state is not known.
        whole = count // _SIZE
        self._state = states[:, whole].copy()
        self._begun = joined[:, whole * _SIZE : count].copy()
        return weighted.reshape(channels, -1)[:, known:count]

    def _states(self, entered: NDArray[np.float32]) -> Matrix:
        """The state before each frame and after the last, shape (channels, frames + 1, 4).

        Each is what entered, and the one before it faded. In step n the sums reach over 2^n frames
        (Hillis and Steele 1986), until what is further back has faded.
        """
        states = np.concatenate([self._state[:, np.newaxis], entered], axis=1)
        for doubling, fading in enumerate(self._filter.fading):
            states[:, 2**doubling :] += states[:, : -(2**doubling)] @ fading
        return states


@dataclass(frozen=True, slots=True)
class _Filter:
    """A filter for frames of `_SIZE` samples, to be multiplied from the right.

    `alone` makes of samples what comes out of them by themselves, shape (_SIZE, _SIZE), `leaving`
    of the state before them what it adds to that, shape (4, _SIZE), and `entering` of samples what
    they add to the state, shape (_SIZE, 4). `fading` is what 1, 2, 4 and so on frames leave of a
    state, as long as they leave something.
    """

    alone: NDArray[np.float32]
    leaving: NDArray[np.float32]
    entering: NDArray[np.float32]
    fading: list[Matrix]


@lru_cache(maxsize=16)
def _filter_of(rate: int) -> _Filter:
    """A state is told by what it does to the samples of a frame, in orthogonal directions.

    So errors of single precision stay what they are; in the coordinates of a recursion they grow,
    the more the shorter a sample is beside the period of the filter.
    """
    transition, entry, exit_, direct = _state_space(k_sections(rate))
    reactions = [exit_]  # of a frame to a state
    entries = [entry]  # what a sample adds to a state, 0, 1, 2 ... samples later
    for _ in range(_SIZE - 1):
        reactions.append(reactions[-1] @ transition)
        entries.append(transition @ entries[-1])
    directions, coordinates = np.linalg.qr(np.array(reactions))
    response = np.array([direct, *(reaction @ entry for reaction in reactions[:-1])])
    lag = np.arange(_SIZE) - np.arange(_SIZE)[:, np.newaxis]
    alone = np.where(lag >= 0, response[np.maximum(lag, 0)], 0)
    fading = coordinates @ np.linalg.matrix_power(transition, _SIZE) @ np.linalg.inv(coordinates)
    return _Filter(
        alone=alone.astype(np.float32),
        leaving=directions.T.astype(np.float32),
        entering=(np.array(entries[::-1]) @ coordinates.T).astype(np.float32),
        fading=_doubled(fading.T),
    )


def _doubled(fading: Matrix) -> list[Matrix]:
    found = []
    while np.abs(fading).max() > _FADED:
        found.append(fading)
        fading = fading @ fading
    return found


def _state_space(sections: Matrix) -> tuple[Matrix, Matrix, Matrix, float]:
    """Two second-order sections in a row, as transition (4, 4), entry (4,), exit (4,), direct.

    The state after a sample is transition @ state + entry * sample, and what comes out is
    exit @ state + direct * sample (transposed direct form II of each).
    """
    (b, a), (d, c) = ((section[:3], section[3:]) for section in sections)
    first, second = np.array([[-a[1], 1], [-a[2], 0]]), np.array([[-c[1], 1], [-c[2], 0]])
    into_first, into_second = b[1:] - a[1:] * b[0], d[1:] - c[1:] * d[0]
    between = np.outer(into_second, [1.0, 0.0])
    transition = np.block([[first, np.zeros((2, 2))], [between, second]])
    entry = np.concatenate([into_first, into_second * b[0]])
    return transition, entry, np.array([d[0], 0.0, 1.0, 0.0]), float(d[0] * b[0])


def k_sections(rate: int) -> Matrix:
    """The two filters of BS.1770-4 as second-order sections, shape (2, 6).

    Their coefficients are given for 48 kHz; these are the analogue filters behind them, for any
    rate (as in libebur128).
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
    return np.stack([upper / upper[3], lower])
