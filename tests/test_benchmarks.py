"""The benchmarks' own arithmetic, names and files; what they measure is not tested here."""

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image

from benchmarks import __main__ as command
from benchmarks.corpora.__main__ import MAKERS
from benchmarks.corpora.cache import CACHE, NEEDS, VERSION
from benchmarks.corpora.files import named_files, touch_some
from benchmarks.corpora.mixed import PARTS
from benchmarks.corpora.pictures import _screenshots_png
from benchmarks.figures import Figure, Peer, Sample, Target, markdown, significant, together
from benchmarks.tools import FIND, Tool, Work, _at_once
from media_assets.library.walk import WalkReport, walk

PROJECT = Path(__file__).resolve().parent.parent
TEN_A_SECOND = Sample(items=100, seconds=10, cpu_seconds=16, main_mib=300, worker_mib=200)


@pytest.mark.parametrize(
    ("target", "met"),
    [
        (Target(10, "a second"), True),
        (Target(10.1, "a second"), False),
        (Target(10, "s"), True),
        (Target(9.9, "s"), False),
        (Target(300, "MiB"), True),
        (Target(299, "MiB"), False),
        (Target(4, "times"), True),
        (Target(3.9, "times"), False),
    ],
)
def test_a_target_is_met_up_to_its_bound(target: Target, met: bool) -> None:
    peers = (Peer("find", "", 2.5, 4), Peer("other", "", 100, 1))
    assert Figure("scan", TEN_A_SECOND, target, peers).met is met


def test_nothing_is_said_to_be_met_that_was_not_measured() -> None:
    assert Figure("scan", None, Target(10, "s")).met is None
    assert Figure("scan", TEN_A_SECOND).met is None
    assert Figure("scan", TEN_A_SECOND, Target(4, "times"), (Peer("find", "", None),)).met is None
    assert Figure("scan", Sample(10, 1), Target(4, "MiB")).met is None


def test_a_ratio_is_our_seconds_by_those_of_the_peer() -> None:
    figure, peer = Figure("scan", TEN_A_SECOND), Peer("find", "", seconds=2.5, cpu_seconds=4)
    assert (figure.ratio(peer), figure.cpu_ratio(peer)) == (4, 4)
    absent = Peer("find", "not installed", None)
    assert (figure.ratio(absent), figure.cpu_ratio(absent)) == (None, None)


def test_a_figure_is_a_row_for_each_peer_with_the_same_columns() -> None:
    peers = (Peer("find", "walks", 2.5), Peer("exiftool", "not installed: apt install x", None))
    first, second = Figure("scan", TEN_A_SECOND, Target(9, "s"), peers).rows()
    assert first.keys() == second.keys()
    assert (first["what"], first["met"], first["ratio"]) == ("scan", "NO", 4.0)
    assert (first["per second"], first["CPU ms each"], first["target"]) == (10.0, 160, "<= 9 s")
    assert (second["what"], second["ratio"]) == (None, None)
    assert second["against"] == "exiftool: not installed: apt install x"


def test_a_figure_that_was_not_measured_says_why() -> None:
    (row,) = Figure("memory", None, Target(1024, "MiB"), note="--large measures it").rows()
    assert (row["what"], row["against"]) == ("memory", "--large measures it")
    assert (row["seconds"], row["target"], row["met"]) == (None, "<= 1,024 MiB", "")


def test_peers_are_summed_only_when_all_were_measured() -> None:
    one, two = Peer("a", "", 2, 3), Peer("b", "", 5, 7)
    assert together((one, two), "both")[-1] == Peer("a + b", "both", 7, 10)
    absent = Peer("c", "not installed", None)
    assert together((one, absent), "both") == (one, absent)


def test_a_table_for_people_has_every_row() -> None:
    peers = (Peer("find", "walks | stats", 2.5), Peer("exiftool", "not installed", None))
    rows = list(Figure("scan", Sample(100_000, 10), None, peers).rows())
    lines = markdown(rows).splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("| what | items | seconds |")
    assert lines[2].startswith("| scan | 100,000 | 10.0 | 10,000 |")
    assert "find: walks \\| stats" in lines[2]
    assert lines[3].startswith("|  |  |  |")


def test_figures_have_three_digits() -> None:
    values = (0.012345, 1.23456, 12.3456, 99.96, 123.456, 98765.4, None)
    assert [significant(v) for v in values] == [0.0123, 1.23, 12.3, 100.0, 123, 98765, None]


