"""`media-assets music`: what it lists, what it finds, what it refuses."""

import json
from pathlib import Path
from typing import Any

import pytest
from analysed_home import PLAYER
from click.testing import CliRunner, Result
from music_home import ARTIST, RELEASE, MusicHome, picture

from media_assets.cli import main
from media_assets.stages.shared_music import share_music


class Place:
    """A library of music, and the commands."""

    def __init__(self, home: MusicHome) -> None:
        self.home = home

    def run(self, command: str, *arguments: str, code: int = 0) -> Result:
        config = str(self.home.base / "media_assets.toml")
        done = CliRunner().invoke(main, ["music", command, "--config", config, *arguments])
        assert done.exit_code == code, done.output
        return done

    def json(self, command: str, *arguments: str) -> Any:
        return json.loads(self.run(command, *arguments, "--json").stdout)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    home = MusicHome(tmp_path_factory.mktemp("music"))
    home.song("Sea/1.wav", title="Wave", artist="Ána", album="Sea", date="2001", genre="Folk",
              cover=picture("red"))  # fmt: skip
    home.song("Sea/2.wav", title="Storm", artist="ÁNA", album="Sea", date="2001", seed=5)
    home.song("Sky/1.wav", title="Cloud", artist="Bo", album="Sky", date="1999", genre="Pop",
              ids={"MusicBrainz Album Id": RELEASE, "MusicBrainz Artist Id": ARTIST})  # fmt: skip
    home.run_all()
    (home.base / "media_assets.toml").write_text("")
    share_music(home.platform)
    return Place(home)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("artists",), ["Bo", "ÁNA"]),
        (("artists", "--artist", "ána "), ["ÁNA"]),
        (("artists", "--like", "B"), ["Bo"]),
        (("artists", "--year", "1999"), ["Bo"]),
        (("artists", "--genre", "folk"), ["ÁNA"]),
        (("albums",), ["Sky", "Sea"]),
        (("albums", "--artist", "Ána"), ["Sea"]),
        (("albums", "--album", "SEA", "--year", "2001"), ["Sea"]),
        (("albums", "--like", "ea", "--genre", "Folk"), ["Sea"]),
        (("albums", "--year", "1998"), []),
        (("tracks",), ["Wave", "Storm", "Cloud"]),
        (("tracks", "--artist", "ána", "--album", "sea"), ["Wave", "Storm"]),
        (("tracks", "--like", "LOU"), ["Cloud"]),
        (("tracks", "--genre", "folk", "--year", "2001"), ["Wave"]),
        (("tracks", "--limit", "1"), 1),
        (("tracks", "--player", PLAYER), 3),
    ],
)  # fmt: skip
def test_lists(arguments: tuple[str, ...], expected: list[str] | int, place: Place) -> None:
    rows = place.json(*arguments)
    name = {"artists": "name", "albums": "title", "tracks": "display_title"}[arguments[0]]
    if isinstance(expected, int):
        assert len(rows) == expected
    else:
        assert sorted(row[name] for row in rows) == sorted(expected)
    assert all(row["player"] == PLAYER for row in rows)


def test_tables_for_people(place: Place) -> None:
    text = place.run("tracks", "--limit", "2").stdout
    assert "there are more; --limit shows more" in text
    assert "Sea" in text
    assert "nothing is like that" in place.run("albums", "--like", "xyz").stdout
    assert "nothing is like that" in place.run("shared").stdout
    assert place.json("shared") == []


def test_find(place: Place) -> None:
    path = str(place.home.library / "Sky/1.wav")
    (track,) = place.json("find", "--path", path)["tracks"]
    assert (track["title"], track["mb_recording_id"]) == ("Cloud", None)
    found = place.json("find", "--artist", "ÁNA", "--album", "sea")
    assert [row["title"] for row in found["tracks"]] == ["Storm", "Wave"]
    assert [row["title"] for row in found["albums"]] == ["Sea"]
    assert place.json("find", "--mb-id", RELEASE.upper())["albums"][0]["title"] == "Sky"
    text = place.run("find", "--mb-id", ARTIST).stdout
    assert "Bo" in text
    assert "Sky" not in text
    assert "nothing is like that" in place.run("find", "--path", "/nowhere").stdout


def test_a_cover_is_made_and_its_file_named(place: Place) -> None:
    (album,) = place.json("albums", "--album", "Sea")
    found = place.json("cover", album["album_key"], "--size", "150")
    assert Path(found["file"]).is_file()
    assert place.run("cover", album["cover_id"], "--size", "150").stdout.strip() == found["file"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("find",), "give one of --path"),
        (("find", "--artist", "Bo"), "go together"),
        (("find", "--path", "x", "--mb-id", "y"), "give one of"),
        (("cover", "nobody"), "nothing with a cover has the key nobody"),
        (("cover", "nobody", "--size", "7"), "'7' is not one of"),
        (("tracks", "--player", "nobody"), "no player is called nobody"),
    ],
)
def test_what_makes_no_sense_is_refused(
    arguments: tuple[str, ...], words: str, place: Place
) -> None:
    assert words in place.run(*arguments, code=2).stderr
