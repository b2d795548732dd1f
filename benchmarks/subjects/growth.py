"""What more rows cost: the same steps for 10,000, 100,000 and 1,000,000 pictures."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from benchmarks.corpora.cache import corpus
from benchmarks.corpora.files import touch_some
from benchmarks.figures import Figure, Peer, Sample, Target, as_peer
from benchmarks.workplace import Choice, quickest, scratch, step

SIZES, LARGE = (10_000, 100_000), 1_000_000
_MEMORY = Target(1024, "MiB")


def growth(choice: Choice) -> Iterator[Figure]:
    """Each step at each size, with the time that ten times the smaller size would take."""
    smaller: dict[str, Sample] = {}
    for size in (*SIZES, LARGE) if choice.large else SIZES:
        samples = _steps(size, 1 if size == LARGE else choice.repeats)
        for name, sample in samples.items():
            before = smaller.get(name)
            peers = () if before is None else (_scaled(before, size),)
            target = _MEMORY if size == LARGE else None
            yield Figure(f"{size:,} rows: {name}", sample, target, peers)
        smaller = samples
    if not choice.large:
        note = "--large measures it"
        yield Figure(f"memory, {LARGE:,} files", None, _MEMORY, note=note)


def _scaled(before: Sample, size: int) -> Peer:
    times = size // before.items
    peer = as_peer(f"{before.items:,} rows", f"{times} times its seconds", before)
    cpu = None if peer.cpu_seconds is None else times * peer.cpu_seconds
    return replace(peer, seconds=times * before.seconds, cpu_seconds=cpu)


def _steps(size: int, repeats: int) -> dict[str, Sample]:
    """The best sample of each step, in the order in which a library meets them.

    Its items are the rows that there are, also where the step has to touch none of them.
    """
    library = corpus(f"files_{size}")

    def best(name: str, prepare: Callable[[], None] = lambda: None, times: int = repeats) -> Sample:
        samples = []
        for _ in range(times):
            prepare()
            samples.append(step(name, library, data))
        return quickest(samples)

    with scratch() as data:
        samples = {"first scan": best("scan", times=1)}
        step("add_analysis", library, data)
        samples["capture times"] = best("times", times=1)
        samples["publish"] = best("publish", times=1)
        samples["rescan, nothing changed"] = best("scan")
        samples["analysis, nothing pending"] = best("analyse_pending")
        samples["publish, nothing new"] = best("publish")
        samples["status"] = best("status")
        samples["rescan, 10 files changed"] = best("scan", lambda: touch_some(library))
        samples["analysis, 10 files changed"] = best("analyse_pending", times=1)
        samples["publish, 10 rows changed"] = best("publish", times=1)
    return {name: replace(sample, items=size) for name, sample in samples.items()}
