"""What is heard in music, as rows: each of its own file alone, whatever becomes of the others."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from analysed_home import PLAYER, Home
from sounds import cadence, clicks, noise, stream, tone, wav

from media_assets.music.music_file import read_music
from media_assets.music.sound import timbre
from media_assets.music.sound.features import Fingerprint, describe_features, with_fingerprint
from media_assets.music.sound.fingerprint import NOT_INSTALLED, NOT_WANTED
from media_assets.music.sound.hearing import listen
from media_assets.settings import AudioSettings, EngineSettings, LimitSettings, Settings
from media_assets.similarity import layout
from media_assets.stages.analyse import analyse
from media_assets.stages.discover import discover
from media_assets.stages.products import Products, WorkItem, WorkOptions, make_products
from media_assets.store.analysis import STAGE_SPACES
from media_assets.store.tables.analysis import AUDIO_FEATURES

SONG = wav(cadence(9, minor=True, length=6) + clicks(120, 6))
VANISHES, BREAKS = "vanishes.wav", "breaks.wav"


def settings(base: Path, **sections: object) -> Settings:
    return Settings(base=base, **{"audio": AudioSettings(fingerprint=False), **sections})  # type: ignore[arg-type]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.settings = settings(tmp_path, engine=EngineSettings(workers=1))
    return home


def row(home: Home, name: str) -> dict[str, object]:
    columns = AUDIO_FEATURES.column_names[1:]
    (found,) = home.rows(
        f"SELECT {', '.join(columns)} FROM audio_features JOIN media_files USING (media_id) "
        f"WHERE file_name = '{name}'"
    )
    return dict(zip(columns, found, strict=True))


def vector(home: Home, name: str) -> list[tuple[object, ...]]:
    return home.rows(
        "SELECT space, model, dim, vector FROM media_vectors JOIN media_files USING (media_id) "
        f"WHERE file_name = '{name}' ORDER BY space"
    )


def alone(content: bytes) -> tuple[dict[str, object], np.ndarray | None]:
    """The row and the vector of a file that nothing else is analysed with."""
    heard = listen(stream(content), ".wav", 60)
    features = describe_features(heard, read_music(content, ".wav", LimitSettings()).metadata)
    features = with_fingerprint(features, Fingerprint(None, reason=NOT_WANTED))
    return {name: getattr(features, name) for name in AUDIO_FEATURES.column_names[1:]}, heard.vector


def assert_own(home: Home, name: str, content: bytes) -> None:
    """The row of a file is what it is when it is alone."""
    expected, own = alone(content)
    found = row(home, name)
    for column, value in expected.items():
        if column == "confidence":
            assert json.loads(str(found[column])) == pytest.approx(json.loads(str(value)), abs=2e-4)
        elif isinstance(value, float):
            assert found[column] == pytest.approx(value, rel=1e-6, abs=1e-9), column
        else:
            assert found[column] == value, column
    rows = vector(home, name)
    assert [one[:3] for one in rows] == (
        [] if own is None else [(timbre.SPACE, timbre.MODEL, timbre.DIM)]
    )
    for *_, stored in rows:
        np.testing.assert_allclose(stored, own, atol=1e-6)


def make_with_accidents(options: WorkOptions, item: WorkItem) -> Products:
    """As in earnest, but one file is gone when it is looked at, and one breaks its decoder."""
    path = Path(item.path)
    if path.name == VANISHES:
        path.unlink()
    if path.name == BREAKS:
        raise LookupError("a decoder that does not know what it does")
    return make_products(options, item)


def test_each_result_depends_on_its_own_file_alone(home: Home, tmp_path: Path) -> None:
    home.settings = settings(tmp_path, engine=EngineSettings(workers=2))
    random = np.random.default_rng(3)
    contents = {f"silence {at}.wav": wav(np.zeros((1, 9000 + at))) for at in range(3)}
    for at in range(9):
        sound = cadence(at, minor=bool(at % 2), length=2 + at % 4) * random.uniform(0.2, 0.9)
        contents[f"song {at}.wav"] = wav(sound)
    contents["noise.wav"], contents["short.wav"] = wav(noise(5.5)), wav(tone(440, 0.1))
    broken = {f"broken {at}.wav": contents[f"song {at}.wav"][:40] for at in range(4)}
    everything = {**contents, **broken, VANISHES: SONG, BREAKS: SONG + b"\0"}
    for place in random.permutation(len(everything)):
        name = list(everything)[place]
        home.write(name, everything[name])
    discover(home.platform, PLAYER)
    report = analyse(home.platform, PLAYER, ["audio_features"], make=make_with_accidents)
    assert report.done["audio_features"] == len(contents)
    assert report.failed["audio_features"] == len(broken) + 1
    assert report.unsettled == 1
    for name, content in contents.items():
        assert_own(home, name, content)
    failed = home.rows(
        "SELECT file_name, error_class FROM media_failures JOIN media_files USING (media_id)"
    )
    assert {name for name, _ in failed} == {*broken, BREAKS}
    assert dict(failed)[BREAKS] == "LookupError"
    assert home.rows("SELECT count(*) FROM audio_features") == [(len(contents),)]


def test_all_stages_come_from_one_read_and_fail_apart(home: Home) -> None:
    home.write("song.wav", SONG)
    home.write("text.wav", b"this is no sound at all, but words")
    report = home.work()
    assert (report.done["audio_features"], report.done["audio_metadata"]) == (1, 1)
    assert_own(home, "song.wav", SONG)
    assert home.work().media == 0
    stages = home.rows("SELECT stage FROM media_failures ORDER BY stage")
    assert stages == [
        ("audio_features",), ("audio_metadata",), ("embedded_covers",), ("thumbnails",),
    ]  # fmt: skip


def test_sound_is_heard_where_tags_cannot_be_read(tmp_path: Path, home: Home) -> None:
    chunk = b"LIST" + (90).to_bytes(4, "little") + b"INFOINAM" + (78).to_bytes(4, "little")
    content = SONG + chunk + b"n" * 78
    home.settings = settings(
        tmp_path, engine=EngineSettings(workers=1), limits=LimitSettings(max_embedded_bytes=1)
    )
    home.write("song.wav", content)
    home.work()
    assert home.rows("SELECT stage FROM media_failures ORDER BY stage") == [
        ("audio_metadata",), ("embedded_covers",), ("thumbnails",),
    ]  # fmt: skip
    found = row(home, "song.wav")
    assert found["bpm"] == pytest.approx(120, rel=0.01)
    assert json.loads(str(found["reason"]))["tags"] == "its tags cannot be read"


def test_a_copy_takes_over_the_row_and_the_vector(home: Home) -> None:
    home.write("a.wav", SONG)
    home.work()
    home.write("b.wav", SONG)
    assert home.work().twins == 1
    assert_own(home, "b.wav", SONG)


def test_content_that_cannot_be_heard_any_more_leaves_nothing_of_the_old(home: Home) -> None:
    path = home.write("song.wav", SONG)
    home.work()
    home.run(
        "INSERT INTO media_vectors SELECT media_id, 'text.other', 'm', 1, 1, [1.0], first_seen_at "
        "FROM media_files"
    )
    path.write_bytes(SONG[:40])
    home.work()
    assert home.rows("SELECT count(*) FROM audio_features") == [(0,)]
    assert [one[0] for one in vector(home, "song.wav")] == ["text.other"]
    path.write_bytes(wav(np.zeros((1, 50_000))))
    home.work()
    assert row(home, "song.wav")["bpm"] is None
    assert [one[0] for one in vector(home, "song.wav")] == ["text.other"]


def test_listening_to_more_hears_again_and_does_nothing_else(home: Home, tmp_path: Path) -> None:
    home.write("song.wav", SONG)
    home.work()
    home.settings = settings(
        tmp_path,
        engine=EngineSettings(workers=1),
        audio=AudioSettings(seconds=3, fingerprint=False),
    )
    report = home.work()
    assert {name for name, count in report.done.items() if count} == {"audio_features"}
    found = row(home, "song.wav")
    assert (found["analysed_part"], found["analysed_seconds"]) == ("middle", 3)
    assert json.loads(str(found["confidence"]))["true_peak_db"] == pytest.approx(0.5)


BEEP, QUIET, FAILS, SLOW = (wav(tone(440, seconds)) for seconds in (0.1, 0.2, 0.3, 0.4))
FPCALC = f"""#!/bin/sh
case "$(wc -c < "$4")" in
  {len(QUIET)}) exit 0 ;;
  {len(FAILS)}) echo "AQAB-cut"; exit 2 ;;
  {len(SLOW)}) exec sleep 60 ;;
