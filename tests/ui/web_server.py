"""The web UI with its daemon over the small library, as `make ui` starts it."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from small_library import HEX, KETAN

from media_assets.launch import instance as open_instance
from media_assets.launch import register_players

PROJECT = Path(__file__).resolve().parents[2]
START_SECONDS = 300


@dataclass(frozen=True)
class Server:
    """A running web UI; the folder holds library, data and the run history."""

    url: str
    folder: Path

    def ask(self, query: str, **variables: object) -> dict[str, Any]:
        """Send one GraphQL query."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(
            f"{self.url}/graphql", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            answer: dict[str, Any] = json.load(response)
        assert not answer.get("errors"), answer
        data: dict[str, Any] = answer["data"]
        return data

    def rescan(self, *arguments: str) -> subprocess.Popen[str]:
        """Start the documented example."""
        return subprocess.Popen(
            [sys.executable, str(PROJECT / "docs" / "rescan.py"), *arguments, "--url", self.url],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def runs(self) -> list[dg.RunRecord]:
        """The runs in the history, oldest first."""
        # The storage of the project's dagster.yaml lies below the current folder.
        with chdir(self.folder), open_instance(self.folder) as instance:
            return list(instance.get_run_records(ascending=True))


@dataclass(frozen=True)
class Outcome:
    """What the example said."""

    code: int
    out: str
    error: str


def outcome(process: subprocess.Popen[str]) -> Outcome:
    """Wait for the example to end."""
    out, error = process.communicate(timeout=600)
    return Outcome(process.returncode, out, error)


@contextmanager
def serve(library: Path, folder: Path) -> Iterator[Server]:
    """`dagster dev` over a copy of a library, as the project configures it."""
    if sys.platform == "win32":
        pytest.skip("the server is ended by a signal to its process group")
    shutil.copytree(library, folder)
    for name in ("dagster.yaml", "workspace.yaml"):
        shutil.copy2(PROJECT / name, folder / name)
    with chdir(folder), open_instance(folder) as instance:
        register_players(instance, [HEX, KETAN])
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MEDIA_ASSETS_", "DAGSTER_"))
    }
    command = [sys.executable, "-m", "dagster", "dev", "--host", "127.0.0.1", "--port", str(port),
               "--workspace", "workspace.yaml"]  # fmt: skip
    process = subprocess.Popen(
        command, cwd=folder, env={**environment, "DAGSTER_HOME": str(folder)}, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        start_new_session=True,
    )  # fmt: skip
    serving, lines = threading.Event(), list[str]()
    reader = threading.Thread(target=_read, args=(process, serving, lines))
    reader.start()
    try:
        assert serving.wait(START_SECONDS), "".join(lines)
        assert process.poll() is None, "".join(lines)
        yield Server(f"http://127.0.0.1:{port}", folder)
    finally:
        _end(process)
        reader.join()


def _read(process: subprocess.Popen[str], serving: threading.Event, lines: list[str]) -> None:
    """Read what it says until it serves, and go on reading so that it never blocks."""
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            lines.append(line)
            if "Serving dagster-webserver" in line:
                serving.set()
    serving.set()


def _end(process: subprocess.Popen[str]) -> None:
    for number in (signal.SIGINT, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            continue
        except ProcessLookupError:
            break
    process.wait(timeout=15)
