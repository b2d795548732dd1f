"""People's own words on media."""

from dataclasses import dataclass

MAX_RATING = 5


@dataclass(frozen=True, slots=True)
class Words:
    """A change of what stands beside a media; None leaves a field, an empty text removes it."""

    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    note: str | None = None
    title: str | None = None
    rating: int | None = None
