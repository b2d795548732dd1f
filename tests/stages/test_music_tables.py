"""A player's music from files to tables: once, again, after a change, with what is broken."""

from pathlib import Path

import pytest
from analysed_home import PLAYER
from music_home import ARTIST, RELEASE, MusicHome, picture
from PIL import Image

from media_assets.errors import ConfigurationError, UnreadableMediaError
from media_assets.library.content import content_hash
from media_assets.stages.cover_sizes import cover_thumbnail
from media_assets.stages.discover import discover
from media_assets.stages.music import MusicReport
from media_assets.stages.music_views import coverage, incomplete_covers, looked_up, promises
from media_assets.stages.publish import publish_player
from media_assets.stages.purge import PurgeChoice, plan, purge
from media_assets.store.music_lookups import Found, at_path, of_album, with_id

SEA = {"artist": "Ana", "album": "Sea", "date": "2001", "genre": "Folk"}
MIX = {"album": "Mix", "album_artist": "Various Artists"}
RED, BLUE = picture("red", 400), picture("blue", 50)


def fill(home: MusicHome) -> None:
    """An album with a cover in each track, one with ids and files beside it, a compilation whose
    covers are broken, and a song without tags.
    """
    for number in (1, 2):
        home.song(f"Ana/Sea/{number}.wav", title=f"Wave {number}", number=f"{number}/2",
                  cover=RED, seed=number, **SEA)  # fmt: skip
    home.song("Bo/Sky/1.wav", title="Cloud", artist="Bo", album="Sky",
              ids={"MusicBrainz Album Id": RELEASE, "MusicBrainz Artist Id": ARTIST})  # fmt: skip
    home.write("Bo/Sky/Folder.PNG", BLUE)
    home.write("Bo/artist.jpg", picture("green", 30, "JPEG"))
    home.song("Mix/1.wav", title="Rain", artist="Ana", cover=RED[:70], seed=7, **MIX)
    home.song("Mix/2.wav", title="Hail", artist="Bo", seed=8, **MIX)
    home.write("Mix/cover.png", RED[:90])
    home.song("loose/hum.wav")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[MusicHome, MusicReport]:
    """A library that was run once. Leave it as it is."""
    home = MusicHome(tmp_path_factory.mktemp("music"))
    fill(home)
    return home, home.run_all()


@pytest.fixture
def home(made: tuple[MusicHome, MusicReport]) -> MusicHome:
    return made[0]


def test_rows_are_written_once(made: tuple[MusicHome, MusicReport]) -> None:
    home, first = made
    assert {name: changes[0] for name, changes in first.changes.items()} == {
        "tracks": 6, "track_artists": 10, "artists": 4, "albums": 3, "covers": 3,
    }  # fmt: skip
    database = home.platform.player_database(PLAYER)
    before = database.read_bytes()
    assert not home.derive().is_news
    assert database.read_bytes() == before


def test_files_become_tracks_albums_artists_and_covers(home: MusicHome) -> None:
    assert home.rows(
        "SELECT display_title, title_from_file_name, artist_key, album_key FROM tracks ORDER BY 1"
    ) == [
        ("Cloud", False, ARTIST, RELEASE),
        ("Hail", False, "bo", "various artists|mix|"),
        ("Rain", False, "ana", "various artists|mix|"),
        ("Wave 1", False, "ana", "ana|sea|2001"),
        ("Wave 2", False, "ana", "ana|sea|2001"),
        ("hum", True, None, None),
    ]
    assert home.rows(
        "SELECT title, album_artist, a.tracks, tracks_tagged, source, width, kind FROM albums a "
        "LEFT JOIN covers USING (cover_id) ORDER BY title"
    ) == [
        ("Mix", "Various Artists", 2, None, None, None, None),
        ("Sea", "Ana", 2, 2, "embedded", 400, "front"),
        ("Sky", "Bo", 1, None, "folder", 50, "front"),
    ]
    assert home.rows(
        "SELECT name, mb_artist_id, a.albums, a.tracks, kind, width FROM artists a "
        "LEFT JOIN covers USING (cover_id) ORDER BY ALL"
    ) == [
        ("Ana", None, 1, 3, None, None),
        ("Bo", ARTIST, 1, 1, "artist", 30),
        ("Bo", None, 0, 1, None, None),
        ("Various Artists", None, 1, 0, None, None),
    ]
    assert not any(promises(home.platform, PLAYER).values())
    found = coverage(home.platform, PLAYER)
    assert [found[name] for name in ("tracks", "title", "cover", "mb_release_id")] == [6, 5, 3, 1]


def test_an_embedded_cover_is_stored_as_it_is_and_once(home: MusicHome) -> None:
    ((name, size),) = home.rows("SELECT DISTINCT cover_file, bytes FROM embedded_covers")
    file = home.settings.data / str(name)
    assert (file.read_bytes(), size) == (RED, len(RED))
    assert file.name == f"{content_hash(RED)[:32]}.png"
    assert incomplete_covers(home.platform, PLAYER) == (1, [])
    file.write_bytes(RED[:-1])
    assert incomplete_covers(home.platform, PLAYER) == (1, [name])
    file.write_bytes(RED)


