"""The configuration: what is refused, and that the refusal names file, key and remedy."""

# ruff: noqa: DTZ001 - wall clocks are naive on purpose here

import os
import re
import tomllib
from datetime import datetime
from pathlib import Path

import pytest
from pydantic import BaseModel

from media_assets.embedder_settings import OnnxSettings, space_of
from media_assets.errors import ConfigurationError
from media_assets.settings import (
    Settings,
    dagster_home,
    find_file,
    load_credentials,
    load_settings,
)

FULL = """
data_dir = "data"
[library]
root = "library"
max_files_per_scan = 0
ignore = ["thumbs", "@eaDir", "#recycle"]
max_missing_share = 0.2
max_missing_files = 50
[players.Chocoboflor]
xuid = "2535445291321133"
timezone = "Europe/Paris"
folders = ["/mnt/captures/Choco"]
[captures]
name_rules = []
[matches]
source = "files"
directory = "matches"
tolerance_minutes = 5
requests_per_second = 5
concurrency = 8
[thumbnails]
size = 320
preview = "gif"
max_share = 0.25
[covers]
sizes_at_once = []
[audio]
seconds = 60
fingerprint = true
[vectors]
index = "exact"
index_from = 1000000
[engine]
workers = 0
item_timeout_seconds = 60
[web]
types = ["image", "video", "audio"]
min_width = 0
min_height = 0
max_file_size = 52428800
connect_seconds = 5
read_seconds = 10
total_seconds = 30
max_redirects = 3
concurrency = 32
host_concurrency = 4
host_requests_per_second = 5
attempts = 8
requests_per_attempt = 3
backoff_seconds = 1
max_wait_seconds = 30
host_failures = 5
host_pause_seconds = 60
robots = true
noai = true
refresh_days = 0
user_agent = "media_assets"
allowed_endpoints = []
[automation]
look_seconds = 30
rescans_per_hour = 48
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(text: str, name: str = "media_assets.toml") -> Path:
    file = Path.cwd() / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def load(text: str, **environment: str) -> Settings:
    return load_settings(write(text), environment)


def refusal(text: str, **environment: str) -> str:
    file = write(text)
    with pytest.raises(ConfigurationError) as caught:
        load_settings(file, environment)
    message = str(caught.value)
    assert str(file) in message
    return message


def test_the_documented_file_is_accepted_and_apart_from_players_says_the_defaults() -> None:
    settings, defaults = load(FULL), load("")
    assert settings.model_dump(exclude={"players"}) == defaults.model_dump(exclude={"players"})
    assert settings.player("Chocoboflor").timezone == "Europe/Paris"
    assert settings.folders("Chocoboflor") == (Path("/mnt/captures/Choco"),)
    assert settings.player("anybody").timezone == "UTC"
    assert settings.folders("anybody") == (Path.cwd() / "library" / "anybody",)


@pytest.mark.parametrize(
    ("text", "key", "allowed"),
    [
        ("dta_dir = 'data'", "dta_dir", "captures, covers, data_dir, embedders, engine, lands,"),
        ("base = '/tmp'", "base", "remove it"),
        ("[library]\nrooot = 'x'", "library.rooot", "ignore, max_files_per_scan, max_missing_f"),
        ("[players.ana]\nxid = '1'", "players.ana.xid", "folders, timezone, travel, xuid"),
        ("[players.travel]\nxid = '1'", "players.travel.xid", "folders, timezone, travel, xuid"),
        ("[[players.ana.travel]]\nto = 1", "players.ana.travel.0.to", "from, timezone, until"),
        ("[captures]\nrules = []", "captures.rules", "name_rules"),
        ("[[captures.name_rules]]\nformat = ''", "captures.name_rules.0.format",
         "anchor, kind, name, pattern, precision_seconds, quality, regex, zone"),
        ("[matches]\ntolerance = 1", "matches.tolerance",
         "concurrency, directory, requests_per_second, source, tolerance_minutes"),
        ("[thumbnails]\nwidth = 1", "thumbnails.width", "max_share, preview, size"),
        ("[engine]\nworker = 1", "engine.worker", "item_timeout_seconds, worker_memory_mib, worke"),
        ("[limits]\nmax = 1", "limits.max", "max_embedded_bytes, max_frames, max_image_bytes"),
        ("[library.sub]\nx = 1", "library.sub", "ignore"),
        ("[unheard]\nx = 1", "unheard", "data_dir"),
    ],
)  # fmt: skip
def test_an_unknown_key_is_refused_with_those_that_are_known(text, key, allowed) -> None:
    message = refusal(text)
    assert f"key '{key}' is not known" in message
    assert allowed in message


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ("data_dir = 3", "data_dir", "valid string"),
        ("data_dir = ''", "data_dir", "a folder is needed"),
        ('data_dir = "a\\u0000b"', "data_dir", "a folder is needed"),
        ("library = 'here'", "library", "LibrarySettings"),
        ("players = ['ana']", "players", "valid dictionary"),
        ("players.ana = 3", "players.ana", "PlayerSettings"),
        ("[library]\nroot = ['x']", "library.root", "valid string"),
        ("[library]\nmax_files_per_scan = '9'", "library.max_files_per_scan", "valid integer"),
        ("[library]\nmax_files_per_scan = 1.0", "library.max_files_per_scan", "valid integer"),
        ("[library]\nmax_files_per_scan = true", "library.max_files_per_scan", "valid integer"),
        ("[library]\nmax_files_per_scan = -1", "library.max_files_per_scan", "equal to 0"),
        ("[library]\nignore = 'thumbs'", "library.ignore", "valid tuple"),
        ("[library]\nignore = [3]", "library.ignore.0", "valid string"),
        ("[library]\nignore = ['a/b']", "library.ignore.0", "a single name"),
        ("[library]\nmax_missing_share = 1.5", "library.max_missing_share", "equal to 1"),
        ("[library]\nmax_missing_share = nan", "library.max_missing_share", "(is: nan)"),
        ("[library]\nmax_missing_share = '20%'", "library.max_missing_share", "valid number"),
        ("[library]\nmax_missing_files = -1", "library.max_missing_files", "equal to 0"),
        ("[players.ana]\nxuid = 2535445291321133", "players.ana.xuid", "valid string"),
        ("[players.ana]\nxuid = 'xuid(1)'", "players.ana.xuid", "[0-9]"),
        ("[players.ana]\nxuid = ''", "players.ana.xuid", "[0-9]"),
        ("[players.ana]\nfolders = 'x'", "players.ana.folders", "valid tuple"),
        ("[players.ana]\nfolders = []", "players.ana.folders", "at least 1"),
        ("[players.ana]\nfolders = [3]", "players.ana.folders.0", "valid string"),
        ("[players.ana]\nfolders = ['']", "players.ana.folders.0", "a folder is needed"),
        ("[players.'..']", "players...", "a single name"),
        ("[players.'a/b']", "players.a/b", "a single name"),
        ("[players.'a...b']", "players.a...b", "'...' cannot stand in a partition's name; rename"),
        ('[players."a\\nb"]', "players.a\nb", "control characters"),
        ("[players.Shared]", "players.Shared", "what all players share"),
        (f"[players.{'a' * 201}]", f"players.{'a' * 201}", "longer than 200 bytes"),
        ("[matches]\nsource = 'file'", "matches.source", "'files' or 'api'"),
        ("[matches]\nrequests_per_second = -1", "matches.requests_per_second", "equal to 0"),
        ("[matches]\nrequests_per_second = 101", "matches.requests_per_second", "equal to 100"),
        ("[matches]\nconcurrency = 0", "matches.concurrency", "equal to 1"),
        ("[matches]\nconcurrency = 65", "matches.concurrency", "equal to 64"),
        ("[matches]\ntolerance_minutes = -0.1", "matches.tolerance_minutes", "equal to 0"),
        ("[matches]\ntolerance_minutes = inf", "matches.tolerance_minutes", "(is: inf)"),
        ("[matches]\ntolerance_minutes = '5'", "matches.tolerance_minutes", "valid number"),
        ("[thumbnails]\nsize = 0", "thumbnails.size", "equal to 16"),
        ("[thumbnails]\nsize = 320.5", "thumbnails.size", "valid integer"),
        ("[thumbnails]\npreview = 'GIF'", "thumbnails.preview", "'gif' or 'webp'"),
        ("[engine]\nworkers = -1", "engine.workers", "equal to 0"),
        ("[engine]\nitem_timeout_seconds = 0", "engine.item_timeout_seconds", "greater than 0"),
        ("[engine]\nitem_timeout_seconds = inf", "engine.item_timeout_seconds", "finite"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_with_what_is_allowed(text, key, words) -> None:
    message = refusal(text)
    assert f"key '{key}': " in message
    assert words in message


@pytest.mark.parametrize(
    "zone",
    ["Europe/Pari", "CEST+2", "+02:00", "", "../UTC", "/etc/localtime", "Europe", "localtime"],
)
def test_an_unknown_zone_is_refused_with_an_example(zone: str) -> None:
    message = refusal(f"[players.ana]\ntimezone = {zone!r}")
    assert "key 'players.ana.timezone': " in message
    assert "'Europe/Paris'" in message


@pytest.mark.parametrize("zone", ["UTC", "Europe/Paris", "America/Argentina/Ushuaia", "Etc/GMT-14"])
def test_a_zone_of_the_database_is_accepted(zone: str) -> None:
    assert load(f"[players.ana]\ntimezone = '{zone}'").player("ana").timezone == zone


def stay(begins: str, until: str, zone: str = "America/New_York") -> str:
    return f"[[players.ana.travel]]\nfrom = {begins}\nuntil = {until}\ntimezone = '{zone}'\n"


def test_journeys_are_in_order_and_a_date_counts_whole() -> None:
    travel = (
        load(
            stay("2024-08-01T06:30:00", "2024-08-03T12:00:00", "Asia/Tokyo")
            + stay("2024-07-01", "2024-07-15")
            + stay("2024-08-03T12:00:00", "2024-08-03", "UTC")
        )
        .player("ana")
        .travel
    )
    assert [(one.begins, one.until, one.timezone) for one in travel] == [
        (datetime(2024, 7, 1), datetime(2024, 7, 16), "America/New_York"),
        (datetime(2024, 8, 1, 6, 30), datetime(2024, 8, 3, 12), "Asia/Tokyo"),
        (datetime(2024, 8, 3, 12), datetime(2024, 8, 4), "UTC"),
    ]  # fmt: skip
    assert load("").player("ana").travel == ()


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        (stay("'2024-07-01'", "2024-07-15"), "0.from", "without quotes"),
        (stay("2024-07-01", "07:30:00"), "0.until", "a date such as 2024-07-01"),
        (stay("2024-07-01T00:00:00Z", "2024-07-15"), "0.from", "without an offset"),
        (stay("2024-07-01", "9999-12-31"), "0.until", "a date such as"),
        (stay("2024-07-16", "2024-07-15"), "0", "'until' must be later than 'from'"),
        (stay("2024-07-01T08:00:00", "2024-07-01T08:00:00"), "0", "must be later"),
        (stay("2024-07-01", "2024-07-15", "New York"), "0.timezone", "'Europe/Paris'"),
        ("[[players.ana.travel]]\nfrom = 2024-07-01", "0.until", "required"),
        ("[players.ana.travel]\nfrom = 2024-07-01", "", "two pairs of brackets"),
    ],
)
def test_a_wrong_journey_is_refused(text: str, key: str, words: str) -> None:
    message = refusal(text)
    assert f"key 'players.ana.travel{key and '.'}{key}': " in message
    assert words in message


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("2024-07-01", "2024-07-15"), ("2024-07-15", "2024-07-20")),
        (("2024-07-10", "2024-07-12"), ("2024-07-01", "2024-07-20")),
        (("2024-07-01", "2024-07-15T12:00:00"), ("2024-07-15T11:59:59", "2024-07-20")),
    ],
)
def test_journeys_that_overlap_are_refused_with_both(first, second) -> None:
    message = refusal(stay(*first) + stay(*second, "Asia/Tokyo"))
    assert "key 'players.ana.travel': the stay in " in message
    assert "America/New_York" in message
    assert "Asia/Tokyo" in message
    assert "give the hour" in message


RULE = "[[captures.name_rules]]\nname = 'mine'\n"


def test_rules_for_names_are_read_with_their_defaults() -> None:
    (rule,) = load(RULE + "pattern = '{title} {year}{month}{day}'").captures.name_rules
    assert (rule.kind, rule.zone, rule.anchor, rule.precision_seconds, rule.quality) == (
        "both", "local", "instant", None, 0.85,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ("pattern = '{year}-{month}'", "pattern", "it needs year, month and day, or epoch"),
        ("pattern = '{year}-{mont}-{day}'", "pattern", "'mont' is not known; allowed: centi"),
        ("pattern = 3", "pattern", "valid string"),
        ("regex = '('", "regex", "no regular expression"),
        ("regex = '(.*)*(?P<year>.)(?P<month>.)(?P<day>.)'", "regex", "more than 1,000,000 ways"),
        ("regex = '(?P<yer>.)'", "regex", "group 'yer' is not known; allowed: centi, day, epoch"),
        ("", "", "either 'pattern' or 'regex' is needed"),
        ("pattern = '{epoch}'\nregex = '(?P<epoch>.)'", "", "and not both"),
        ("pattern = '{epoch}'", "", "set 'zone' to \"utc\""),
        ("pattern = '{year}{month}{day}'\nprecision_seconds = 60", "", "the day only"),
        ("pattern = '{epoch}'\nzone = 'UTC'", "zone", "'local' or 'utc'"),
        ("pattern = '{epoch}'\nanchor = 'none'", "anchor", "'start', 'end' or 'instant'"),
        ("pattern = '{epoch}'\nkind = 'clip'", "kind", "'image', 'video' or 'both'"),
        ("pattern = '{epoch}'\nquality = 1.0", "quality", "equal to 0.95"),
        ("pattern = '{epoch}'\nprecision_seconds = 0", "precision_seconds", "greater than 0"),
    ],
)
def test_a_wrong_rule_for_names_is_refused(text: str, key: str, words: str) -> None:
    message = refusal(RULE + text)
    assert f"key 'captures.name_rules.0{key and '.'}{key}': " in message
    assert words in message


def test_rules_for_names_have_names_and_stand_in_a_list() -> None:
    assert "captures.name_rules.0.name" in refusal("[[captures.name_rules]]\npattern = '{epoch}'")
    assert "should match pattern" in refusal(RULE.replace("mine", "My rule"))
    assert "two pairs of brackets" in refusal("[captures.name_rules]\nname = 'mine'")


WORDS = """
[embedders.words]
kind = "ollama"
model = "tiny"
"""


def test_embedders_are_read_with_their_defaults() -> None:
    looks = '[embedders.looks]\nkind = "onnx"\nfile = "looks.onnx"\nmean = [0.5, 0.5, 0.5]\n'
    settings = load(WORDS + looks)
    words, looks_settings = settings.embedders["words"], settings.embedders["looks"]
    assert (words.kind, space_of("words", words)) == ("ollama", "text.words")
    assert isinstance(looks_settings, OnnxSettings)
    assert space_of("looks", looks_settings) == "image.looks"
    assert looks_settings.mean == (0.5, 0.5, 0.5)
    assert settings.model_file(looks_settings) == settings.base / "looks.onnx"


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        (WORDS + "file = 'x'", "embedders.words.file", "allowed here: attempts, batch_size"),
        (WORDS + "url = 'ftp://x'", "embedders.words.url", "http://"),
        (WORDS + "space = 'image.layout'", "embedders.words.space", "is built in"),
        (WORDS + "space = 'a b'", "embedders.words.space", "should match pattern"),
        (WORDS + "dim = 0", "embedders.words.dim", "greater than or equal to 1"),
        (WORDS.replace("ollama", "magic"), "embedders.words", "'ollama', 'onnx'"),
        ("[embedders.words]\nkind = 'onnx'", "embedders.words.file", "Field required"),
        ("[embedders.words]\nkind = 'onnx'\nfile = 'x'\nurl = 'x'", "embedders.words.url",
         "allowed here: batch_size, file"),
        ("[embedders.'a b']\nkind = 'onnx'\nfile = 'x'", "embedders.a b", "should match pattern"),
        (WORDS + WORDS.replace("words", "more") + "space = 'text.words'", "embedders",
         "two embedders write into the space text.words"),
    ],
)  # fmt: skip
def test_a_wrong_embedder_is_refused(text: str, key: str, words: str) -> None:
    message = refusal(text)
    assert f"key '{key}'" in message
    assert words in message


def test_every_problem_is_told_at_once() -> None:
    message = refusal("nonsense = 1\n[thumbnails]\nsize = 1\n[engine]\nworkers = 'two'")
    assert re.findall(r"key '([a-z.]+)'", message) == [
        "thumbnails.size",
        "engine.workers",
        "nonsense",
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[library\n", "not valid TOML"),
        (b"data_dir = 'a'\ndata_dir = 'b'", "not valid TOML"),
        (b"data_dir = '\xff'", "not UTF-8"),
    ],
)
def test_a_file_that_is_no_toml_is_refused(content: bytes, words: str) -> None:
    file = Path.cwd() / "broken.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigurationError, match=words) as caught:
        load_settings(file, {})
    assert str(file) in str(caught.value)


def test_a_file_that_cannot_be_read_is_refused_with_a_remedy() -> None:
    for file in (Path.cwd() / "absent.toml", Path.cwd()):
        with pytest.raises(ConfigurationError, match="media-assets init") as caught:
            load_settings(file, {})
        assert str(file) in str(caught.value)


def test_without_a_file_all_defaults_apply_here() -> None:
    settings = load_settings(None, {})
    assert settings.data == Path.cwd() / "data"
    assert settings.library_root == Path.cwd() / "library"
    assert settings.match_directory == Path.cwd() / "matches"


def test_the_file_here_or_the_one_that_is_named_is_found() -> None:
    assert find_file({}) is None
    here = write("[thumbnails]\nsize = 100")
    there = write("[thumbnails]\nsize = 200", "elsewhere/other.toml")
    assert find_file({}) == here
    assert load_settings(None, {}).thumbnails.size == 100
    named = {"MEDIA_ASSETS_CONFIG": str(there)}
    assert load_settings(None, named).thumbnails.size == 200
    assert load_settings(here, named).thumbnails.size == 100


def test_a_file_that_is_named_and_absent_is_no_default() -> None:
    with pytest.raises(ConfigurationError, match="MEDIA_ASSETS_CONFIG"):
        load_settings(None, {"MEDIA_ASSETS_CONFIG": "absent.toml"})


def test_relative_folders_are_those_beside_the_file() -> None:
    file = write("data_dir='d'\n[library]\nroot='../l'\n[players.p]\nfolders=['f', '/g/../h']",
                 "sub/my.toml")  # fmt: skip
    settings = load_settings(file, {})
    assert settings.data == Path.cwd() / "sub" / "d"
    assert settings.library_root == Path.cwd() / "l"
    assert settings.folders("p") == (Path.cwd() / "sub" / "f", Path("/h"))


def test_the_home_folder_may_be_written_short() -> None:
    settings = load("data_dir = '~/data'\n[library]\nroot = '~nobody at all/x'")
    assert settings.data == Path.home() / "data"
    assert settings.library_root == Path.cwd() / "~nobody at all" / "x"


def test_a_folder_that_is_named_twice_is_scanned_once() -> None:
    settings = load("[players.p]\nfolders = ['x', './x', 'y/../x', 'y']")
    assert settings.folders("p") == (Path.cwd() / "x", Path.cwd() / "y")


# Environment


def test_the_environment_overrides_the_file() -> None:
    settings = load(
        "data_dir = 'd'\n[library]\nroot = 'l'\nmax_missing_files = 7\n[matches]\ndirectory = 'm'",
        MEDIA_ASSETS_LIBRARY="/photos",
        MEDIA_ASSETS_DATA="/var/derived",
        MEDIA_ASSETS_MATCHES="/responses",
    )
    assert settings.library_root == Path("/photos")
    assert settings.data == Path("/var/derived")
    assert settings.match_directory == Path("/responses")
    assert settings.library.max_missing_files == 7


def test_relative_folders_of_the_environment_are_those_of_the_caller() -> None:
    file = write("", "sub/my.toml")
    settings = load_settings(
        file, {"MEDIA_ASSETS_LIBRARY": "photos", "MEDIA_ASSETS_DATA": "derived"}
    )
    assert settings.library_root == Path.cwd() / "photos"
    assert settings.data == Path.cwd() / "derived"


def test_an_empty_variable_is_none() -> None:
    settings = load("data_dir = 'd'", MEDIA_ASSETS_LIBRARY="", MEDIA_ASSETS_DATA="")
    assert settings.data == Path.cwd() / "d"
    assert settings.library_root == Path.cwd() / "library"


def test_a_library_that_is_named_brings_the_matches_beside_it() -> None:
    (Path.cwd() / "there" / "matches").mkdir(parents=True)
    named = {"MEDIA_ASSETS_LIBRARY": "there/library"}
    assert load("", **named).match_directory == Path.cwd() / "there" / "matches"
    said = load("[matches]\ndirectory = 'mine'", **named)
    assert said.match_directory == Path.cwd() / "mine"
    (Path.cwd() / "there" / "matches").rmdir()
    assert load("", **named).match_directory == Path.cwd() / "matches"


def test_the_environment_does_not_hide_a_section_that_is_wrong() -> None:
    message = refusal("library = 3", MEDIA_ASSETS_LIBRARY="/photos")
    assert "key 'library'" in message


# Overlap


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("data_dir = 'x'\n[library]\nroot = 'x'", "library.root"),
        ("data_dir = 'x/data'\n[library]\nroot = 'x'", "library.root"),
        ("data_dir = 'x'\n[library]\nroot = 'x/library'", "library.root"),
        ("data_dir = '.'", "library.root"),
        ("[library]\nroot = '.'", "library.root"),
        ("[library]\nroot = '/'", "library.root"),
        ("[players.p]\nfolders = ['fine', 'data']", "players.p.folders"),
        ("[players.p]\nfolders = ['data/derived/p']", "players.p.folders"),
        ("data_dir = 'c/data'\n[players.p]\nfolders = ['c']", "players.p.folders"),
        ("[matches]\ndirectory = 'data'", "matches.directory"),
        ("[matches]\ndirectory = '.'", "matches.directory"),
    ],
)
def test_folders_that_overlap_the_data_are_refused(text: str, key: str) -> None:
    message = refusal(text)
    assert "key 'data_dir'" in message
    assert f"key '{key}'" in message
    assert "overlap" in message


def test_names_that_merely_begin_alike_do_not_overlap() -> None:
    settings = load("data_dir = 'lib'\n[library]\nroot = 'library'\n[players.p]\nfolders=['li']")
    assert settings.data == Path.cwd() / "lib"


def test_the_default_folder_of_matches_may_lie_in_the_data() -> None:
    assert load("data_dir = '.'\n[library]\nroot = '/photos'").match_directory.name == "matches"


@pytest.mark.parametrize(
    ("link", "target", "text"),
    [
        ("library", "data", ""),
        ("library", "data/inner", ""),
        ("data", "library/ana", ""),
        ("elsewhere", "data", "[players.p]\nfolders = ['elsewhere/sub']"),
        ("library/p", "data/derived", "[players.p]\nxuid = '1'"),
    ],
)
def test_an_overlap_through_a_link_is_refused(link: str, target: str, text: str) -> None:
    Path(target).mkdir(parents=True)
    Path(link).parent.mkdir(exist_ok=True)
    Path(link).symlink_to(Path(target).absolute())
    assert "overlap" in refusal(text)


def test_an_overlap_by_the_environment_names_the_variable() -> None:
    message = refusal("", MEDIA_ASSETS_DATA="library/data")
    assert "MEDIA_ASSETS_DATA" in message
    assert "overlap" in message
    Path("media_assets.toml").unlink()
    with pytest.raises(ConfigurationError, match=r"the defaults \(.*MEDIA_ASSETS_LIBRARY\)"):
        load_settings(None, {"MEDIA_ASSETS_LIBRARY": "data"})


def test_a_link_in_a_circle_is_no_crash() -> None:
    Path("library").symlink_to("library")
    assert load("").library_root == Path.cwd() / "library"


# The rest


def test_settings_cannot_be_changed_by_accident() -> None:
    settings = load("")
    for section, name in ((settings, "data_dir"), (settings.library, "root")):
        with pytest.raises(ValueError, match="frozen"):
            setattr(section, name, "x")


def test_workers_default_to_the_cores() -> None:
    assert load("").workers == os.cpu_count()
    assert load("[engine]\nworkers = 3").workers == 3


def test_dagster_is_at_home_where_it_is_told_or_here_or_in_the_data() -> None:
    settings = load("")
    assert dagster_home(settings, {}) == settings.data / "dagster"
    Path("dagster.yaml").touch()
    assert dagster_home(settings, {}) == Path.cwd()
    assert dagster_home(settings, {"DAGSTER_HOME": "/elsewhere"}) == Path("/elsewhere")


def test_the_documented_file_names_every_setting_but_the_limits() -> None:
    named = tomllib.loads(FULL)
    for name, field in Settings.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, BaseModel) and name != "limits":
            assert named[name].keys() == section.model_fields.keys() - {"worker_memory_mib"}, name


# Tokens

READY = {"SPNKR_SPARTAN_TOKEN": "spartan", "SPNKR_CLEARANCE_TOKEN": "clearance"}
APP = {"SPNKR_CLIENT_ID": "id", "SPNKR_CLIENT_SECRET": "secret", "SPNKR_REFRESH_TOKEN": "refresh"}


def test_either_set_of_tokens_is_enough() -> None:
    ready = load_credentials(READY)
    assert (ready.spartan_token, ready.clearance_token, ready.app) == ("spartan", "clearance", None)
    renewing = load_credentials(APP)
    assert renewing.spartan_token is None
    assert renewing.app is not None
    assert (renewing.app.client_id, renewing.app.client_secret) == ("id", "secret")
    assert (renewing.app.refresh_token, renewing.app.redirect_uri) == (
        "refresh", "https://localhost",
    )  # fmt: skip
    both = load_credentials({**READY, **APP, "SPNKR_REDIRECT_URI": " https://here "})
    assert both.spartan_token == "spartan"
    assert both.app is not None
    assert both.app.redirect_uri == "https://here"


@pytest.mark.parametrize(
    ("environment", "missing"),
    [
        ({}, [*READY, *APP]),
        ({"SPNKR_SPARTAN_TOKEN": "x"}, ["SPNKR_CLEARANCE_TOKEN", *APP]),
        ({**READY, "SPNKR_CLEARANCE_TOKEN": "  "}, ["SPNKR_CLEARANCE_TOKEN", *APP]),
        ({**APP, "SPNKR_CLIENT_SECRET": ""}, [*READY, "SPNKR_CLIENT_SECRET"]),
    ],
)
def test_tokens_that_are_lacking_are_named(environment: dict[str, str], missing: list[str]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_credentials(environment)
    assert str(caught.value).endswith(f"not set: {', '.join(missing)}")


@pytest.mark.parametrize("value", ["a\nX-Injected: 1", "a\x00b", "töken", "a\x7f"])
def test_a_value_that_is_no_token_is_refused_without_being_shown(value: str) -> None:
    with pytest.raises(ConfigurationError, match="SPNKR_SPARTAN_TOKEN: holds characters") as caught:
        load_credentials({**READY, "SPNKR_SPARTAN_TOKEN": value})
    assert value not in str(caught.value)


def test_tokens_do_not_show_in_a_repr() -> None:
    found = load_credentials({**READY, **APP})
    assert not {"spartan", "clearance", "secret", "refresh"} & set(
        re.findall(r"\w+", f"{found!r} {found.app!r} {found}")
    )


# Lands


def test_a_land_is_a_player_whose_folder_is_that_of_its_downloads() -> None:
    settings = load('[lands.Climate]\nfolder = "lists"\n[lands.Other]')
    assert settings.folders("Climate") == (settings.data / "downloads" / "Climate",)
    assert settings.land_folder("Climate") == Path.cwd() / "lists"
    assert settings.land_folder("Other") == settings.library_root / "Other"
    assert settings.watched("Climate") == (Path.cwd() / "lists",)
    assert settings.watched("Ana") == settings.folders("Ana")


@pytest.mark.parametrize(
    ("text", "key", "told"),
    [
        ('[web]\nallowed_endpoints = ["127.0.0.1"]', "web.allowed_endpoints", "with a port"),
        ('[web]\nallowed_endpoints = ["localhost:80"]', "web.allowed_endpoints", "no address"),
        ('[web]\nallowed_endpoints = ["127.0.0.1:0"]', "web.allowed_endpoints", "with a port"),
        ("[web]\ntypes = []", "web.types", "at least 1"),
        ('[web]\ntypes = ["text"]', "web.types", "'image', 'video' or 'audio'"),
        ('[web]\nuser_agent = "a\\nb"', "web.user_agent", "pattern"),
        ("[lands.x]\nminrel = -1", "lands.x.minrel", "greater than or equal to 0"),
        ("[lands.x]\ndepht = 1", "lands.x.depht", "is not known; allowed here: batch_size, depth"),
        ("[lands.shared]", "lands", "shared"),
        ('[lands.x]\nfolder = "data/x"', "data_dir", "lands.x.folder"),
        ('[lands.x]\n[players.x]\nfolders = ["y"]', "players.x.folders", "lands.x.folder"),
    ],
)
def test_a_wrong_land_or_limit_is_refused_with_its_key(text: str, key: str, told: str) -> None:
    message = refusal(text)
    assert f"key '{key}" in message
    assert told in message


def test_endpoints_of_both_kinds_of_addresses_are_written_one_way() -> None:
    settings = load('[web]\nallowed_endpoints = ["127.0.0.1:80", "[::1]:8080", "::2:81"]')
    assert settings.web.allowed_endpoints == ("127.0.0.1:80", "[::1]:8080", "[::2]:81")


def test_a_land_may_have_the_section_of_a_player() -> None:
    settings = load('[lands.x]\n[players.x]\ntimezone = "Europe/Paris"')
    assert settings.player("x").timezone == "Europe/Paris"
