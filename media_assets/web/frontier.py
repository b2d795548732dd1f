"""Whose turn is next: the URLs that are wanted, in one line for each host.

No host waits for another, and none costs a task: a heap has each host at the moment at which it may
be asked again. Times are those of a monotonic clock, in seconds.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from typing import Final

from media_assets.errors import WebError
from media_assets.library.kinds import Kind
from media_assets.web.fetched import Fetched, Wanted
from media_assets.web.robots import EVERYTHING, Rules
from media_assets.web_settings import WebSettings

NEVER: Final = float("inf")


@dataclass(slots=True, eq=False)
class Job:
    """One URL on its way. `url`: where redirects have led; `trail`: where they came from.

    `attempts`: those that began; `is_begun`: one is under way. `begun`: when its last request was
    sent; `spent`: seconds of those before; `earlier`: seconds of earlier attempts. `failure`: what
    became of the last attempt, if another one is to follow. `verdict`: what becomes of it without
    being asked for. `status` and `content_type` are those of the last answer, `kind` and `size`
    (pixels) those of its body, as far as its header was read.
    """

    wanted: Wanted
    url: str
    trail: tuple[str, ...] = ()
    attempts: int = 0
    is_begun: bool = False
    begun: float = 0.0
    spent: float = 0.0
    earlier: float = 0.0
    failure: Fetched | None = None
    verdict: WebError | None = None
    status: int | None = None
    content_type: str | None = None
    kind: Kind | None = None
    size: tuple[int, int] | None = None


@dataclass(slots=True, eq=False)
class Host:
    """One host with its port and scheme.

    `first`: jobs that have no time of their own, the next one at the end. `later`: those that are
    asked for again, by time. `rules`: None until its `robots.txt` was read. `free_at`: when the
    rate has room; `held_until`: as it asked; `paused_until`: its circuit is open until then.
    `verdict`: why nothing of it is asked for any more in this run.
    """

    origin: str
    first: list[Job] = field(default_factory=list)
    later: list[tuple[float, int, Job]] = field(default_factory=list)
    rules: Rules | None = None
    robots_attempts: int = 0
    under_way: int = 0
    spacing: float = 0.0
    free_at: float = 0.0
    held_until: float = 0.0
    failures: int = 0
    paused_until: float | None = None
    verdict: WebError | None = None
    entry: int = -1

    def ready_at(self) -> float:
        """When the next of its jobs may be asked for; `NEVER` without a job."""
        if not self.first and not self.later:
            return NEVER
        due = 0.0 if self.first else self.later[0][0]
        return max(due, self.free_at, self.held_until, self.paused_until or 0.0)

    def pending(self) -> Iterator[Job]:
        """Take out all jobs that were not taken."""
        later, self.later = self.later, []
        first, self.first = self.first, []
        yield from (job for _, _, job in sorted(later))
        yield from reversed(first)


@dataclass(frozen=True, slots=True)
class Turn:
    """A job whose turn it is; without one it is the turn of the host's `robots.txt`."""

    host: Host
    job: Job | None


