"""The promise about search."""

import dagster as dg

from media_assets.orchestration.checks import Asked, player_checks, promise
from media_assets.orchestration.tables import figures
from media_assets.stages.search_views import promises


@promise(
    asset="search_index",
    description="The index on disk has as many media as the table tells of, and finds each "
    "of a sample by its own title and artist.",
)
def index_answers(asked: Asked) -> dg.AssetCheckResult:
    found = promises(asked.platform, asked.player)
    return dg.AssetCheckResult(
        passed=found["indexed"] == found["in_table"] and not found["not_found"],
        metadata=figures(found),
    )


search_checks = player_checks("search_checks", index_answers)
