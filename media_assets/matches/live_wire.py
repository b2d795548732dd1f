"""One call over HTTP, repeated where that may help: for everything that is asked of the API.

A call is tried four times at most. An answer that is cut off, broken, too slow or an error of the
server (5xx, 408, 425, 429) is asked for again after a pause that doubles, with jitter, or that the
server names (`Retry-After`); a refusal (other 4xx) is final. Nothing is sent to a host that is not
of the game, a redirect leads to no other host, and size and time of an answer are bounded.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import aiohttp

from media_assets.errors import ApiCallError, ApiDownError, MatchDataError
from media_assets.matches.film import decompress_film
from media_assets.matches.live_pace import Pace
from media_assets.matches.live_route import Route
from media_assets.matches.responses import JsonValue, parse_json

Check = Callable[[bytes], JsonValue]

_AGAIN = frozenset({408, 425, 429, *range(500, 600)})
_MAX_REDIRECTS = 3
_CHUNK_BYTES = 64 * 1024
_AGENT = "media_assets"

SILENT_CALLS: Final = 5
"""After so many calls in a row that were given up, nobody is asked any more."""


@dataclass(slots=True)
class Traffic:
    """What went over the wire. `requests` includes those that were `repeated`."""

    requests: int = 0
    repeated: int = 0
    held: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Request:
    """A request. `headers` may hold tokens: nothing of them goes into a message."""

    method: str
    url: str
    params: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """Host and path, for messages."""
        parts = urlsplit(self.url)
        return f"{parts.hostname}{parts.path}"


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer that was fine, in the shape that `spnkr` expects of an `aiohttp` response.

    It has `from_cache`, so that `spnkr` leaves out its own limiter, which waits after the call.
    """

    status: int
    body: bytes
    value: JsonValue
    from_cache: bool = False
    ok: bool = True

    def raise_for_status(self) -> None:
        """Nothing: an answer that was not fine was raised already."""

    async def read(self) -> bytes:
        """The body as it came."""
        return self.body

    async def json(self, **_: object) -> JsonValue:
        """The body, parsed."""
        return self.value


