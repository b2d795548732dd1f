"""What several players have: the same bytes, or pictures and clips whose hashes are near.

Only what players have published is looked at, and of that only hashes, sizes and lengths. Nobody's
pixels are compared with another's, so what looks alike is called similar and never the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from media_assets.similarity.clip_links import clips_of, link_clips
from media_assets.similarity.grouping import Kind, Levels, Links, Places
from media_assets.similarity.layout import DIM
from media_assets.similarity.near_hashes import Pairs, bits, near_pairs
from media_assets.similarity.picture_links import ASPECT_SHARE
from media_assets.stages.platform import SHARED, Platform
from media_assets.stages.publish import publish_shared, published_players
from media_assets.store import shared_duplicates as store

MOST_BITS = 2
"""Of 64, in which the pHashes and in which the dHashes may differ where pixels cannot tell: of
resized and compressed copies four in five are found, of two scoreboards one pair in a hundred."""

COMMON = 10
"""A picture with more near ones than this looks like a menu: its hashes say nothing."""

_SEVERAL = -1


@dataclass(frozen=True, slots=True)
class SharedReport:
    """What one search did."""

    players: int
    media: int
    groups: int
    rows_written: int
    rows_deleted: int


def find_shared_duplicates(platform: Platform) -> SharedReport:
    """Make `shared_duplicates` what the players' published tables say, and publish it."""
    folders = published_players(platform)
    with platform.writing(SHARED):
        media = store.load_published(folders)
        rows = shared_rows(media)
        written, deleted = store.write_shared(platform.shared_database(), rows, platform.now())
    if written or deleted:
        publish_shared(platform)
    groups = rows["group_id"].n_unique() if rows.height else 0
    return SharedReport(len(folders), media.height, groups, written, deleted)


def promises(platform: Platform) -> dict[str, int]:
    """What is wrong with the table: see `store.shared_duplicates.shared_promises`."""
    with platform.reading(SHARED) as con:
        return store.shared_promises(con)


def shared_rows(media: pl.DataFrame) -> pl.DataFrame:
    """Rows of `shared_duplicates`, without the time, from what `load_published` gives.

    Only links between players count: what is near another picture of its own player alone is not
    in a group with those that others have.
    """
    content = media["content"].to_numpy()
    levels = Levels(content.size)
    copies = np.flatnonzero(content != np.arange(content.size))
    levels.join(Links(content[copies], copies, np.full(copies.size, Kind.EXACT, np.int8)))
    owner = _only_owners(media)
    for links in (*_similar_pictures(media), _similar_clips(media)):
        levels.join(links.chosen((owner[links.first] != owner[links.second])
                                 | (owner[links.first] == _SEVERAL)))  # fmt: skip
    ids = media["media_id"]
    owners = pl.col("player").n_unique()
    return (
        media.with_columns(
            group_id=pl.Series(ids.gather(levels.best[Kind.SIMILAR]), dtype=pl.String),
            players=owners.over(pl.Series(levels.best[Kind.SIMILAR])).cast(pl.Int32),
            owners_of_content=owners.over("content"),
        )
        .filter(pl.col("players") > 1)
        .with_columns(
            pl.when(pl.col("owners_of_content") > 1)
            .then(pl.lit(Kind.EXACT.label))
            .otherwise(pl.lit(Kind.SIMILAR.label))
            .alias("class")
        )
        .select("media_id", "player", "group_id", "kind", "class", "players", "file_size",
                "file_hash")
        .sort("media_id")
    )  # fmt: skip


def _only_owners(media: pl.DataFrame) -> NDArray[np.int64]:
    """Of each media the number of the player who alone has these bytes, or `_SEVERAL`."""
    numbered = pl.col("player").rank("dense").cast(pl.Int64)
    alone = pl.col("player").n_unique().over("content") == 1
    owner = pl.when(alone).then(numbered).otherwise(_SEVERAL)
    return media.select(owner=owner)["owner"].to_numpy()


def _similar_clips(media: pl.DataFrame) -> Links:
    clips = clips_of(media)
    everything = np.ones(clips.places.size, np.bool_)
    return link_clips(clips, everything, Levels(media.height), _no_vectors)


def _similar_pictures(media: pl.DataFrame) -> Iterator[Links]:
    chosen = media.filter(pl.col("comparable") & (pl.col("content") == pl.col("place")))
    places, aspects = chosen["place"].to_numpy(), chosen["aspect_ratio"].to_numpy()
    phashes, dhashes = chosen["phash"].to_numpy(), chosen["dhash"].to_numpy()
    near = list(near_pairs(phashes, dhashes, np.ones(places.size, np.bool_)))
    common = _common(near, places.size)
    for first, second in near:
        wanted = bits(phashes[first], phashes[second]) <= MOST_BITS
        wanted &= bits(dhashes[first], dhashes[second]) <= MOST_BITS
        wanted &= ~common[first] & ~common[second]
        wanted &= np.abs(aspects[first] / aspects[second] - 1) <= ASPECT_SHARE
        one, other = places[first[wanted]], places[second[wanted]]
        yield Links(one, other, np.full(one.size, Kind.SIMILAR, np.int8))


def _common(near: list[Pairs], count: int) -> NDArray[np.bool_]:
    """Who has too many that look alike."""
    found = np.zeros(count, np.int64)
    for first, second in near:
        found += np.bincount(first, minlength=count) + np.bincount(second, minlength=count)
    return found > COMMON


def _no_vectors(asked: Places) -> NDArray[np.float32]:
    return np.zeros((asked.size, DIM), np.float32)
