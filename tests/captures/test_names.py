"""What a file's name says about when it was made."""

# ruff: noqa: DTZ001 - wall clocks are naive on purpose here

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_assets.captures.name_rules import DEFAULT_RULES, FOLDER_RULES, RULES
from media_assets.captures.name_stems import is_trimmed
from media_assets.captures.names import NameTime, read_name
from media_assets.errors import ConfigurationError
from media_assets.naming.template import FIELDS, compile_template, digit_shape

NOW = datetime(2026, 6, 1, tzinfo=UTC)
T = datetime(2024, 1, 31, 21, 5, 33)
U = datetime(2024, 1, 31, 20, 5, 33)
MINUTE = T.replace(second=0)
HEX = "0123456789abcdef0123456789ABCDEF"


def read(name: str, kind: str = "", folder: str = "") -> NameTime | None:
    if not kind:
        video = name.lower().endswith((".mp4", ".mkv", ".mov", ".webm", ".avi"))
        kind = "video" if video else "image"
    return read_name(kind, name, folder, NOW)  # type: ignore[arg-type]


def ms(time: datetime, milliseconds: int) -> datetime:
    return time + timedelta(milliseconds=milliseconds)


# file name, rule, title, time, zone, anchor, precision
TABLE = [
    ("Halo Infinite 2024-01-31 21-05-33.mp4", "game_bar_clip", "Halo Infinite", T, "local",
     "start", 1),
    ("Halo Infinite 2024-01-31 21-05-33.png", "game_bar_screenshot", "Halo Infinite", T, "local",
     "instant", 1),
    ("Title 1_31_2024 9_05_33 PM.png", "game_bar_us_screenshot", "Title", T, "local", "instant", 1),
    ("Title 01_31_2024 09_05_33 pm.mp4", "game_bar_us_clip", "Title", T, "local", "start", 1),
    ("Title \u200e1_\u200e31_\u200e2024 9_05_33\u202fPM.png", "game_bar_us_screenshot", "Title", T,
     "local", "instant", 1),
    ("Title 31_01_2024 21_05_33.png", "game_bar_day_first_screenshot", "Title", T, "local",
     "instant", 1),
    ("Title 31.01.2024 21_05_33.mp4", "game_bar_day_first_clip", "Title", T, "local", "start", 1),
    ("Halo Infinite 2024.01.31 - 21.05.33.12.DVR.mp4", "nvidia_replay", "Halo Infinite", ms(T, 120),
     "local", "start", 0.01),
    ("Halo Infinite 2024.01.31 - 21.05.33.12.Double Kill.DVR.mp4", "nvidia_replay",
     "Halo Infinite", ms(T, 120), "local", "start", 0.01),
    ("Title 2024_1_31 21_05_33.png", "game_bar_screenshot", "Title", T, "local", "instant", 1),
    ("bandicam 2024-01-31 21-05-33-123.mp4", "bandicam", None, ms(T, 123), "local", "start", 0.001),
    ("Halo 2024-01-31 21-05-33-12.avi", "fraps", "Halo", ms(T, 120), "local", "start", 0.01),
    ("Halo 2024-01-31 21-05-33-12.png", "fraps", "Halo", ms(T, 120), "local", "instant", 0.01),
    ("Title 2024.01.31 - 21.05.33.12.mp4", "nvidia_recording", "Title", ms(T, 120), "local",
     "start", 0.01),
    ("Title Screenshot 2024.01.31 - 21.05.33.12.png", "nvidia_screenshot", "Title", ms(T, 120),
     "local", "instant", 0.01),
    ("2024-01-31 21-05-33.mkv", "obs_recording", None, T, "local", "start", 1),
    ("2024-01-31_21-05-33.mkv", "obs_recording", None, T, "local", "start", 1),
    ("Replay 2024-01-31 21-05-33.mkv", "obs_replay", None, T, "local", "end", 1),
    ("Replay_2024-01-31_21-05-33.mkv", "obs_replay", None, T, "local", "end", 1),
    ("Screenshot 2024-01-31 21-05-33.png", "obs_screenshot", None, T, "local", "instant", 1),
    ("20240131210533_1.jpg", "steam_screenshot", None, T, "local", "instant", 1),
    ("1240440_20240131210533_1.png", "steam_screenshot", None, T, "local", "instant", 1),
    ("2024-01-31_00001.jpg", "steam_old_screenshot", None, datetime(2024, 1, 31), "local",
     "instant", 86_400),
    ("clip_1240440_20240131_200533.mp4", "steam_recording", None, U, "utc", "start", 1),
    ("Halo Infinite-2024_01_31-21_05_33.png", "xbox_console_screenshot", "Halo Infinite", T,
     "local", "instant", 1),
    ("Halo Infinite-2024_01_31-21-05-33.mp4", "xbox_console_clip", "Halo Infinite", T, "local",
     "start", 1),
    ("Title-20240131_210533.png", "xbox_app", "Title", T, "local", "instant", 1),
    ("1-31-2024_9-05-33_PM.mp4", "xbox_old", None, T, "local", "start", 1),
    ("Halo_5_Guardians-2024-01-31_21h05.mp4", "halo_5_theatre", "Halo_5_Guardians", MINUTE, "local",
     "start", 60),
    ("1706731533.mp4", "xbox_live_api", None, U, "utc", "start", 1),
    ("2024-01-31T20-05-33.mp4", "xbox_live_api", None, U, "utc", "start", 1),
    ("Title_2024.01.31-21.05.mp4", "amd_recording", "Title", MINUTE, "local", "start", 60),
    ("Title_2024.01.31-21.05_1.mp4", "amd_recording", "Title", MINUTE, "local", "start", 60),
    ("Title_replay_2024.01.31-21.05.mp4", "amd_replay", "Title", MINUTE, "local", "end", 60),
    ("MedalTVHaloInfinite20240131210533.mp4", "medal", "HaloInfinite", T, "local", "end", 1),
    ("MedalTVHaloInfinite20240131210533123.mp4", "medal", "HaloInfinite", ms(T, 123), "local",
     "end", 0.001),
    ("MedalTVBattlefield204220240131210533.mp4", "medal", "Battlefield2042", T, "local", "end", 1),
    ("Halo Infinite 01-31-2024_21-05-33-123.mp4", "outplayed", "Halo Infinite", ms(T, 123), "local",
     "start", 0.001),
    ("Halo Infinite 1-31-2024_21-5-33-7.mp4", "outplayed", "Halo Infinite", ms(T, 7), "local",
     "start", 0.001),
    ("Title_20240131210533.webm", "playstation", "Title", T, "local", "instant", 1),
    ("Title_20240131210533.jpg", "playstation", "Title", T, "local", "instant", 1),
    (f"2024013121053300-{HEX}.jpg", "switch", None, T, "local", "instant", 1),
    (f"2024013121053300-{HEX}.mp4", "switch", None, T, "local", "end", 1),
    ("Screenshot 2024-01-31 at 9.05.33\u202fPM.png", "macos_screenshot", None, T, "local",
     "instant", 1),
    ("Screenshot 2024-01-31 at 9.05.33 PM.png", "macos_screenshot", None, T, "local", "instant", 1),
    ("Capture d’écran 2024-01-31 a\u0300 21.05.33.png", "macos_screenshot", None, T, "local",
     "instant", 1),
    ("Screen Recording 2024-01-31 at 21.05.33.mov", "macos_screenshot", None, T, "local", "start",
     1),
    ("Screenshot 2024-01-31 210533.png", "windows_snipping", None, T, "local", "instant", 1),
    ("Screen Recording 2024-01-31 210533.mp4", "windows_snipping", None, T, "local", "start", 1),
    ("PXL_20240131_200533123.jpg", "android_pixel", None, ms(U, 123), "utc", "instant", 0.001),
    ("PXL_20240131_200533123.NIGHT.jpg", "android_pixel", None, ms(U, 123), "utc", "instant",
     0.001),
    ("PXL_20240131_200533123.mp4", "android_pixel", None, ms(U, 123), "utc", "start", 0.001),
    ("IMG_20240131_210533.jpg", "android_camera", None, T, "local", "instant", 1),
    ("VID_20240131_210533.mp4", "android_camera", None, T, "local", "start", 1),
    ("IMG20240131210533.jpg", "android_camera", None, T, "local", "instant", 1),
    ("Screenshot_20240131-210533.png", "android_screenshot", None, T, "local", "instant", 1),
    ("Screenshot_20240131_210533_Discord.jpg", "android_screenshot", None, T, "local", "instant",
     1),
    ("IMG-20240131-WA0003.jpg", "whatsapp", None, datetime(2024, 1, 31), "local", "none", 86_400),
    ("VID-20240131-WA0003.mp4", "whatsapp", None, datetime(2024, 1, 31), "local", "none", 86_400),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "rule", "title", "time", "zone", "anchor", "precision"),
    TABLE,
    ids=[row[0].encode("ascii", "backslashreplace").decode() for row in TABLE],
)
def test_each_tool(name, rule, title, time, zone, anchor, precision):
    found = read(name)

    assert found is not None
    assert (found.rule.name, found.title, found.time) == (rule, title, time)
    assert (found.zone, found.anchor, found.precision_seconds) == (zone, anchor, precision)
    assert found.flags == ()
    assert found.quality == found.rule.quality