esac
echo "AQAB-$3"
"""


@pytest.fixture
def fpcalc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program of that name, which answers by the size of the file."""
    program = tmp_path / "programs" / "fpcalc"
    program.parent.mkdir()
    program.write_text(FPCALC)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/bin:/usr/bin")
    return program


def fingerprints(home: Home) -> dict[str, tuple[object, str | None]]:
    found = home.rows(
        "SELECT file_name, acoustid_fingerprint, reason->>'acoustid_fingerprint' "
        "FROM audio_features JOIN media_files USING (media_id)"
    )
    return {str(name): (text, reason) for name, text, reason in found}


def test_fingerprints_are_made_where_there_is_a_program_for_it(
    home: Home, tmp_path: Path, fpcalc: Path
) -> None:
    engine = EngineSettings(workers=1, item_timeout_seconds=3)
    home.settings = Settings(base=tmp_path, engine=engine)
    for name, content in (("song", BEEP), ("quiet", QUIET), ("fails", FAILS), ("slow", SLOW)):
        home.write(f"{name}.wav", content)
    home.work()
    found = fingerprints(home)
    assert found["song.wav"] == ("AQAB-wav", None)
    assert found["quiet.wav"] == (None, "fpcalc gave none (exit code 0)")
    assert found["fails.wav"] == (None, "fpcalc gave none (exit code 2)")
    assert found["slow.wav"] == (None, "fpcalc took longer than 3 s")


def test_without_the_program_or_the_wish_there_is_a_reason(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing here"))
    home.write("song.wav", wav(tone(440, 0.1)))
    home.work()
    assert fingerprints(home)["song.wav"] == (None, NOT_WANTED)
    home.settings = Settings(base=tmp_path, engine=EngineSettings(workers=1))
    home.work()
    assert fingerprints(home)["song.wav"] == (None, NOT_INSTALLED)


@pytest.mark.skipif(shutil.which("fpcalc") is None, reason="apt install libchromaprint-tools")
def test_chromaprint_knows_a_piece_again(home: Home, tmp_path: Path) -> None:
    home.settings = Settings(base=tmp_path, engine=EngineSettings(workers=1))
    home.write("a.wav", wav(cadence(0, minor=False, length=8)))
    home.write("b.wav", wav(cadence(0, minor=False, length=8) * 0.9))
    home.work()
    (one, _), (other, _) = fingerprints(home).values()
    assert str(one).startswith("AQ")
    assert str(one)[:20] == str(other)[:20]


def test_the_spaces_of_the_stages_are_those_of_the_vectors() -> None:
    assert STAGE_SPACES == {"media_vectors": layout.SPACE, "audio_features": timbre.SPACE}
