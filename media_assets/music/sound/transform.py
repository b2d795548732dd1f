"""The Fourier transform, in single precision where the samples are.

scipy is loaded when it is first needed: commands that hear nothing start 0.1 s sooner.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def rfft(samples: NDArray[Any], size: int | None = None) -> NDArray[np.complexfloating[Any, Any]]:
    """The spectrum of real samples along their last axis, padded with zeros to `size`."""
    import scipy.fft

    return np.asarray(scipy.fft.rfft(samples, size, axis=-1))


def irfft(spectrum: NDArray[np.complexfloating[Any, Any]], size: int | None = None) -> NDArray[Any]:
    """Real samples of a spectrum along its last axis: `size`, else an even number of them."""
    import scipy.fft

    return np.asarray(scipy.fft.irfft(spectrum, size, axis=-1))