def test_the_table_has_every_rule():
    assert {row[1] for row in TABLE} == {rule.name for rule in RULES}


@pytest.mark.parametrize(
    "rule", [*RULES, *FOLDER_RULES], ids=lambda rule: f"{rule.name}-{rule.kind}"
)
def test_rules_are_sound(rule):
    assert 0 < rule.quality < 0.99, "the recorder's own words are worth more than any name"
    assert rule.name == rule.name.lower().replace(" ", "_")
    assert all(compile_template(template).shape for template in rule.templates)


@pytest.mark.parametrize(
    ("name", "rule", "time"),
    [
        ("Title 4_4_2026 7_23_36 PM.png", "game_bar_us_screenshot",
         datetime(2026, 4, 4, 19, 23, 36)),
        ("Title 2_3_2026 12_23_36 AM.mp4", "game_bar_us_clip", datetime(2026, 2, 3, 0, 23, 36)),
        ("Title 2_3_2026 12_23_36 PM.mp4", "game_bar_us_clip", datetime(2026, 2, 3, 12, 23, 36)),
        ("2-3-2016_6-57-00_PM.mp4", "xbox_old", datetime(2016, 2, 3, 18, 57)),
        ("Title 02_03_2024 21_05_33.png", "game_bar_day_first_screenshot",
         datetime(2024, 3, 2, 21, 5, 33)),
    ],
)  # fmt: skip
def test_a_date_that_can_be_read_both_ways_is_flagged_and_trusted_less(name, rule, time):
    found = read(name)

    assert found is not None
    assert (found.rule.name, found.time, found.flags) == (rule, time, ("month_day_order",))
    assert found.quality < found.rule.quality


