"""Progress and rates of a stage, on their way to the run's log, the terminal and the metadata."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import dagster as dg

from media_assets.orchestration.tables import Metadatum, column_lineage, markdown_table
from media_assets.stages.platform import SHARED, Platform
from media_assets.stages.players import DerivedReport
from media_assets.stages.progress import Listener, Progress, told
from media_assets.stages.views import table_look
from media_assets.store.spec import Table


def listener(context: dg.AssetExecutionContext | dg.OpExecutionContext) -> Listener:
    """Tells progress to the run's log and to whoever listens to `PROGRESS_LOGGER`."""

    def tell(progress: Progress) -> None:
        context.log.info("%s", progress)
        told(progress)

    return tell


def rate(items: int, seconds: float) -> float:
    """Items a second, for a plot over time."""
    return round(items / seconds, 1) if seconds else 0.0


def table_metadata(platform: Platform, player: str | None, table: Table) -> dict[str, Metadatum]:
    """The row count and a small preview of a table; `player` is None for the shared tables."""
    count, rows = table_look(platform, player, table)
    return {"dagster/row_count": count, "preview": markdown_table(rows)}


def tables_metadata(
    platform: Platform, player: str | None, tables: Iterable[Table]
) -> dict[str, dict[str, Metadatum]]:
    """`table_metadata` of several tables of one file, by name; the file is opened once."""
    with platform.reading(player or SHARED):
        return {table.name: table_metadata(platform, player, table) for table in tables}


def derived_metadata(
    platform: Platform, player: str, table: Table, report: DerivedReport
) -> dict[str, Metadatum]:
    """What a run did to a derived table of a player, where its columns come from, and its rows."""
    return {
        "rows written": report.written,
        "rows deleted": report.deleted,
        "state": report.reason or "complete",
        **column_lineage(table),
        **table_metadata(platform, player, table),
    }


def failure_reason(event: dg.DagsterEvent) -> str:
    """What went wrong in a step: the error that it raised, without Dagster's words around it."""
    error = event.step_failure_data.error
    raised = error.cause if error and error.cause else error
    return raised.message.strip() if raised else "unknown"


def few(names: Sequence[str], limit: int = 10) -> str:
    """The first of some names, and how many more there are."""
    more = len(names) - limit
    text = ", ".join(names[:limit]) or "none"
    return f"{text} and {more} more" if more > 0 else text


def picture(
    context: dg.AssetExecutionContext,
    asset: str,
    name: str,
    draw: Callable[[], dg.MarkdownMetadataValue],
    *,
    news: bool,
) -> dict[str, Metadatum]:
    """A picture as metadata: drawn when there is news, else the one of the player's last run.

    The UI shows the metadata of the latest materialization alone, so a run without news would
    hide the picture; drawing it again would make such a run three times as long.
    """
    before = None if news else _last_metadata(context, asset).get(name)
    return {name: before if isinstance(before, dg.MarkdownMetadataValue) else draw()}


def _last_metadata(context: dg.AssetExecutionContext, asset: str) -> Mapping[str, object]:
    found = context.instance.fetch_materializations(
        dg.AssetRecordsFilter(
            asset_key=dg.AssetKey(asset), asset_partitions=[context.partition_key]
        ),
        limit=1,
    ).records
    event = found[0].asset_materialization if found else None
    return event.metadata if event else {}
