"""A data folder that cannot be written: people can look, and who must write says what to do."""

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from analysed_home import PLAYER, Home, png
from click.testing import CliRunner, Result
from small_disk import small_disk
from workplace import Workplace

from media_assets.cli import main
from media_assets.errors import StoreError
from media_assets.stages.analyse import analyse
from media_assets.stages.discover import discover

LOOKS = {
    "status": ["status"],
    "failures": ["failures"],
    "reprocess": ["reprocess", "--player", PLAYER, "--force", "--dry-run"],
    "doctor": ["doctor"],
}
WRITES = {
    "tag": ["tag", "{id}", "--add", "mine"],
    "reprocess": ["reprocess", "--player", PLAYER, "--force"],
    "run": ["run", "--player", PLAYER],
}


def configure(home: Home) -> None:
    (home.base / "media_assets.toml").write_text("[engine]\nworkers = 1\n", "utf-8")
    (home.base / "matches").mkdir()


def fill(home: Home) -> None:
    configure(home)
    home.write("good.png", png(1))
    home.write("bad.png", b"no picture")
    home.work()
    home.publish()


def look(home: Home, command: list[str]) -> Result:
    """One command, in this process."""
    name, *rest = command
    return CliRunner().invoke(main, [name, "--config", str(home.base / "media_assets.toml"), *rest])


def digest(folder: Path) -> dict[str, tuple[int, str]]:
    """Every file and folder with its mtime and the hash of its bytes."""
    return {
        str(path.relative_to(folder)): (
            path.stat().st_mtime_ns,
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder",
        )
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A finished library whose data folder is on a disk that is read-only by now."""
    base = tmp_path_factory.mktemp("read only")
    with small_disk(base / "data", 40 * 1024) as disk:
        home = Home(base)
        fill(home)
        kill_a_writer(home)
        disk.make_read_only()
        yield home


def kill_a_writer(home: Home) -> None:
    """What it had committed lies in a log that nobody can write into the database now."""
    program = (
        "import os, sys; from pathlib import Path\n"
        "from media_assets.store.connect import connect, transaction\n"
        "with connect(Path(sys.argv[1])) as con:\n"
        "    with transaction(con): con.execute(\"UPDATE media_files SET status = 'unknown'\")\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    file = home.platform.places.player_database(PLAYER)
    subprocess.run([sys.executable, "-c", program, str(file)], check=False)
    assert file.with_name("stats.duckdb.wal").stat().st_size > 0


@pytest.mark.parametrize("command", LOOKS.values(), ids=LOOKS)
def test_who_only_looks_is_served_from_a_read_only_disk(home: Home, command: list[str]) -> None:
    done = look(home, command)
    assert done.exit_code == (1 if command == ["doctor"] else 0), done.output
    assert PLAYER in done.output or "bad.png" in done.output or "nothing to do" in done.output
    if command == ["doctor"]:
        assert "cannot be written" in done.output


def test_what_a_killed_writer_had_committed_is_seen(home: Home) -> None:
    assert home.rows("SELECT DISTINCT status FROM media_files") == [("unknown",)]


@pytest.mark.parametrize("stage", [discover, analyse])
def test_a_stage_names_the_folder_and_what_to_do(home: Home, stage) -> None:
    with pytest.raises(
        StoreError, match="Read-only file system: make it writable, or set data_dir"
    ) as told:
        stage(home.platform, PLAYER)
    assert str(home.base / "data") in str(told.value)


@pytest.mark.parametrize("command", WRITES.values(), ids=WRITES)
def test_a_command_that_writes_ends_with_one_and_a_line(home: Home, command: list[str]) -> None:
    (media_id,) = home.rows("SELECT min(media_id) FROM media_files")[0]
    place = Workplace(home.base, own_home=False)
    done = place.run(*(part.format(id=media_id) for part in command), code=1)
    assert "set data_dir to a folder that is" in done.stderr
    assert str(home.base / "data") in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", LOOKS.values(), ids=LOOKS)
def test_looking_at_nothing_makes_nothing(tmp_path: Path, command: list[str]) -> None:
    home = Home(tmp_path)
    configure(home)
    before = digest(tmp_path)
    done = look(home, command)
    assert done.exit_code == 0, done.output
    assert digest(tmp_path) == before
    assert not (tmp_path / "data").exists()


def test_looking_writes_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path)
    fill(home)
    before = digest(tmp_path)
    for command in LOOKS.values():
        assert look(home, command).exit_code == 0
        assert digest(tmp_path) == before, command


AS_NOBODY = r"""
import os, sys
from click.testing import CliRunner
from media_assets.cli import main
def call(arguments):
    return CliRunner().invoke(main, arguments)
commands = [line.split("\t") for line in sys.stdin.read().splitlines()]
if os.geteuid() == 0:  # whom modes do not stop
    for command in commands:
        call(command)  # what is loaded late must not be loaded by somebody who may not read it
    os.setgroups([]), os.setgid(65534), os.setuid(65534)
for command in commands:
    done = call(command)
    print(done.exit_code, done.output.replace("\n", " "))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="modes")
def test_a_folder_that_belongs_to_somebody_else() -> None:
    """Modes in place of a read-only disk."""
    with TemporaryDirectory(prefix="media-assets-") as folder:
        home = Home(Path(folder) / "home")
        fill(home)
        open_to_readers(Path(folder))
        config = ["--config", str(home.base / "media_assets.toml")]
        tag = ["tag", *config, str(home.rows("SELECT min(media_id) FROM media_files")[0][0])]
        commands = [[name, *config, *rest] for name, *rest in LOOKS.values()]
        done = subprocess.run(
            [sys.executable, "-c", AS_NOBODY],
            input="\n".join("\t".join(command) for command in [*commands, [*tag, "--add", "x"]]),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        for path in Path(folder).rglob("*"):
            path.chmod(0o755)  # so that it can be removed
    assert done.returncode == 0, done.stderr
    *looks, write = done.stdout.splitlines()
    assert [line[0] for line in looks] == ["0", "0", "0", "1"], done.stdout + done.stderr
    assert "cannot be written" in looks[-1]
    assert write.startswith("1 ")
    assert "Permission denied: make it writable, or set data_dir" in write


def open_to_readers(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
