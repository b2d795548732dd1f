"""The promise about search."""

import dagster as dg

from media_assets.orchestration.checks import player_check
from media_assets.orchestration.resources import PlatformResource
from media_assets.orchestration.tables import figures
from media_assets.stages.search_views import promises


@player_check(
    asset="search_index",
    description="The index on disk has as many media as the table tells of, and finds each "
    "of a sample by its own title and artist.",
)
def index_answers(
    context: dg.AssetCheckExecutionContext, platform: PlatformResource
) -> dg.AssetCheckResult:
    found = promises(platform.load(), context.partition_key)
    return dg.AssetCheckResult(
        passed=found["indexed"] == found["in_table"] and not found["not_found"],
        metadata=figures(found),
    )
