"""Finding media of one player or several by their words."""

from collections.abc import Sequence
from dataclasses import asdict

from media_assets.search import index
from media_assets.search.query import parse
from media_assets.stages.platform import Platform


def search(
    platform: Platform, players: Sequence[str], text: str, limit: int
) -> list[dict[str, object]]:
    """The best `limit` media of the players, the best first: the words of each, player and score.

    No database is opened, so nothing waits for what writes one.

    Raises:
        SearchError: an index cannot be read.
    """
    query = parse(text)
    found = [
        (hit, player)
        for player in players
        for hit in index.search(platform.places.search(player), query, limit)
    ]
    found.sort(key=lambda pair: (-pair[0].score, pair[1], pair[0].document.media_id))
    return [{**asdict(hit.document), "player": player, "score": hit.score}
            for hit, player in found[:limit]]  # fmt: skip


def unsearchable(platform: Platform, players: Sequence[str]) -> dict[str, str]:
    """Players who cannot be searched, and why: the next run indexes them."""
    found = {}
    for name in players:
        place = platform.places.search(name)
        generation = index.current(place)
        if generation is None:
            found[name] = "not indexed yet"
        elif index.stamp_of(place / generation) is None:
            found[name] = "the index is not whole"
    return found
