"""Showing high dynamic range on an ordinary screen.

A decoded HDR frame that is taken for an ordinary one looks grey and washed out. FFmpeg's scaler can
convert it, but takes 2 s to build its tables for each clip; on a picture that has been reduced
before, plain tables and one matrix take 5 ms.
"""

from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Transfer = Literal["pq", "hlg"]

TRANSFERS: dict[int, Transfer] = {16: "pq", 18: "hlg"}
"""Transfer characteristics that are HDR, by their number in ITU-T H.273, table 3."""

REFERENCE_WHITE = 203.0
"""Luminance of paper white in HDR, cd/m2 (ITU-R BT.2408)."""

HLG_PEAK = 1000.0
HLG_GAMMA = 1.2
"""Nominal display of HLG (ITU-R BT.2100)."""

KNEE = 0.5
"""Share of the reference white up to which brightness is kept; above, it bends towards white."""

_BITS = 12
_STEPS = 1 << _BITS
_BT2020_TO_BT709 = np.array(  # ITU-R BT.2087, linear light
    (
        (1.6605, -0.5876, -0.0728),
        (-0.1246, 1.1329, -0.0083),
        (-0.0182, -0.1006, 1.1187),
    ),
    dtype=np.float32,
)
_BT2020_LUMA = np.array((0.2627, 0.6780, 0.0593), dtype=np.float32)

Linear = NDArray[np.float32]


def displayable(pixels: NDArray[np.uint16], transfer: Transfer) -> NDArray[np.uint8]:
    """BT.2020 pixels of 16 bits (height, width, 3) as sRGB pixels of 8 bits of the same shape."""
    light = _decoding_table(transfer)[pixels >> (16 - _BITS)]
    if transfer == "hlg":
        luma = np.maximum(light @ _BT2020_LUMA, np.float32(1e-6))
        light *= (luma ** np.float32(HLG_GAMMA - 1))[..., None]
        light *= np.float32(HLG_PEAK / REFERENCE_WHITE)
    light = np.maximum(light @ _BT2020_TO_BT709.T, np.float32(0))
    # One factor for the three channels: bending each alone would change the hue.
    peak = np.maximum(light.max(axis=2, keepdims=True), np.float32(KNEE))
    light *= _bent(peak) / peak
    steps = np.minimum(light * np.float32(_STEPS - 1), np.float32(_STEPS - 1)).astype(np.uint16)
    shown: NDArray[np.uint8] = _encoding_table()[steps]
    return shown


def _bent(light: Linear) -> Linear:
    """Brightness above the knee, bent so that it nears 1 and never reaches it."""
    above = light - np.float32(KNEE)
    room = np.float32(1 - KNEE)
    bent: Linear = np.float32(KNEE) + room * above / (above + room)
    return bent


@cache
def _decoding_table(transfer: Transfer) -> Linear:
    """Signal to linear light: of the reference white (PQ), or of the scene, 0 to 1 (HLG)."""
    signal = np.arange(_STEPS) / (_STEPS - 1)
    light = _pq(signal) / REFERENCE_WHITE if transfer == "pq" else _hlg(signal)
    return light.astype(np.float32)


def _pq(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """SMPTE ST 2084: signal to cd/m2."""
    m1, m2 = 2610 / 16384, 2523 / 4096 * 128
    c1, c2, c3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
    power = signal ** (1 / m2)
    light: NDArray[np.float64] = 10_000 * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (
        1 / m1
    )
    return light


def _hlg(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """ITU-R BT.2100: signal to the light of the scene, 0 to 1."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)


@cache
def _encoding_table() -> NDArray[np.uint8]:
    """Linear light to sRGB (IEC 61966-2-1)."""
    light = np.arange(_STEPS) / (_STEPS - 1)
    signal = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.round(signal * 255).astype(np.uint8)
