"""The ten nearest of every media in every space, found anew only where something is new."""

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from media_assets.settings import VectorSettings
from media_assets.similarity import layout
from media_assets.similarity.approximate import nearest_by_index, require_usearch
from media_assets.similarity.nearest import Nearest, joined, nearest
from media_assets.similarity.vectors import Places, Vectors
from media_assets.stages.platform import Platform
from media_assets.stages.progress import Listener, Meter, silent
from media_assets.store import neighbors as store
from media_assets.store import vectors as vector_store
from media_assets.store.connect import Connection, connect, transaction
from media_assets.store.neighbors import Comparison

NEIGHBORS = 10

# Raised whenever a rule changes what comes out.
RULES_VERSION = 1
INDEXED_VERSION = 1001
"""What an index found: compared anew as soon as the configuration asks for exactness."""

WORTH_AN_INDEX = 0.1
"""Of the vectors of a space so many must be compared with all: making the index takes as long as
comparing a tenth."""

LEFT_OUT = frozenset({layout.SPACE})
"""Pictures that are near by their layout are in `duplicates`; a library of 100,000 of them would
take a minute here, for a list that says less."""


@dataclass(frozen=True, slots=True)
class NeighborsReport:
    """What one search did: spaces with news, media that were compared with all others.

    `recall`: of the spaces in which an index was asked, the share of a sample's true neighbours
    that it found.
    """

    spaces: tuple[str, ...] = ()
    compared: int = 0
    rows_written: int = 0
    rows_deleted: int = 0
    seconds: float = 0.0
    recall: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Search:
    """Rows of the table without the time, and how many media were compared with all."""

    rows: pl.DataFrame
    compared: int
    recall: float | None


def find_neighbors(
    platform: Platform, player: str, *, listener: Listener = silent
) -> NeighborsReport:
    """Bring the player's neighbours up to date.

    Media that are new or have another vector are compared with all, and so are those that had one
    of them, or one that is gone, as a neighbour. The others are compared with what is new. Without
    news nothing is written. The rows are those that comparing everything anew would give, but where
    the configuration has an index asked.

    Raises:
        ConfigurationError: the configuration asks for an index whose library is not installed.
    """
    chosen = platform.settings.vectors
    if chosen.index == "usearch":
        require_usearch()
    with platform.reading(player) as con:
        wanted = [one for one in _comparisons(con, chosen) if any(store.load_news(con, one))]
        known = {model.space for model in vector_store.load_models(con)}
        emptied = store.load_spaces(con) - (known - LEFT_OUT)
    if not wanted and not emptied:
        return NeighborsReport()
    database = platform.player_database(player)
    compared = written = deleted = 0
    recall: dict[str, float] = {}
    meter = Meter(f"{player}: neighbours", None, listener)
    with platform.writing(player):
        for one in wanted:
            with connect(database, read_only=True) as con:
                media, old = store.load_media(con, one), store.load_known(con, one.model.space)
            found = _search(one, media, old, chosen)
            by = RULES_VERSION
            if found.recall is not None:
                by, recall[one.model.space] = INDEXED_VERSION, found.recall
                # What was exact and is found by the index now is exact no more.
                media = media.with_columns(pending=pl.col("pending") | pl.col("torn"))
            with connect(database) as con, transaction(con):
                changes = store.write_found(con, one, media, found.rows, by, platform.now())
            written, deleted = written + changes[0], deleted + changes[1]
            compared += found.compared
            meter.count(done=found.compared)
        for space in sorted(emptied):
            with connect(database) as con, transaction(con):
                deleted += store.forget_space(con, space)
    meter.tell()
    spaces = tuple(one.model.space for one in wanted)
    return NeighborsReport(spaces, compared, written, deleted, meter.seconds, recall)


def _comparisons(con: Connection, chosen: VectorSettings) -> list[Comparison]:
    rules = (RULES_VERSION,) if chosen.index == "exact" else (RULES_VERSION, INDEXED_VERSION)
    return [
        Comparison(model, NEIGHBORS, rules)
        for model in vector_store.load_models(con)
        if model.space not in LEFT_OUT
    ]


def _search(
    wanted: Comparison, media: pl.DataFrame, old: pl.DataFrame, chosen: VectorSettings
) -> _Search:
    vectors = vector_store.matrix(media, wanted.model.dim)
    everybody = np.arange(media.height, dtype=np.int64)
    pending = media["pending"].to_numpy()
    anew = pending | media["torn"].to_numpy()
    found, recall = _nearest(vectors, everybody[anew], everybody, chosen)
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
    return _Search(rows, int(anew.sum()), recall)


def _nearest(
    vectors: Vectors, anew: Places, everybody: Places, chosen: VectorSettings
) -> tuple[Nearest, float | None]:
    """The nearest of those that are compared with all, and the recall where an index found them."""
    if (
        chosen.index == "usearch"
        and everybody.size >= chosen.index_from
        and anew.size >= WORTH_AN_INDEX * everybody.size
    ):
        indexed = nearest_by_index(vectors, anew, everybody, NEIGHBORS)
        if indexed is not None:
            return indexed.found, indexed.recall
    return nearest(vectors, anew, everybody, NEIGHBORS), None


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
