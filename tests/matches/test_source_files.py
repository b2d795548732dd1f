import json
import os
import sys

import pytest
from match_shapes import event, film_chunk, match_id, skill, skill_value, stats

from media_assets.errors import LibraryError, MatchDataError
from media_assets.matches import source_files
from media_assets.matches.raw_store import FILM_MISSING, RawStore, film_part
from media_assets.matches.source_files import SourceStat, read_source, walk_source

ONE = match_id(1)
LINKS = {"AssetId": "a", "VersionId": "v", "PublicName": "n"}


def written(folder, name, content):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


@pytest.mark.parametrize(
    ("content", "kind", "match"),
    [
        (stats(), "stats", ONE),
        ({"Start": 0, "Results": []}, "history", None),
        ([{"xuid": "1", "gamertag": "a"}], "users", None),
        ({"xuid": "1", "gamertag": "a"}, "users", None),
        ({"profileUsers": []}, "profile", None),
        ({"medals": [], "sprites": {}}, "medals", None),
        ({"MatchesPlayedCount": 3}, "match_count", None),
        ({**LINKS, "RotationEntries": []}, "asset", None),
        ({**LINKS, "MapLink": {}, "UgcGameVariantLink": {}}, "asset", None),
        ({**LINKS, "EngineGameVariantLink": {}}, "asset", None),
        ({**LINKS, "PrefabLinks": []}, "asset", None),
        ({"FilmStatusBond": 1, "CustomData": {"MatchId": ONE}}, "film_manifest", ONE),
        ({"FilmStatusBond": 1, "CustomData": None}, "film_manifest", None),
    ],
)
def test_a_response_is_told_by_its_content(tmp_path, content, kind, match):
    found = read_source(written(tmp_path, "anything.txt", content))
    assert (found.content, found.match_id) == (kind, match)
    assert found.parsed == content
    assert json.loads(found.data) == content
    assert found.part == ("stats.json" if kind == "stats" else None)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_any_unicode_encoding_will_do(tmp_path, encoding):
    text = "\n\t " + json.dumps([{"xuid": "1", "gamertag": "Zoë"}], ensure_ascii=False)
    if encoding == "utf-16-le":
        text = text.strip()
    found = read_source(written(tmp_path, "users.json", text.encode(encoding)))
    assert found.parsed[0]["gamertag"] == "Zoë"


@pytest.mark.parametrize("name", [f"skill_{ONE}.json", f"{ONE.upper()}/skill.json", f"{ONE}.x"])
def test_skill_takes_its_match_from_the_name(tmp_path, name):
    found = read_source(written(tmp_path, name, skill(skill_value())))
    assert (found.content, found.match_id, found.part) == ("skill", ONE, "skill.json")


def test_skill_takes_the_file_name_before_the_folder(tmp_path):
    found = read_source(written(tmp_path, f"{match_id(2)}/{ONE}.json", skill()))
    assert found.match_id == ONE


def test_skill_without_a_match_says_how_to_name_it(tmp_path):
    path = written(tmp_path, "get_match_skill.json", skill(skill_value()))
    with pytest.raises(MatchDataError, match=r"name the file skill_<match id>\.json"):
        read_source(path)


def test_the_rank_in_a_playlist_is_no_skill_of_a_match(tmp_path):
    value = {"Id": "xuid(1)", "ResultCode": 0, "Result": {"Current": {}}}
    with pytest.raises(MatchDataError, match="no response of the match API"):
        read_source(written(tmp_path, f"{ONE}.json", skill(value)))


@pytest.mark.parametrize("name", [f"38_{ONE}.gzip", f"{ONE}/film_38.gzip"])
def test_a_film_is_told_by_its_name(tmp_path, name):
    chunk = film_chunk([event()])
    found = read_source(written(tmp_path, name, chunk))
    assert (found.content, found.match_id, found.part) == ("film", ONE, "film_38.gzip")
    assert found.data == chunk
    assert found.parsed is None


def test_a_film_that_is_known_to_be_missing(tmp_path):
    found = read_source(written(tmp_path, f"{ONE}/film.missing", b""))
    assert (found.content, found.match_id, found.part) == ("film", ONE, FILM_MISSING)


def test_a_damaged_film_is_refused_before_it_is_stored(tmp_path):
    path = written(tmp_path, f"38_{ONE}.gzip", film_chunk([event()])[:-6])
    with pytest.raises(MatchDataError, match="cut off"):
        read_source(path)


