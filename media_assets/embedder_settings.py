"""The sections of the configuration that say which models make vectors."""

from collections import Counter
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from media_assets.section import Section

BUILT_IN = ("audio.timbre", "image.layout")
"""Spaces that need no model; no embedder may write into them."""


def _space_name(name: str) -> str:
    if name in BUILT_IN:
        raise ValueError(f"{name!r} is built in; name another space")
    return name


def _http(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError("an address that begins with http:// or https:// is needed")
    return url.rstrip("/")


SpaceName = Annotated[
    str, Field(pattern=r"^[a-z0-9]+([._-][a-z0-9]+)*$", max_length=60), AfterValidator(_space_name)
]
EmbedderName = Annotated[str, Field(pattern=r"^[a-z0-9]+([_-][a-z0-9]+)*$", max_length=40)]
Channels = Annotated[tuple[float, float, float], Field(strict=False)]


class OllamaSettings(Section):
    """Vectors of the words of tracks, by a model that an Ollama server has.

    `dim` None: what the first answer has. Raising `version` has everything embedded anew, for
    example when a model was replaced under its name. After `failures` calls in a row that failed,
    each with all its attempts, no more are made by this run.
    """

    kind: Literal["ollama"]
    url: Annotated[str, AfterValidator(_http)] = "http://127.0.0.1:11434"
    model: str = Field(min_length=1)
    space: SpaceName | None = None
    dim: int | None = Field(None, ge=1, le=65_536)
    version: int = Field(1, ge=1, le=1_000_000)
    batch_size: int = Field(32, ge=1, le=1024)
    timeout_seconds: float = Field(60, gt=0, le=3600)
    attempts: int = Field(4, ge=1, le=10)
    failures: int = Field(5, ge=1, le=100)


class OnnxSettings(Section):
    """Vectors of posters, by a model file that ONNX Runtime computes on the processor.

    The colours of a poster, 0 to 1, less `mean` and by `std`, are what a model of floats gets; one
    of bytes gets them as they are. `size`: the side of the square where the model leaves it open.
    """

    kind: Literal["onnx"]
    file: str = Field(min_length=1)
    space: SpaceName | None = None
    kinds: tuple[Literal["image", "video", "audio"], ...] = Field(
        ("image", "video"), strict=False, min_length=1
    )
    size: int | None = Field(None, ge=8, le=4096)
    mean: Channels = (0.0, 0.0, 0.0)
    std: Channels = (1.0, 1.0, 1.0)
    batch_size: int = Field(16, ge=1, le=1024)
    threads: int = Field(1, ge=1, le=256)


EmbedderSettings = Annotated[OllamaSettings | OnnxSettings, Field(discriminator="kind")]
EMBEDDER_KINDS: dict[str, type[Section]] = {"ollama": OllamaSettings, "onnx": OnnxSettings}


def space_of(name: str, settings: OllamaSettings | OnnxSettings) -> str:
    """The space that an embedder writes into: as configured, else named after it."""
    return settings.space or f"{'text' if settings.kind == 'ollama' else 'image'}.{name}"


def _each_its_space(
    embedders: dict[str, OllamaSettings | OnnxSettings],
) -> dict[str, OllamaSettings | OnnxSettings]:
    spaces = Counter(space_of(name, settings) for name, settings in embedders.items())
    if twice := sorted(space for space, count in spaces.items() if count > 1):
        raise ValueError(f"two embedders write into the space {', '.join(twice)}; give one another")
    return embedders


Embedders = Annotated[dict[EmbedderName, EmbedderSettings], AfterValidator(_each_its_space)]
