"""What is near: vectors of models that are configured, and the nearest of every media."""

import dagster as dg

from media_assets.orchestration.partitions import players
from media_assets.orchestration.policy import LATE, table_options
from media_assets.orchestration.reporting import listener, picture, table_metadata
from media_assets.orchestration.resources import PlatformResource
from media_assets.orchestration.vector_map import draw_map
from media_assets.stages.embed import STAGE_VERSION, embed_player
from media_assets.stages.neighbors import NEIGHBORS, RULES_VERSION, find_neighbors
from media_assets.stages.vector_views import library_map
from media_assets.store.tables.analysis import MEDIA_VECTORS
from media_assets.store.tables.vectors import MEDIA_NEIGHBORS

_EMBEDDINGS = table_options(
    MEDIA_VECTORS,
    "vectors",
    {"duckdb", "table", "python"},
    str(STAGE_VERSION),
    "Those of the models below `[embedders]` of the configuration, beside the built-in ones in the "
    "same table: of the words of a track by Ollama, of posters by a model file in ONNX. What has a "
    "vector of the same model and input is not asked for again.",
)
_EMBEDDINGS["key"] = dg.AssetKey("media_embeddings")  # the table is that of another asset too


@dg.asset(
    **_EMBEDDINGS,
    deps=["media_files", "audio_metadata", "thumbnails"],
    partitions_def=players,
    op_tags=LATE,
)
def media_embeddings(
    context: dg.AssetExecutionContext, platform: PlatformResource
) -> dg.MaterializeResult:
    player = context.partition_key
    loaded = platform.load()
    reports = embed_player(loaded, player, listener=listener(context))
    for report in reports:
        if report.stopped:
            context.log.warning("%s: %s", report.name, report.stopped)
    return dg.MaterializeResult(
        metadata={
            "embedders": len(reports),
            "rows written": sum(report.written for report in reports),
            "failed now": sum(report.failed for report in reports),
            "waiting for the next run": sum(report.waiting for report in reports),
            "stopped": "; ".join(f"{report.name}: {report.stopped}" for report in reports
                                 if report.stopped) or "none",
            **table_metadata(loaded, player, MEDIA_VECTORS),
        }
    )  # fmt: skip


@dg.asset(
    **table_options(
        MEDIA_NEIGHBORS,
        "vectors",
        {"duckdb", "table", "python"},
        str(RULES_VERSION),
        f"The {NEIGHBORS} nearest by cosine, exactly, in each space of `media_vectors` but that of "
        "layouts, which `duplicates` are found by. Where `[vectors]` asks for an index, the "
        "share of the true ones that it finds is in the metadata. What is new is compared with "
        "all, and all with it. `media-assets similar` asks for more of them, also across players.",
    ),
    deps=["media_files", "media_vectors", "audio_features", "media_embeddings", "audio_metadata"],
    partitions_def=players,
)
def media_neighbors(
    context: dg.AssetExecutionContext, platform: PlatformResource
) -> dg.MaterializeResult:
    player = context.partition_key
    loaded = platform.load()
    report = find_neighbors(loaded, player, listener=listener(context))
    sheet = picture(
        context,
        "media_neighbors",
        "map of the library",
        lambda: draw_map(library_map(loaded, player)),
        news=report.compared > 0 or report.rows_deleted > 0,
    )
    return dg.MaterializeResult(
        metadata={
            **sheet,
            "spaces with news": ", ".join(report.spaces) or "none",
            "compared with all": report.compared,
            **{
                f"recall of the index in {space}": recall for space, recall in report.recall.items()
            },
            "rows written": report.rows_written,
            "rows deleted": report.rows_deleted,
            **table_metadata(loaded, player, MEDIA_NEIGHBORS),
        }
    )