def test_a_broken_cover_is_a_failure_and_the_track_is_there(home: MusicHome) -> None:
    failed = home.rows(
        "SELECT stage, message LIKE 'embedded cover: %' FROM media_failures "
        "JOIN media_files USING (media_id) WHERE kind = 'audio' ORDER BY 1"
    )
    assert failed == [("embedded_covers", True), ("thumbnails", True)]
    assert home.rows(
        "SELECT DISTINCT reason FROM media_stages WHERE stage = 'embedded_covers' ORDER BY ALL"
    ) == [("not eligible: no cover is embedded",), (None,)]


def test_sizes_are_made_when_asked_for_and_stay_small(home: MusicHome) -> None:
    for key, size, side in (("ana|sea|2001", 150, 150), ("ana|sea|2001", 800, 400)):
        file = cover_thumbnail(home.platform, key, size)  # type: ignore[arg-type]  # a size
        with Image.open(file) as image:
            assert image.size == (side, side)
    before = file.stat().st_mtime_ns
    ((media_id,),) = home.rows("SELECT media_id FROM tracks WHERE title = 'Wave 2'")
    assert cover_thumbnail(home.platform, str(media_id), 800).stat().st_mtime_ns == before
    stem = content_hash(RED)[:32]
    assert home.cover_files() == [f"{stem}.png", f"{stem}_150.jpg", f"{stem}_800.jpg"]
    home.publish()
    assert len(home.cover_files()) == 3
    with pytest.raises(ConfigurationError, match="nothing with a cover has the key nobody"):
        cover_thumbnail(home.platform, "nobody", 150)


def test_a_size_of_a_file_that_is_gone_says_so(home: MusicHome) -> None:
    file = home.library / "Bo/artist.jpg"
    file.rename(file.with_name("hidden"))
    with pytest.raises(UnreadableMediaError, match=r"artist\.jpg: cannot be opened"):
        cover_thumbnail(home.platform, ARTIST, 300)
    file.with_name("hidden").rename(file)


def test_look_ups(home: MusicHome) -> None:
    def titles(found: dict[str, Found]) -> list[str]:
        return [row["display_title"] for rows in found.values() for row in rows.tracks]

    path = str(home.library / "Bo/Sky/1.wav")
    assert titles(looked_up(home.platform, (), lambda con: at_path(con, path))) == ["Cloud"]
    for artist, album, expected in (
        ("ana", "sea", ["Wave 1", "Wave 2"]), ("ana", "mix", ["Rain"]), ("bo", "sea", []),
        ("various artists", "mix", ["Hail", "Rain"]), ("nobody", "sea", []),
        ("bo", "sky", ["Cloud"]),
    ):  # fmt: skip
        found = looked_up(home.platform, (), lambda con: of_album(con, artist, album))  # noqa: B023
        assert titles(found) == expected
    (by_release,) = looked_up(home.platform, (), lambda con: with_id(con, RELEASE)).values()
    assert ([row["title"] for row in by_release.albums], by_release.tracks) == (["Sky"], [])
    (by_artist,) = looked_up(home.platform, (), lambda con: with_id(con, ARTIST)).values()
    assert [row["name"] for row in by_artist.artists] == ["Bo"]
    assert looked_up(home.platform, (), lambda con: with_id(con, "unknown")) == {}


def test_what_changes_is_written_and_nothing_else(tmp_path: Path) -> None:
    home = MusicHome(tmp_path)
    for number in (1, 2):
        home.song(f"{number}.wav", title=f"Wave {number}", cover=RED, seed=number, **SEA)
    home.run_all()
    home.song("2.wav", title="Wave two", cover=RED, seed=2, **SEA)
    assert home.run_all().changes == {
        "tracks": (1, 0),
        **dict.fromkeys(("track_artists", "artists", "albums", "covers"), (0, 0)),
    }
    (home.library / "2.wav").unlink()
    discover(home.platform, PLAYER)
    report = home.derive()
    assert (report.changes["tracks"], report.changes["albums"]) == ((1, 0), (1, 0))
    assert home.rows("SELECT tracks, tracks_missing FROM albums") == [(1, 1)]
    assert home.rows("SELECT status FROM tracks WHERE title = 'Wave two'") == [("missing",)]


def test_sizes_can_be_made_at_once_and_go_with_what_is_forgotten(tmp_path: Path) -> None:
    home = MusicHome(tmp_path, sizes_at_once=(150, 300))
    home.song("1.wav", artist="Ana", album="Sea", cover=RED)
    home.write("picture.png", BLUE)
    assert home.run_all().sizes.made == 1
    stem = content_hash(RED)[:32]
    assert home.cover_files() == [f"{stem}.png", f"{stem}_150.jpg", f"{stem}_300.jpg"]
    assert home.derive().sizes.made == 0
    (home.library / "1.wav").unlink()
    discover(home.platform, PLAYER)
    choice = PurgeChoice(older_than_days=0)
    purge(home.platform, PLAYER, choice, plan(home.platform, PLAYER, choice))
    home.derive()
    publish_player(home.platform, PLAYER)
    assert home.rows("SELECT count(*) FROM tracks UNION ALL SELECT count(*) FROM covers") == [
        (0,), (0,),
    ]  # fmt: skip
    assert home.cover_files() == []