class Frontier:
    """All hosts of one run. It knows no clock: whoever asks says what time it is."""

    def __init__(self, settings: WebSettings) -> None:
        rate = settings.host_requests_per_second
        self._spacing = 1 / rate if rate else 0.0
        self._most_at_once = settings.host_concurrency
        self._most_failures = settings.host_failures
        self._pause = settings.host_pause_seconds
        self._rules = None if settings.robots else EVERYTHING
        self._hosts: dict[str, Host] = {}
        self._heap: list[tuple[float, int, Host]] = []
        self._numbers = count()
        self._told: list[tuple[Host, Job]] = []
        self._under_way = 0

    def begin(self, jobs: Iterable[tuple[str, Job]], now: float) -> None:
        """Take in all that is wanted, with its origin each; it keeps that order within a host.

        What is left of an earlier run that was broken off is forgotten; what the hosts have said
        is not.
        """
        self._heap.clear()
        self._told.clear()
        lines: dict[str, list[Job]] = {}
        for origin, job in jobs:
            if job.verdict is None:
                lines.setdefault(origin, []).append(job)
            else:
                self._told.append((self._host(origin), job))
        for host in self._hosts.values():
            host.first, host.later, host.entry = [], [], -1
        for origin, line in lines.items():
            self._open(self._host(origin), line, now)

    def move(self, job: Job, origin: str) -> None:
        """A redirect has led the job to this host: it is next there."""
        host = self._host(origin)
        if host.verdict is not None:
            self._tell(host, job, host.verdict)
        else:
            host.first.append(job)
            self._line_up(host)

    def again(self, host: Host, job: Job, due: float) -> None:
        """Another attempt, not before `due`."""
        if host.verdict is not None:
            self._tell(host, job, host.verdict)
        else:
            heappush(host.later, (due, next(self._numbers), job))
            self._line_up(host)

    def take(self, now: float) -> Turn | float | None:
        """Whose turn it is now; else the seconds until somebody's is; None when all are done.

        The seconds are `NEVER` while that depends on what is under way. When nothing is left but
        hosts whose circuit is open, they are not waited for: a job then has a verdict.
        """
        if self._told:
            host, job = self._told.pop()
            return self._hand_out(host, job)
        while self._heap and self._heap[0][1] != self._heap[0][2].entry:
            heappop(self._heap)  # it has got another place since
        if not self._heap:
            return NEVER if self._under_way else None
        ready, _, host = self._heap[0]
        if ready > now:
            if not self._under_way and self._give_up_the_paused():
                return self.take(now)
            return ready - now
        heappop(self._heap)
        host.entry = -1
        return self._next_of(host, now)

    def finish(self, turn: Turn) -> None:
        """What was handed out has come to an end, whichever."""
        self._under_way -= 1
        turn.host.under_way -= 1
        self._line_up(turn.host)

    def hold(self, host: Host, until: float) -> None:
        """Ask nothing of a host before."""
        host.held_until = max(host.held_until, until)
        self._line_up(host)

    def learn(self, host: Host, rules: Rules, longest_delay: float) -> None:
        """Its rules are known."""
        host.rules = rules
        host.spacing = max(host.spacing, min(rules.delay, longest_delay))
        if host.spacing:
            host.free_at = max(host.free_at, host.free_at - self._spacing + host.spacing)

    def give_up(self, host: Host, verdict: WebError) -> None:
        """Ask nothing more of a host in this run."""
        host.verdict = verdict
        for job in host.pending():
            self._tell(host, job, verdict)

    def succeed(self, host: Host) -> None:
        """It has answered: its circuit is closed."""
        host.failures = 0
        host.paused_until = None

    def fail(self, host: Host, now: float) -> None:
        """It gave no answer, or an error of its own. After some in a row its circuit opens."""
        if host.paused_until is not None and now < host.paused_until:
            return  # this one was under way when it opened
        host.failures += 1
        if host.paused_until is not None or host.failures >= self._most_failures:
            host.paused_until = now + self._pause

    def _open(self, host: Host, line: list[Job], now: float) -> None:
        host.first = line[::-1]
        if host.held_until <= now:
            host.verdict = None
        if host.verdict is None:
            self._line_up(host)
        else:
            self.give_up(host, host.verdict)

    def _host(self, origin: str) -> Host:
        host = self._hosts.get(origin)
        if host is None:
            host = Host(origin, rules=self._rules, spacing=self._spacing)
            self._hosts[origin] = host
        return host

    def _line_up(self, host: Host) -> None:
        """Give the host its place in the heap, by what holds of it now."""
        ready = host.ready_at()
        one_only = host.rules is None or host.paused_until is not None  # the one that finds out
        if ready == NEVER or host.under_way >= (1 if one_only else self._most_at_once):
            host.entry = -1
            return
        host.entry = next(self._numbers)
        heappush(self._heap, (ready, host.entry, host))

    def _next_of(self, host: Host, now: float) -> Turn:
        host.free_at = now + host.spacing
        if host.rules is None:
            return self._hand_out(host, None)
        is_late = host.later and (not host.first or host.later[0][0] <= now)
        job = heappop(host.later)[2] if is_late else host.first.pop()
        turn = self._hand_out(host, job)
        self._line_up(host)
        return turn

    def _hand_out(self, host: Host, job: Job | None) -> Turn:
        self._under_way += 1
        host.under_way += 1
        return Turn(host, job)

    def _tell(self, host: Host, job: Job, verdict: WebError) -> None:
        job.verdict = verdict
        self._told.append((host, job))

    def _give_up_the_paused(self) -> bool:
        """Give up all hosts, if nothing but their circuits keeps them."""
        waiting = [host for _, number, host in self._heap if number == host.entry]
        if any(
            host.paused_until is None or host.paused_until < host.ready_at() for host in waiting
        ):
            return False
        for host in waiting:
            self.give_up(host, paused(host))
        return True


def paused(host: Host) -> WebError:
    """The verdict on what is left of a host whose circuit is open."""
    message = f"{host.origin} gave {host.failures} failures in a row, and is not asked for a while"
    return WebError("HostPaused", message, final=False)