@pytest.mark.parametrize(
    ("name", "rule", "time"),
    [
        ("Title 31_1_2024 9_05_33 PM.png", "game_bar_us_screenshot", T),
        ("Title 31_1_2024 9_05_33 PM.mp4", "game_bar_us_clip", T),
        ("Title 1_31_2024 21_05_33.png", "game_bar_day_first_screenshot", T),
        ("31-1-2024_9-05-33_PM.mp4", "xbox_old", T),
        ("Title 02.03.2024 21_05_33.png", "game_bar_day_first_screenshot",
         datetime(2024, 3, 2, 21, 5, 33)),
    ],
)  # fmt: skip
def test_a_date_that_can_be_read_one_way_only_is_read_so_in_every_locale(name, rule, time):
    found = read(name)

    assert found is not None
    assert (found.rule.name, found.time, found.flags) == (rule, time, ())
    assert (found.swapped, found.quality) == (None, found.rule.quality)


def test_a_date_that_can_be_read_both_ways_has_both():
    found = read("Title 4_3_2024 7_23_36 PM.png")

    assert found is not None
    assert found.time == datetime(2024, 4, 3, 19, 23, 36)
    assert found.swapped == datetime(2024, 3, 4, 19, 23, 36)


def test_the_order_of_outplayed_does_not_depend_on_a_locale():
    found = read("Halo Infinite 02-03-2024_21-05-33-123.mp4")

    assert found is not None
    assert found.time == ms(datetime(2024, 2, 3, 21, 5, 33), 123)
    assert found.flags == ()


