"""10,000 small images of a local server: fetched, analysed, and both at once.

`python -m benchmarks.lands` measures it and prints one table. What is promised: both at once reach
at least `SHARE` of what the slower of the two reaches alone.
"""

import json
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.corpora.cache import PLAYER, corpus
from benchmarks.figures import Figure, Peer, Sample, Target
from benchmarks.image_server import image_server
from benchmarks.processes import peak_mib, run
from benchmarks.workplace import PROJECT, Choice, scratch
from media_assets.settings import LibrarySettings, Settings
from media_assets.stages.analyse import analyse
from media_assets.stages.catalog import QUICK_STAGES
from media_assets.stages.discover import discover
from media_assets.stages.land import Choice as JobChoice
from media_assets.stages.land import run_job
from media_assets.stages.land_sources import read_land
from media_assets.stages.platform import Platform
from media_assets.terminal import print_table
from media_assets.web_settings import LandSettings, WebSettings

SHARE: Final = 0.6
LAND: Final = "land"
_PEER = "img2dataset"


def lands(choice: Choice) -> Iterator[Figure]:
    """Each measurement has a process of its own; the server has another one."""
    images = corpus("small_pictures") / PLAYER
    with image_server(images) as port:
        fetched, analysed, both = (
            min(
                (_measure(step, images, port) for _ in range(choice.repeats)),
                key=lambda sample: sample.seconds,
            )
            for step in ("fetch", "analyse", "both")
        )
        peers = tuple(_img2dataset(images, port))
    slower = max(fetched.seconds, analysed.seconds)
    yield Figure("images of a local server, fetched", fetched, peers=peers)
    yield Figure("the same, analysed", analysed)
    yield Figure(
        "the same, fetched and analysed",
        both,
        Target(round(1 / SHARE, 2), "times"),
        (Peer("the slower of the two alone", "the other half is not done", slower),),
        f"{slower / both.seconds:.0%} of the rate of the slower one",
    )


def _measure(step: str, images: Path, port: int) -> Sample:
    with scratch() as base:
        command = [
            sys.executable,
            "-m",
            "benchmarks.lands",
            step,
            str(base),
            str(images),
            str(port),
        ]
        usage = run(command, folder=PROJECT, keep_output=True)
    told = json.loads(usage.output)
    return Sample(
        told["items"], told["seconds"], usage.cpu_seconds, told["peak_mib"], usage.below_mib
    )


def _img2dataset(images: Path, port: int) -> Iterator[Peer]:
    """What a user would take instead, where it is installed; it fetches and writes, no more."""
    program = shutil.which(_PEER)
    if program is None:
        yield Peer(_PEER, f"not installed: pip install {_PEER}", None)
        return
    with scratch() as base:
        _write_list(base / "urls.csv", images, port)
        command = [
            program, "--url_list", str(base / "urls.csv"), "--input_format", "csv",
            "--url_col", "url", "--output_folder", str(base / "out"), "--output_format", "files",
            "--resize_mode", "no", "--processes_count", "2", "--thread_count", "16",
            "--disable_all_reencoding", "True",
        ]  # fmt: skip
        usage = run(command, folder=base)
        written = sum(1 for _ in (base / "out").rglob("*.jpg"))
    if written != _count(images):
        raise SystemExit(f"{_PEER} wrote {written} files of {_count(images)}")
    yield Peer(_PEER, "fetches and writes files", usage.seconds, usage.cpu_seconds)


def _count(images: Path) -> int:
    return sum(1 for _ in images.iterdir())


def _write_list(file: Path, images: Path, port: int) -> None:
    names = sorted(image.name for image in images.iterdir())
    lines = (f"http://127.0.0.1:{port}/{name}\n" for name in names)
    file.write_text("url\n" + "".join(lines), encoding="utf-8")


def _platform(base: Path, port: int) -> Platform:
    limits = WebSettings(
        host_requests_per_second=0, host_concurrency=32, robots=False,
        allowed_endpoints=(f"127.0.0.1:{port}",),
    )  # fmt: skip
    return Platform(Settings(base=base, web=limits, lands={LAND: LandSettings()}))


def _step_here(step: str, base: Path, images: Path, port: int) -> None:
    """Print what one step took; that of the start of the workers is in it."""
    if step == "analyse":
        library = Settings(data_dir=str(base), library=LibrarySettings(root=str(images.parent)))
        platform = Platform(library)
        started = time.perf_counter()
        discover(platform, PLAYER)
        items = analyse(platform, PLAYER, [stage.name for stage in QUICK_STAGES]).media
    else:
        platform = _platform(base, port)
        folder = platform.settings.land_folder(LAND)
        folder.mkdir(parents=True)
        _write_list(folder / "urls.csv", images, port)
        read_land(platform, LAND)
        started = time.perf_counter()
        report = run_job(platform, LAND, JobChoice(analyses=step == "both"))
        items = report.analyzed if step == "both" else report.downloads
    seconds = time.perf_counter() - started
    if items != _count(images):
        raise SystemExit(f"{step}: {items} of {_count(images)} images")
    print(json.dumps({"items": items, "seconds": seconds, "peak_mib": peak_mib()}))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _step_here(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
    else:
        print_table("lands", [row for figure in lands(Choice(1)) for row in figure.rows()], "")
