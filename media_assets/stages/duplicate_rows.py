"""What the tables say of groups: which media is compared with which, and how far they agree."""

import numpy as np
import polars as pl

from media_assets.similarity.clip_links import Clips, matching_frames
from media_assets.similarity.grouping import Kind, Levels, Places, members
from media_assets.similarity.near_hashes import bits
from media_assets.similarity.picture_links import (
    BURST_SECONDS,
    SAME_SHARE,
    Greys,
    Pictures,
    other_shots,
    seconds_apart,
)
from media_assets.similarity.same_pixels import agreement
from media_assets.store.tables.duplicates import DUPLICATE_GROUPS, DUPLICATES

LABELS = {kind.value: kind.label for kind in Kind}
COPY_CLASSES = (Kind.EXACT.label, Kind.SAME_PICTURE.label)
_FIGURES = ("phash_bits", "dhash_bits", "agreement", "seconds_apart")


def found_rows(
    levels: Levels,
    media: pl.DataFrame,
    pictures: Pictures,
    clips: Clips,
    greys: Greys,
    kept: pl.DataFrame,
) -> pl.DataFrame:
    """Rows of `duplicates`, without the time.

    `media` is what `store.duplicates.load_media` gives. `kept` are rows that were there before; the
    figures of a pair that is in them stay.
    """
    found = members(levels)
    ids = media.select("place", "media_id", "kept", "mtime_ns", "first_seen_at")
    rows = pl.DataFrame(
        [(one.number, one.group, one.linked_to, one.kind) for one in found],
        schema={"place": pl.Int64, "group": pl.Int64, "linked": pl.Int64, "kind": pl.Int64},
        orient="row",
    )
    rows = _with_moments(rows, media["content"].to_numpy(), pictures)
    rows = (
        rows.join(ids, on="place", how="left", maintain_order="left")
        .join(
            media.select(linked="place", compared_media_id="media_id"),
            on="linked",
            how="left",
            maintain_order="left",
        )
        .with_columns(
            pl.col("kind").replace_strict(LABELS, return_dtype=pl.String).alias("class"),
            group_id=pl.col("media_id")
            .sort_by("mtime_ns", "first_seen_at", "media_id")
            .first()
            .over("group"),
            keep=pl.col("linked").is_null() | pl.col("kept"),
        )
    )
    before = kept.select("media_id", "compared_media_id", "class", *_FIGURES)
    rows = rows.join(before, on=["media_id", "compared_media_id", "class"], how="left",
                     maintain_order="left")  # fmt: skip
    return _with_figures(rows, media["content"].to_numpy(), pictures, clips, greys)


def group_rows(rows: pl.DataFrame, media: pl.DataFrame) -> pl.DataFrame:
    """Rows of `duplicate_groups`, without the time, from rows of `duplicates`."""
    order = {name: kind for kind, name in LABELS.items()}
    is_copy = pl.col("class").is_in(COPY_CLASSES) & ~pl.col("keep")
    is_best = pl.col("compared_media_id").is_null()
    groups = (
        rows.join(media.select("media_id", "kind", "file_size"), on="media_id", how="left")
        .with_columns(is_copy=is_copy.fill_null(value=False))
        .group_by("group_id")
        .agg(
            kind=pl.col("kind").filter(is_best).first(),
            loosest=pl.col("class").replace_strict(order, return_dtype=pl.Int64).max(),
            members=pl.len(),
            copies=pl.col("is_copy").sum(),
            bytes=pl.col("file_size").sum(),
            copies_bytes=pl.col("file_size").filter("is_copy").sum(),
            best_media_id=pl.col("media_id").filter(is_best).first(),
        )
        .with_columns(
            pl.col("loosest").replace_strict(LABELS, return_dtype=pl.String).alias("class")
        )
    )
    columns = [name for name in DUPLICATE_GROUPS.column_names if name != "found_at"]
    return groups.select(columns).sort("group_id")


def _with_moments(rows: pl.DataFrame, content: Places, pictures: Pictures) -> pl.DataFrame:
    """What is the same picture by way of copies that have lost their time, and another shot."""
    at = _positions(content, pictures.places)
    same = np.flatnonzero((rows["kind"] == Kind.SAME_PICTURE).fill_null(value=False))
    one = at[rows["place"].to_numpy()[same]]
    other = at[rows["linked"].to_numpy()[same].astype(np.int64)]
    known = (one >= 0) & (other >= 0)
    same, one, other = same[known], one[known], other[known]
    apart = seconds_apart(pictures, one, other)
    shots = other_shots(pictures, one, other)
    kinds = rows["kind"].to_list()
    for place, seconds in zip(same[shots], apart[shots], strict=True):
        kinds[place] = Kind.BURST if seconds <= BURST_SECONDS else Kind.SIMILAR
    return rows.with_columns(kind=pl.Series(kinds, dtype=pl.Int64))


def _with_figures(
    rows: pl.DataFrame, content: Places, pictures: Pictures, clips: Clips, greys: Greys
) -> pl.DataFrame:
    """With the figures of the pairs that have none yet."""
    figures = {name: rows[name].cast(pl.Float64).to_numpy(writable=True) for name in _FIGURES}
    wanted = np.flatnonzero(rows["linked"].is_not_null() & rows["agreement"].is_null())
    places = rows["place"].to_numpy()[wanted]
    linked = rows["linked"].to_numpy()[wanted].astype(np.int64)
    exact = (rows["kind"].to_numpy()[wanted]) == Kind.EXACT
    figures["agreement"][wanted[exact]] = 1.0

    at = _positions(content, pictures.places)
    one, other = at[places], at[linked]
    both = (one >= 0) & (other >= 0)
    at_rows, one, other = wanted[both], one[both], other[both]
    figures["phash_bits"][at_rows] = bits(pictures.phashes[one], pictures.phashes[other])
    figures["dhash_bits"][at_rows] = bits(pictures.dhashes[one], pictures.dhashes[other])
    figures["seconds_apart"][at_rows] = np.round(seconds_apart(pictures, one, other), 3)
    unequal = one != other
    first, second = greys.rows(one[unequal]), greys.rows(other[unequal])
    shares = agreement(greys.values, first, second, 0.0, SAME_SHARE).best
    figures["agreement"][at_rows[unequal]] = shares

    at = _positions(content, clips.places)
    one, other = at[places], at[linked]
    both = (one >= 0) & (other >= 0) & ~exact
    figures["agreement"][wanted[both]] = matching_frames(clips, one[both], other[both])
    filled = rows.with_columns(
        pl.Series(name, values, nan_to_null=True) for name, values in figures.items()
    ).with_columns(pl.col("agreement").round(3))
    columns = [name for name in DUPLICATES.column_names if name != "found_at"]
    return filled.select(columns).sort("media_id")


def _positions(content: Places, places: Places) -> Places:
    """For every media, the row of its content among those with these places; -1 for none."""
    rows = np.full(content.size, -1)
    rows[places] = np.arange(places.size)
    found: Places = rows[content]
    return found