def test_the_layout_of_the_raw_store_is_a_source(tmp_path):
    store = RawStore(tmp_path / "raw" / "matches")
    store.put(ONE, "stats.json", json.dumps(stats()).encode())
    store.put(ONE, "skill.json", json.dumps(skill(skill_value())).encode())
    store.put(ONE, film_part(38), film_chunk([event()]))
    store.put(match_id(2), FILM_MISSING, b"")
    copy = RawStore(tmp_path / "copy")
    for found in walk_source(tmp_path / "raw"):
        content = read_source(found.path)
        assert copy.put(content.match_id, content.part, content.data)
    assert copy.parts(ONE) == store.parts(ONE)
    assert copy.film(match_id(2)) == "missing"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.json", b"", "the file is empty"),
        ("a.json", b"   \n", "not valid JSON"),
        ("a.json", b'{"MatchId": ', "not valid JSON: .* in line 1, column"),
        ("a.json", b'{"a": "\xff"}', "is not text"),
        ("a.json", b"[" * 100_000, "nested too deeply"),
        ("a.json", b"[1" + b"0" * 5000 + b"]", "not valid JSON here"),
        ("a.json", b"hello", "it does not begin with"),
        ("README", b"# Matches", "neither a JSON response nor a film chunk"),
        ("a.json", b'{"a": 1}', "no response of the match API"),
        ("a.json", b"[]", "no response of the match API"),
        ("a.json", b"[1]", "no response of the match API"),
        (f"x_{ONE}.gzip", b"\x78\x9c", "neither a JSON response"),
        ("38_something.gzip", b"\x78\x9c", "neither a JSON response"),
        ("a.json", {**stats(), "MatchId": "../../etc"}, "is not a match id"),
        ("a.json", {**stats(), "MatchInfo": {}}, "no start, end or duration"),
        ("a.json", {**stats(), "Players": {}}, "`Players` is not a list"),
        ("a.json", {**LINKS, "CustomData": {}}, "no map, playlist"),
    ],
)
def test_what_is_wrong_is_said_in_words(tmp_path, name, content, words):
    path = written(tmp_path, name, content)
    with pytest.raises(MatchDataError, match=words):
        read_source(path)


def test_a_file_over_the_limit_is_not_read(tmp_path):
    path = tmp_path / "large.json"
    with path.open("wb") as stream:
        stream.truncate(source_files.MAX_SOURCE_BYTES + 1)
    with pytest.raises(MatchDataError, match="larger than"):
        read_source(path)


def test_a_file_that_is_gone_is_named(tmp_path):
    with pytest.raises(MatchDataError, match="cannot be read: No such file"):
        read_source(tmp_path / "gone.json")


def test_the_walk_goes_to_any_depth_in_order(tmp_path):
    for name in ("b.json", "a/2/x.json", "a/1.json", "README", ".hidden/c.json", "a/.DS_Store"):
        written(tmp_path, name, b"{}")
    found = list(walk_source(tmp_path))
    assert [os.path.relpath(one.path, tmp_path) for one in found] == [
        "README", "b.json", os.path.join("a", "1.json"), os.path.join("a", "2", "x.json"),
    ]  # fmt: skip
    status = (tmp_path / "b.json").stat()
    assert found[1] == SourceStat(str(tmp_path / "b.json"), status.st_size, status.st_mtime_ns)


def test_links_are_not_followed(tmp_path):
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    written(outside, "x.json", b"{}")
    inside.mkdir()
    (inside / "folder").symlink_to(outside, target_is_directory=True)
    (inside / "file.json").symlink_to(outside / "x.json")
    (inside / "circle").symlink_to(inside, target_is_directory=True)
    assert list(walk_source(inside)) == []


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(LibraryError, match="is not there"):
        list(walk_source(tmp_path / "gone"))


@pytest.mark.skipif(sys.platform != "linux", reason="names of any bytes exist on Linux only")
def test_a_name_that_is_not_utf_8_is_read(tmp_path):
    with open(os.fsencode(tmp_path) + b"/caf\xe9.json", "wb") as stream:
        stream.write(json.dumps(stats()).encode())
    (found,) = walk_source(tmp_path)
    assert os.fsencode(found.path).endswith(b"caf\xe9.json")
    assert read_source(found.path).content == "stats"


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(MatchDataError, match="cannot be read"):
        read_source(tmp_path)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may list any folder"
)
def test_a_folder_that_cannot_be_listed_is_named(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o000)
    try:
        assert list(walk_source(tmp_path)) == [SourceStat(str(closed), 0, 0)]
        with pytest.raises(MatchDataError, match="cannot be read"):
            read_source(closed)
    finally:
        closed.chmod(0o700)


def test_what_is_removed_during_the_walk_is_left_out(tmp_path):
    written(tmp_path, "a.json", b"{}")
    gone = written(tmp_path, "folder/b.json", b"{}")
    walk = walk_source(tmp_path)
    next(walk)
    gone.unlink()
    gone.parent.rmdir()
    assert list(walk) == []
