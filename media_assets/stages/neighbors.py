"""The ten nearest of every media in every space, found anew only where something is new."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from media_assets.similarity import layout
from media_assets.similarity.nearest import Nearest, joined, nearest
from media_assets.similarity.vectors import Places
from media_assets.stages.platform import Platform
from media_assets.stages.progress import Listener, Meter, silent
from media_assets.store import neighbors as store
from media_assets.store import vectors as vector_store
from media_assets.store.connect import Connection, connect, transaction
from media_assets.store.neighbors import Comparison

NEIGHBORS = 10

# Raised whenever a rule changes what comes out.
RULES_VERSION = 1

LEFT_OUT = frozenset({layout.SPACE})
"""Pictures that are near by their layout are in `duplicates`; a library of 100,000 of them would
take a minute here, for a list that says less."""


@dataclass(frozen=True, slots=True)
class NeighborsReport:
    """What one search did: spaces with news, media that were compared with all others."""

    spaces: tuple[str, ...] = ()
    compared: int = 0
    rows_written: int = 0
    rows_deleted: int = 0
    seconds: float = 0.0


def find_neighbors(
    platform: Platform, player: str, *, listener: Listener = silent
) -> NeighborsReport:
    """Bring the player's neighbours up to date.

    Media that are new or have another vector are compared with all, and so are those that had one
    of them, or one that is gone, as a neighbour. The others are compared with what is new. Without
    news nothing is written. The rows are those that comparing everything anew would give.
    """
    with platform.reading(player) as con:
        wanted = [one for one in _comparisons(con) if any(store.load_news(con, one))]
        known = {model.space for model in vector_store.load_models(con)}
        emptied = store.load_spaces(con) - (known - LEFT_OUT)
    if not wanted and not emptied:
        return NeighborsReport()
    database = platform.player_database(player)
    compared = written = deleted = 0
    meter = Meter(f"{player}: neighbours", None, listener)
    with platform.writing(player):
        for one in wanted:
            with connect(database, read_only=True) as con:
                media, old = store.load_media(con, one), store.load_known(con, one.model.space)
            found, fresh = _search(one, media, old)
            with connect(database) as con, transaction(con):
                changes = store.write_found(con, one, media, found, platform.now())
            written, deleted = written + changes[0], deleted + changes[1]
            compared += fresh
            meter.count(done=fresh)
        for space in sorted(emptied):
            with connect(database) as con, transaction(con):
                deleted += store.forget_space(con, space)
    meter.tell()
    spaces = tuple(one.model.space for one in wanted)
    return NeighborsReport(spaces, compared, written, deleted, meter.seconds)


def _comparisons(con: Connection) -> list[Comparison]:
    return [
        Comparison(model, NEIGHBORS, RULES_VERSION)
        for model in vector_store.load_models(con)
        if model.space not in LEFT_OUT
    ]


def _search(wanted: Comparison, media: pl.DataFrame, old: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Rows of the table without the time, and how many media were compared with all."""
    vectors = vector_store.matrix(media, wanted.model.dim)
    everybody = np.arange(media.height, dtype=np.int64)
    pending = media["pending"].to_numpy()
    anew = pending | media["torn"].to_numpy()
    found = nearest(vectors, everybody[anew], everybody, NEIGHBORS)
    rest = everybody[~anew]
    if rest.size:
        kept = _as_pairs(old, media, anew).best(NEIGHBORS)
        news = nearest(vectors, rest, everybody[pending], NEIGHBORS, _tenths(kept, rest))
        found = joined(found, joined(kept, news).best(NEIGHBORS)).best(NEIGHBORS)
    ids = media["media_id"]
    rows = pl.DataFrame(
        {
            "media_id": ids.gather(found.first),
            "space": pl.repeat(wanted.model.space, found.first.size, eager=True),
            "rank": pl.Series(found.ranks(), dtype=pl.Int16),
            "neighbor_media_id": ids.gather(found.second),
            "similarity": found.similarity,
        }
    )
    return rows, int(anew.sum())


def _tenths(kept: Nearest, rest: Places) -> NDArray[np.float64]:
    """The similarity that a new one must have to be among the nearest; of few all are wanted."""
    found = np.full(rest.size, -2.0)
    last = kept.ranks() == NEIGHBORS
    found[np.searchsorted(rest, kept.first[last])] = kept.similarity[last]
    return found


def _as_pairs(old: pl.DataFrame, media: pl.DataFrame, anew: NDArray[np.bool_]) -> Nearest:
    """The known neighbours of those that keep them."""
    places = media.select("media_id").with_row_index("place")
    named = old.join(places, on="media_id").join(
        places.rename({"media_id": "neighbor_media_id", "place": "other"}), on="neighbor_media_id"
    )
    first: Places = named["place"].cast(pl.Int64).to_numpy()
    chosen = ~anew[first]
    return Nearest(
        first[chosen],
        named["other"].cast(pl.Int64).to_numpy()[chosen],
        named["similarity"].to_numpy()[chosen],
    )
