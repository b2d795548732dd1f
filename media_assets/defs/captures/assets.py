"""When each capture was taken, in which match, and what several players share."""

from collections.abc import Iterator

import dagster as dg

from media_assets.captures.times import RULES_VERSION
from media_assets.orchestration.associations import association_table, calibration_plot
from media_assets.orchestration.partitions import players
from media_assets.orchestration.policy import shared_spec, table_options
from media_assets.orchestration.reporting import listener, picture, table_metadata, tables_metadata
from media_assets.orchestration.resources import PlatformResource
from media_assets.orchestration.review import review_metadata
from media_assets.orchestration.tables import Metadatum
from media_assets.orchestration.timeline import match_timeline
from media_assets.stages.associate import associate
from media_assets.stages.calibration import calibration
from media_assets.stages.capture_times import compute_times
from media_assets.stages.platform import Platform
from media_assets.stages.shared_captures import collect_shared_captures
from media_assets.stages.views import newest_associations, rows_of
from media_assets.store.tables.captures import CAPTURE_TIMES, MEDIA_MATCHES
from media_assets.store.tables.shared_captures import MATCH_CAPTURES, SHARED_CAPTURES


@dg.asset(
    **table_options(
        CAPTURE_TIMES,
        "captures",
        {"duckdb", "table", "python"},
        str(RULES_VERSION),
        "From what the tool wrote into the picture, the file name, EXIF, the container and the "
        "mtime, the best first. Local times are read in the zone where the player's device was.",
    ),
    deps=["media_files", "image_metadata", "video_metadata"],
    partitions_def=players,
)
def capture_times(
    context: dg.AssetExecutionContext, platform: PlatformResource
) -> dg.MaterializeResult:
    player = context.partition_key
    loaded = platform.load()
    report = compute_times(loaded, player, listener=listener(context))
    settings = loaded.settings.player(player)
    return dg.MaterializeResult(
        metadata={
            "computed now": report.computed,
            "with a time": report.timed,
            "time zone": settings.timezone,
            "journeys": len(settings.travel),
            **table_metadata(loaded, player, CAPTURE_TIMES),
        }
    )


@dg.asset(
    **table_options(
        MEDIA_MATCHES,
        "captures",
        {"duckdb", "table", "sql"},
        "1",
        "Every match whose presence interval is near the capture, with the confidence and what it "
        "is made of. Decisions of people stand above it.",
    ),
    deps=["capture_times", "player_match_stats", "highlight_events"],
    partitions_def=players,
)
def media_matches(
    context: dg.AssetExecutionContext, platform: PlatformResource
) -> dg.MaterializeResult:
    player = context.partition_key
    loaded = platform.load()
    report = associate(loaded, player)
    news = report.rows_written > 0 or report.rows_deleted > 0
    return dg.MaterializeResult(
        metadata={
            **_pictures(context, loaded, news=news),
            **{f"captures {name}": count for name, count in report.decisions.items()},
            "captures judged now": report.judged,
            **review_metadata(loaded, player),
            "rows written": report.rows_written,
            "rows deleted": report.rows_deleted,
            **table_metadata(loaded, player, MEDIA_MATCHES),
        }
    )


@dg.multi_asset(
    name="captures_of_all_players",
    specs=[
        shared_spec(
            SHARED_CAPTURES,
            "captures",
            {"duckdb", "table", "sql"},
            "1",
            ["media_library"],
            "The same bytes in several libraries are one row, with the match of each file. From "
            "what players have published.",
        ),
        shared_spec(
            MATCH_CAPTURES,
            "captures",
            {"duckdb", "table", "sql"},
            "1",
            ["media_library", "match_participants"],
            "A match of several players is one row, and what several have of it counts once.",
        ),
    ],
)
def captures_of_all_players(platform: PlatformResource) -> Iterator[dg.MaterializeResult]:
    loaded = platform.load()
    report = collect_shared_captures(loaded)
    looks = tables_metadata(loaded, None, (SHARED_CAPTURES, MATCH_CAPTURES))
    for table, several in (
        (SHARED_CAPTURES, report.captures_of_several),
        (MATCH_CAPTURES, report.matches_of_several),
    ):
        yield dg.MaterializeResult(
            asset_key=table.name,
            metadata={
                "of several players": several,
                "rows written": report.written[table.name],
                "rows deleted": report.deleted[table.name],
                **looks[table.name],
            },
        )


def _pictures(
    context: dg.AssetExecutionContext, platform: Platform, *, news: bool
) -> dict[str, Metadatum]:
    player, asset = context.partition_key, MEDIA_MATCHES.name
    zone = platform.settings.player(player).timezone
    drawn = {
        "matches and captures": lambda: _timeline(platform, player),
        "associations": lambda: association_table(newest_associations(platform, player), zone),
        "calibration": lambda: calibration_plot(calibration(platform, player)),
    }
    return {
        key: value
        for name, draw in drawn.items()
        for key, value in picture(context, asset, name, draw, news=news).items()
    }


def _timeline(platform: Platform, player: str) -> dg.MarkdownMetadataValue:
    return match_timeline(
        rows_of(platform, player, "matches"),  # type: ignore[arg-type]  # as the queries have it
        rows_of(platform, player, "associated"),  # type: ignore[arg-type]
        platform.settings.player(player).timezone,
    )
