"""What makes vectors of words or pictures: the same for a server and for a model file."""

from collections.abc import Sequence
from typing import Literal, Protocol, TypeAlias

from media_assets.errors import MediaError
from media_assets.library.kinds import Kind
from media_assets.similarity.vectors import Vectors

Source = Literal["text", "poster"]
"""What an embedder is given: words, or the path of a poster."""

Embedded: TypeAlias = "Vectors | MediaError | None"
"""The vector of one input, why there is none, or None: it was not asked for, and stays pending."""


class Embedder(Protocol):
    """One model. Vectors of one `space`, `model` and `version` can be compared."""

    @property
    def name(self) -> str:
        """As the configuration calls it."""

    @property
    def space(self) -> str:
        """The space that it writes into."""

    @property
    def model(self) -> str:
        """What computes; another text is another model."""

    @property
    def version(self) -> int:
        """Of the model under that name."""

    @property
    def dim(self) -> int | None:
        """Values of each vector; None as long as nothing has said it."""

    @property
    def source(self) -> Source:
        """What it is given."""

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The media that it can be given."""

    @property
    def batch_size(self) -> int:
        """Inputs of one call."""

    def embed(self, batch: Sequence[str]) -> list[Embedded]:
        """For each input, in its place, its vector of length 1 or why there is none.

        Raises:
            EmbedderCallError: this call got no answer; another may.
            EmbedderError: no call will get one.
        """

    def close(self) -> None:
        """Let go of what it holds."""
