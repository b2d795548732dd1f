"""What can be found by its words."""

import dagster as dg

from media_assets.orchestration.partitions import players
from media_assets.orchestration.policy import table_options
from media_assets.orchestration.reporting import rate, table_metadata
from media_assets.orchestration.resources import PlatformResource
from media_assets.stages.search_index import VERSION, update_index
from media_assets.store.tables.vectors import SEARCH_INDEX


@dg.asset(
    **table_options(
        SEARCH_INDEX,
        "vectors",
        {"duckdb", "table", "python"},
        str(VERSION),
        "Title, artist, album, genre, file name and the words of people, as the index below "
        "`data_dir/search` has them: music, and what people gave words to. Only what is new or "
        "changed is written; an index that is gone or is not the one that was written is made "
        "anew. `media-assets search` reads it.",
    ),
    deps=["media_files", "audio_metadata"],
    partitions_def=players,
)
def search_index(
    context: dg.AssetExecutionContext, platform: PlatformResource
) -> dg.MaterializeResult:
    loaded, player = platform.load(), context.partition_key
    report = update_index(loaded, player)
    return dg.MaterializeResult(
        metadata={
            "rows written": report.written,
            "rows deleted": report.removed,
            "made anew": report.made_anew,
            "media per second": rate(report.written, report.seconds),
            **table_metadata(loaded, player, SEARCH_INDEX),
        }
    )
