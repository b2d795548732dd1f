"""A server on this machine that speaks the HTTP of the match API, and every way in which it fails.

It answers from `ApiData`, counts calls, demands the tokens, and can be slow, fail, answer 429 with
`Retry-After`, cut connections, send broken JSON, drip, redirect and send too much. The name of the
host that a request is meant for stands first in its path.
"""

import asyncio
import json
import re
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import TracebackType
from typing import Any, Final, Literal

from aiohttp import web

from media_assets.demo.api_data import ApiData, film_manifest, history_page
from media_assets.matches.history import PAGE
from media_assets.matches.ids import player_id_of

How = Literal["status", "cut", "broken", "drip", "redirect", "huge", "other", "slow"]
Kind = Literal[
    "history", "stats", "skill", "film", "film chunk", "asset", "users", "user", "medals",
    "oauth", "user token", "xsts token", "spartan token", "clearance token", "unknown",
]  # fmt: skip

_UGC = r"discovery-infiniteugc\.svc\.halowaypoint\.com/hi"
_ROUTES: Final[tuple[tuple[Kind, re.Pattern[str]], ...]] = tuple(
    (kind, re.compile(f"/{pattern}"))  # type: ignore[misc]
    for kind, pattern in (
        ("history", r"halostats\.svc\.halowaypoint\.com/hi/players/(?P<subject>[^/]+)/matches"),
        ("stats", r"halostats\.svc\.halowaypoint\.com/hi/matches/(?P<subject>[^/]+)/stats"),
        ("skill", r"skill\.svc\.halowaypoint\.com/hi/matches/(?P<subject>[^/]+)/skill"),
        ("film", rf"{_UGC}/films/matches/(?P<subject>[^/]+)/spectate"),
        ("asset", rf"{_UGC}/(?:maps|playlists|mapModePairs|ugcGameVariants)/(?P<subject>[^/]+)"
         r"/versions/[^/]+"),
        ("film chunk", r"blobs-infiniteugc\.svc\.halowaypoint\.com/ugcstorage/film/"
         r"(?P<subject>[^/]+)/[^/]+/filmChunk2"),
        ("users", r"profile\.svc\.halowaypoint\.com/users"),
        ("user", r"profile\.svc\.halowaypoint\.com/users/gt\((?P<subject>[^/]+)\)"),
        ("medals", r"gamecms-hacs\.svc\.halowaypoint\.com/hi/Waypoint/file/medals/metadata\.json"),
        ("oauth", r"login\.live\.com/oauth20_token\.srf"),
        ("user token", r"user\.auth\.xboxlive\.com/user/authenticate"),
        ("xsts token", r"xsts\.auth\.xboxlive\.com/xsts/authorize"),
        ("spartan token", r"settings\.svc\.halowaypoint\.com/spartan-token"),
        ("clearance token", r"settings\.svc\.halowaypoint\.com/oban/.*"),
    )
)  # fmt: skip
_WITHOUT_TOKENS = {
    "film chunk", "oauth", "user token", "xsts token", "spartan token", "clearance token",
}  # fmt: skip
_SPARTAN, _CLEARANCE = "x-343-authorization-spartan", "343-clearance"
_DRIP_SECONDS = 0.02
_SHUTDOWN_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to fail. `retry_after` is in seconds; with `as_date` it is sent as an HTTP date."""

    how: How = "status"
    status: int = 500
    retry_after: float | None = None
    as_date: bool = False
    location: str = ""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the server accepts."""

    spartan: str = "spartan-token"
    clearance: str = "clearance-token"
    client_id: str = "client-id"
    client_secret: str = "client-secret"  # noqa: S105  # of a server of ours, on this machine
    refresh_token: str = "refresh-token"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Call:
    """A request as it came: what for, about whom, when (s, monotonic)."""

    kind: Kind
    subject: str
    at: float


@dataclass(slots=True)
class Record:
    """What was asked of the server. `most_at_once`: requests that were open at the same time."""

    calls: list[Call] = field(default_factory=list)
    answered: Counter[tuple[Kind, str]] = field(default_factory=Counter)
    leaked: list[str] = field(default_factory=list)
    open: int = 0
    most_at_once: int = 0

    def counts(self) -> Counter[str]:
        """Requests by kind."""
        return Counter(call.kind for call in self.calls)


