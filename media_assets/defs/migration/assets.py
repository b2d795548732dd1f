"""Taking over a player's LevelUp database, and what its validation says."""

from pathlib import Path

import dagster as dg
from pydantic import Field

from media_assets.errors import TakeOverError
from media_assets.orchestration.levelup import ASSET, validation_metadata
from media_assets.orchestration.partitions import players
from media_assets.orchestration.policy import SpecOptions, table_options
from media_assets.orchestration.reporting import listener
from media_assets.orchestration.resources import PlatformResource
from media_assets.stages.levelup_validation import taken_over
from media_assets.stages.migrate_levelup import PlayerReport, migrate_levelup
from media_assets.store.tables.levelup import LEVELUP_PLAYERS


class LevelUpConfig(dg.Config):
    """Which databases, and whether anything is written."""

    source: str = Field(
        default="",
        description="Folder with data/players/<gamertag>/stats.duckdb. Empty: nothing is taken "
        "over, the validation of what was is shown.",
    )
    dry_run: bool = Field(
        default=True,
        description="Compare, and write nothing. False takes the rows over, and where nothing is "
        "missing backs the database up and rewrites it without them.",
    )
    timezone: str = Field(
        default="", description="IANA zone in which LevelUp wrote its times. Empty: UTC."
    )


_OPTIONS: SpecOptions = {
    **table_options(
        LEVELUP_PLAYERS,
        "migration",
        {"duckdb", "table"},
        "1",
        "Written by `media-assets migrate-levelup` too. Without a `source` it shows what was found "
        "when the player's database was taken over.",
    ),
    "key": dg.AssetKey(ASSET),
}


@dg.asset(**_OPTIONS, partitions_def=players)
def levelup_migration(
    context: dg.AssetExecutionContext, config: LevelUpConfig, platform: PlatformResource
) -> dg.MaterializeResult:
    loaded = platform.load()
    player = context.partition_key
    done = {}
    if config.source:
        report = migrate_levelup(
            loaded, Path(config.source), (player,),
            dry_run=config.dry_run, zone=config.timezone or None, listener=listener(context),
        )  # fmt: skip
        done = _done(report.players[0], dry_run=report.dry_run)
    return dg.MaterializeResult(
        metadata={**validation_metadata(*taken_over(loaded, player)), **done}
    )


def _done(report: PlayerReport, *, dry_run: bool) -> dict[str, str | int]:
    if report.state == "failed" or (report.state == "whole" and report.problems):
        raise TakeOverError("; ".join(report.problems))
    would = "would be written" if dry_run else "written"
    return {
        "this run": "dry run: nothing was written" if dry_run else report.state,
        f"rows {would}": sum(report.rows_written.values()),
        "new matches": report.new_matches,
        "found missing now": "; ".join(report.problems) or "nothing",
    }
