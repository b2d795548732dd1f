"""Which media are the same: within a player's library, and across players by hashes alone."""

import dagster as dg

from media_assets.orchestration.duplicate_pictures import GROUPS, MEMBERS, duplicate_sheet
from media_assets.orchestration.partitions import players
from media_assets.orchestration.policy import table_options
from media_assets.orchestration.reporting import listener, picture, table_metadata
from media_assets.orchestration.resources import PlatformResource
from media_assets.orchestration.tables import figures
from media_assets.stages.duplicate_views import counts, largest_groups
from media_assets.stages.duplicates import RULES_VERSION, find_duplicates
from media_assets.stages.shared_duplicates import find_shared_duplicates
from media_assets.store.tables.duplicates import DUPLICATES, SHARED_DUPLICATES


@dg.asset(
    **table_options(
        DUPLICATES,
        "captures",
        {"duckdb", "table", "python"},
        str(RULES_VERSION),
        "Copies by every byte; pictures by two hashes and then by pixels; clips by length and "
        "frames. New media are compared with all others. What people decide with `media-assets "
        "duplicates` stands above it. Groups are summed up in the table `duplicate_groups`.",
    ),
    deps=["media_files", "image_metadata", "video_metadata", "media_vectors", "capture_times"],
    partitions_def=players,
)
def duplicates(
    context: dg.AssetExecutionContext, platform: PlatformResource
) -> dg.MaterializeResult:
    player = context.partition_key
    loaded = platform.load()
    report = find_duplicates(loaded, player, listener=listener(context))
    sheet = picture(
        context,
        DUPLICATES.name,
        "largest groups",
        lambda: duplicate_sheet(list(largest_groups(loaded, player, GROUPS, MEMBERS))),
        news=report.rows_written > 0 or report.rows_deleted > 0,
    )
    return dg.MaterializeResult(
        metadata={
            **sheet,
            "compared now": report.compared,
            "gone since": report.gone,
            "large files read whole": report.hashed,
            "rows written": report.rows_written,
            "rows deleted": report.rows_deleted,
            **figures(counts(loaded, player)),
            **table_metadata(loaded, player, DUPLICATES),
        }
    )


@dg.asset(
    **table_options(
        SHARED_DUPLICATES,
        "captures",
        {"duckdb", "table", "python"},
        "1",
        "From what players have published: hashes, sizes and lengths, no paths and no pixels.",
    ),
    deps=["media_library"],
)
def shared_duplicates(platform: PlatformResource) -> dg.MaterializeResult:
    loaded = platform.load()
    report = find_shared_duplicates(loaded)
    return dg.MaterializeResult(
        metadata={
            "players compared": report.players,
            "media compared": report.media,
            "groups": report.groups,
            "rows written": report.rows_written,
            "rows deleted": report.rows_deleted,
            **table_metadata(loaded, None, SHARED_DUPLICATES),
        },
    )
