"""The history of runs is made once, whoever else makes it at the same time."""

import sqlite3
import subprocess
import sys
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

PROCESSES = 3

PROGRAM = """
import sys
from pathlib import Path
from media_assets.launch import instance
print("ready", flush=True)
sys.stdin.readline()
with instance(Path(sys.argv[1])) as found:
    assert found.get_runs() == []
"""


@pytest.mark.timeout(600)
def test_processes_that_start_at_the_same_time_make_one_history(tmp_path: Path) -> None:
    """Else Dagster notes the version of its schema twice, and can never open it again."""
    home = tmp_path / "home"
    with ExitStack() as stack:
        started = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", PROGRAM, str(home)],
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE, text=True,
                )
            )
            for _ in range(PROCESSES)
        ]  # fmt: skip
        for process in started:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in started:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        for process in started:
            _, said = process.communicate(timeout=300)
            assert process.returncode == 0, said
    databases = [file for file in home.rglob("*.db") if versions(file) is not None]
    assert {file.stem for file in databases} >= {"runs", "schedules"}
    assert {versions(file) for file in databases} == {1}
    assert "max_concurrent_runs" in (home / "dagster.yaml").read_text("utf-8")


def versions(file: Path) -> int | None:
    """How often the version of the schema is noted."""
    with closing(sqlite3.connect(file)) as con:
        found = con.execute("SELECT name FROM sqlite_master WHERE name = 'alembic_version'")
        if found.fetchone() is None:
            return None
        return con.execute("SELECT count(*) FROM alembic_version").fetchone()[0]