@pytest.mark.parametrize("wrong", [["scan"], ["--repeats", "0"], ["--fast"]])
def test_wrong_arguments_end_with_what_there_is(
    wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        command.parse(wrong)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "scans" in said or "--repeats" in said


def test_the_names_that_are_documented_are_those_that_there_are() -> None:
    text = (PROJECT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    named = {line.split("`")[1] for line in text.splitlines() if line.startswith("| `")}
    assert named == set(command.SUBJECTS)
    assert command.parse(list(named)).names == list(named)


def test_a_record_is_json_and_says_where_it_was_measured() -> None:
    rows = list(Figure("scan", TEN_A_SECOND, Target(9, "s"), (Peer("find", "", 2.5),)).rows())
    record = json.loads(json.dumps(command.record(rows)))
    assert record["rows"] == rows
    assert {"cores", "python", "system", "version", "measured_at"} <= record.keys()


def test_a_tool_at_work_gets_every_name_once(tmp_path: Path) -> None:
    files, scratch = tmp_path / "files", tmp_path / "scratch"
    for folder in (files / "a b", scratch):
        folder.mkdir(parents=True)
    names = {"one.jpg", "a b/-two\n.jpg", "a b/it's.jpg"}
    for name in names:
        (files / name).touch()
    script = "import sys; open(sys.argv[1] + sys.argv[2].replace('/', '+'), 'x')"
    work = Work(files, scratch)
    told = [sys.executable, "-c", script, f"{scratch}/seen "]
    one_each = [*_at_once(work, *told)]
    one_each[one_each.index("-n") + 1] = "1"
    subprocess.run(one_each, cwd=files, check=True)
    seen = {path.name.removeprefix("seen ") for path in scratch.glob("seen *")}
    assert seen == {name.replace("/", "+") for name in names}


def test_a_tool_that_is_not_there_is_not_installed() -> None:
    assert not Tool("x", "no-such-program-at-all", "", "", FIND.command).is_installed


def test_cpu_of_processes_that_outlive_their_parent_is_counted() -> None:
    """The workers' parent is a fork server, which ends after the process that is measured."""
    burn = "import time\nwhile time.process_time() < 0.3: pass"
    starts = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {burn!r}])"
    code = (
        "import sys; from benchmarks.processes import run; "
        f"print(run([sys.executable, '-c', {starts!r}]).orphan_cpu_seconds)"
    )
    assert float(in_a_process_of_its_own(code).stdout) >= 0.3


def test_a_command_that_fails_says_what_it_said() -> None:
    code = (
        "import sys; from benchmarks.processes import run; "
        "run([sys.executable, '-c', 'raise SystemExit(\"no such lens\")'])"
    )
    said = in_a_process_of_its_own(code).stderr
    assert "CommandError" in said
    assert "exit code 1: no such lens" in said


def in_a_process_of_its_own(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What is measured adopts the orphans of its processes, which this one shall not."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_a_corpus_is_made_of_is_made_before() -> None:
    assert set(NEEDS["mixed"]) == set(PARTS)
    assert {*NEEDS, *sum(NEEDS.values(), ())} <= set(MAKERS)
    assert sum(PARTS.values()) == 1000


def test_a_corpus_that_cannot_be_made_leaves_nothing(tmp_path: Path) -> None:
    code = "from benchmarks.corpora.cache import corpus; corpus('no_such_corpus')"
    done = in_a_process_of_its_own(code, **{CACHE: str(tmp_path)})
    assert "CommandError" in done.stderr
    assert "KeyError: 'no_such_corpus'" in done.stderr
    assert list(tmp_path.rglob("*")) == [tmp_path / VERSION]


def test_files_for_scans_have_sizes_and_take_no_place(tmp_path: Path) -> None:
    player = tmp_path / "bench"
    player.mkdir()
    named_files(player, 1200)
    seen = list(walk(player, frozenset(), WalkReport()))
    assert len({size for part in seen for size in part.sizes}) == 1200
    assert sum(path.stat().st_blocks for path in player.rglob("*.png")) == 0
    before = mtimes(player)
    touch_some(tmp_path)
    changed = [path for path, mtime in mtimes(player).items() if mtime != before[path]]
    assert len(changed) == len({path.parent for path in changed}) == 10


def mtimes(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*.png")}


def test_screenshots_of_one_scene_differ_and_can_be_opened(tmp_path: Path) -> None:
    _screenshots_png(tmp_path, 3, scene=1)
    files = sorted(tmp_path.iterdir())
    assert len(files) == 3
    assert all(one.read_bytes() != other.read_bytes() for one, other in pairwise(files))
    with Image.open(files[2]) as picture:
        picture.load()
        assert picture.text["Creation Time"] == "2024:05:02 12:02:00"
        assert picture.size == (1920, 1080)
