"""Who is who after a scan: unchanged, changed, moved, new, gone. Pure, over whole frames.

`KNOWN` has one row a media that the store knows, `SEEN` one row a media file that the walk saw.
Both say where by `key` (see `library.paths`), of which SEEN has no two equal ones.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl
from xxhash import xxh3_128_hexdigest

from media_assets.library.content import WHOLE_READ_LIMIT, WHOLLY_FINGERPRINTED
from media_assets.library.kinds import KIND_OF
from media_assets.library.paths import path_of

KNOWN = pl.Schema(
    {
        "media_id": pl.String,
        "key": pl.String,
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
        "file_size": pl.Int64,
        "mtime_ns": pl.Int64,
    }
)

_EDGES = ["file_size", "fingerprint"]

_PARTS = pl.col("key").str.split_exact("\0", 1).struct
_PATH = _PARTS.field("field_0")
_NAME = _PATH.str.split(os.sep).list.last()  # noqa: PTH206 a column of paths, not a path

_EXTENSION = _NAME.str.extract(r"(\.[^.]*)$").str.to_lowercase()


@dataclass(frozen=True, slots=True)
class Comparison:
    """A scan against the store, by path alone.

    `changed` and `new` are rows of SEEN (`changed` with its `media_id`), `returned` are ids whose
    file is back as it was. The rest are rows of KNOWN, whatever their status: `absent` is not
    where it was, `hidden` lies where the scan could not look, and `replaced` has a path that now
    holds another content.
    """

    unchanged: int
    returned: pl.Series
    changed: pl.DataFrame
    new: pl.DataFrame
    absent: pl.DataFrame
    hidden: pl.DataFrame
    replaced: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Settlement:
    """A comparison after the moves.

    `moved` and `changed` are rows of SEEN with their `media_id`, `new` rows of SEEN without one.
    `gone` and `overwritten` are rows of KNOWN whose content is nowhere: of `overwritten` that is
    certain, because another media has the path now.
    """

    moved: pl.DataFrame
    changed: pl.DataFrame
    new: pl.DataFrame
    gone: pl.DataFrame
    overwritten: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Contents:
    """Lost media (rows of KNOWN) and targets (rows of SEEN) with their `content`.

    Equal sizes and contents are equal files. A target's `content` is null where only its full hash
    can tell; what has none is nobody's.
    """

    lost: pl.DataFrame
    targets: pl.DataFrame

    @property
    def unread(self) -> pl.Series:
        """Keys of the targets whose full hash is wanted."""
        return self.targets.filter(pl.col("content").is_null())["key"]

    def told(self, hashes: pl.DataFrame) -> "Contents":
        """With the full hashes that were read: `key` and `file_hash`."""
        targets = self.targets.join(hashes, on="key", how="left").with_columns(
            content=pl.coalesce("content", "file_hash")
        )
        return Contents(self.lost, targets.drop("file_hash"))


def compare(
    known: pl.DataFrame, seen: pl.DataFrame, unreadable: frozenset[str] = frozenset()
) -> Comparison:
    """Compare by path; a file changed when its size or its mtime in nanoseconds differs.

    Several media may have had one path, of which at most one is present: that one has the path;
    else the one whose size and mtime fit, else one that was not missing, else the first by id.
    `unreadable` has the paths of folders and files that could not be looked at.
    """
    pairs = seen.join(
        known.select("key", "media_id", "status", size="file_size", mtime="mtime_ns"),
        on="key",
        how="left",
    ).with_columns(
        same=(pl.col("file_size") == pl.col("size")) & (pl.col("mtime_ns") == pl.col("mtime"))
    )
    if pairs.height > seen.height:
        contested = pl.col("key").is_duplicated()
        pairs = pl.concat([pairs.filter(~contested), _one_a_key(pairs.filter(contested))])
    changed = pairs.filter(~pl.col("same")).select(*SEEN.names(), "media_id")
    returned = pairs.filter(pl.col("same") & (pl.col("status") != "present"))["media_id"]
    unseen = known.join(pairs, on="media_id", how="anti")
    hidden = _at_or_below(unseen["key"], unreadable)
    return Comparison(
        unchanged=pairs.filter("same").height - returned.len(),
        returned=returned,
        changed=changed,
        new=pairs.filter(pl.col("media_id").is_null()).select(SEEN.names()),
        absent=unseen.filter(~hidden),
        hidden=unseen.filter(hidden),
        replaced=known.join(changed, on="media_id", how="semi"),
    )


def _one_a_key(pairs: pl.DataFrame) -> pl.DataFrame:
    best = {"key": False, "present": True, "same": True, "status": True, "media_id": False}
    return (
        pairs.with_columns(present=pl.col("status") == "present")
        .sort(*best, descending=list(best.values()))  # "unknown" goes before "missing"
        .unique("key", keep="first", maintain_order=True)
        .select(pairs.columns)
    )


def _at_or_below(keys: pl.Series, places: frozenset[str]) -> pl.Series:
    """Which of the paths with these keys are one of the places or lie below one."""
    if not places:
        return pl.repeat(value=False, n=keys.len(), dtype=pl.Boolean, eager=True)
    return pl.Series([_is_at_or_below(path_of(key), places) for key in keys], dtype=pl.Boolean)


def _is_at_or_below(path: str, places: frozenset[str]) -> bool:
    while path not in places:
        parent = os.path.dirname(path)  # noqa: PTH120 a Path a step is ten times slower
        if parent == path:
            return False
        path = parent
    return True


def seen_twice(comparison: Comparison, known: pl.DataFrame, seen: pl.DataFrame) -> pl.Series:
    """Keys at which a file is as it was, while a new file has its size and mtime.

    That is a copy, or a file that moved while the walk was on.
    """
    twins = known.join(comparison.new, on=["file_size", "mtime_ns"], how="semi")
    return seen.join(twins, on=["key", "file_size", "mtime_ns"], how="semi")["key"]


def worth_a_fingerprint(comparison: Comparison) -> pl.DataFrame:
    """The new and changed files that could be a known content: some lost content has that size."""
    sizes = _lost(comparison).select("file_size").unique()
    return _targets(comparison).join(sizes, on="file_size", how="semi")


def with_equal_edges(comparison: Comparison, fingerprints: pl.DataFrame) -> pl.Series:
    """Ids of lost media whose edges a target has too, though edges are not all of the content.

    Of files that nobody reads whole the edges have to do.
    """
    targets = _targets(comparison).join(fingerprints, on="key", how="inner")
    doubtful = pl.col("file_size").is_between(WHOLLY_FINGERPRINTED + 1, WHOLE_READ_LIMIT)
    large = _lost(comparison).filter(doubtful)
    return large.join(targets, on=_EDGES, how="semi")["media_id"]


def contents(comparison: Comparison, fingerprints: pl.DataFrame, hashes: pl.DataFrame) -> Contents:
    """What lost media and targets hold, as far as that follows without reading a file whole.

    `fingerprints` has `key` and `fingerprint` of what `worth_a_fingerprint` named, `hashes` has
    `media_id` and `file_hash` of what `with_equal_edges` named. Edges are not all of a large file:
    letterboxed bitmaps of one size have equal ones. So where the full hashes of the lost media are
    known they are the content, and a target needs more than equal edges (see `_hashed_content`).
    """
    lost = _lost(comparison).join(hashes, on="media_id", how="left", maintain_order="left")
    hashed = pl.col("file_hash").is_not_null().all().over(_EDGES)
    lost = lost.with_columns(content=pl.when(hashed).then("file_hash").otherwise("fingerprint"))
    by_hash = lost.filter(hashed)
    targets = _targets(comparison).join(fingerprints, on="key", how="inner")
    plain = targets.join(by_hash, on=_EDGES, how="anti").with_columns(content="fingerprint")
    large = _hashed_content(targets.join(by_hash, on=_EDGES, how="semi"), by_hash)
    return Contents(lost, pl.concat([plain, large.select(plain.columns)]))


def _hashed_content(targets: pl.DataFrame, lost: pl.DataFrame) -> pl.DataFrame:
    """Targets with the full hash of the lost media whose edges and mtime they have.

    One that lies at the path of the only such media stayed, if that is not found elsewhere: it is
    that media, whatever became of its middle. Of the others the content is null.
    """
    timed = targets.join(
        _only_content(lost, [*_EDGES, "mtime_ns"]), on=[*_EDGES, "mtime_ns"], how="left"
    )
    elsewhere = timed.filter(pl.col("content").is_not_null())
    stayed = lost.filter(pl.len().over(_EDGES) == 1).join(elsewhere, on=_EDGES, how="anti")
    return timed.join(
        stayed.select(*_EDGES, "key", stayed="content"), on=[*_EDGES, "key"], how="left"
    ).with_columns(content=pl.coalesce("content", "stayed"))


def _only_content(lost: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    """The content of those that share `on`, where they have but one."""
    return (
        lost.group_by(on)
        .agg(pl.col("content").first(), several=pl.col("content").n_unique() > 1)
        .filter(~pl.col("several"))
        .drop("several")
    )


def find_moves(found: Contents) -> pl.DataFrame:
    """Which lost content is now where: columns `media_id` and `key`, one to one.

    Where several fit, a file that kept its path comes first, then content that was not missing
    before this scan, of that a file that kept its name, then the order of the paths. What is
    hidden did not move: nobody knows that it is gone.
    """
    lost = found.lost.with_columns(name=_NAME)
    targets = found.targets.filter(pl.col("content").is_not_null()).with_columns(name=_NAME)
    just_lost, whoever = pl.col("status") != "missing", pl.lit(value=True)
    moves = []
    for who, kept in (
        (whoever, ["key"]),
        (just_lost, ["name"]),
        (just_lost, []),
        (whoever, ["name"]),
        (whoever, []),
    ):
        pairs = _pair(lost.filter(who), targets, ["file_size", "content", *kept])
        moves.append(pairs)
        lost = lost.join(pairs, on="media_id", how="anti")
        targets = targets.join(pairs, on="key", how="anti")
    return pl.concat(moves)


def settle(comparison: Comparison, moves: pl.DataFrame) -> Settlement:
    """What follows from the moves that `find_moves` found."""
    targets = _targets(comparison)
    # A path whose old content moved away and that holds an unknown content is a new media there.
    left = comparison.changed.join(moves, on="media_id", how="semi").select(SEEN.names())
    return Settlement(
        moved=targets.join(moves, on="key", how="inner"),
        changed=comparison.changed.join(moves, on="key", how="anti").join(
            moves, on="media_id", how="anti"
        ),
        new=pl.concat([comparison.new, left]).join(moves, on="key", how="anti"),
        gone=comparison.absent.join(moves, on="media_id", how="anti"),
        overwritten=comparison.replaced.join(moves, on="key", how="semi").join(
            moves, on="media_id", how="anti"
        ),
    )


def with_paths(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with what their `key` says: `file_path` to `kind` as `media_files` has them."""
    return rows.with_columns(
        file_path=_PATH,
        path_bytes=_PARTS.field("field_1").str.decode("hex"),
        file_name=_NAME,
        file_ext=_EXTENSION,
        kind=_EXTENSION.replace_strict(KIND_OF, return_dtype=pl.String),
    )


def _targets(comparison: Comparison) -> pl.DataFrame:
    return pl.concat([comparison.new, comparison.changed.select(SEEN.names())])


def _lost(comparison: Comparison) -> pl.DataFrame:
    lost = pl.concat([comparison.absent, comparison.replaced])
    return lost.filter(pl.col("fingerprint").is_not_null())


def _pair(lost: pl.DataFrame, targets: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    """Pair the n-th lost content with the n-th target among those that are equal in `on`."""
    position = pl.int_range(pl.len()).over(on).alias("position")
    left = lost.sort(pl.col("status") == "missing", "key", "media_id").with_columns(position)
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
