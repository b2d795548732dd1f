"""What people and other programs read."""

import dagster as dg

from media_assets.orchestration.partitions import players
from media_assets.orchestration.pictures import contact_sheet
from media_assets.orchestration.policy import FRESH, OWNERS
from media_assets.orchestration.reporting import picture
from media_assets.orchestration.resources import PlatformResource
from media_assets.orchestration.tables import Metadatum, column_schema, markdown_table
from media_assets.stages.publish import (
    PublishReport,
    publish_player,
    publish_shared,
    publish_vectors,
)
from media_assets.stages.views import newest_media, newest_thumbnails
from media_assets.store.tables.analysis import MEDIA_VECTORS
from media_assets.store.tables.media_view import MEDIA_COLUMNS
from media_assets.store.tables.music import MUSIC_TABLES, SHARED_MUSIC_TABLES
from media_assets.store.tables.statistics import DERIVED_TABLES


def _files(report: PublishReport) -> dict[str, Metadatum]:
    rows = [
        {"file": file.file.name, "rows": file.rows, "replaced": "yes" if file.written else "no"}
        for file in sorted(report.files, key=lambda file: (not file.written, file.file.name))
    ]
    return {
        "files": len(report.files),
        "files replaced": report.written,
        "folder": dg.MetadataValue.path(str(report.files[0].file.parent)),
        "published": markdown_table(rows, limit=len(rows)),
    }


@dg.asset(
    description="One row is one media file with all that is known of it: `media.parquet`, and the "
    "view `media` of the player's database. The player's other tables are published beside it. "
    "A file is replaced by rename, and only when it says something new.",
    group_name="published",
    owners=OWNERS,
    kinds={"parquet", "duckdb"},
    code_version="1",
    metadata={"dagster/column_schema": column_schema(MEDIA_COLUMNS, ("media_id",))},
    deps=[
        "media_files", "image_metadata", "video_metadata", "audio_metadata", "embedded_covers",
        "thumbnails", "media_vectors", "capture_times", "media_matches", "duplicates",
        "match_history", *(table.name for table in MUSIC_TABLES), "search_index",
        *(table.name for table in DERIVED_TABLES),
    ],
    partitions_def=players,
    freshness_policy=FRESH,
)  # fmt: skip
def media_library(
    context: dg.AssetExecutionContext, platform: PlatformResource
) -> dg.MaterializeResult:
    player = context.partition_key
    loaded = platform.load()
    report = publish_player(loaded, player)
    sheet = picture(
        context,
        "media_library",
        "newest captures",
        lambda: contact_sheet(newest_thumbnails(loaded, player)),
        news=report.written > 0,
    )
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": report.rows("media"),
            **sheet,
            "preview": markdown_table(newest_media(loaded, player)),
            **_files(report),
        }
    )


@dg.asset(
    description="One row is one vector of one media: `media_vectors.parquet`, with what is heard "
    "(`audio_features.parquet`) and what is near (`media_neighbors.parquet`). Over a large library "
    "they are known hours after what `media_library` publishes.",
    group_name="published",
    owners=OWNERS,
    kinds={"parquet", "duckdb"},
    code_version="1",
    metadata={"dagster/column_schema": column_schema(MEDIA_VECTORS.columns, MEDIA_VECTORS.key)},
    deps=["media_library", "audio_features", "media_embeddings", "media_neighbors"],
    partitions_def=players,
    freshness_policy=FRESH,
)
def vector_library(
    context: dg.AssetExecutionContext, platform: PlatformResource
) -> dg.MaterializeResult:
    report = publish_vectors(platform.load(), context.partition_key)
    return dg.MaterializeResult(
        metadata={"dagster/row_count": report.rows(MEDIA_VECTORS.name), **_files(report)}
    )


@dg.asset(
    description="One row is one match, published with the other shared tables as Parquet. "
    "A file is replaced by rename, and only when it says something new.",
    group_name="published",
    owners=OWNERS,
    kinds={"parquet", "duckdb"},
    code_version="1",
    deps=[
        "match_registry", "match_participants", "highlight_events", "medals_earned",
        "personal_scores", "killer_victim_pairs", "xuid_aliases", "shared_duplicates",
        "shared_captures", "match_captures",
        *(table.name for table in SHARED_MUSIC_TABLES),
        "player_match_stats",  # the registry notes that performance scores were computed
    ],
    freshness_policy=FRESH,
)  # fmt: skip
def match_library(platform: PlatformResource) -> dg.MaterializeResult:
    report = publish_shared(platform.load())
    return dg.MaterializeResult(
        metadata={"dagster/row_count": report.rows("match_registry"), **_files(report)}
    )