class ApiServer:
    """The server, in a thread of its own while it is used as a context; `port` on 127.0.0.1."""

    def __init__(
        self, data: ApiData, *, latency: float = 0.0, tokens: Tokens = Tokens(), port: int = 0
    ) -> None:
        self.data = data
        self.latency = latency
        self.tokens = tokens
        self.record = Record()
        self.port = port
        self.before: Callable[[Kind, str], None] | None = None
        """Is called with every request before it is answered."""
        self.fails: Callable[[Kind, str], Fault | None] = lambda _kind, _subject: None
        """Says how a request fails, beside those that `fail` orders."""
        self._ordered: defaultdict[tuple[str, str | None], deque[Fault]] = defaultdict(deque)
        self._stop: Future[Callable[[], None]] = Future()
        self._thread = threading.Thread(target=self._serve, name="API server", daemon=True)

    def __enter__(self) -> "ApiServer":
        self._thread.start()
        self._stop.result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self._stop.result()()
        self._thread.join()

    def fail(self, kind: Kind, fault: Fault, times: int = 1, subject: str | None = None) -> None:
        """Let the next requests of a kind, or of one subject, fail so many times."""
        self._ordered[kind, subject].extend([fault] * times)

    def _serve(self) -> None:
        try:
            asyncio.run(self._main())
        except BaseException as error:
            if self._stop.done():
                raise
            self._stop.set_exception(error)

    async def _main(self) -> None:
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        runner = web.ServerRunner(
            web.Server(self._answer, access_log=None), shutdown_timeout=_SHUTDOWN_SECONDS
        )
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port)
        await site.start()
        self.port = runner.addresses[0][1]
        self._stop.set_result(lambda: loop.call_soon_threadsafe(ended.set) and None)  # type: ignore[arg-type]
        await ended.wait()
        await runner.cleanup()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.record.open += 1
        self.record.most_at_once = max(self.record.most_at_once, self.record.open)
        try:
            return await self._answer_counted(request)
        finally:
            self.record.open -= 1

    async def _answer_counted(self, request: web.BaseRequest) -> web.StreamResponse:
        kind, subject = _meant(request.path)
        self.record.calls.append(Call(kind, subject, time.monotonic()))
        if kind in _WITHOUT_TOKENS and kind != "clearance token" and _has_tokens(request):
            self.record.leaked.append(request.path)
        if self.before is not None:
            self.before(kind, subject)
        if self.latency:
            await asyncio.sleep(self.latency)
        fault = self._fault(kind, subject)
        if fault is not None and fault.how == "status":
            return _status(request, fault)
        response = await self._right(request, kind, subject)
        if fault is not None:
            return await _fail(request, fault, response)
        self.record.answered[kind, subject] += response.status == 200
        return response

    def _fault(self, kind: Kind, subject: str) -> Fault | None:
        for key in ((kind, subject), (kind, None)):
            if self._ordered[key]:
                return self._ordered[key].popleft()
        return self.fails(kind, subject)

    async def _right(self, request: web.BaseRequest, kind: Kind, subject: str) -> web.Response:
        if kind not in _WITHOUT_TOKENS and not self._are_accepted(request):
            return web.json_response(_echo(request), status=401)
        match kind:
            case "history":
                return self._history(request, subject)
            case "stats":
                return _found(self.data.stats(subject))
            case "skill":
                return self._skill(request, subject)
            case "film":
                film = self.data.film(subject)
                return _found(film and film_manifest(subject, film[0], len(film[1])))
            case "film chunk":
                film = self.data.film(subject)
                return _found(film and film[1])
            case "asset":
                return _found(self.data.asset(subject))
            case "users":
                users = map(self.data.user, request.query.getall("xuids", []))
                return _found([user for user in users if user is not None])
            case "user":
                return _found(self.data.user_called(subject))
            case "medals":
                return _found(self.data.medals())
            case "unknown":
                return web.Response(status=404)
            case _:
                return await self._token(request, kind)

    def _history(self, request: web.BaseRequest, player: str) -> web.Response:
        start, count = int(request.query["start"]), min(int(request.query["count"]), PAGE)
        results = self.data.history(player_id_of(player), start, count)
        return _found(history_page(results, start, count))

    def _skill(self, request: web.BaseRequest, match_id: str) -> web.Response:
        """The skill of those who are asked for."""
        found = self.data.skill(match_id)
        if found is None:
            return web.Response(status=404)
        skill = json.loads(found)
        asked = set(request.query.getall("players", []))
        return _found(
            found
            if {value["Id"] for value in skill["Value"]} <= asked
            else {"Value": [value for value in skill["Value"] if value["Id"] in asked]}
        )

    def _are_accepted(self, request: web.BaseRequest) -> bool:
        given = request.headers.get(_SPARTAN), request.headers.get(_CLEARANCE)
        return given == (self.tokens.spartan, self.tokens.clearance)

    async def _token(self, request: web.BaseRequest, kind: Kind) -> web.Response:
        """One of the steps to new tokens, each of which needs what the last one gave."""
        tokens = self.tokens
        if kind == "oauth":
            form = await request.post()
            given = (form.get("client_id"), form.get("client_secret"), form.get("refresh_token"))
            if given != (tokens.client_id, tokens.client_secret, tokens.refresh_token):
                return web.json_response({"error": "invalid_grant", "sent": str(form)}, status=400)
            return _found({"access_token": "access", "refresh_token": tokens.refresh_token})
        if kind == "clearance token":
            return _found({"FlightConfigurationId": tokens.clearance})
        body = await request.text()
        if kind == "user token":
            return _found({"Token": "user"}) if "d=access" in body else web.Response(status=401)
        if kind == "xsts token":
            return _found({"Token": "xsts"}) if '"user"' in body else web.Response(status=401)
        return _found({"SpartanToken": tokens.spartan}) if '"xsts"' in body else _found({})


