"""Rounds of damaged files through discovery and analysis, as in production, and what came of them.

Each input gives a result or one of our declared errors. A finding is anything else: a class of
error that is not declared, a decoder that hangs, crashes or is killed, a file without a row, a run
that ends.
"""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from ground import Ground
from mutations import mutated
from originals import Original

from media_assets import errors
from media_assets.library.kinds import EXTENSIONS
from media_assets.settings import EngineSettings, LimitSettings

DECLARED = frozenset(
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.MediaError)
)
ENGINE = EngineSettings(workers=2, item_timeout_seconds=20, worker_memory_mib=1024)
LIMITS = LimitSettings(max_pixels=20_000_000, max_embedded_bytes=4_000_000)
SUFFIXES = tuple(suffix for suffixes in EXTENSIONS.values() for suffix in suffixes)


@dataclass(frozen=True, slots=True)
class Input:
    """One damaged file. `number` counts from the start of the run."""

    number: int
    kind: str
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Finding:
    """What must not be. The input can be made again from the seed and its number."""

    seed: int
    number: int
    kind: str
    what: str
    kept: Path

    def __str__(self) -> str:
        return (
            f"{self.what}\n    a damaged {self.kind}, kept as {self.kept}; again with "
            f"MEDIA_ASSETS_FUZZ_SEED={self.seed} MEDIA_ASSETS_FUZZ_INPUT={self.number}"
        )


@dataclass(slots=True)
class Tally:
    """Inputs by kind, outcomes by class of error (`done` for all stages), and the findings."""

    kinds: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [f"{sum(self.kinds.values())} inputs, {len(self.findings)} findings"]
        for title, counts in (("outcomes", self.outcomes), ("kinds", self.kinds)):
            shown = ", ".join(f"{name} {count}" for name, count in counts.most_common())
            lines.append(f"{title}: {shown}")
        return "\n".join([*lines, *map(str, self.findings)])


def inputs(seed: int, sources: list[Original], first: int, count: int) -> Iterator[Input]:
    """Inputs by their number, each from random numbers of its own."""
    contents = [source.content for source in sources]
    kinds: dict[str, list[Original]] = {}
    for source in sources:
        kinds.setdefault(source.kind, []).append(source)
    names = list(kinds)
    for number in range(first, first + count):
        random = Random(f"{seed}/{number}")
        source = random.choice(kinds[random.choice(names)])  # a corpus has most of one kind
        suffix = source.suffix if random.random() < 0.97 else random.choice(SUFFIXES)
        content = mutated(random, source.content, contents)
        yield Input(number, source.kind, f"{number:08}{suffix}", content)


def fuzz_round(folder: Path, seed: int, found: list[Input], tally: Tally) -> None:
    """Analyse the inputs in a folder of their own; add what came of them to the tally."""
    ground = Ground(folder, limits=LIMITS, engine=ENGINE)
    ground.lay({made.name: made.content for made in found})
    try:
        ground.work()
        failures, done = ground.failures(), ground.done()
    except Exception as error:  # the run itself: which input it was shows one by one
        if len(found) == 1:
            tally.findings.append(_finding(folder, seed, found[0], f"the run ended: {error!r}"))
            return
        half = len(found) // 2
        fuzz_round(folder / "a", seed, found[:half], tally)
        fuzz_round(folder / "b", seed, found[half:], tally)
        return
    for made in found:
        failure = failures.get(made.name)
        tally.kinds[made.kind] += 1
        tally.outcomes[failure.error_class if failure else "done"] += 1
        if failure and failure.error_class not in DECLARED:
            what = f"{failure.error_class}: {failure.message}"
        elif failure or made.name in done:
            continue
        else:
            what = "neither a result nor an error"
        tally.findings.append(_finding(folder, seed, made, what))


def _finding(folder: Path, seed: int, made: Input, what: str) -> Finding:
    kept = folder / "findings" / made.name
    kept.parent.mkdir(exist_ok=True)
    kept.write_bytes(made.content)
    return Finding(seed, made.number, made.kind, what, kept)


def fuzz(folder: Path, seed: int, sources: list[Original], seconds: float, size: int) -> Tally:
    """Rounds of `size` inputs until the seconds are over, at least one."""
    tally, end = Tally(), time.monotonic() + seconds
    first = 0
    while first == 0 or time.monotonic() < end:
        place = folder / f"round {first}"
        fuzz_round(place, seed, list(inputs(seed, sources, first, size)), tally)
        _forget_media(place)
        first += size
    return tally


def _forget_media(folder: Path) -> None:
    """A long run would fill the disk; findings stay."""
    for path in folder.rglob("*"):
        if path.is_file() and path.parent.name != "findings":
            path.unlink()
