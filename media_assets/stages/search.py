"""Finding media of one player or several by their words."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from media_assets.errors import SearchError
from media_assets.search import index
from media_assets.search.query import parse
from media_assets.stages.platform import Platform

REMEDY = "run: media-assets run"


@dataclass(frozen=True, slots=True)
class Found:
    """What was found. `rows`: the words of each media, its player and score, the best first.

    `without`: players who could not be searched, and why; the next run indexes them.
    """

    rows: list[dict[str, object]]
    without: dict[str, str] = field(default_factory=dict)


def search(platform: Platform, players: Sequence[str], text: str, limit: int) -> Found:
    """The best `limit` media of the players. No database is opened: nothing waits for a writer.

    Raises:
        SearchError: there are players, and none of them can be searched.
    """
    query = parse(text)
    hits = []
    without = {}
    for player in players:
        place = platform.places.search(player)
        try:
            if index.current(place) is None:
                without[player] = "not indexed yet"
                continue
            hits += [(hit, player) for hit in index.search(place, query, limit)]
        except (SearchError, OSError):
            without[player] = "the index cannot be read"
    if players and without.keys() >= set(players):
        reasons = "; ".join(f"{player}: {reason}" for player, reason in without.items())
        raise SearchError(f"{reasons}; {REMEDY}")
    hits.sort(key=lambda pair: (-pair[0].score, pair[1], pair[0].document.media_id))
    rows = [{**asdict(hit.document), "player": player, "score": hit.score}
            for hit, player in hits[:limit]]  # fmt: skip
    return Found(rows, without)
