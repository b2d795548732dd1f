"""The words of a track, as a model gets them."""

from collections.abc import Mapping

VERSION = 1
"""Raised whenever the same tags give another text."""

FIELDS = ("title", "artist", "album", "genre", "key", "bpm")
_SAYS_WHAT_IT_IS = ("title", "artist", "album", "genre")


def track_text(tags: Mapping[str, object]) -> str | None:
    """`title: ...; artist: ...` of what is known of `FIELDS`; None where nothing says what it is.

    Tempo and key alone are no words that a model could place.
    """
    if not any(tags.get(name) for name in _SAYS_WHAT_IT_IS):
        return None
    return "; ".join(f"{name}: {_shown(tags[name])}" for name in FIELDS if tags.get(name))


def _shown(value: object) -> str:
    return f"{value:.0f}" if isinstance(value, float) else " ".join(str(value).split())
