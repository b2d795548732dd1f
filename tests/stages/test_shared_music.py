"""Albums and artists of all players, from what each has published."""

from pathlib import Path

import polars as pl
import pytest

from media_assets.settings import Settings
from media_assets.stages.platform import Platform
from media_assets.stages.shared_music import albums_of_several, promises, share_music
from media_assets.store.frames import frame_of
from media_assets.store.tables.music import ALBUMS, ARTISTS


def publish(platform: Platform, player: str, **tracks: int) -> None:
    """Albums by their titles, each of an artist of that name, with so many tracks."""
    folder = platform.places.published(player)
    folder.mkdir(parents=True, exist_ok=True)
    albums = [
        {"album_key": f"x|{title}|", "title": title, "album_artist": title, "artist_key": title,
         "compilation": False, "discs": 1, "tracks": count, "tracks_missing": 1}
        for title, count in tracks.items()
    ]  # fmt: skip
    artists = [
        {"artist_key": title, "name": title, "is_whole_credit": False, "albums": int(count > 0),
         "tracks": count, "tracks_missing": 1}
        for title, count in tracks.items()
    ]  # fmt: skip
    frame_of(ALBUMS, albums).write_parquet(folder / "albums.parquet")
    frame_of(ARTISTS, artists).write_parquet(folder / "artists.parquet")


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    return Platform(Settings(base=tmp_path))


def test_who_has_an_album_and_how_much_of_it(platform: Platform) -> None:
    publish(platform, "ana", sea=3, sky=5)
    publish(platform, "bo", sea=4, ice=0)
    report = share_music(platform)
    assert (report.players, report.changes) == (
        2, {"shared_albums": (4, 0), "shared_artists": (4, 0)},
    )  # fmt: skip
    shared = pl.read_parquet(platform.places.published_shared / "shared_albums.parquet")
    assert shared.select("title", "player", "tracks", "players").rows() == [
        ("ice", "bo", 0, 0), ("sea", "ana", 3, 2), ("sea", "bo", 4, 2), ("sky", "ana", 5, 1),
    ]  # fmt: skip
    assert albums_of_several(platform, 9)["player"].to_list() == ["ana", "bo"]
    assert promises(platform) == {
        "albums": 3, "albums_of_several": 1, "artists": 3, "artists_of_several": 1,
        "wrong_counts": 0,
    }  # fmt: skip


def test_nothing_new_writes_nothing_and_what_is_gone_goes(platform: Platform) -> None:
    publish(platform, "ana", sea=3)
    publish(platform, "bo", sea=4)
    share_music(platform)
    assert set(share_music(platform).changes.values()) == {(0, 0)}
    publish(platform, "bo", ice=1)
    assert share_music(platform).changes == {"shared_albums": (2, 1), "shared_artists": (2, 1)}


def test_without_players_there_is_nothing(platform: Platform) -> None:
    assert share_music(platform).players == 0
    assert promises(platform)["albums"] == 0
