"""Figures of the store as Prometheus reads them; docs/metrics.md says what each one counts."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from media_assets.errors import StoreError
from media_assets.stages.metrics import PlayerFigures, player_figures, shared_figures
from media_assets.stages.platform import SHARED, Platform
from media_assets.stages.players import players_with_tables
from media_assets.stages.refetch import FETCH
from media_assets.store.figures import Figures

Samples = Iterable[tuple[tuple[str, ...], float | None]]
"""Values by the values of the labels; None is left out."""
Players = Mapping[str, PlayerFigures]

_URL_STATUSES = ("pending", "fetched", "skipped", "failed", "refused")


def registry_of(platform: Platform) -> CollectorRegistry:
    """A registry that looks at the store whenever it is asked."""
    registry = CollectorRegistry()
    registry.register(StoreCollector(platform))
    return registry


class StoreCollector(Collector):
    """Reads the store at each scrape.

    What cannot be read, as a run holds it, keeps its last known figures, or has none yet; it is
    told by `media_assets_scrape_errors`.
    """

    def __init__(self, platform: Platform) -> None:
        """Nothing is read before the first scrape."""
        self._platform = platform
        self._players: dict[str, PlayerFigures] = {}
        self._shared: Mapping[str, int] = {}
        self._lock = Lock()

    def describe(self) -> Iterable[Metric]:
        """Nothing: the names are known when the store was read."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Every metric, of the present time."""
        with self._lock:
            errors = self._look()
            metrics = [*_analysis(self._players), *_scans(self._players), *_lands(self._players),
                       *_shared(self._shared), _errors(errors)]  # fmt: skip
        yield from metrics

    def _look(self) -> dict[str, bool]:
        names = players_with_tables(self._platform)
        self._players = {name: known for name, known in self._players.items() if name in names}
        errors = {}
        for name in names:
            try:
                self._players[name] = player_figures(self._platform, name)
            except StoreError:
                errors[name] = True
        try:
            self._shared = shared_figures(self._platform)
        except StoreError:
            errors[SHARED] = True
        return dict.fromkeys((*names, SHARED), False) | errors


def _analysis(players: Players) -> Iterator[Metric]:
    yield _counter(
        "media_analysis_processed", "Analyses of a medium that ended, whatever their end.",
        (((player, kind), total[0]) for player, known in players.items()
         for kind, total in known.totals.items()),
    )  # fmt: skip
    yield _counter(
        "media_analysis_failures", "Those of them in which a stage failed.",
        (((player, kind), total[1]) for player, known in players.items()
         for kind, total in known.totals.items()),
    )  # fmt: skip


def _scans(players: Players) -> Iterator[Metric]:
    def one(name: str, text: str, step: str, value: Callable[[Figures], float | None]) -> Metric:
        samples = (((player,), value(figures)) for player, known in players.items()
                   for figures in known.steps if figures.step == step)  # fmt: skip
        return _gauge(name, text, ("player",), samples)

    def each(name: str, text: str, value: Callable[[Figures], float | None]) -> Metric:
        samples = (((player, figures.step), value(figures)) for player, known in players.items()
                   for figures in known.steps)  # fmt: skip
        return _gauge(name, text, ("player", "step"), samples)

    yield one("media_scan_files_discovered", "Media files that the latest scan with news saw.",
              "scan", lambda of: of.files)  # fmt: skip
    yield one("media_scan_files_processed", "Media files of the latest analysis with work.",
              "analysis", lambda of: of.files)  # fmt: skip
    yield one("media_scan_extraction_rate", "Media files a second of the latest analysis.",
              "analysis", lambda of: _share(of.files, of.seconds))  # fmt: skip
    yield one("media_scan_error_rate", "Share of its files of which a stage failed, 0 to 1.",
              "analysis", lambda of: _share(of.failed, of.files))  # fmt: skip
    yield each("media_scan_insertion_rate", "Rows written a second by the latest scan or analysis.",
               lambda of: _share(of.rows_written, of.seconds))  # fmt: skip
    yield each("media_scan_memory_usage_bytes", "Its peak of resident memory, workers included.",
               lambda of: of.peak_memory_bytes)  # fmt: skip
    yield each("media_scan_duration_seconds", "How long it took.", lambda of: of.seconds)
    yield each("media_scan_finished_timestamp_seconds", "When it ended.",
               lambda of: _epoch(of.ended_at))  # fmt: skip
    yield _gauge(
        "media_scan_queue_size", "Media that wait for a stage; URLs that wait to be fetched.",
        ("player", "stage", "kind"),
        (((player, *waiting), count) for player, known in players.items()
         for waiting, count in known.queue.items()),
    )  # fmt: skip


def _lands(players: Players) -> Iterator[Metric]:
    lands = {name: known for name, known in players.items() if (FETCH, "") in known.queue}
    yield _gauge(
        "media_land_urls", "URLs that are listed, by what became of them.", ("player", "status"),
        (((land, status), known.urls.get(status, 0)) for land, known in lands.items()
         for status in _URL_STATUSES),
    )  # fmt: skip

    def job(name: str, text: str, value: Callable[[Mapping[str, Any]], float | None]) -> Metric:
        samples = (((land,), value(known.job)) for land, known in lands.items() if known.job)
        return _gauge(f"media_land_job_{name}", text, ("player",), samples)

    yield job("urls", "URLs of the latest job.", lambda row: row["total"])
    yield job("analyzed_urls", "Those that are there and analysed.", lambda row: row["analyzed"])
    yield job("failed_urls", "Those that could not be had or analysed.", lambda row: row["failed"])
    yield job("skipped_urls", "Those that a filter left out.", lambda row: row["skipped"])
    yield job("waiting_urls", "Those that were not reached.", lambda row: row["waiting"])
    yield job("success_rate", "Share of those analysed or failed that are analysed, 0 to 1.",
              lambda row: row["success_rate"])  # fmt: skip
    yield job("duration_seconds", "How long it took.", lambda row: row["duration"])
    yield job("finished_timestamp_seconds", "When it ended.", _end_of_job)


def _end_of_job(row: Mapping[str, Any]) -> float:
    return _epoch(row["started_at"] + timedelta(seconds=row["duration"]))


def _shared(counts: Mapping[str, int]) -> Iterator[Metric]:
    for name, count in counts.items():
        yield _gauge(f"media_shared_{name}", f"Rows of all players: {name}.", (), [((), count)])


def _errors(errors: Mapping[str, bool]) -> Metric:
    return _gauge(
        "media_assets_scrape_errors", "1 where the database could not be read: figures are old.",
        ("player",), (((name,), float(failed)) for name, failed in errors.items()),
    )  # fmt: skip


def _counter(name: str, text: str, samples: Samples) -> Metric:
    return _filled(CounterMetricFamily(name, text, labels=("player", "kind")), samples)


def _gauge(name: str, text: str, labels: tuple[str, ...], samples: Samples) -> Metric:
    return _filled(GaugeMetricFamily(name, text, labels=labels), samples)


def _filled(family: CounterMetricFamily | GaugeMetricFamily, samples: Samples) -> Metric:
    for labels, value in samples:
        if value is not None:
            family.add_metric(labels, value)
    return family


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _epoch(moment: datetime) -> float:
    return moment.replace(tzinfo=UTC).timestamp()
