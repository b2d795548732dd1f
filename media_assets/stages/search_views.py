"""Whether the index of a player answers."""

from media_assets.errors import SearchError
from media_assets.search import index
from media_assets.search.query import parse
from media_assets.stages.platform import Platform
from media_assets.store import search as store

SAMPLE = 20
_SAME_WORDS = 200
"""So many media may have one title and artist before one of them counts as not found."""


def promises(platform: Platform, player: str) -> dict[str, int]:
    """Media of the index and of its table; those of a sample that their own words do not find.

    An index that cannot be read has no media.
    """
    place = platform.places.search(player)
    with platform.reading(player) as con:
        total, sample = store.load_sample(con, SAMPLE)
    missing, generation = 0, index.current(place)
    try:
        indexed = index.count(place / generation) if generation else 0
        for media_id, title, artist in sample:
            asked = parse(f'title:"{_plain(title)}" artist:"{_plain(artist)}"')
            hits = index.search(place, asked, _SAME_WORDS)
            missing += media_id not in {hit.document.media_id for hit in hits}
    except SearchError:
        indexed, missing = 0, len(sample)
    return {"in_table": total, "indexed": indexed, "asked": len(sample), "not_found": missing}


def _plain(text: str | None) -> str:
    return (text or "").replace('"', " ")
