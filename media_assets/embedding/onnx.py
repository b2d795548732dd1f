"""Vectors of posters by a model file of the user's, computed by ONNX Runtime on the processor.

The model gets one tensor of pictures: n x 3 x height x width or n x height x width x 3, of floats
or bytes. A poster fills the square, what is over is cut off on both sides. What the model gives
first, laid out in a row, is the vector.
"""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from blake3 import blake3
from numpy.typing import NDArray
from PIL import Image, ImageOps

from media_assets.embedder_settings import OnnxSettings, space_of
from media_assets.embedding.embedder import Embedded, Source
from media_assets.errors import EmbedderError, MediaError, UnreadableMediaError, VectorError
from media_assets.library.kinds import Kind
from media_assets.similarity.vectors import unit_vector

INPUT_VERSION = 1
"""Raised whenever the same poster gives the model other numbers."""

_TYPES = {"tensor(float)": np.float32, "tensor(uint8)": np.uint8}
_COLOURS = 3


class OnnxEmbedder:
    """One model file. Another content, or another way to prepare posters, is another model."""

    source: Source = "poster"
    version = INPUT_VERSION

    def __init__(self, name: str, file: Path, settings: OnnxSettings) -> None:
        """Reads the file for its digest; it is loaded with the first batch.

        Raises:
            EmbedderError: the file cannot be read.
        """
        self.name = name
        self.space = space_of(name, settings)
        self.kinds: tuple[Kind, ...] = settings.kinds
        self.batch_size = settings.batch_size
        self.dim: int | None = None
        self._file = file
        self._settings = settings
        prepared = f"{settings.size} {settings.mean} {settings.std}".encode()
        try:
            digest = blake3(prepared).update_mmap(file).hexdigest()
        except OSError as error:
            raise EmbedderError(
                f"embedders.{name}.file: {file}: {error.strerror or error}"
            ) from error
        self.model = f"{file.stem}@{digest[:16]}"

    def embed(self, batch: Sequence[str]) -> list[Embedded]:
        """See `Embedder.embed`."""
        opened = [self._opened(poster) for poster in batch]
        found: list[Embedded] = [one if isinstance(one, MediaError) else None for one in opened]
        pictures = {place: one for place, one in enumerate(opened) if isinstance(one, np.ndarray)}
        places = list(pictures)
        step = 1 if self._input.single else max(1, len(places))
        for start in range(0, len(places), step):
            part = places[start : start + step]
            vectors = self._run(np.stack([pictures[place] for place in part]))
            for place, vector in zip(part, vectors, strict=True):
                found[place] = self._checked(vector)
        return found

    def close(self) -> None:
        """Forget the model."""
        self.__dict__.pop("_session", None)

    def _opened(self, poster: str) -> NDArray[Any] | MediaError:
        try:
            with Image.open(poster) as image:
                square = ImageOps.fit(image.convert("RGB"), (self._input.width, self._input.height),
                                      Image.Resampling.BICUBIC)  # fmt: skip
        except (OSError, ValueError) as error:
            return UnreadableMediaError(f"its poster cannot be read: {error}")
        return self._input.tensor(np.asarray(square), self._settings)

    def _run(self, pictures: NDArray[Any]) -> NDArray[np.float32]:
        try:
            (given, *_) = self._session.run(None, {self._input.name: pictures})
        except Exception as error:  # the runtime has no common error
            raise EmbedderError(f"embedders.{self.name}: {self._file}: {error}") from error
        if not isinstance(given, np.ndarray) or len(given) != len(pictures):
            raise EmbedderError(
                f"embedders.{self.name}: {self._file}: gives {np.shape(given)} for "
                f"{len(pictures)} pictures; a row for each is needed"
            )
        return given.reshape(len(pictures), -1)

    def _checked(self, values: NDArray[np.float32]) -> Embedded:
        try:
            vector = unit_vector(values, self.dim or values.size)
        except VectorError as error:
            return error
        self.dim = vector.size
        return vector

    @cached_property
    def _session(self) -> Any:  # noqa: ANN401 onnxruntime is not annotated
        try:
            import onnxruntime
        except ImportError as error:
            raise EmbedderError(
                f"embedders.{self.name}: ONNX Runtime is not installed: "
                "pip install 'media_assets[onnx]'"
            ) from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._settings.threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            return onnxruntime.InferenceSession(
                str(self._file), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # the runtime has no common error
            raise EmbedderError(
                f"embedders.{self.name}.file: {self._file}: no model that can be computed: {error}"
            ) from error

    @cached_property
    def _input(self) -> "_Input":
        return _Input(f"embedders.{self.name}.file: {self._file}", self._session,
                      self._settings.size)  # fmt: skip


class _Input:
    """What a model wants to be given."""

    def __init__(self, where: str, session: Any, size: int | None) -> None:  # noqa: ANN401
        """Raises EmbedderError where it is not one tensor of pictures."""
        inputs = session.get_inputs()
        if len(inputs) != 1:
            raise EmbedderError(f"{where}: wants {len(inputs)} inputs; one of pictures is needed")
        self.name, shape = inputs[0].name, list(inputs[0].shape)
        self._type = _TYPES.get(inputs[0].type)
        if self._type is None:
            allowed = " or ".join(_TYPES)
            raise EmbedderError(f"{where}: its input is a {inputs[0].type}; {allowed} is needed")
        self._channels_first = shape[1:2] == [_COLOURS]
        if len(shape) != 4 or not (self._channels_first or shape[3] == _COLOURS):
            raise EmbedderError(
                f"{where}: its input has the shape {shape}; n x 3 x height x width or "
                "n x height x width x 3 is needed"
            )
        if isinstance(shape[0], int) and shape[0] != 1:
            raise EmbedderError(f"{where}: takes exactly {shape[0]} pictures; 1 or any is needed")
        self.single = shape[0] == 1
        sides = shape[2:] if self._channels_first else shape[1:3]
        fixed = [side if isinstance(side, int) else size for side in sides]
        if fixed[0] is None or fixed[1] is None:
            raise EmbedderError(f"{where}: leaves the size of pictures open; set 'size'")
        self.height, self.width = fixed[0], fixed[1]

    def tensor(self, pixels: NDArray[np.uint8], settings: OnnxSettings) -> NDArray[Any]:
        """A picture, height x width x 3 of bytes, as the model wants it."""
        values: NDArray[Any] = pixels
        if self._type is np.float32:
            mean, std = np.array(settings.mean, np.float32), np.array(settings.std, np.float32)
            values = (pixels.astype(np.float32) / np.float32(255) - mean) / std
        return np.ascontiguousarray(values.transpose(2, 0, 1) if self._channels_first else values)
