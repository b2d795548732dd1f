"""Playlists, manifests and documents in disguise: named as such, and nobody follows them."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cases import Case, good
from disguises import disguise_cases
from ground import Ground

RECORDER = Path(__file__).with_name("recorded_run.py")
PROGRAMS = ("gs", "gswin32c", "rsvg-convert", "inkscape", "ffmpeg", "convert", "xdg-open")


@pytest.fixture(scope="module")
def listener() -> Iterator[socket.socket]:
    """What the disguises name: who follows one is caught."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        yield server


@pytest.fixture(scope="module")
def cases(listener: socket.socket) -> list[Case]:
    return list(disguise_cases(f"http://127.0.0.1:{listener.getsockname()[1]}"))


def nobody_called(listener: socket.socket) -> bool:
    try:
        connection, _ = listener.accept()
    except BlockingIOError:
        return True
    connection.close()
    return False


def test_the_listener_hears_who_calls(listener: socket.socket) -> None:
    socket.create_connection(listener.getsockname()).close()
    assert not nobody_called(listener)


def test_through_the_pipeline_each_is_refused_by_name_and_none_is_followed(
    cases: list[Case], listener: socket.socket, tmp_path: Path
) -> None:
    ground = Ground(tmp_path)
    beside = list(good())[::4]
    ground.lay({case.name: case.make for case in [*beside, *cases]})
    ground.work()
    failures = ground.failures()
    wrong = {
        case.name: failures.get(case.name)
        for case in cases
        if not case.is_met_by(failures.get(case.name))
    }
    assert not wrong
    assert not {case.name for case in beside} & failures.keys()
    assert nobody_called(listener)


def recorded(folder: Path, cases: list[Case], *command: str) -> dict[str, Any]:
    """What the analysis of the cases asks of the system, in a process of its own."""
    media = folder / "media"
    media.mkdir()
    for case in cases:
        (media / case.name).write_bytes(case.make())
    tools, traces = folder / "tools", folder / "traces"
    tools.mkdir()
    traces.mkdir()
    for name in PROGRAMS:
        program = tools / name
        program.write_text(f"#!/bin/sh\ntouch '{traces}/{name}'\n")
        program.chmod(0o755)
    done = subprocess.run(
        [*command, sys.executable, "-W", "error", str(RECORDER), str(folder)],
        env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"},
        capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert list(traces.iterdir()) == []
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_no_decoder_asks_for_a_connection_or_a_program(
    cases: list[Case], listener: socket.socket, tmp_path: Path
) -> None:
    found = recorded(tmp_path, [*good(), *cases])
    assert found["asked"] == []
    assert nobody_called(listener)
    assert found["errors"] == {case.name: case.error for case in [*good(), *cases]}
    assert not {"PIL.EpsImagePlugin", "PIL.WmfImagePlugin", "PIL.ImageShow"} & {*found["modules"]}


def has_namespaces() -> bool:
    tool = shutil.which("unshare")
    tried = [tool, "--user", "--map-root-user", "--net", "true"] if tool else None
    return bool(tried) and subprocess.run(tried, check=False, capture_output=True).returncode == 0  # type: ignore[arg-type]  # not None


@pytest.mark.skipif(not has_namespaces(), reason="unshare --net is not allowed here")
def test_without_any_network_all_is_the_same(cases: list[Case], tmp_path: Path) -> None:
    alone = ("unshare", "--user", "--map-root-user", "--net")
    found = recorded(tmp_path, [*good(), *cases], *alone)
    assert found["errors"] == {case.name: case.error for case in [*good(), *cases]}