@pytest.mark.parametrize(
    "name",
    [
        "20240131210533.png",  # 14 digits without context
        "20240131210533.mp4",
        "1240440_20240131210533.png",
        "IMG_4711.jpg",
        "Screenshot (23).png",
        "Halo Infinite.mp4",
        "",
        ".mp4",
        "Halo 2024-02-30 21-05-33.mp4",
        "Halo 2023-02-29 21-05-33.mp4",
        "Halo 2024-13-01 21-05-33.mp4",
        "Halo 2024-00-10 21-05-33.mp4",
        "Halo 2024-01-31 24-05-33.mp4",
        "Halo 2024-01-31 21-60-33.mp4",
        "Halo 2024-01-31 21-05-60.mp4",
        "Halo 1999-12-31 21-05-33.mp4",
        "Halo 2028-01-01 00-00-00.mp4",
        "Title 13_13_2024 7_23_36 PM.png",
        "Title 4_4_2026 13_23_36 PM.png",
        "Title 4_4_2026 0_23_36 AM.png",
        "0946684799.mp4",
        "9999999999.mp4",
        "2024013121053300-0123456789abcdef.jpg",
        "Halo 2024-01-31.mp4",
        "2024-01-31 21-05-33 then more words.mp4",
        "٢٠٢٤-٠١-٣١ ٢١-٠٥-٣٣.mkv",
        "a" * 230 + " 2024-01-31 21-05-33 (2) (2).mp4",  # 256: longer than any file system has
    ],
)
def test_what_is_not_a_time(name):
    assert read(name) is None


@pytest.mark.parametrize("year", [2000, 2027])
def test_the_first_and_the_last_year(year):
    found = read(f"Halo {year}-01-31 21-05-33.mp4")

    assert found is not None
    assert found.time.year == year


def test_the_time_is_at_the_end_since_titles_have_dates_too():
    found = read("Best of 2019-05-04 10-00-00 2024-01-31 21-05-33.mp4")

    assert found is not None
    assert found.time == T
    assert found.title == "Best of 2019-05-04 10-00-00"


def test_a_title_is_as_people_write_it():
    found = read("Poke\u0301mon 2024-01-31 21-05-33.mp4")

    assert found is not None
    assert found.title == "Pok\u00e9mon"


@pytest.mark.parametrize("name", ["Desktop", "Replay", "screenshot", "Screen Recording"])
def test_what_stands_for_no_game_is_no_title(name):
    found = read(f"{name} 2024.01.31 - 21.05.33.12.mp4")

    assert found is not None
    assert found.title is None


