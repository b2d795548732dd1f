"""Small looks at the duplicates of a player, for metadata and checks."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from media_assets.similarity.picture_links import SAME_SHARE
from media_assets.stages.platform import Platform
from media_assets.store import duplicate_views as store


@dataclass(frozen=True, slots=True)
class Shown:
    """One member of a group as it is shown; without a class it is the best."""

    poster: Path
    media_class: str | None
    agreement: float | None
    seconds_apart: float | None


def counts(platform: Platform, player: str) -> dict[str, int]:
    """Groups, members by class, and bytes: see `store.duplicate_views.counts`."""
    with platform.reading(player) as con:
        return store.counts(con)


def promises(platform: Platform, player: str) -> dict[str, int]:
    """What is wrong with the tables: see `store.duplicate_views.promises`."""
    with platform.reading(player) as con:
        return store.promises(con, SAME_SHARE)


def largest_groups(
    platform: Platform, player: str, groups: int, members: int
) -> Iterator[list[Shown]]:
    """The groups whose copies take the most bytes, their best first."""
    with platform.reading(player) as con:
        rows = store.largest(con, groups, members)
    data = platform.settings.data
    for _, found in groupby(rows, key=lambda row: row[0]):
        yield [Shown(data / file, media_class, share, apart)
               for _, media_class, share, apart, file in found]  # fmt: skip
