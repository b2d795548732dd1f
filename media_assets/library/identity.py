"""Who is who after a scan: unchanged, changed, moved, new, gone. Pure, over whole frames.

Frames are keyed by `key`, a text that is equal for equal paths only. `KNOWN` has one row a media
that the store knows, `SEEN` one row a media file that the walk saw.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl
from xxhash import xxh3_128_hexdigest

KNOWN = pl.Schema(
    {
        "media_id": pl.String,
        "key": pl.String,
        "folder": pl.String,
        "file_name": pl.String,
        "file_size": pl.Int64,
        "mtime_ns": pl.Int64,
        "fingerprint": pl.String,
        "status": pl.String,
    }
)
SEEN = pl.Schema(
    {
        "key": pl.String,
        "folder": pl.String,
        "file_path": pl.String,
        "path_bytes": pl.Binary,
        "file_name": pl.String,
        "file_ext": pl.String,
        "kind": pl.String,
        "file_size": pl.Int64,
        "mtime_ns": pl.Int64,
    }
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A scan against the store, by path alone.

    `changed` and `new` are rows of SEEN (`changed` with its `media_id`), `returned` are ids whose
    file is back as it was, `absent` are rows of KNOWN whose path was not seen, whatever their
    status, and `replaced` those whose path now has another content.
    """

    unchanged: int
    returned: pl.Series
    changed: pl.DataFrame
    new: pl.DataFrame
    absent: pl.DataFrame
    replaced: pl.DataFrame


def compare(known: pl.DataFrame, seen: pl.DataFrame) -> Comparison:
    """Compare by path; a file changed when its size or its mtime in nanoseconds differs.

    Several media may have had one path, of which at most one is present: that one has the path;
    else the one whose size and mtime fit, else the first by id.
    """
    same = (pl.col("file_size") == pl.col("size")) & (pl.col("mtime_ns") == pl.col("mtime"))
    both = (
        seen.join(
            known.select("key", "media_id", "status", size="file_size", mtime="mtime_ns"),
            on="key",
            how="inner",
        )
        .with_columns(same=same, present=pl.col("status") == "present")
        .sort("key", "present", "same", "media_id", descending=[False, True, True, False])
        .unique("key", keep="first", maintain_order=True)
    )
    equal = both.filter("same")
    changed = both.filter(~pl.col("same")).select(*SEEN.names(), "media_id")
    returned = equal.filter(~pl.col("present"))["media_id"]
    return Comparison(
        unchanged=equal.height - returned.len(),
        returned=returned,
        changed=changed,
        new=seen.join(both, on="key", how="anti"),
        absent=known.join(both, on="media_id", how="anti"),
        replaced=known.join(changed, on="media_id", how="semi"),
    )


def worth_a_fingerprint(comparison: Comparison) -> pl.DataFrame:
    """The new and changed files that could be a known content: some lost content has that size."""
    sizes = _lost(comparison).select("file_size").unique()
    candidates = pl.concat([comparison.new, comparison.changed.select(SEEN.names())])
    return candidates.join(sizes, on="file_size", how="semi")


def find_moves(comparison: Comparison, fingerprints: pl.DataFrame) -> pl.DataFrame:
    """Which lost content is now where: columns `media_id` and `key`, one to one.

    `fingerprints` has `key` and `fingerprint` of what `worth_a_fingerprint` named. Equal size and
    fingerprint is equal content. Where several fit, a file that kept its path comes first, then
    one that kept its name, then the order of the paths.
    """
    lost = _lost(comparison)
    targets = pl.concat([comparison.new, comparison.changed.select(SEEN.names())]).join(
        fingerprints, on="key", how="inner"
    )
    moves = []
    for kept in (["key"], ["file_name"], []):
        found = _pair(lost, targets, ["file_size", "fingerprint", *kept])
        moves.append(found)
        lost = lost.join(found, on="media_id", how="anti")
        targets = targets.join(found, on="key", how="anti")
    return pl.concat(moves)


def _lost(comparison: Comparison) -> pl.DataFrame:
    lost = pl.concat([comparison.absent, comparison.replaced.select(KNOWN.names())])
    return lost.filter(pl.col("fingerprint").is_not_null())


def _pair(lost: pl.DataFrame, targets: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    """Pair the n-th lost content with the n-th target among those that are equal in `on`."""
    position = pl.int_range(pl.len()).over(on).alias("position")
    left = lost.sort("key", "media_id").with_columns(position)
    right = targets.sort("key").with_columns(position)
    return (
        left.select("media_id", "position", *on)
        .join(right.with_columns(found=pl.col("key")), on=[*on, "position"], how="inner")
        .select("media_id", key="found")
    )


def new_ids(player: str, names: Iterable[tuple[str, int, int]], taken: set[str]) -> list[str]:
    """An id for each new file, from its path below its folder, its size and mtime.

    Ids are 32 hex digits. The same library gives the same ids wherever it lies. A path that saw
    another content before is told apart by size and mtime, and a clash takes the next number.
    """
    ids = []
    for path, size, mtime_ns in names:
        number = 0
        while True:
            text = f"{player}\0{path}\0{size}\0{mtime_ns}\0{number}"
            media_id = xxh3_128_hexdigest(text.encode("utf-8", "surrogateescape"))
            if media_id not in taken:
                break
            number += 1
        taken.add(media_id)
        ids.append(media_id)
    return ids