@pytest.mark.parametrize(
    ("ending", "trimmed"),
    [
        (" (2)", False), ("(1)(1)", False), (" - Copy", False), (" - Copy (3)", False),
        (" - Copie", False), ("_edited", False), (" copy", False), (" copy 2", False),
        ("~2", False), (" — копия (2)", False), (" – Cópia", False), (" - コピー", False),
        (" - kopia", False), (" copie 2", False),
        (" (Ana's conflicted copy 2024-05-05)", False),
        (".sync-conflict-20240505-101112-ABCDEF7", False),
        ("_trim", True), ("_Trim", True), ("Trim", True), (" (2)_trim", True),
        ("_trim (2)", True), ("-cut-merged-1706735133123", True), ("-cut-1", True),
        ("-Cut-Merged-1744480392820(1)(1)", True),
        ("-00.00.05.000-00.00.10.000", True), ("-00.00.05.000-00.00.10.000-seg2", True),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "stem",
    ["Halo Infinite 2024-01-31 21-05-33", "Clear-cut-2024_01_31-21_05_33",
     "Halo_20240131210533", "Trim 2024.01.31 - 21.05.33.00.DVR"],
)  # fmt: skip
def test_endings_that_other_programs_add(stem, ending, trimmed):
    found = read(f"{stem}{ending}.mp4")

    assert found is not None
    assert found.time == T
    assert found.flags == (("trimmed",) if trimmed else ())
    assert is_trimmed(f"{stem}{ending}.mp4") == trimmed


@pytest.mark.parametrize("words", ["Copy of ", "Kopie von ", "Copie de ", "copia de ", "Cópia de "])
def test_words_that_stand_before_a_copy(words):
    clip, replay = (
        read(f"{words}Halo_20240131210533.mp4"),
        read(f"{words}Replay 2024-01-31 21-05-33.mkv"),
    )

    assert clip is not None
    assert replay is not None
    assert (clip.title, clip.time) == ("Halo", T)
    assert (replay.rule.name, replay.anchor) == ("obs_replay", "end")


@pytest.mark.parametrize("row", TABLE, ids=[f"{row[1]}-{n}" for n, row in enumerate(TABLE)])
def test_letters_of_an_ending_and_accents_may_be_written_in_several_ways(row):
    """`.PNG`, and letters with their accents apart as on macOS."""
    stem, _, extension = row[0].rpartition(".")
    expected = read(row[0])

    assert read(f"{stem}.{extension.upper()}") == expected
    assert read(unicodedata.normalize("NFD", row[0])) == expected
    assert read(f"{stem}_trim (2) - Copy.{extension}", folder="clips") is not None


@pytest.mark.parametrize("blank", "\u00a0\u2002\u2003\u2007\u2008\u2009\u200a\u202f\u3000")
def test_blanks_of_every_width_are_blanks(blank):
    found = read(f"Halo{blank}Infinite{blank}2024-01-31{blank}21-05-33.mp4")

    assert found is not None
    assert (found.title, found.time) == ("Halo Infinite", T)


def test_a_folder_of_steam_game_recording():
    found = read("session.mp4", folder="clip_1240440_20240131_200533")

    assert found is not None
    assert (found.rule.name, found.time, found.zone, found.anchor) == (
        "steam_recording", U, "utc", "start",
    )  # fmt: skip


def test_a_trimmed_file_in_a_folder_of_steam():
    found = read("best_trim.mp4", folder="clip_1240440_20240131_200533")

    assert found is not None
    assert (found.time, found.flags) == (U, ("trimmed",))


def test_a_time_of_the_file_goes_before_the_folder_and_the_folder_before_a_day():
    folder = "clip_1240440_20240131_200533"
    whole = read("Halo 2023-05-05 10-00-00.mp4", folder=folder)
    day = read("2024-01-31_00001.jpg", folder=folder)

    assert whole is not None
    assert whole.time == datetime(2023, 5, 5, 10)
    assert day is not None
    assert day.time == U


def test_the_kind_decides_between_clip_and_screenshot():
    name = "Halo 2024-01-31 21-05-33"
    clip, image = read(name + ".mp4", "video"), read(name + ".mp4", "image")

    assert clip is not None
    assert image is not None
    assert (clip.rule.name, clip.anchor) == ("game_bar_clip", "start")
    assert (image.rule.name, image.anchor) == ("game_bar_screenshot", "instant")


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{title} {yaer}-{month}-{day}", "'yaer' is not known; allowed: centi"),
        ("{title} {year}-{month}", "needs year, month and day, or epoch"),
        ("{year}-{month}-{day} {day1}", "stands there twice"),
        ("{title} {year}-{month}-{day} {text}", "only one of"),
        ("{} {year}-{month}-{day}", "'' is not known"),
        ("{year}-{month}-{day} {minute}", "minute says nothing without hour"),
        ("{year}-{month}-{day} {hour}-{minute} {milli}", "milli says nothing without second"),
        ("{year}-{month}-{day} {half}", "half says nothing without hour"),
    ],
)
def test_a_wrong_template_is_refused_in_words(template, message):
    with pytest.raises(ConfigurationError, match=message):
        compile_template(template)


