"""`verify` and `purge` on the command line: what they print, their exit codes, their questions."""

import json
import os
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from media_assets.cli import main
from media_assets.library.content import edges_of, hash_of
from media_assets.stages.discover import discover
from media_assets.stages.platform import Platform

PLAYER, OTHER = "ana", "bo"


class Home:
    """Two players with a few files that were read once, and the commands."""

    def __init__(self, folder: Path) -> None:
        self.library = folder / "library"
        self.config = folder / "media_assets.toml"
        self.config.write_text("", "utf-8")
        for player in (PLAYER, OTHER):
            (self.library / player).mkdir(parents=True)
            for number in range(2):
                (self.library / player / f"{number} [b].png").write_text(f"{player} {number}")
            (self.library / player / "notes.txt").touch()
            self.scan(player)

    @property
    def platform(self) -> Platform:
        return Platform.load(self.config)

    def scan(self, player: str = PLAYER) -> None:
        discover(self.platform, player)
        for file_path, size in self.rows(player, "SELECT file_path, file_size FROM media_files "
                                         "WHERE status = 'present'"):  # fmt: skip
            self.rows(
                player, "UPDATE media_files SET fingerprint = ?, file_hash = ? WHERE file_path = ?",
                edges_of(str(file_path), int(str(size))), hash_of(str(file_path)), file_path,
            )  # fmt: skip
        self.rows(player, "INSERT OR REPLACE INTO media_stages BY NAME SELECT media_id, "
                  "'thumbnails' AS stage, 1 AS version, '' AS settings, file_size, mtime_ns, "
                  "first_seen_at AS done_at FROM media_files")  # fmt: skip

    def rows(self, player: str, query: str, *values: object) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.platform.player_database(player))) as con:
            return con.execute(query, values).fetchall()

    def run(self, *arguments: str, code: int = 0, answer: str = "") -> Result:
        command, *rest = arguments
        done = CliRunner().invoke(
            main, [command, "--config", str(self.config), *rest], input=answer
        )
        assert done.exit_code == code, done.output
        return done

    def lose(self, name: str = "0 [b].png") -> None:
        """A file is gone; its loss is known for a hundred days."""
        (self.library / PLAYER / name).unlink()
        self.scan()
        self.rows(PLAYER, "UPDATE media_files SET deleted_at = deleted_at - INTERVAL 100 DAY "
                  "WHERE status = 'missing'")  # fmt: skip

    def files(self, player: str = PLAYER) -> int:
        return int(str(self.rows(player, "SELECT count(*) FROM media_files")[0][0]))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def rot(path: Path) -> None:
    status = path.stat()
    path.write_text(path.read_text().swapcase())
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


class TestVerify:
    def test_whole_files_are_reported_by_player(self, home: Home) -> None:
        done = home.run("verify")
        assert "every file that was verified so far is as it was recorded" in done.output
        found = json.loads(home.run("verify", "--json").stdout)
        assert set(found["players"]) == {PLAYER, OTHER}
        row = found["players"][PLAYER]
        assert (row["files"], row["ok"], row["never verified"]) == (2, 2, 0)
        assert found["findings"] == []

    def test_a_corrupt_file_is_named_and_ends_with_1(self, home: Home) -> None:
        home.run("verify")
        rot(home.library / PLAYER / "1 [b].png")
        done = home.run("verify", code=1)
        assert "1 [b].png" in done.stdout
        assert "corrupt" in done.stdout
        assert "blake3 is" in done.stdout
        found = json.loads(home.run("verify", "--json", code=1).stdout)
        (finding,) = found["findings"]
        assert (finding["player"], finding["result"]) == (PLAYER, "corrupt")
        assert finding["last_ok_at"]

    def test_what_a_scan_will_see_is_no_failure(self, home: Home) -> None:
        (home.library / PLAYER / "0 [b].png").unlink()
        assert "missing" in home.run("verify", "--player", PLAYER).stdout

    def test_a_part_of_the_files_of_one_player(self, home: Home) -> None:
        arguments = ("verify", "--player", PLAYER, "--sample", "0.5", "--json")
        found = json.loads(home.run(*arguments).stdout)
        assert set(found["players"]) == {PLAYER}
        row = found["players"][PLAYER]
        assert (row["files"], row["never verified"]) == (1, 1)

    def test_time_is_shared_and_its_end_is_told(self, home: Home) -> None:
        found = json.loads(home.run("verify", "--seconds", "0", "--json").stdout)
        assert [row["time over"] for row in found["players"].values()] == ["yes", "yes"]

    @pytest.mark.parametrize("sample", ["0", "1.1", "x"])
    def test_a_sample_is_a_share(self, home: Home, sample: str) -> None:
        assert "--sample" in home.run("verify", "--sample", sample, code=2).stderr


class TestPurge:
    def test_a_dry_run_lists_and_writes_nothing(self, home: Home) -> None:
        home.lose()
        database = home.platform.player_database(PLAYER)
        before = database.read_bytes()
        done = home.run("purge", "--player", PLAYER, "--dry-run")
        assert "0 [b].png" in done.stdout
        assert "removed" in done.stdout
        rows = json.loads(home.run("purge", "--player", PLAYER, "--dry-run", "--json").stdout)
        assert [row["remove"] for row in rows] == [True]
        assert database.read_bytes() == before

    def test_it_asks_and_a_no_removes_nothing(self, home: Home) -> None:
        home.lose()
        done = home.run("purge", "--player", PLAYER, code=1, answer="n\n")
        assert "Remove all that is known of 1 media?" in done.output
        assert home.files() == 2

    def test_without_an_answer_nothing_is_removed(self, home: Home) -> None:
        home.lose()
        home.run("purge", "--player", PLAYER, code=1)
        assert home.files() == 2

    @pytest.mark.parametrize(("more", "answer"), [((), "y\n"), (("--yes",), "")])
    def test_it_removes_and_publishes(self, home: Home, more: tuple[str, ...], answer: str) -> None:
        home.lose()
        done = home.run("purge", "--player", PLAYER, *more, answer=answer)
        assert "1 media removed" in done.stdout
        assert home.files() == 1
        assert home.files(OTHER) == 2
        assert (home.platform.places.published(PLAYER) / "media.parquet").is_file()

    def test_days_and_words_are_heeded(self, home: Home) -> None:
        home.lose()
        assert "101 days" in home.run("purge", "--player", PLAYER, "--older-than", "101").stdout
        ((media_id,),) = home.rows(
            PLAYER, "SELECT media_id FROM media_files WHERE status = 'missing'"
        )
        home.run("note", str(media_id), "keep")
        assert "kept: words" in home.run("purge", "--player", PLAYER, "--yes").stdout
        assert home.files() == 2
        home.run("purge", "--player", PLAYER, "--yes", "--with-notes")
        assert home.files() == 1

    def test_a_program_has_to_say_yes(self, home: Home) -> None:
        home.lose()
        assert "--yes" in home.run("purge", "--player", PLAYER, "--json", code=2).stderr
        done = home.run("purge", "--player", PLAYER, "--json", "--yes")
        assert json.loads(done.stdout)["media"] == 1

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [((), "--player"), (("--player", "nobody"), "no player is called nobody"),
         (("--player", PLAYER, "--older-than", "-1"), "--older-than")],
    )  # fmt: skip
    def test_wrong_usage_is_refused(
        self, home: Home, arguments: tuple[str, ...], words: str
    ) -> None:
        assert words in home.run("purge", *arguments, code=2).stderr
