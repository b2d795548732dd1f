"""Fetches what is wanted of the web: politely, within limits, and only where it may.

Every URL ends as one `Fetched`. Only what says nothing about a URL ends the run: a disk that is
full, a cancellation, or an error of whoever takes the results.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from media_assets.errors import WebCallError, WebError, WebRefusedError, WebSkippedError
from media_assets.web.body import Downloads
from media_assets.web.fetched import Fetched, Outcome, Wanted
from media_assets.web.frontier import NEVER, Frontier, Host, Job, Turn
from media_assets.web.robots import Rules, unknown
from media_assets.web.route import THE_WEB, WebRoute
from media_assets.web.targets import Target, wanted_target
from media_assets.web.transport import CheckedTransport
from media_assets.web.visitor import Visitor
from media_assets.web_settings import WebSettings

Put = Callable[[Fetched], Awaitable[None]]

LONGEST_BACKOFF: Final = 30.0

_OUTCOMES: Final[tuple[tuple[type[WebError], Outcome], ...]] = (
    (WebRefusedError, "refused"),
    (WebSkippedError, "skipped"),
    (WebCallError, "failed"),
    (WebError, "deferred"),
)


class Fetcher:
    """Fetches into one folder of downloads; an asynchronous context.

    What it learns of hosts (their robots.txt, their pauses) holds as long as it is open. Only one
    may be open for a folder: it removes what others left half-way.
    """

    def __init__(self, settings: WebSettings, folder: Path, route: WebRoute = THE_WEB) -> None:
        """Nothing is opened or made before the context begins."""
        self._settings = settings
        self._folder = folder
        self._route = route
        self._frontier = Frontier(settings)

    async def __aenter__(self) -> Self:
        settings = self._settings
        self._transport = CheckedTransport(
            self._route, settings.allowed_endpoints, settings.concurrency
        )
        self._visitor = Visitor(settings, self._route, self._transport, Downloads(self._folder))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        await self._transport.aclose()

    @property
    def has_network(self) -> bool:
        """Whether anything has shown so far that there is a network: a name, or a connection."""
        return self._transport.has_network

    async def fetch_all(self, wanted: Sequence[Wanted], put: Put) -> None:
        """Fetch all of it; `put` gets one result for each, as they come.

        No more is asked for while `put` makes wait. Not to be called twice at the same time.

        Raises:
            OSError: the disk is full, or the folder cannot be written.
        """
        now = self._route.monotonic()
        self._frontier.begin(map(_job, wanted), now)
        workers = min(self._settings.concurrency, len(wanted))
        run = _Run(self._settings, self._route, self._frontier, self._visitor, put)
        tasks = [asyncio.create_task(run.work()) for _ in range(workers)]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


class _Run:
    """One call of `fetch_all`."""

    def __init__(
        self, settings: WebSettings, route: WebRoute, frontier: Frontier, visitor: Visitor, put: Put
    ) -> None:
        self._settings = settings
        self._route = route
        self._frontier = frontier
        self._visitor = visitor
        self._put = put
        self._taking = asyncio.Lock()
        self._changed = asyncio.Event()

    async def work(self) -> None:
        """Take turns until there are none."""
        while (turn := await self._next()) is not None:
            try:
                fetched = await self._taken(turn)
            finally:
                self._frontier.finish(turn)
                self._changed.set()
            if fetched is not None:
                await self._put(fetched)

    async def _next(self) -> Turn | None:
        """One worker waits for the next turn, and the others for that one."""
        async with self._taking:
            while True:
                found = self._frontier.take(self._route.monotonic())
                if not isinstance(found, float):
                    return found
                await self._wait(found)

    async def _wait(self, seconds: float) -> None:
        """Wait so long, or until something has come to its end."""
        self._changed.clear()
        if seconds == NEVER:
            await self._changed.wait()
            return
        waits = (
            asyncio.ensure_future(self._route.sleep(seconds)),
            asyncio.ensure_future(self._changed.wait()),
        )
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def _taken(self, turn: Turn) -> Fetched | None:
        host, job = turn.host, turn.job
        if job is None:
            await self._learn(host)
            return None
        if job.verdict is not None:
            return self._unasked(host, job, job.verdict)
        rules = host.rules or Rules()
        refusal = rules.refusal(job.url, self._settings.user_agent)
        if refusal is not None:
            return _told(job, refusal)
        return await self._attempt(host, job)

    async def _learn(self, host: Host) -> None:
        """Read the host's `robots.txt`, or give that up."""
        host.robots_attempts += 1
        try:
            rules = await self._visitor.rules(host.origin)
        except WebCallError as error:
            may_come = error.again and not self._asks_too_long(error)
            if may_come and host.robots_attempts < self._settings.requests_per_attempt:
                wait = self._delay(error, host.robots_attempts)
                self._frontier.hold(host, self._route.monotonic() + wait)
                return
            # Whoever has no address or no certificate cannot be asked for anything else, either.
            is_out_of_reach = error.of_host and not error.again
            rules = Rules(closed=error) if is_out_of_reach else unknown(str(error))
        except WebRefusedError as error:
            rules = Rules(closed=error)
        self._frontier.learn(host, rules, self._settings.max_wait_seconds)

    async def _attempt(self, host: Host, job: Job) -> Fetched | None:
        job.attempts += not job.is_begun
        job.is_begun = True
        job.status = job.content_type = job.kind = job.size = None
        job.begun = self._route.monotonic()
        try:
            came: Fetched | Target | WebError = await self._visitor.visit(job)
        except WebError as error:
            came = error
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001  of what strangers send, whatever it is: its own
            came = WebCallError(type(error).__name__, f"cannot be dealt with: {error!r:.200}")
        job.spent += self._route.monotonic() - job.begun
        return self._judge(host, job, came)

    def _judge(self, host: Host, job: Job, came: Fetched | Target | WebError) -> Fetched | None:
        """What becomes of a job and of its host; None when the job goes on."""
        if isinstance(came, WebCallError):
            return self._failed(host, job, came)
        if not isinstance(came, WebRefusedError):
            self._frontier.succeed(host)
        if isinstance(came, WebError):
            return _told(job, came)
        if isinstance(came, Target):
            job.trail += (job.url,)
            job.url = came.url
            self._frontier.move(job, came.origin)
            return None
        return came

    def _failed(self, host: Host, job: Job, error: WebCallError) -> Fetched | None:
        now = self._route.monotonic()
        if error.of_host:
            self._frontier.fail(host, now)
        else:
            self._frontier.succeed(host)
        wait = self._delay(error, job.attempts)
        if error.wait is not None or error.error_class == "HTTP 429":
            self._frontier.hold(host, now + wait)
        not_before = None if error.wait is None else self._moment(now + error.wait)
        job.failure = _told(job, error, not_before)
        if self._asks_too_long(error):
            self._frontier.give_up(host, _put_off(host, wait))
        elif error.again and job.attempts < self._settings.requests_per_attempt:
            job.is_begun, job.earlier, job.spent = False, job.earlier + job.spent, 0.0
            self._frontier.again(host, job, now + wait)
            return None
        return job.failure

    def _asks_too_long(self, error: WebCallError) -> bool:
        return error.wait is not None and error.wait > self._settings.max_wait_seconds

    def _delay(self, error: WebCallError, attempts: int) -> float:
        """Seconds to wait as the server asks; else longer each time, all of it by chance."""
        if error.wait is not None:
            return error.wait
        longest = min(LONGEST_BACKOFF, self._settings.backoff_seconds * 2.0 ** (attempts - 1))
        return longest * self._route.random()

    def _unasked(self, host: Host, job: Job, verdict: WebError) -> Fetched:
        """Of a job that is given up with its host, or could not be asked for from the start."""
        until = max(host.held_until, host.paused_until or 0.0)
        not_before = self._moment(until) if until > self._route.monotonic() else None
        if job.failure is not None:
            return replace(job.failure, not_before=not_before)
        return _told(job, verdict, not_before)

    def _moment(self, monotonic: float) -> datetime:
        seconds = monotonic - self._route.monotonic()
        return self._route.clock() + timedelta(seconds=seconds)


def _job(wanted: Wanted) -> tuple[str, Job]:
    try:
        target = wanted_target(wanted.url)
    except WebError as error:
        return "", Job(wanted, wanted.url, verdict=error)
    return target.origin, Job(wanted, target.url)


def _put_off(host: Host, seconds: float) -> WebError:
    message = f"{host.origin} asks to wait for {seconds:,.0f} s"
    return WebError("RetryAfter", message, final=False)


def _told(job: Job, error: WebError, not_before: datetime | None = None) -> Fetched:
    width, height = job.size or (None, None)
    return Fetched(
        url=job.wanted.url,
        outcome=next(outcome for kind, outcome in _OUTCOMES if isinstance(error, kind)),
        reason=str(error),
        error_class=error.error_class,
        final=error.final,
        not_before=not_before,
        attempts=job.attempts,
        http_status=job.status,
        final_url=job.url if job.attempts else None,
        content_type=job.content_type,
        kind=job.kind,
        width=width,
        height=height,
        seconds=job.earlier + job.spent,
    )
