"""`audio_features`: what is heard in music, which takes a hundred times as long as its tags."""

import dagster as dg

from media_assets.orchestration.audio_pictures import tempos_and_keys
from media_assets.orchestration.partitions import players
from media_assets.orchestration.policy import LATE, table_options
from media_assets.orchestration.reporting import listener, picture, rate, table_metadata
from media_assets.orchestration.resources import PlatformResource
from media_assets.orchestration.tables import figures
from media_assets.stages.analyse import analyse
from media_assets.stages.catalog import STAGES, Stage
from media_assets.stages.views import numbers, rows_of
from media_assets.store.tables.analysis import AUDIO_FEATURES

_STAGE: Stage = next(stage for stage in STAGES if stage.name == AUDIO_FEATURES.name)


@dg.asset(
    **table_options(
        AUDIO_FEATURES,
        "analysis",
        {"duckdb", "table", "python"},
        str(_STAGE.version),
        "Tempo, key, loudness and rules of thumb about mood, from one decode of the middle of "
        "each music file; the vector `audio.timbre` goes into `media_vectors`. A value that could "
        "not be computed is NULL with its reason. A file whose sound cannot be decoded is a row of "
        "`media_failures`, never the end of the run.",
    ),
    deps=["media_files", "audio_metadata"],
    partitions_def=players,
    op_tags=LATE,
)
def audio_features(
    context: dg.AssetExecutionContext, platform: PlatformResource
) -> dg.MaterializeResult:
    player = context.partition_key
    loaded = platform.load()
    report = analyse(loaded, player, [_STAGE.name], listener=listener(context))
    plot = picture(
        context,
        AUDIO_FEATURES.name,
        "tempos and keys",
        lambda: tempos_and_keys(rows_of(loaded, player, "tempos"), rows_of(loaded, player, "keys")),
        news=report.rows_written > 0,
    )
    return dg.MaterializeResult(
        metadata={
            **plot,
            "done now": report.done[_STAGE.name],
            "failed now": report.failed[_STAGE.name],
            "copies not decoded": report.twins,
            "changed while read": report.unsettled,
            "files per second": rate(report.media, report.seconds),
            **figures(numbers(loaded, player, "audio_features")),
            **table_metadata(loaded, player, AUDIO_FEATURES),
        }
    )
