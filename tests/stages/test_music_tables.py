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
from media_assets.stages.music_views import coverage, incomplete_covers, looked_up, promises
from media_assets.stages.publish import publish_player
from media_assets.stages.purge import PurgeChoice, plan, purge
from media_assets.store.music_lookups import Found, at_path, of_album, with_id

SEA = {"artist": "Ana", "album": "Sea", "date": "2001", "genre": "Folk"}
RED, BLUE = picture("red", 60), picture("blue", 50)


def fill(home: MusicHome) -> None:
    """An album of two tracks with a cover in each, a tagged one, and a song without tags."""
    for number in (1, 2):
        home.song(f"Ana/Sea/{number}.wav", title=f"Wave {number}", number=f"{number}/2",
                  cover=RED, seed=number, **SEA)  # fmt: skip
    home.song("Bo/Sky/1.wav", title="Cloud", artist="Bo", album="Sky",
              ids={"MusicBrainz Album Id": RELEASE, "MusicBrainz Artist Id": ARTIST})  # fmt: skip
    home.write("Bo/Sky/Folder.PNG", BLUE)
    home.write("Bo/artist.jpg", picture("green", 30, "JPEG"))
    home.song("loose/hum.wav")


@pytest.fixture
def home(tmp_path: Path) -> MusicHome:
    return MusicHome(tmp_path)


def test_files_become_tracks_albums_artists_and_covers(home: MusicHome) -> None:
    fill(home)
    report = home.run_all()
    assert {name: changes[0] for name, changes in report.changes.items()} == {
        "tracks": 4, "track_artists": 6, "artists": 2, "albums": 2, "covers": 3,
    }  # fmt: skip
    assert home.rows(
        "SELECT display_title, title_from_file_name, artist_key, album_key FROM tracks ORDER BY 1"
    ) == [
        ("Cloud", False, ARTIST, RELEASE),
        ("Wave 1", False, "ana", "ana|sea|2001"),
        ("Wave 2", False, "ana", "ana|sea|2001"),
        ("hum", True, None, None),
    ]
    assert home.rows(
        "SELECT title, album_artist, a.tracks, tracks_tagged, source, width, kind FROM albums a "
        "JOIN covers USING (cover_id) ORDER BY title"
    ) == [
        ("Sea", "Ana", 2, 2, "embedded", 60, "front"),
        ("Sky", "Bo", 1, None, "folder", 50, "front"),
    ]
    assert home.rows(
        "SELECT name, mb_artist_id, kind, width FROM artists LEFT JOIN covers USING (cover_id) "
        "ORDER BY name"
    ) == [("Ana", None, None, None), ("Bo", ARTIST, "artist", 30)]
    assert promises(home.platform, PLAYER) == dict.fromkeys(promises(home.platform, PLAYER), 0)
    found = coverage(home.platform, PLAYER)
    assert (found["tracks"], found["title"], found["cover"], found["mb_release_id"]) == (4, 3, 3, 1)


def test_an_embedded_cover_is_stored_as_it_is_and_once(home: MusicHome) -> None:
    fill(home)
    home.run_all()
    ((name, size),) = home.rows("SELECT DISTINCT cover_file, bytes FROM embedded_covers")
    assert (home.settings.data / str(name)).read_bytes() == RED
    assert size == len(RED)
    assert home.cover_files() == [f"{content_hash(RED)[:32]}.png"]
    assert incomplete_covers(home.platform, PLAYER) == (1, [])
    (home.settings.data / str(name)).write_bytes(RED[:-1])
    assert incomplete_covers(home.platform, PLAYER) == (1, [name])


def test_a_second_run_writes_nothing(home: MusicHome) -> None:
    fill(home)
    home.run_all()
    database = home.platform.player_database(PLAYER)
    before = database.read_bytes()
    report = home.derive()
    assert not report.is_news
    assert database.read_bytes() == before


def test_what_changes_is_written_and_nothing_else(home: MusicHome) -> None:
    fill(home)
    home.run_all()
    home.song("Ana/Sea/2.wav", title="Wave two", number="2/2", cover=RED, seed=2, **SEA)
    report = home.run_all()
    assert report.changes == {"tracks": (1, 0), **dict.fromkeys(
        ("track_artists", "artists", "albums", "covers"), (0, 0))}  # fmt: skip
    (home.library / "Ana/Sea/2.wav").unlink()
    discover(home.platform, PLAYER)
    report = home.derive()
    assert (report.changes["tracks"], report.changes["albums"]) == ((1, 0), (1, 0))
    assert home.rows("SELECT tracks, tracks_missing FROM albums WHERE title = 'Sea'") == [(1, 1)]
    assert home.rows("SELECT status FROM tracks WHERE title = 'Wave two'") == [("missing",)]


