"""`media_files`: what is on disk."""

import dagster as dg
from pydantic import Field

from media_assets.orchestration.partitions import players
from media_assets.orchestration.pictures import files_by_month
from media_assets.orchestration.policy import FRESH, table_options
from media_assets.orchestration.reporting import listener, picture, rate, table_metadata
from media_assets.orchestration.resources import PlatformResource
from media_assets.orchestration.tables import Metadatum
from media_assets.stages.discover import ScanReport, discover
from media_assets.stages.views import file_months
from media_assets.store.tables.library import MEDIA_FILES


class ScanConfig(dg.Config):
    """How one scan treats what it finds."""

    allow_mass_missing: bool = Field(
        default=False,
        description="Mark files missing although the mount guard would not believe the scan: for "
        "when they were really removed. A folder that cannot be read is never accepted.",
    )


@dg.asset(
    **table_options(
        MEDIA_FILES,
        "library",
        {"duckdb", "table"},
        "1",
        "One walk over the player's folders; no file is opened to find out that it did not change. "
        "Files that moved keep their id, files that are gone are marked, never removed. The files "
        "of a land are its downloads.",
    ),
    deps=["web_media"],
    partitions_def=players,
    freshness_policy=FRESH,
)
def media_files(
    context: dg.AssetExecutionContext, config: ScanConfig, platform: PlatformResource
) -> dg.MaterializeResult:
    player = context.partition_key
    loaded = platform.load()
    report = discover(
        loaded,
        player,
        allow_mass_missing=config.allow_mass_missing,
        listener=listener(context),
    )
    for verdict in report.suspect:
        context.log.warning("%s: %s", verdict.count.folder, verdict.reason)
    plot = picture(
        context,
        MEDIA_FILES.name,
        "files by month",
        lambda: files_by_month(file_months(loaded, player)),
        news=report.rows_written > 0,
    )
    return dg.MaterializeResult(
        metadata={**plot, **_counts(report), **table_metadata(loaded, player, MEDIA_FILES)}
    )


def _counts(report: ScanReport) -> dict[str, Metadatum]:
    passed_over = ", ".join(f"{name} {count}" for name, count in report.passed_over.most_common(12))
    return {
        "scan verdict": "suspect" if report.suspect else "clean",
        "files seen": report.seen,
        "added": report.added,
        "changed": report.changed,
        "moved": report.moved,
        "returned": report.returned,
        "missing now": report.missing,
        "unknown now": report.unknown,
        "rows written": report.rows_written,
        "files per second": rate(report.seen, report.seconds),
        "folders that could not be read": len(report.unreadable),
        "not media, by extension": passed_over or "none",
    }
