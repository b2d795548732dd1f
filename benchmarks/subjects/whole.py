"""The whole job as a user starts it: `media-assets run`, Dagster and its start included."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.corpora.cache import corpus
from benchmarks.figures import Figure, Sample, Target, as_peer
from benchmarks.processes import run
from benchmarks.workplace import Choice, quickest, scratch, warm

FILES = 1000


def whole(choice: Choice) -> Iterator[Figure]:
    """Everything once for 1,000 mixed files, and the same again with nothing new."""
    library = corpus("mixed")
    warm(library)
    pairs = []
    for _ in range(choice.repeats):
        with scratch() as folder:
            pairs.append((_run(library, folder), _run(library, folder)))
    first, again = map(quickest, zip(*pairs, strict=True))
    yield Figure("1,000 mixed files, everything once", first, Target(30, "s"))
    beside = as_peer("the first run", "the same with everything to do", first)
    yield Figure("1,000 mixed files, again, nothing new", again, peers=(beside,))


def _run(library: Path, folder: Path) -> Sample:
    usage = run(
        [sys.executable, "-m", "media_assets", "run"],
        folder=folder,
        environment={
            "MEDIA_ASSETS_LIBRARY": str(library),
            "MEDIA_ASSETS_DATA": str(folder / "data"),
            "MEDIA_ASSETS_MATCHES": str(folder / "matches"),
            "DAGSTER_HOME": str(folder / "home"),
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        },
    )
    return Sample(FILES, usage.seconds, usage.cpu_seconds, usage.main_mib, usage.below_mib)
