"""Where matches come from: two sources, behind one protocol, that fill the same tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from media_assets.stages.platform import Platform
from media_assets.stages.progress import Listener
from media_assets.stages.take_in import take_in

Figures = Mapping[str, str | int | float]
"""What a source did, by names that people read."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What a source brought into the raw store.

    `trouble`: why it could not bring all, and what to do; what is there can be worked with.
    """

    figures: Figures
    rows_written: int
    trouble: str | None = None


class MatchSource(Protocol):
    """Brings what is new about a player's matches into the raw store, and their names."""

    def bring(self, player: str, *, full: bool, listener: Listener) -> Brought:
        """Bring what is new, or with `full` look at everything again."""
        ...

    def name(self, listener: Listener) -> Brought:
        """Bring the names that the loaded matches lack; `rows_written` counts what is named."""
        ...


@dataclass(frozen=True, slots=True)
class RecordedFiles:
    """A folder of recorded responses. It is looked at as a whole, whoever asks."""

    platform: Platform

    def bring(self, player: str, *, full: bool, listener: Listener) -> Brought:
        """As `MatchSource` says."""
        taken = take_in(self.platform, listener=listener)
        contents = ", ".join(f"{name} {count}" for name, count in sorted(taken.contents.items()))
        figures: dict[str, str | int | float] = {
            "recorded files seen": taken.seen,
            "recorded files read now": taken.new,
            "recorded files failed now": taken.failed,
            "read now, by content": contents or "none",
            "source": taken.absent or str(self.platform.settings.match_directory),
        }
        return Brought(figures, taken.rows_written)

    def name(self, listener: Listener) -> Brought:
        """Nothing: names are recorded, or not known."""
        return Brought({}, 0)


@dataclass(frozen=True, slots=True)
class MatchApi:
    """Halo Infinite itself."""

    platform: Platform

    def bring(self, player: str, *, full: bool, listener: Listener) -> Brought:
        """As `MatchSource` says."""
        from media_assets.stages.sync import sync  # brings HTTP, which files do without

        rebuilt = take_in(self.platform, listener=listener)
        report = sync(self.platform, player, full=full, listener=listener)
        traffic = report.traffic
        figures: dict[str, str | int | float] = {
            "source": "the match API",
            "history pages read": report.pages,
            "matches new in the history": report.listed,
            "matches fetched": report.fetched,
            "matches failed now": report.failed,
            "matches not fetched yet": report.unfetched,
            "gaps in the history": report.unread,
            "calls made": traffic.requests,
            "calls repeated": traffic.repeated,
            "calls saved by sharing": report.saved_calls,
            "waits that the API asked for": traffic.held,
            "calls per second": _rate(traffic.requests, report.seconds),
            "bytes received": traffic.bytes,
            "seconds": round(report.seconds, 1),
        }
        return Brought(figures, rebuilt.rows_written + report.rows_written, report.trouble)

    def name(self, listener: Listener) -> Brought:
        """As `MatchSource` says."""
        from media_assets.stages.fetch_names import fetch_names

        report = fetch_names(self.platform, listener=listener)
        figures = {
            "names fetched now": report.named,
            "names refused now": report.refused,
            "calls made for names": report.traffic.requests,
        }
        return Brought(figures, report.renamed, report.trouble)


def source_of(platform: Platform) -> MatchSource:
    """The source that the configuration names."""
    is_live = platform.settings.matches.source == "api"
    return MatchApi(platform) if is_live else RecordedFiles(platform)


def _rate(items: int, seconds: float) -> float:
    return round(items / seconds, 1) if seconds else 0.0
