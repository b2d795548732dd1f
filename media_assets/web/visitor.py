"""One request: what comes of it, or where it leads to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from media_assets.errors import WebCallError, WebError, WebRefusedError
from media_assets.web.answers import REDIRECTS, refuse_status, validator
from media_assets.web.body import Downloads, Intake, Kept, Unpacker, too_large
from media_assets.web.content_kind import ContentKind
from media_assets.web.fetched import Fetched, Wanted
from media_assets.web.filters import Look
from media_assets.web.frontier import Job
from media_assets.web.robots import (
    EVERYTHING,
    ROBOTS_BYTES,
    ROBOTS_REDIRECTS,
    Rules,
    forbidding_tag,
    product_token,
    unknown,
)
from media_assets.web.route import WebRoute
from media_assets.web.targets import Target, redirect_target
from media_assets.web_settings import WebSettings

_LONGEST_TYPE = 200


class Visitor:
    """Makes the requests, through a transport that checks where they go."""

    def __init__(
        self, settings: WebSettings, route: WebRoute, transport: httpx.AsyncBaseTransport,
        downloads: Downloads,
    ) -> None:  # fmt: skip
        self._settings = settings
        self._route = route
        self._transport = transport
        self._downloads = downloads
        self._token = product_token(settings.user_agent)
        self._headers = httpx.Headers(
            {"User-Agent": settings.user_agent, "Accept": "*/*", "Accept-Encoding": "identity"}
        )
        self._extensions = {
            "timeout": {
                "connect": settings.connect_seconds,
                "read": settings.read_seconds,
                "write": settings.read_seconds,
                "pool": settings.total_seconds,
            }
        }

    async def visit(self, job: Job) -> Fetched | Target:
        """Ask for where a job is now: what has come of it, or where it is redirected to.

        Raises:
            WebError: why neither is the case.
            OSError: the disk is full, or the folder cannot be written.
        """
        async with (
            self._limited(self._settings.total_seconds - job.spent),
            self._asking(job.url, self._conditions(job.wanted)) as response,
        ):
            job.status = response.status_code
            job.content_type = response.headers.get("content-type", "")[:_LONGEST_TYPE] or None
            if response.status_code in REDIRECTS and (to := response.headers.get("location")):
                return self._redirected(job, to)
            return await self._answered(job, response)

    async def rules(self, origin: str) -> Rules:
        """What a host asks of us, by its `robots.txt`.

        Raises:
            WebCallError: no usable answer came.
            WebRefusedError: the host itself may not be asked.
        """
        url = f"{origin}/robots.txt"
        async with self._limited(self._settings.total_seconds):
            for hop in range(ROBOTS_REDIRECTS + 1):
                try:
                    found = await self._rules_at(url)
                except WebRefusedError as error:
                    if hop == 0:
                        raise
                    return unknown(f"it redirects, and {error}")
                if isinstance(found, Rules):
                    return found
                url = found.url
        return EVERYTHING  # as if there were none (RFC 9309, 2.3.1.2)

    async def _rules_at(self, url: str) -> Rules | Target:
        async with self._asking(url, {}) as response:
            status, location = response.status_code, response.headers.get("location")
            if status in REDIRECTS and location:
                return redirect_target(location, url)
            if 400 <= status < 500 and status != 429:
                return EVERYTHING
            refuse_status(response, self._route.clock())
            content = await _beginning(response, ROBOTS_BYTES)
            # In a thread: half a megabyte of rules takes longer than others may be held up.
            return await asyncio.to_thread(Rules.read, content, self._settings.user_agent)

    @asynccontextmanager
    async def _limited(self, seconds: float) -> AsyncIterator[None]:
        """So much time for all of it; whatever the transport raises told as one error."""
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                yield
        except TimeoutError as error:
            message = f"no whole answer within {self._settings.total_seconds:g} s"
            raise WebCallError("TotalTimeout", message, again=True, of_host=True) from error
        except httpx.TransportError as error:
            name = type(error).__name__
            raise WebCallError(name, self._words(error), again=True, of_host=True) from error

    def _words(self, error: httpx.TransportError) -> str:
        if isinstance(error, httpx.ConnectTimeout):
            return f"no connection within {self._settings.connect_seconds:g} s"
        if isinstance(error, httpx.ReadTimeout):
            return f"nothing came for {self._settings.read_seconds:g} s"
        if isinstance(error, httpx.ConnectError):
            return f"no connection: {error}"
        return f"the connection broke: {error}"

    @asynccontextmanager
    async def _asking(self, url: str, conditions: dict[str, str]) -> AsyncIterator[httpx.Response]:
        try:
            request = httpx.Request("GET", url, headers=self._headers, extensions=self._extensions)
            request.headers.update(conditions)
        except httpx.InvalidURL as error:
            message = f"{url[:200]!r} cannot be asked for: {error}"
            raise WebCallError("BadUrl", message, final=True) from error
        response = await self._transport.handle_async_request(request)
        try:
            yield response
        finally:
            await response.aclose()

    def _conditions(self, wanted: Wanted) -> dict[str, str]:
        pairs = (
            ("If-None-Match", validator(wanted.etag)),
            ("If-Modified-Since", validator(wanted.last_modified)),
        )
        return {name: value for name, value in pairs if value}

    def _redirected(self, job: Job, location: str) -> Target:
        target = redirect_target(location, job.url)
        if len(job.trail) >= self._settings.max_redirects:
            message = f"redirected more than {self._settings.max_redirects} times"
            raise WebCallError("TooManyRedirects", f"{message} (web.max_redirects)", final=True)
        if target.url in (*job.trail, job.url):
            raise WebCallError("RedirectLoop", "redirected in a circle", final=True)
        return target

    async def _answered(self, job: Job, response: httpx.Response) -> Fetched:
        is_unchanged = response.status_code == 304 and bool(self._conditions(job.wanted))
        if not is_unchanged:
            refuse_status(response, self._route.clock())
        if self._settings.noai:
            self._refuse_by_tag(response)
        if is_unchanged:
            return self._unchanged(job, response)
        declared = response.headers.get("content-length")
        if declared is not None and int(declared) > self._settings.max_file_size:
            raise too_large(f"{int(declared):,} bytes", self._settings.max_file_size)
        with Intake(self._downloads, self._settings.max_file_size) as intake:
            look = Look(self._settings)
            try:
                await _take_in(response, intake, look)
                kind = look.whole(intake)
            finally:
                job.size = look.size
                job.kind = look.kind.kind if look.kind else None
            kept = intake.keep(kind.extension)
        return self._fetched(job, response, kind, kept, look)

    def _refuse_by_tag(self, response: httpx.Response) -> None:
        tags = response.headers.get_list("x-robots-tag")
        wish = forbidding_tag(tags, self._token) if tags else None
        if wish is not None:
            raise WebRefusedError("NoAI", f"X-Robots-Tag says {wish}", final=True)

    def _unchanged(self, job: Job, response: httpx.Response) -> Fetched:
        return Fetched(
            url=job.wanted.url,
            outcome="unchanged",
            attempts=job.attempts,
            http_status=304,
            final_url=job.url,
            etag=validator(response.headers.get("etag")) or job.wanted.etag,
            seconds=self._seconds(job),
            last_modified=validator(response.headers.get("last-modified"))
            or job.wanted.last_modified,
        )

    def _fetched(
        self, job: Job, response: httpx.Response, kind: ContentKind, kept: Kept, look: Look
    ) -> Fetched:
        width, height = look.size or (None, None)
        return Fetched(
            url=job.wanted.url,
            outcome="fetched",
            attempts=job.attempts,
            http_status=job.status,
            final_url=job.url,
            content_type=job.content_type,
            kind=kind.kind,
            file_name=kept.name,
            file_hash=kept.hash,
            file_size=kept.size,
            is_new=kept.is_new,
            width=width,
            height=height,
            etag=validator(response.headers.get("etag")),
            last_modified=validator(response.headers.get("last-modified")),
            seconds=self._seconds(job),
        )

    def _seconds(self, job: Job) -> float:
        """All that it took until now, without the waits in between."""
        return job.earlier + job.spent + self._route.monotonic() - job.begun


async def _take_in(response: httpx.Response, intake: Intake, look: Look) -> None:
    unpacker = _unpacker(response)
    async for piece in _pieces(response):
        for part in unpacker.feed(piece):
            intake.add(part)
            look.along(intake)
    unpacker.finish()
    if not intake.size:
        raise WebCallError("Empty", "the answer has no content")


async def _beginning(response: httpx.Response, least: int) -> bytes:
    """The first bytes of a body, not many more than so many: 64 KiB may unpack to 64 MiB."""
    content = bytearray()
    unpacker = _unpacker(response)
    async for piece in _pieces(response):
        for part in unpacker.feed(piece):
            content += part
            if len(content) >= least:
                return bytes(content)
    return bytes(content)


def _unpacker(response: httpx.Response) -> Unpacker:
    return Unpacker(response.headers.get("content-encoding", "").strip().lower())


def _pieces(response: httpx.Response) -> httpx.AsyncByteStream:
    """The body as it comes over the wire."""
    if not isinstance(response.stream, httpx.AsyncByteStream):
        raise WebError("NoStream", "the transport gave no asynchronous body")
    return response.stream
