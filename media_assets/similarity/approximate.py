"""The nearest of very many vectors: an index names candidates, and which are nearest is computed.

The index (HNSW, by usearch) leaves some out. How many is measured by comparing a sample with all,
and an index that leaves out too many is not used.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from media_assets.errors import ConfigurationError
from media_assets.similarity.nearest import Nearest, joined, nearest
from media_assets.similarity.vectors import Places, Vectors, cosines, lengths_of

if TYPE_CHECKING:
    from usearch.index import BatchMatches, Index

SAMPLE = 1000
"""Rows that are compared with all: 10,000 pairs at ten neighbours."""
LEAST_RECALL = 0.99
EXPANSIONS = (128, 256, 512)
"""How many rows of the graph a search holds in view: tried in this order, until the recall is
reached. Of 100,000 vectors around centres the first finds 99.99 %, of noise none finds enough."""

_CANDIDATES = 3
"""Times as many as are wanted: 16 bits order near ones in another way than 64."""
_QUERIES_AT_ONCE = 20_000
_SEED = 1


@dataclass(frozen=True, slots=True)
class Indexed:
    """What was found. `recall`: the share of the nearest of a sample that the index names."""

    found: Nearest
    recall: float


def require_usearch() -> None:
    """Make sure that the index can be made.

    Raises:
        ConfigurationError: the library is not installed.
    """
    try:
        import usearch.index  # noqa: F401 it comes with the extra, and takes half a second
    except ImportError as error:
        raise ConfigurationError(
            f'vectors.index = "usearch": {error.name} is not installed: '
            "pip install 'media_assets[usearch]', or set it to \"exact\""
        ) from error


def nearest_by_index(vectors: Vectors, queries: Places, pool: Places, count: int) -> Indexed | None:
    """As `nearest`, some left out; None where the index leaves out more than `LEAST_RECALL` allows.

    Similarities and order are exact. A row of which the index names fewer than `count` others is
    compared with all.
    """
    index = _index_of(vectors, pool)
    random = np.random.default_rng(_SEED)
    sample = np.sort(random.choice(queries, min(SAMPLE, queries.size), replace=False))
    truth = nearest(vectors, sample, pool, count)
    for expansion in EXPANSIONS:
        index.expansion_search = expansion  # type: ignore[misc]  # it has a setter
        recall = _share_found(truth, _asked(index, vectors, sample, count))
        if recall >= LEAST_RECALL:
            found = _asked(index, vectors, queries, count)
            return Indexed(_completed(found, vectors, queries, pool, count), recall)
    return None


def _index_of(vectors: Vectors, pool: Places) -> "Index":
    from usearch.index import Index

    index = Index(
        ndim=vectors.shape[1], metric="cos", dtype="f16", connectivity=16, expansion_add=128
    )
    index.add(pool.astype(np.uint64), vectors[pool])
    return index


def _asked(index: "Index", vectors: Vectors, queries: Places, count: int) -> Nearest:
    """The nearest among what the index names, which may be too few."""
    lengths = lengths_of(vectors)
    found = Nearest(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    for start in range(0, queries.size, _QUERIES_AT_ONCE):
        block = queries[start : start + _QUERIES_AT_ONCE]
        first, second = _named(index, vectors, block, _CANDIDATES * (count + 1))
        similarity = cosines(vectors, lengths, first, second)
        found = joined(found, Nearest(first, second, similarity).best(count))
    return found


def _named(index: "Index", vectors: Vectors, block: Places, count: int) -> tuple[Places, Places]:
    """Pairs that the index names, none of a row with itself, each once."""
    asked = np.append(block, block[-1])  # one row alone would give an answer of another form
    matches = cast("BatchMatches", index.search(vectors[asked], count))
    keys = matches.keys[:-1].astype(np.int64)
    there = np.arange(keys.shape[1]) < matches.counts[:-1, None]
    there &= keys != block[:, None]
    return np.repeat(block, there.sum(axis=1)), keys[there]


def _share_found(truth: Nearest, found: Nearest) -> float:
    if not truth.first.size:
        return 1.0
    pairs = set(zip(found.first.tolist(), found.second.tolist(), strict=True))
    wanted = zip(truth.first.tolist(), truth.second.tolist(), strict=True)
    return sum(pair in pairs for pair in wanted) / truth.first.size


def _completed(
    found: Nearest, vectors: Vectors, queries: Places, pool: Places, count: int
) -> Nearest:
    named = np.bincount(np.searchsorted(queries, found.first), minlength=queries.size)
    short = queries[named < min(count, pool.size - 1)]
    if not short.size:
        return found
    kept = ~np.isin(found.first, short)
    rest = Nearest(found.first[kept], found.second[kept], found.similarity[kept])
    return joined(rest, nearest(vectors, short, pool, count)).best(count)