class _Again(Exception):
    """It may help to ask again. `wait`: seconds that the server wants, if it says."""

    def __init__(self, reason: str, status: int | None = None, wait: float | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.wait = wait


class Wire:
    """Sends requests, at most `concurrency` at a time, each after its turn."""

    def __init__(self, route: Route, pace: Pace, concurrency: int) -> None:
        """Opens nothing; use it as an asynchronous context."""
        self.route = route
        self.traffic = Traffic()
        self._pace = pace
        self._free = asyncio.Semaphore(concurrency)
        self._concurrency = concurrency
        self._silent = 0

    async def __aenter__(self) -> "Wire":
        # Cookies would be carried to the film store, and `trust_env` would read a netrc file.
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._concurrency),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": _AGENT},
            trust_env=False,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        await self._http.close()

    async def ask(self, request: Request, check: Check = parse_json) -> Answer:
        """The answer to a request; `check` makes its value of the body.

        Raises:
            ApiCallError: it was refused, or no try gave a whole answer.
            ApiDownError: too many calls in a row were given up, or the API asks to wait too long.
        """
        retries = self.route.retries
        reason = _Again("not asked")
        for tries in range(1, retries.tries + 1):
            self.traffic.repeated += tries > 1
            try:
                answer = await self._try(request, check)
            except _Again as problem:
                reason = problem
                if tries < retries.tries:
                    await self._pause(request, problem, tries)
            except ApiCallError:
                self._silent = 0  # a refusal is an answer
                raise
            else:
                self._silent = 0
                return answer
        return self._give_up(request, reason)

    def _give_up(self, request: Request, reason: _Again) -> Answer:
        self._silent += 1
        text = f"{request.name}: {reason}, {self.route.retries.tries} times"
        if self._silent >= SILENT_CALLS:
            raise ApiDownError(
                f"the API gives no usable answers ({text}); the next sync goes on from here"
            )
        raise ApiCallError(text, reason.status)

    async def _pause(self, request: Request, problem: _Again, tries: int) -> None:
        wait = self.route.retries.wait(tries) if problem.wait is None else problem.wait
        if wait > self.route.retries.longest_hold:
            raise ApiDownError(
                f"{request.name}: {problem}, and asks to wait for {wait:,.0f} s; "
                "the next sync goes on from here"
            )
        if problem.status == 429 or problem.wait is not None:
            self.traffic.held += 1
            self._pace.hold(wait)
        else:
            await self.route.sleep(wait)

    async def _try(self, request: Request, check: Check) -> Answer:
        """One try, whatever went wrong with it told as one of two errors."""
        limit = self.route.film_bytes if check is film_value else self.route.json_bytes
        async with self._free:
            await self._pace.turn()
            try:
                async with asyncio.timeout(self.route.seconds):
                    status, body = await self._exchange(request, limit)
            except TimeoutError as error:
                raise _Again(f"no whole answer within {self.route.seconds:g} s") from error
            except (aiohttp.ClientError, OSError) as error:
                raise _Again(f"the connection failed ({type(error).__name__})") from error
        self.traffic.bytes += len(body)
        try:
            return Answer(status, body, check(body))
        except MatchDataError as error:
            raise _Again(f"a broken answer: {error}", status) from error

    async def _exchange(self, request: Request, limit: int) -> tuple[int, bytes]:
        url = request.url
        for _ in range(_MAX_REDIRECTS + 1):
            self.traffic.requests += 1
            async with self._http.request(
                request.method,
                self.route.address(url),
                params=request.params if url == request.url else None,
                headers=request.headers,
                allow_redirects=False,
                **request.body,
            ) as response:
                if response.status < 300:
                    return response.status, await _whole_body(request, response, limit)
                if response.status >= 400:
                    raise _refusal(request, response)
                url = _same_host(request, url, response.headers.get("Location", ""))
        raise ApiCallError(f"{request.name}: redirected in circles", final=True)


def film_value(data: bytes) -> None:
    """The check of a film chunk: that it is whole.

    Raises:
        MatchDataError: when it cannot be decompressed.
    """
    decompress_film(data)


def retry_after(header: str | None, sent: str | None) -> float | None:
    """Seconds to wait by a `Retry-After` of seconds or an HTTP date; None for none or nonsense.

    A date is counted from `sent`, the `Date` of the same answer, so that it does not matter what
    the clock here says; without one, from now. A moment that is over is 0.
    """
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])  # more digits than that are centuries
    moment = _http_date(text)
    if moment is None:
        return None
    return max(0.0, (moment - (_http_date(sent or "") or datetime.now(UTC))).total_seconds())


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _refusal(request: Request, response: aiohttp.ClientResponse) -> _Again | ApiCallError:
    status = response.status
    if status in _AGAIN:
        wait = retry_after(response.headers.get("Retry-After"), response.headers.get("Date"))
        return _Again(f"HTTP {status}", status, wait if status in (429, 503) else None)
    return ApiCallError(f"{request.name}: HTTP {status}", status, final=True)


def _same_host(request: Request, url: str, location: str) -> str:
    target = urljoin(url, location)
    before, after = urlsplit(url), urlsplit(target)
    if (before.scheme, before.netloc) != (after.scheme, after.netloc):
        raise ApiCallError(
            f"{request.name}: a redirect to another host ({after.hostname}) is not followed",
            final=True,
        )
    return target


async def _whole_body(request: Request, response: aiohttp.ClientResponse, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in response.content.iter_chunked(_CHUNK_BYTES):
        size += len(part)
        if size > limit:
            raise ApiCallError(f"{request.name}: answers with more than {limit:,} bytes")
        parts.append(part)
    return b"".join(parts)
