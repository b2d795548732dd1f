"""Which media of a player are the same: what is new is compared with all that is there."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from media_assets.library.paths import openable
from media_assets.library.verification import Recorded, verify_file
from media_assets.similarity.clip_links import Clips, clips_of, link_clips
from media_assets.similarity.grey_planes import SIDE
from media_assets.similarity.grouping import Kind, Levels, Links, Places, split
from media_assets.similarity.layout import DIM, SPACE
from media_assets.similarity.picture_links import Greys, Pictures, link_pictures
from media_assets.stages.duplicate_rows import found_rows, group_rows
from media_assets.stages.platform import Platform
from media_assets.stages.progress import Listener, Meter, silent
from media_assets.stages.publish import published_players
from media_assets.store import duplicates as store
from media_assets.store import verifications
from media_assets.store.connect import connect, transaction

# Raised whenever a rule or a limit changes what comes out.
RULES_VERSION = 1

THOROUGH_MEMBERS = 1000
"""Groups up to this size are compared pair by pair where people told members apart, so that the
others stay with those they are most like."""


@dataclass(frozen=True, slots=True)
class DuplicatesReport:
    """What one search did: media that were compared anew, and what that changed."""

    compared: int = 0
    gone: int = 0
    hashed: int = 0
    rows_written: int = 0
    rows_deleted: int = 0
    seconds: float = 0.0


def find_duplicates(
    platform: Platform, player: str, *, listener: Listener = silent
) -> DuplicatesReport:
    """Bring the player's groups up to date.

    Media that are new, changed, or about which somebody decided are compared with all, and so are
    the members of their groups and of those that lost one. Without such nothing is read or written.
    The groups are those that comparing everything anew would give.
    """
    with platform.reading(player) as con:
        unread = store.load_probable_copies(con, published_players(platform, but=player))
        pending, gone = store.load_news(con, RULES_VERSION)
    if not (unread.height or pending or gone):
        return DuplicatesReport()
    hashed = _hash_probable_copies(platform, player, unread, listener)
    if not (hashed or pending or gone):
        return DuplicatesReport()  # what cannot be read now is tried again by the next search
    database = platform.player_database(player)
    with platform.writing(player):
        search = _Search(database)
        meter = Meter(f"{player}: media compared", search.pending, listener)
        rows, groups = search.run()
        written, deleted = store.write_found(
            database, rows, groups, search.compared(), platform.now()
        )
        meter.count(done=search.pending)
    meter.tell()
    return DuplicatesReport(search.pending, gone, hashed, written, deleted, meter.seconds)


def _hash_probable_copies(
    platform: Platform, player: str, files: pl.DataFrame, listener: Listener
) -> int:
    """Read large files whole that have the size and edges of another; returns how many.

    The lock is not held meanwhile: that may take minutes.
    """
    meter = Meter(f"{player}: probable copies read", files.height, listener)
    database = platform.player_database(player)
    for row in files.iter_rows(named=True):
        recorded = Recorded(row["file_size"], row["mtime_ns"], row["fingerprint"], None)
        found = verify_file(openable(row["file_path"], row["path_bytes"]), recorded)
        if found.result == "ok":
            result = {
                **{name: row[name] for name in ("media_id", "file_size", "mtime_ns")},
                "result": found.result, "message": None, "verified_at": platform.now(),
                "file_hash": found.file_hash,
            }  # fmt: skip
            with connect(database) as con, transaction(con):
                verifications.record(con, [result])
        meter.count(done=found.result == "ok", failed=found.result != "ok")
    return meter.done


class _Search:
    """One search over one player's media."""

    def __init__(self, database: Path) -> None:
        self._database = database
        with connect(database, read_only=True) as con:
            self.media = store.load_media(con, RULES_VERSION)
            self._known = store.load_known(con)
            decisions = store.load_decisions(con)
        self._content = self.media["content"].to_numpy()
        self._numbers = self.media.select("media_id", "place")
        self._known = self._known.join(self._numbers, on="media_id", how="left").join(
            self._numbers.select(compared_media_id="media_id", compared_place="place"),
            on="compared_media_id",
            how="left",
        )
        self._apart = self._told_apart(decisions)

    @property
    def pending(self) -> int:
        """Media that were not compared as they are now."""
        return int(self.media["pending"].sum())

    def compared(self) -> pl.DataFrame:
        """What is recorded of the media that were compared."""
        return self.media.select(
            "media_id", "file_size", "mtime_ns", "inputs", version=pl.lit(RULES_VERSION, pl.Int32)
        )

    def run(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Rows of `duplicates` and of `duplicate_groups`."""
        affected, told_apart = self._affected()
        kept = self._known.filter(~self._touched(affected))
        levels = Levels(self.media.height)
        links = [self._exact(), _as_links(kept)]
        for part in links:
            levels.join(part)
        pictures = self._pictures()
        greys = Greys(pictures, self._greys)
        links.append(
            link_pictures(
                pictures, affected[pictures.places], told_apart[pictures.places], levels, greys
            )
        )
        clips = self._clips()
        links.append(
            link_clips(clips, affected[clips.places], levels,
                       lambda asked: self._vectors(clips.places[asked]))
        )  # fmt: skip
        levels = split(levels, Links.joined(links), self._apart)
        rows = found_rows(levels, self.media, pictures, clips, greys, kept)
        return rows, group_rows(rows, self.media)

    def _told_apart(self, decisions: pl.DataFrame) -> list[tuple[int, int]]:
        """Pairs of which people said that they are no duplicates."""
        numbers = dict(self._numbers.iter_rows())
        return [
            (numbers[one], numbers[other])
            for one, other, decision in decisions.iter_rows()
            if decision == "distinct" and one in numbers and other in numbers
        ]

    def _affected(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """What is compared anew, and of that what is in a group with media that were told apart."""
        affected = self.media["pending"].to_numpy().copy()
        told_apart = np.zeros_like(affected)
        told_apart[[number for pair in self._apart for number in pair]] = True
        small = self._known.filter(pl.len().over("group_id") <= THOROUGH_MEMBERS)
        members = small.filter(pl.col("group_id").is_in(self._groups_of(told_apart, small)))
        told_apart[members["place"].drop_nulls().to_numpy()] = True
        affected |= told_apart
        affected |= np.isin(self._content, self._content[affected])
        touched = self._known.filter(self._touched(affected))
        affected[touched["place"].drop_nulls().to_numpy()] = True
        told_apart |= np.isin(self._content, self._content[told_apart])
        return affected, told_apart

    def _touched(self, affected: NDArray[np.bool_]) -> pl.Expr:
        """Rows of groups that have an affected member, or lost one."""
        return pl.col("group_id").is_in(self._groups_of(affected, self._known))

    @staticmethod
    def _groups_of(flags: NDArray[np.bool_], known: pl.DataFrame) -> list[str]:
        flagged = known["place"].is_null() | known["place"].is_in(np.flatnonzero(flags))
        return known.filter(flagged)["group_id"].unique().to_list()

    def _exact(self) -> Links:
        copies = np.flatnonzero(self._content != np.arange(self._content.size))
        return Links(self._content[copies], copies, np.full(copies.size, Kind.EXACT, np.int8))

    def _pictures(self) -> Pictures:
        """The best of each content that can be compared, with the time that is known best."""
        times = self.media.group_by("content").agg(
            taken=pl.col("taken").sort_by(~pl.col("certain"), "taken", nulls_last=True).first(),
            certain=(pl.col("certain") & pl.col("taken").is_not_null()).any(),
        )
        chosen = (
            self.media.filter(pl.col("comparable") & (pl.col("content") == pl.col("place")))
            .drop("taken", "certain")
            .join(times, on="content", how="left", maintain_order="left")
        )
        return Pictures(
            places=chosen["place"].to_numpy(),
            phashes=chosen["phash"].to_numpy(),
            dhashes=chosen["dhash"].to_numpy(),
            aspects=chosen["aspect_ratio"].to_numpy(),
            taken=chosen["taken"].cast(pl.Float64).fill_null(float("nan")).to_numpy(),
            certain=chosen["certain"].to_numpy(),
        )

    def _clips(self) -> Clips:
        with connect(self._database, read_only=True) as con:
            frames = store.load_frames(con)
        return clips_of(self.media.join(frames, on="media_id", how="inner"))

    def _greys(self, places: Places) -> NDArray[np.uint8]:
        with connect(self._database, read_only=True) as con:
            found = store.load_greys(con, self.media["media_id"][places])
        return np.frombuffer(b"".join(found), np.uint8).reshape(-1, SIDE * SIDE)

    def _vectors(self, places: Places) -> NDArray[np.float32]:
        with connect(self._database, read_only=True) as con:
            found = store.load_vectors(con, self.media["media_id"][places], SPACE)
        vectors = np.zeros((len(found), DIM), np.float32)
        for row, vector in enumerate(found):
            if vector is not None:
                vectors[row] = vector
        return vectors


def _as_links(known: pl.DataFrame) -> Links:
    linked = known.filter(pl.col("class").is_not_null())
    kinds = {kind.label: kind.value for kind in Kind}
    return Links(
        linked["place"].to_numpy(),
        linked["compared_place"].to_numpy(),
        np.array([kinds[name] for name in linked["class"]], np.int8),
    )
