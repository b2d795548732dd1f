"""Progress and rates of a stage, on their way to the run's log, the terminal and the metadata."""

import logging

import dagster as dg

from media_assets.stages.progress import PROGRESS_LOGGER, Listener, Progress

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