def _meant(path: str) -> tuple[Kind, str]:
    for kind, pattern in _ROUTES:
        if found := pattern.fullmatch(path):
            return kind, found.groupdict().get("subject") or ""
    return "unknown", path


def _has_tokens(request: web.BaseRequest) -> bool:
    return _SPARTAN in request.headers or _CLEARANCE in request.headers


def _echo(request: web.BaseRequest) -> Mapping[str, Any]:
    """What a careless server says: everything that it was sent."""
    return {"headers": dict(request.headers), "path": request.path_qs}


def _found(value: object) -> web.Response:
    if value is None:
        return web.Response(status=404)
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return web.Response(body=body, content_type="application/json")


def _status(request: web.BaseRequest, fault: Fault) -> web.Response:
    headers = {}
    if fault.retry_after is not None:
        moment = datetime.now(UTC) + timedelta(seconds=fault.retry_after)
        as_date = format_datetime(moment, usegmt=True)
        headers["Retry-After"] = as_date if fault.as_date else f"{fault.retry_after:g}"
    return web.json_response(_echo(request), status=fault.status, headers=headers)


async def _fail(
    request: web.BaseRequest, fault: Fault, response: web.Response
) -> web.StreamResponse:
    body = response.body if isinstance(response.body, bytes) else b""
    match fault.how:
        case "redirect":
            return web.Response(status=302, headers={"Location": fault.location})
        case "broken":
            return web.Response(body=body[: len(body) // 2], content_type="application/json")
        case "other":
            return web.json_response({"Results": "of something else"})
        case "cut":
            return await _send(request, len(body), [body[: len(body) // 2]], cut=True)
        case "huge":
            return await _send(request, None, [b" " * 1_000_000] * 64)
        case "slow":
            await asyncio.sleep(fault.retry_after or 0)
            return response
    return await _send(request, len(body), [bytes([byte]) for byte in body], pause=_DRIP_SECONDS)


async def _send(
    request: web.BaseRequest, length: int | None, parts: list[bytes],
    *, pause: float = 0.0, cut: bool = False,
) -> web.StreamResponse:  # fmt: skip
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    response.content_length = length
    await response.prepare(request)
    for part in parts:
        try:
            await response.write(part)
        except ConnectionError:  # the other side has had enough
            break
        await asyncio.sleep(pause)
    if cut and request.transport is not None:
        request.transport.abort()
    return response
