"""The result of a job of a land, as people and programs read it."""

import json
from typing import TypedDict, cast

from media_assets.store import web as store
from media_assets.store.connect import Connection


class JobResult(TypedDict):
    """What people and programs read of a job. Counts are URLs, `duration` seconds."""

    total: int
    analyzed: int
    failed: int
    skipped: int
    waiting: int
    success_rate: float | None
    duration: float
    filters: dict[str, object]


def latest_result(con: Connection) -> JobResult | None:
    """The result of a land's latest job; None before the first."""
    job = store.latest_job(con)
    if job is None:
        return None
    result = {name: job[name] for name in JobResult.__annotations__}
    return cast(JobResult, {**result, "filters": json.loads(str(job["filters"]))})
