"""Media of the web: the lists of a land, its URLs, and what was made of them."""

from collections.abc import Callable, Iterator
from functools import cache

import dagster as dg
from pydantic import Field

from media_assets.orchestration import land_pictures
from media_assets.orchestration.partitions import players
from media_assets.orchestration.policy import OWNERS, player_spec
from media_assets.orchestration.reporting import few, listener, picture, rate, tables_metadata
from media_assets.orchestration.resources import PlatformResource
from media_assets.orchestration.tables import Metadatum, column_schema, figures, markdown_table
from media_assets.stages.land import Choice, LandReport, run_job
from media_assets.stages.land_sources import SourceReport, read_land
from media_assets.stages.land_views import land_look, land_numbers, newest_on_web
from media_assets.stages.publish import publish_land
from media_assets.store.spec import Table
from media_assets.store.tables.land_view import LAND_COLUMNS
from media_assets.store.tables.web import LAND_JOBS, WEB_MEDIA, WEB_PLACES, WEB_SOURCES

NO_LAND = "no land: a player is one when the configuration has a section [lands.NAME]"
KINDS = {"duckdb", "table", "python"}


class JobConfig(dg.Config):
    """What one job takes on; what is left out is as the land's section says."""

    depth: int | None = Field(
        default=None, ge=0, description="What is deeper waits; 0 = seed pages alone."
    )
    minrel: float | None = Field(default=None, ge=0, description="What is less relevant waits.")
    limit: int | None = Field(default=None, ge=0, description="URLs of this job; 0 = all.")
    batch_size: int | None = Field(
        default=None, ge=1, description="Media that are written and analysed together."
    )
    refresh: bool = Field(
        default=False,
        description="Ask also for what was fetched, by its ETag: what did not change is not sent.",
    )


def _nothing(*tables: Table) -> Iterator[dg.MaterializeResult]:
    """For players that are no lands: no database is opened."""
    for table in tables:
        yield dg.MaterializeResult(
            asset_key=table.name, metadata={"state": NO_LAND, "dagster/row_count": 0}
        )


@dg.multi_asset(
    name="land_lists",
    specs=[
        player_spec(
            WEB_SOURCES, "web", KINDS, "1", [],
            "CSV, JSON lines, Parquet and saved HTML pages in the folder of a land. Only files "
            "that changed are read; when all are gone at once, nothing is taken off.",
        ),
        player_spec(
            WEB_PLACES, "web", KINDS, "1", [],
            "Addresses are resolved against their page, freed of fragments and of what only serves "
            "to follow people, and taken out of image proxies.",
        ),
    ],
    partitions_def=players,
)  # fmt: skip
def land_lists(
    context: dg.AssetExecutionContext, platform: PlatformResource
) -> Iterator[dg.MaterializeResult]:
    loaded, land = platform.load(), context.partition_key
    if land not in loaded.settings.lands:
        yield from _nothing(WEB_SOURCES, WEB_PLACES)
        return
    report = read_land(loaded, land, listener=listener(context))
    if report.trouble:
        context.log.error("the lists of %s were not believed: %s", land, report.trouble)
    if report.unreadable:  # one event for all: each is written into the history of runs
        context.log.warning("cannot be read: %s", few(list(report.unreadable.values())))
    for name, look in tables_metadata(loaded, land, (WEB_SOURCES, WEB_PLACES)).items():
        yield dg.MaterializeResult(asset_key=name, metadata={**_read(report), **look})


def _read(report: SourceReport) -> dict[str, Metadatum]:
    return {
        "state": report.trouble or "complete",
        "lists and pages": report.sources,
        "read now": report.read,
        "gone": report.gone,
        "unreadable": len(report.unreadable),
        "rows with a problem": len(report.problems),
        "problems": few(report.problems),
        "new URLs": report.new_urls,
        "URLs that nothing lists any more": report.gone_urls,
        "rows written": report.rows_written,
    }


@dg.multi_asset(
    name="land_job",
    specs=[
        player_spec(
            WEB_MEDIA, "web", KINDS, "1", ["web_sources", "web_places"],
            "What is due is fetched, within the limits of the section [web], and analysed batch "
            "by batch as captures and music are. One download per content. A URL that cannot be "
            "had is a row that says why, is asked for again ever later, and is given up after "
            "`web.attempts`. A stop loses nothing: the next job goes on.",
        ),
        player_spec(LAND_JOBS, "web", KINDS, "1", ["web_sources", "web_places"]),
    ],
    partitions_def=players,
)  # fmt: skip
def land_job(
    context: dg.AssetExecutionContext, config: JobConfig, platform: PlatformResource
) -> Iterator[dg.MaterializeResult]:
    loaded, land = platform.load(), context.partition_key
    if land not in loaded.settings.lands:
        yield from _nothing(WEB_MEDIA, LAND_JOBS)
        return
    choice = Choice(
        config.depth, config.minrel, config.limit, config.batch_size, refresh=config.refresh
    )
    report = run_job(loaded, land, choice, listener=listener(context))
    done = {**_done(report), **figures(land_numbers(loaded, land))}
    for name, look in tables_metadata(loaded, land, (WEB_MEDIA, LAND_JOBS)).items():
        yield dg.MaterializeResult(asset_key=name, metadata={**done, **look})


def _done(report: LandReport) -> dict[str, Metadatum]:
    """The result of the job: numbers under the names that `status --json` has."""
    result = report.result()
    success = result["success_rate"]
    return {
        "total": result["total"],
        "analyzed": result["analyzed"],
        "failed now": result["failed"],
        "skipped now": result["skipped"],
        "waiting": result["waiting"],
        "success_rate": "nothing was due" if success is None else success,
        "duration": result["duration"],
        "filters": dg.MetadataValue.json(result["filters"]),
        "unchanged": report.unchanged,
        "downloads": report.downloads,
        "bytes": report.bytes,
        "media per second": rate(report.total - report.waiting, report.seconds),
    }


@dg.asset(
    description="One row is one URL of a land with all that is known of it: `land_media.parquet`, "
    "and the view `land_media` of the land's database. Its lists, URLs and jobs are published "
    "beside it.",
    group_name="web",
    owners=OWNERS,
    kinds={"parquet", "duckdb"},
    code_version="1",
    metadata={"dagster/column_schema": column_schema(LAND_COLUMNS, ("url",))},
    deps=["web_media", "land_jobs", "media_library"],
    partitions_def=players,
)
def land_media(
    context: dg.AssetExecutionContext, platform: PlatformResource
) -> dg.MaterializeResult:
    loaded, land = platform.load(), context.partition_key
    if land not in loaded.settings.lands:
        return dg.MaterializeResult(metadata={"state": NO_LAND, "dagster/row_count": 0})
    report = publish_land(loaded, land)
    look = cache(lambda: land_look(loaded, land))
    drawings: dict[str, Callable[[], dg.MarkdownMetadataValue]] = {
        "colours": lambda: land_pictures.colours(look().colours),
        "sizes": lambda: land_pictures.sizes(look().sizes),
        "formats": lambda: land_pictures.formats(look().formats),
        "on several pages": lambda: land_pictures.cluster_sheet(look().clusters),
        "failures by host": lambda: land_pictures.failing_hosts(look().hosts),
    }
    pictures: dict[str, Metadatum] = {}
    for name, draw in drawings.items():
        pictures |= picture(context, "land_media", name, draw, news=report.written > 0)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": report.rows("land_media"),
            **pictures,
            "preview": markdown_table(newest_on_web(loaded, land)),
            "files replaced": report.written,
            "folder": dg.MetadataValue.path(str(report.files[0].file.parent)),
        }
    )
