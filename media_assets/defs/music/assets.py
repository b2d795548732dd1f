"""Artists, albums, tracks and covers: of each player, and what all players have."""

from collections.abc import Iterator

import dagster as dg

from media_assets.orchestration.music_pictures import COVER_CELL, SHEET_COVERS, tracks_by_decade
from media_assets.orchestration.partitions import players
from media_assets.orchestration.pictures import contact_sheet
from media_assets.orchestration.policy import player_spec, shared_spec
from media_assets.orchestration.reporting import few, listener, picture, tables_metadata
from media_assets.orchestration.resources import PlatformResource
from media_assets.orchestration.tables import Metadatum
from media_assets.stages.music import RULES_VERSION, MusicReport, derive_music
from media_assets.stages.music_views import album_posters, decades
from media_assets.stages.platform import Platform
from media_assets.stages.shared_music import share_music
from media_assets.store.spec import Table
from media_assets.store.tables.music import (
    ALBUMS,
    ARTISTS,
    COVERS,
    MUSIC_TABLES,
    SHARED_MUSIC_TABLES,
    TRACK_ARTISTS,
    TRACKS,
)

_KINDS = {"duckdb", "table", "python"}
_MORE = {
    TRACKS.name: "A title that a file does not have is shown as the file's name, and marked.",
    TRACK_ARTISTS.name: "Names and MusicBrainz ids belong together in their order.",
    ARTISTS.name: "By MusicBrainz id, else by name; never merged by guess: `namesakes` names "
    "others of the same name. `media-assets music artists` lists them.",
    ALBUMS.name: "By MusicBrainz release, else by album artists, title and date: two editions "
    "stay two. `media-assets music albums` lists them.",
    COVERS.name: "Embedded ones, and files such as `cover.jpg`, `folder.png`, `artist.webp` "
    "in the folders of albums and artists. Thumbnails are made as `covers.sizes_at_once` says, "
    "or by `media-assets music cover`.",
}
_SHARED_MORE = (
    "From what players have published; `media-assets music shared` lists what several have."
)


def _spec(table: Table) -> dg.AssetSpec:
    deps = ["media_files", "image_metadata", "audio_metadata", "embedded_covers"]
    return player_spec(table, "music", _KINDS, str(RULES_VERSION), deps, _MORE[table.name])


@dg.multi_asset(
    name="music_catalog", specs=[_spec(table) for table in MUSIC_TABLES], partitions_def=players
)
def music_catalog(
    context: dg.AssetExecutionContext, platform: PlatformResource
) -> Iterator[dg.MaterializeResult]:
    player = context.partition_key
    loaded = platform.load()
    report = derive_music(loaded, player, listener=listener(context))
    looks = tables_metadata(loaded, player, MUSIC_TABLES)
    for table in MUSIC_TABLES:
        written, deleted = report.changes[table.name]
        yield dg.MaterializeResult(
            asset_key=table.name,
            metadata={
                **_shown(context, loaded, table, report),
                "rows written": written,
                "rows deleted": deleted,
                **looks[table.name],
            },
        )


def _shown(
    context: dg.AssetExecutionContext, platform: Platform, table: Table, report: MusicReport
) -> dict[str, Metadatum]:
    """What only one of the tables has to show."""
    player = context.partition_key
    if table is TRACKS:
        return picture(context, TRACKS.name, "tracks by decade",
                       lambda: tracks_by_decade(decades(platform, player)),
                       news=report.is_news)  # fmt: skip
    if table is ALBUMS:
        return picture(context, ALBUMS.name, "covers", lambda: contact_sheet(
            album_posters(platform, player, SHEET_COVERS), "covers of albums", COVER_CELL),
            news=report.is_news)  # fmt: skip
    if table is COVERS:
        return {
            "covers with sizes made now": report.sizes.made,
            "covers whose sizes failed": len(report.sizes.failed),
            "not made": few(report.sizes.failed),
        }
    return {}


@dg.multi_asset(
    name="shared_music",
    specs=[
        shared_spec(table, "music", _KINDS, "1", ["media_library"], _SHARED_MORE)
        for table in SHARED_MUSIC_TABLES
    ],
)
def shared_music(platform: PlatformResource) -> Iterator[dg.MaterializeResult]:
    loaded = platform.load()
    report = share_music(loaded)
    looks = tables_metadata(loaded, None, SHARED_MUSIC_TABLES)
    for table in SHARED_MUSIC_TABLES:
        written, deleted = report.changes[table.name]
        yield dg.MaterializeResult(
            asset_key=table.name,
            metadata={
                "players looked at": report.players,
                "rows written": written,
                "rows deleted": deleted,
                **looks[table.name],
            },
        )
