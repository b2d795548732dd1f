"""Forgetting media that have been missing for long: only because a person asks for it."""

from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from media_assets.stages.platform import Platform
from media_assets.stages.publish import publish_player
from media_assets.store import purge as store
from media_assets.store.connect import connect, transaction

KEEP_DAYS = 90


@dataclass(frozen=True, slots=True)
class PurgeChoice:
    """Media that were missed so many days ago or earlier; what people wrote on is spared."""

    older_than_days: int = KEEP_DAYS
    with_notes: bool = False


@dataclass(frozen=True, slots=True)
class PurgeReport:
    """What was removed: media, and their rows by table."""

    media: int
    rows: dict[str, int]


def plan(platform: Platform, player: str, choice: PurgeChoice) -> pl.DataFrame:
    """What would be removed, and with `remove` false what is spared because of `spoken_for`.

    Columns as `store.purge.load_gone` gives them, and `remove`. Nothing is written.
    """
    before = platform.now() - timedelta(days=choice.older_than_days)
    with platform.reading(player) as con:
        gone = store.load_gone(con, before)
    return gone.with_columns(remove=pl.col("spoken_for").is_null() | pl.lit(choice.with_notes))


def purge(platform: Platform, player: str, choice: PurgeChoice, shown: pl.DataFrame) -> PurgeReport:
    """Remove the media that a plan has shown, with all that is derived from them, and publish.

    What came back since, and what somebody wrote on meanwhile, stays. Original files are not
    touched: they are gone already. A file that appears again after this is a new media.
    """
    database = platform.player_database(player)
    with platform.writing(player):
        doomed = plan(platform, player, choice).filter("remove")
        doomed = doomed.join(shown, on="media_id", how="semi")
        if doomed.is_empty():
            return PurgeReport(0, {})
        with connect(database) as con, transaction(con):
            rows = store.remove_media(con, doomed["media_id"])
    publish_player(platform, player)
    return PurgeReport(doomed.height, dict(+rows))
