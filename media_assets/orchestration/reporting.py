"""Progress and rates of a stage, on their way to the run's log, the terminal and the metadata."""

import logging

import dagster as dg

from media_assets.orchestration.tables import Metadatum, markdown_table
from media_assets.stages.platform import Platform
from media_assets.stages.progress import PROGRESS_LOGGER, Listener, Progress
from media_assets.stages.views import table_look
from media_assets.store.spec import Table


def listener(context: dg.AssetExecutionContext) -> Listener:
    """Tells progress to the run's log and to whoever listens to `PROGRESS_LOGGER`."""
    terminal = logging.getLogger(PROGRESS_LOGGER)

    def tell(progress: Progress) -> None:
        context.log.info("%s", progress)
        terminal.info("%s", progress, extra={"progress": progress})

    return tell


def rate(items: int, seconds: float) -> float:
    """Items a second, for a plot over time."""
    return round(items / seconds, 1) if seconds else 0.0


def table_metadata(platform: Platform, player: str | None, table: Table) -> dict[str, Metadatum]:
    """The row count and a small preview of a table; `player` is None for the shared tables."""
    count, rows = table_look(platform, player, table)
    return {"dagster/row_count": count, "rows": markdown_table(rows)}
