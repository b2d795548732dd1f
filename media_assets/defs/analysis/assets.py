"""`media_analysis`: all that follows from a file's content, in one read and one decode."""

from collections.abc import Iterator

import dagster as dg

from media_assets.orchestration.partitions import players
from media_assets.orchestration.pictures import contact_sheet
from media_assets.orchestration.policy import player_spec
from media_assets.orchestration.reporting import listener, picture, rate, tables_metadata
from media_assets.orchestration.resources import PlatformResource
from media_assets.orchestration.tables import Metadatum
from media_assets.stages.analyse import analyse
from media_assets.stages.batch import AnalysisReport
from media_assets.stages.catalog import QUICK_STAGES, Stage, StageName
from media_assets.stages.platform import Platform
from media_assets.stages.views import newest_thumbnails
from media_assets.store.analysis import STAGE_TABLES

_MORE: dict[StageName, str] = {
    "image_metadata": "Size, format, EXIF, colours and perceptual hashes.",
    "video_metadata": "Container, streams, duration and creation time.",
    "audio_metadata": "Tags and technical data.",
    "embedded_covers": "The pictures in music as they are, stored once by content.",
    "thumbnails": "Posters of pictures and clips, covers of music, animated previews of clips.",
    "media_vectors": "Layout vectors of pictures and posters; near-duplicates are close by cosine.",
}


def _spec(stage: Stage) -> dg.AssetSpec:
    more = (
        f"{_MORE[stage.name]} Computed for {', '.join(stage.kinds)} from one read of the file, "
        "together with the other tables of this step. A file that cannot be used is a row of "
        "`media_failures`, never the end of the run."
    )
    kinds = {"duckdb", "table", "python"}
    spec = player_spec(
        STAGE_TABLES[stage.name], "analysis", kinds, str(stage.version), ["media_files"], more
    )
    return spec.replace_attributes(skippable=True)


@dg.multi_asset(
    name="media_analysis", specs=[_spec(stage) for stage in QUICK_STAGES], can_subset=True,
    partitions_def=players,
)  # fmt: skip
def media_analysis(
    context: dg.AssetExecutionContext, platform: PlatformResource
) -> Iterator[dg.MaterializeResult]:
    player = context.partition_key
    loaded = platform.load()
    selected: list[StageName] = [
        stage.name
        for stage in QUICK_STAGES
        if dg.AssetKey(stage.name) in context.selected_asset_keys
    ]
    report = analyse(loaded, player, selected, listener=listener(context))
    looks = tables_metadata(loaded, player, [STAGE_TABLES[stage] for stage in selected])
    for stage in selected:
        yield dg.MaterializeResult(
            asset_key=stage,
            metadata={
                **(_sheet(context, loaded, report) if stage == "thumbnails" else {}),
                **_done(stage, report),
                **looks[STAGE_TABLES[stage].name],
            },
        )


def _sheet(
    context: dg.AssetExecutionContext, platform: Platform, report: AnalysisReport
) -> dict[str, Metadatum]:
    return picture(
        context,
        "thumbnails",
        "newest captures",
        lambda: contact_sheet(newest_thumbnails(platform, context.partition_key)),
        news=report.done["thumbnails"] > 0,
    )


def _done(stage: StageName, report: AnalysisReport) -> dict[str, Metadatum]:
    return {
        "done now": report.done[stage],
        "failed now": report.failed[stage],
        "media read": report.media,
        "copies not decoded": report.twins,
        "changed while read": report.unsettled,
        "files per second": rate(report.media, report.seconds),
    }
