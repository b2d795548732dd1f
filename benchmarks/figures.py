"""What was measured, as rows of one table. Nothing here measures or prints."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Measure = Literal["a second", "s", "times", "MiB"]


@dataclass(frozen=True, slots=True)
class Target:
    """What is promised: at least `bound` items a second, or at most `bound` of the others.

    `times` is the ratio to the first peer of the figure, `MiB` the peak of the main process.
    """

    bound: float
    measure: Measure

    def __str__(self) -> str:
        side = ">=" if self.measure == "a second" else "<="
        return f"{side} {self.bound:,g} {self.measure}"


@dataclass(frozen=True, slots=True)
class Peer:
    """What the same items are compared with, in the same run.

    `does` says which part of the work it does. `seconds` is None where it was not measured, and
    then `does` says why.
    """

    name: str
    does: str
    seconds: float | None
    cpu_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """One measurement of ours.

    `seconds` is wall time; `cpu_seconds` what all of its processes computed, user and system, which
    hardly depends on what else the machine does. The peaks are resident memory of one process.
    """

    items: int
    seconds: float
    cpu_seconds: float | None = None
    main_mib: float | None = None
    worker_mib: float | None = None

    @property
    def rate(self) -> float:
        """Items a second."""
        return self.items / self.seconds


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; `best` is None where it was not measured, and `note` says why."""

    what: str
    best: Sample | None
    target: Target | None = None
    peers: tuple[Peer, ...] = ()
    note: str = ""

    def ratio(self, peer: Peer) -> float | None:
        """Our seconds by those of the peer: below 1 ours is faster."""
        if self.best is None or not peer.seconds:
            return None
        return self.best.seconds / peer.seconds

    def cpu_ratio(self, peer: Peer) -> float | None:
        """The same of CPU seconds: it hardly depends on what else the machine does."""
        if self.best is None or self.best.cpu_seconds is None or not peer.cpu_seconds:
            return None
        return self.best.cpu_seconds / peer.cpu_seconds

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None where there is none, or nothing to compare with."""
        value = self._measured()
        if self.target is None or value is None:
            return None
        if self.target.measure == "a second":
            return value >= self.target.bound
        return value <= self.target.bound

    def _measured(self) -> float | None:
        if self.best is None or self.target is None:
            return None
        if self.target.measure == "times":
            return self.ratio(self.peers[0]) if self.peers else None
        values = {"a second": self.best.rate, "s": self.best.seconds, "MiB": self.best.main_mib}
        return values[self.target.measure]

    def rows(self) -> Iterator[dict[str, object]]:
        """Its rows of the table: the first with our measurement, then one for each further peer."""
        first, *others = self.peers or (Peer("", self.note, None),)
        yield {**self._ours(), **self._against(first)}
        for peer in others:
            yield {**dict.fromkeys(self._ours()), **self._against(peer)}

    def _ours(self) -> dict[str, object]:
        best = self.best
        return {
            "what": self.what,
            "items": best and best.items,
            "seconds": best and significant(best.seconds),
            "per second": best and significant(best.rate),
            "CPU ms each": best and significant(_per_item(best)),
            "target": str(self.target or ""),
            "met": {True: "yes", False: "NO", None: ""}[self.met],
            "MiB main": best and significant(best.main_mib),
            "MiB worker": best and significant(best.worker_mib),
        }

    def _against(self, peer: Peer) -> dict[str, object]:
        return {
            "against": f"{peer.name}: {peer.does}" if peer.name else peer.does,
            "its seconds": significant(peer.seconds),
            "ratio": significant(self.ratio(peer)),
            "CPU ratio": significant(self.cpu_ratio(peer)),
        }


def as_peer(name: str, does: str, sample: Sample) -> Peer:
    """A measurement of ours that another one is compared with."""
    return Peer(name, does, sample.seconds, sample.cpu_seconds)


def together(peers: tuple[Peer, ...], does: str) -> tuple[Peer, ...]:
    """The peers, and one that stands for running all of them; alone when one is not installed."""
    if any(peer.seconds is None for peer in peers):
        return peers
    names = " + ".join(peer.name for peer in peers)
    seconds = sum(peer.seconds or 0 for peer in peers)
    return (*peers, Peer(names, does, seconds, sum(peer.cpu_seconds or 0 for peer in peers)))


def markdown(rows: list[dict[str, object]]) -> str:
    """The rows as a Markdown table."""
    lines = [" | ".join(rows[0]), " | ".join("---" for _ in rows[0])]
    lines += [" | ".join(_cell(value) for value in row.values()) for row in rows]
    return "".join(f"| {line} |\n" for line in lines)


def _cell(value: object) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return "" if value is None else str(value).replace("|", "\\|")


def significant(value: float | None) -> float | int | None:
    """Three significant digits; whole numbers from 100 on."""
    if value is None:
        return None
    if abs(value) >= 100:
        return round(value)
    return float(f"{value:.3g}")


def _per_item(sample: Sample) -> float | None:
    return None if sample.cpu_seconds is None else 1000 * sample.cpu_seconds / sample.items
