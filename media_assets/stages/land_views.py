"""What people see of a land."""

from dataclasses import dataclass
from pathlib import Path

from media_assets.stages.platform import Platform
from media_assets.store import land_views as store

Row = dict[str, object]

MOST_COLOURS, MOST_HOSTS, MOST_CLUSTERS = 12, 10, 8


@dataclass(frozen=True, slots=True)
class Cluster:
    """Media that are alike or the same, on several pages; `posters` are absolute."""

    pages: int
    media: int
    posters: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class LandLook:
    """Colours, sizes, formats, failing hosts and clusters of a land: see `store.land_views`."""

    colours: list[Row]
    sizes: list[tuple[int, int, int]]
    formats: list[Row]
    hosts: list[Row]
    clusters: list[Cluster]


def land_look(platform: Platform, land: str) -> LandLook:
    """All that the pictures of a land are drawn from."""
    data = platform.settings.data
    with platform.reading(land) as con:
        return LandLook(
            store.colours(con, MOST_COLOURS),
            store.sizes(con),
            store.formats(con),
            store.failing_hosts(con, MOST_HOSTS),
            [
                Cluster(
                    int(str(row["pages"])),
                    int(str(row["media"])),
                    tuple(data / name for name in row["posters"] or ()),  # type: ignore[attr-defined]  # a list of names
                )
                for row in store.clusters(con, MOST_CLUSTERS)
            ],
        )


def land_numbers(platform: Platform, land: str) -> dict[str, int]:
    """URLs of a land by what became of them."""
    with platform.reading(land) as con:
        return store.numbers(con)


def newest_on_web(platform: Platform, land: str, rows: int = 10) -> list[Row]:
    """URLs that were tried last: what they are, and on how many pages."""
    with platform.reading(land) as con:
        return store.newest_on_web(con, rows)