def test_marks_of_a_template_stand_for_themselves():
    template = compile_template("a.b (x) {epoch}+")

    assert template.pattern.fullmatch("A.B (x) 1706731533+")
    assert not template.pattern.fullmatch("aab (x) 1706731533+")


ENTRIES = [*DEFAULT_RULES.image, *DEFAULT_RULES.video, *DEFAULT_RULES.folder]


@pytest.mark.parametrize("row", TABLE, ids=[f"{row[1]}-{n}" for n, row in enumerate(TABLE)])
def test_the_cheap_look_never_hides_a_fit(row):
    stem = row[0].replace("\u202f", " ").rpartition(".")[0]

    for shape, fits, _, _ in ENTRIES:
        assert shape in digit_shape(stem) or fits(stem) is None


def test_every_field_is_used_by_a_rule_or_is_for_those_of_users():
    used = "".join(template for rule in RULES for template in rule.templates)

    assert [name for name in FIELDS if f"{{{name}}}" not in used] == ["year2", "epoch_ms"]


TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2027, 12, 31)).map(
    lambda time: time.replace(microsecond=time.microsecond // 10_000 * 10_000)
)
TITLES = st.text(
    st.characters(exclude_categories=["C", "Z"], exclude_characters="/\\"),
    min_size=1,
    max_size=20,
).filter(lambda text: any(mark.isalpha() for mark in text))  # fmt: skip


def us_clock(time: datetime) -> str:
    return f"{time.hour % 12 or 12}_{time:%M_%S} {'AM' if time.hour < 12 else 'PM'}"


def centi(time: datetime) -> str:
    return f"{time.microsecond // 10_000:02}"


# As each tool writes a title and a time, and the unit below which it writes nothing.
WRITERS = {
    "game_bar_clip": (lambda x, t: f"{x} {t:%Y-%m-%d %H-%M-%S}.mp4", "s"),
    "game_bar_screenshot": (lambda x, t: f"{x} {t:%Y-%m-%d %H-%M-%S}.png", "s"),
    "game_bar_us_clip": (lambda x, t: f"{x} {t.month}_{t.day}_{t:%Y} {us_clock(t)}.mp4", "s"),
    "nvidia_replay": (lambda x, t: f"{x} {t:%Y.%m.%d - %H.%M.%S}.{centi(t)}.DVR.mp4", "cs"),
    "nvidia_recording": (lambda x, t: f"{x} {t:%Y.%m.%d - %H.%M.%S}.{centi(t)}.mp4", "cs"),
    "nvidia_screenshot": (
        lambda x, t: f"{x} Screenshot {t:%Y.%m.%d - %H.%M.%S}.{centi(t)}.png", "cs"),
    "obs_recording": (lambda x, t: f"{t:%Y-%m-%d %H-%M-%S}.mkv", "s"),
    "obs_replay": (lambda x, t: f"Replay {t:%Y-%m-%d %H-%M-%S}.mkv", "s"),
    "steam_screenshot": (lambda x, t: f"1240440_{t:%Y%m%d%H%M%S}_1.png", "s"),
    "xbox_console_clip": (lambda x, t: f"{x}-{t:%Y_%m_%d-%H-%M-%S}.mp4", "s"),
    "xbox_app": (lambda x, t: f"a{x}-{t:%Y%m%d_%H%M%S}.png", "s"),
    "halo_5_theatre": (lambda x, t: f"{x}-{t:%Y-%m-%d_%Hh%M}.mp4", "m"),
    "amd_replay": (lambda x, t: f"{x}_replay_{t:%Y.%m.%d-%H.%M}.mp4", "m"),
    "medal": (lambda x, t: f"MedalTVa{t:%Y%m%d%H%M%S}{t.microsecond // 1000:03}.mp4", "cs"),
    "outplayed": (
        lambda x, t: f"{x} {t.month}-{t.day}-{t.year}_{t.hour}-{t.minute}-{t.second}"
        f"-{t.microsecond // 1000}.mp4", "cs"),
    "playstation": (lambda x, t: f"a{x}_{t:%Y%m%d%H%M%S}.webm", "s"),
    "switch": (lambda x, t: f"{t:%Y%m%d%H%M%S}00-{HEX}.jpg", "s"),
    "macos_screenshot": (
        lambda x, t: f"Screenshot {t:%Y-%m-%d} at {us_clock(t).replace('_', '.')}.png", "s"),
    "windows_snipping": (lambda x, t: f"Screenshot {t:%Y-%m-%d %H%M%S}.png", "s"),
    "android_pixel": (
        lambda x, t: f"PXL_{t:%Y%m%d_%H%M%S}{t.microsecond // 1000:03}.jpg", "cs"),
    "obs_screenshot": (lambda x, t: f"Screenshot {t:%Y-%m-%d %H-%M-%S}.png", "s"),
    "game_bar_day_first_clip": (
        lambda x, t: f"{x} {t.day:02}.{t.month:02}.{t.year} {t:%H_%M_%S}.mp4", "s"),
    "bandicam": (
        lambda x, t: f"{x} {t:%Y-%m-%d %H-%M-%S}-{t.microsecond // 1000:03}.mp4", "cs"),
    "fraps": (lambda x, t: f"{x} {t:%Y-%m-%d %H-%M-%S}-{centi(t)}.avi", "cs"),
    "steam_recording": (lambda x, t: f"clip_1240440_{t:%Y%m%d_%H%M%S}.mp4", "s"),
    "steam_old_screenshot": (lambda x, t: f"{t:%Y-%m-%d}_00001.jpg", "d"),
    "xbox_console_screenshot": (lambda x, t: f"{x}-{t:%Y_%m_%d-%H_%M_%S}.png", "s"),
    "amd_recording": (lambda x, t: f"a{x}_{t:%Y.%m.%d-%H.%M}.mp4", "m"),
    "android_camera": (lambda x, t: f"VID_{t:%Y%m%d_%H%M%S}.mp4", "s"),
    "android_screenshot": (lambda x, t: f"Screenshot_{t:%Y%m%d-%H%M%S}.png", "s"),
    "whatsapp": (lambda x, t: f"IMG-{t:%Y%m%d}-WA0003.jpg", "d"),
    "xbox_live_api": (lambda x, t: f"{t:%Y-%m-%dT%H-%M-%S}.mp4", "s"),
}  # fmt: skip
UNITS = {
    "cs": {}, "s": {"microsecond": 0}, "m": {"microsecond": 0, "second": 0},
    "d": {"microsecond": 0, "second": 0, "minute": 0, "hour": 0},
}  # fmt: skip
LEFT_OUT = {
    "game_bar_us_screenshot",  # as the clip
    "game_bar_day_first_screenshot",
    "xbox_old",  # month and day may be the other way round
}


def test_every_rule_has_a_writer():
    assert WRITERS.keys() | LEFT_OUT == {rule.name for rule in RULES}


@pytest.mark.parametrize("rule", WRITERS)
@settings(max_examples=40, deadline=None)
@given(title=TITLES, time=TIMES)
def test_what_a_tool_writes_is_read_back(rule, title, time):
    write, unit = WRITERS[rule]

    found = read(write(title, time))

    assert found is not None
    assert found.time == time.replace(**UNITS[unit])
    assert found.rule.name == rule


NEAR_TIMES = st.text("0123456789-_. :TPMAhx()~\u202f\udcff", max_size=40)


@settings(max_examples=300, deadline=None)
@given(
    kind=st.sampled_from(["image", "video"]),
    name=st.one_of(
        st.text(st.characters(codec=None), max_size=80),
        NEAR_TIMES,
        st.builds("{}{}".format, NEAR_TIMES, st.sampled_from([row[0] for row in TABLE])),
        st.builds("{}{}".format, st.sampled_from([row[0][:-4] for row in TABLE]), NEAR_TIMES),
    ),
    folder=NEAR_TIMES,
)
def test_no_name_raises(kind, name, folder):
    found = read_name(kind, name, folder, NOW)

    assert found is None or 2000 <= found.time.year <= 2027
    assert is_trimmed(name) in (True, False)