def test_what_is_forgotten_leaves_no_cover(home: MusicHome) -> None:
    home.song("1.wav", artist="Ana", album="Sea", cover=RED)
    home.write("picture.png", BLUE)
    home.run_all()
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


def test_a_broken_cover_is_a_failure_and_the_track_is_there(home: MusicHome) -> None:
    home.song("1.wav", artist="Ana", album="Sea", cover=RED[:70])
    home.song("2.wav", artist="Ana", album="Sea", seed=9)
    home.write("folder.png", BLUE[:60])
    home.run_all()
    failed = home.rows(
        "SELECT stage, message LIKE 'embedded cover: %' FROM media_failures "
        "JOIN media_files USING (media_id) WHERE kind = 'audio' ORDER BY 1"
    )
    assert failed == [("embedded_covers", True), ("thumbnails", True)]
    assert home.rows("SELECT reason FROM media_stages WHERE stage = 'embedded_covers'") == [
        ("not eligible: no cover is embedded",)
    ]
    assert home.rows("SELECT tracks, cover_id FROM albums") == [(2, None)]


def test_sizes_are_made_when_asked_for_and_stay_small(home: MusicHome) -> None:
    home.song("1.wav", artist="Ana", album="Sea", cover=picture("red", 400))
    home.write("artist.png", picture("blue", 200))
    home.run_all()
    ((media_id, album_key),) = home.rows("SELECT media_id, album_key FROM tracks")
    for key, size, side in ((media_id, 150, 150), (album_key, 800, 400), ("ana", 150, 150)):
        file = cover_thumbnail(home.platform, str(key), size)  # type: ignore[arg-type]  # a size
        with Image.open(file) as image:
            assert image.size == (side, side)
    made = home.cover_files()
    assert len(made) == 4  # the cover itself, two sizes of it, one of the artist
    home.publish()
    assert home.cover_files() == made
    assert cover_thumbnail(home.platform, "ana", 150).stat().st_mtime_ns == (
        file.stat().st_mtime_ns
    )
    with pytest.raises(ConfigurationError, match="nothing with a cover has the key nobody"):
        cover_thumbnail(home.platform, "nobody", 150)


def test_a_size_of_a_file_that_is_gone_says_so(home: MusicHome) -> None:
    home.song("1.wav", artist="Ana", album="Sea")
    cover = home.write("cover.png", RED)
    home.run_all()
    cover.unlink()
    with pytest.raises(UnreadableMediaError, match=r"cover\.png: cannot be opened"):
        cover_thumbnail(home.platform, "ana|sea|", 300)


def test_sizes_can_be_made_at_once(tmp_path: Path) -> None:
    home = MusicHome(tmp_path, sizes_at_once=(150, 300))
    home.song("1.wav", artist="Ana", album="Sea", cover=RED)
    assert home.run_all().sizes.made == 1
    stem = content_hash(RED)[:32]
    assert home.cover_files() == [f"{stem}.png", f"{stem}_150.jpg", f"{stem}_300.jpg"]
    assert home.run_all().sizes.made == 0


def test_look_ups(home: MusicHome) -> None:
    fill(home)
    home.song("Mix/1.wav", title="Rain", artist="Ana", album="Mix", album_artist="Various Artists")
    home.song("Mix/2.wav", title="Hail", artist="Bo", album="Mix", album_artist="Various Artists",
              seed=77)  # fmt: skip
    home.run_all()

    def titles(found: dict[str, Found]) -> list[str]:
        return [row["display_title"] for rows in found.values() for row in rows.tracks]

    path = str(home.library / "Bo/Sky/1.wav")
    assert titles(looked_up(home.platform, (), lambda con: at_path(con, path))) == ["Cloud"]
    for artist, album, expected in (
        ("ana", "sea", ["Wave 1", "Wave 2"]), ("ana", "mix", ["Rain"]), ("bo", "sea", []),
        ("various artists", "mix", ["Hail", "Rain"]), ("nobody", "sea", []),
    ):  # fmt: skip
        found = looked_up(home.platform, (), lambda con: of_album(con, artist, album))  # noqa: B023
        assert sorted(titles(found)) == expected
    (by_release,) = looked_up(home.platform, (), lambda con: with_id(con, RELEASE)).values()
    assert ([row["title"] for row in by_release.albums], len(by_release.tracks)) == (["Sky"], 1)
    (by_artist,) = looked_up(home.platform, (), lambda con: with_id(con, ARTIST)).values()
    assert [row["name"] for row in by_artist.artists] == ["Bo"]
    assert looked_up(home.platform, (), lambda con: with_id(con, "unknown")) == {}
