"""One call to the API over real HTTP: limits, retries, refusals, tokens, bounds."""

import asyncio
import json
from itertools import pairwise

import pytest
from live_place import APP, READY, FakeTime, Live

from media_assets.demo.api_data import RecordedApi
from media_assets.demo.api_server import ApiServer, Fault
from media_assets.errors import ApiCallError, ApiDownError, ApiError, ApiTokenError
from media_assets.matches.live_pace import HORIZON_SECONDS, Pace, SharedTurns
from media_assets.matches.live_route import Retries, Route
from media_assets.matches.live_wire import SILENT_CALLS, retry_after
from media_assets.settings import Credentials


@pytest.fixture
def match_id(recorded_api: RecordedApi) -> str:
    return recorded_api.match_ids[0]


def test_every_part_arrives_as_it_was_sent(
    live: Live, server: ApiServer, recorded_api: RecordedApi
) -> None:
    async def fetch(api):
        for match_id in recorded_api.match_ids:
            stats = await api.stats(match_id)
            assert stats.body == recorded_api.stats(match_id)
            assert stats.value == json.loads(stats.body)
            film = await api.film(match_id)
            assert (film and (film.version, film.chunk)) == recorded_api.film(match_id)
        return await api.medals(), await api.user_called("amelieardente")

    medals, user = live.run(fetch)
    assert medals.value == recorded_api.medals()
    assert user.value["gamertag"] == "AmelieArdente"
    assert server.record.leaked == []


def test_skill_of_all_people_is_one_call(live: Live, server: ApiServer, match_id: str) -> None:
    skill = json.loads(server.data.skill(match_id))
    xuids = [value["Id"][5:-1] for value in skill["Value"]]
    assert len(xuids) >= 6
    assert json.loads(live.run(lambda api: api.skill(match_id, xuids))) == skill
    some = json.loads(live.run(lambda api: api.skill(match_id, xuids[:2])))
    assert [value["Id"] for value in some["Value"]] == [f"xuid({xuid})" for xuid in xuids[:2]]
    assert server.record.counts() == {"skill": 2}


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=500), Fault(status=503), Fault(status=429), Fault(status=408),
        Fault("cut"), Fault("broken"),
    ],
    ids=lambda fault: f"{fault.how} {fault.status}",
)  # fmt: skip
def test_what_may_pass_is_asked_again_and_no_more_than_four_times(
    fault: Fault, live: Live, server: ApiServer, match_id: str
) -> None:
    server.fail("stats", fault, times=3)
    assert live.run(lambda api: api.stats(match_id)).body == server.data.stats(match_id)
    assert server.record.counts() == {"stats": 4}
    assert (live.wire.traffic.requests, live.wire.traffic.repeated) == (4, 3)
    server.fail("stats", fault, times=9)
    with pytest.raises(ApiCallError, match="4 times") as caught:
        live.run(lambda api: api.stats(match_id))
    assert not caught.value.final
    assert server.record.counts() == {"stats": 8}


def test_the_pauses_double_with_jitter(live: Live, server: ApiServer, match_id: str) -> None:
    waits = []
    for _ in range(20):
        live.time.waits.clear()
        server.fail("stats", Fault(status=502), times=3)
        live.run(lambda api: api.stats(match_id))
        waits.append(tuple(live.time.waits))
    for first, second, third in waits:
        assert 0.5 <= first <= 1
        assert 1 <= second <= 2
        assert 2 <= third <= 4
    assert len(set(waits)) == 20


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_refusal_is_final(status: int, live: Live, server: ApiServer, match_id: str) -> None:
    server.fail("stats", Fault(status=status), times=9)
    with pytest.raises(ApiError) as caught:
        live.run(lambda api: api.stats(match_id))
    assert server.record.counts() == {"stats": 1}
    if status != 401:
        assert isinstance(caught.value, ApiCallError)
        assert (caught.value.status, caught.value.final) == (status, True)


@pytest.mark.parametrize("as_date", [False, True])
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_holds_everybody(
    status: int, as_date: bool, live: Live, server: ApiServer, recorded_api: RecordedApi
) -> None:
    server.fail("stats", Fault(status=status, retry_after=40, as_date=as_date))
    asked: list[float] = []
    server.before = lambda *_: asked.append(live.time.now)

    async def fetch(api):
        await asyncio.gather(*(api.stats(match_id) for match_id in recorded_api.match_ids[:3]))
        await api.medals()

    live.concurrency = 1
    live.run(fetch)
    assert asked[0] == 1000
    assert len(asked) == 5
    assert all(moment >= 1000 + 38.9 for moment in asked[1:])  # a date has whole seconds
    assert live.wire.traffic.held == 1


def test_who_waits_for_a_turn_already_is_held_too(tmp_path) -> None:
    time = FakeTime()
    turns = SharedTurns(tmp_path / "pace", time.clock)
    started: list[float] = []

    async def sleep(seconds: float) -> None:
        if not time.waits:
            turns.hold(60)
        await time.sleep(seconds)

    async def main() -> None:
        pace = Pace(turns, 2, sleep)
        for _ in range(3):
            await pace.turn()
            started.append(time.now)

    asyncio.run(main())
    assert started == [1000, 1060, 1060.5]


def test_an_api_that_asks_to_wait_for_long_ends_the_sync(
    live: Live, server: ApiServer, match_id: str
) -> None:
    server.fail("stats", Fault(status=429, retry_after=3600))
    with pytest.raises(ApiDownError, match="3,600 s; the next sync goes on"):
        live.run(lambda api: api.stats(match_id))
    assert live.time.waits == []


@pytest.mark.parametrize(
    ("header", "sent", "seconds"),
    [
        ("120", None, 120), (" 7 ", None, 7), ("0", None, 0),
        ("Wed, 21 Oct 2026 07:28:30 GMT", "Wed, 21 Oct 2026 07:28:00 GMT", 30),
        ("Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 2026 07:30:00 GMT", 0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None, 0),
        (None, None, None), ("", None, None), ("soon", None, None), ("-5", None, None),
        ("1.5", None, None), ("٣", None, None),
        ("9" * 400, None, 999_999_999),
    ],
)  # fmt: skip
def test_retry_after(header: str | None, sent: str | None, seconds: float | None) -> None:
    assert retry_after(header, sent) == seconds


def test_calls_keep_to_the_rate_before_they_are_sent(
    live: Live, server: ApiServer, recorded_api: RecordedApi
) -> None:
    live.per_second = 4.0
    asked: list[float] = []
    server.before = lambda *_: asked.append(live.time.now)

    async def fetch(api):
        await asyncio.gather(
            *(api.stats(match_id) for match_id in recorded_api.match_ids[:6]),
            *(api.film(match_id) for match_id in recorded_api.match_ids[:3]),
            api.medals(),
        )

    live.concurrency = 1
    live.run(fetch)
    assert len(asked) == 13
    assert [later - sooner for sooner, later in pairwise(asked)] == pytest.approx([0.25] * 12)


def test_two_processes_share_one_rate(tmp_path) -> None:
    """Each has its own objects over the same file."""
    time = FakeTime()
    mine, theirs = (SharedTurns(tmp_path / "pace", time.clock) for _ in range(2))
    assert [turns.take(0.5) for turns in (mine, theirs, mine, theirs)] == [0, 0.5, 1, 1.5]
    theirs.hold(10)
    assert mine.held() == 10
    assert mine.take(0.5) == 10


@pytest.mark.parametrize("text", ["", "1", "nan? yes", "1e300 1e300"])
def test_a_damaged_or_ancient_pace_stops_nobody(text: str, tmp_path) -> None:
    (tmp_path / "pace").write_text(text)
    turns = SharedTurns(tmp_path / "pace", FakeTime().clock)
    assert turns.take(1) == 0
    assert turns.take(1) == 1
    (tmp_path / "pace").write_text(f"{1000 + HORIZON_SECONDS + 1} 0")
    assert turns.take(1) == 0


def test_no_more_at_once_than_allowed(server: ApiServer, recorded_api, tmp_path) -> None:
    server.latency = 0.01
    live = Live(server.port, tmp_path)
    live.concurrency = 3
    live.run(lambda api: asyncio.gather(*(api.stats(one) for one in recorded_api.match_ids[:20])))
    assert server.record.most_at_once == 3


def test_an_api_that_answers_nobody_ends_the_sync(
    live: Live, server: ApiServer, recorded_api: RecordedApi
) -> None:
    server.fails = lambda *_: Fault(status=500)

    async def fetch(api):
        for match_id in recorded_api.match_ids[: SILENT_CALLS - 1]:
            with pytest.raises(ApiCallError):
                await api.stats(match_id)
        with pytest.raises(ApiDownError, match="HTTP 500"):
            await api.stats(recorded_api.match_ids[SILENT_CALLS])

    live.run(fetch)


def test_nobody_there_is_told_in_words(tmp_path) -> None:
    live = Live(1, tmp_path)
    with pytest.raises(ApiCallError, match="the connection failed"):
        live.run(lambda api: api.medals())


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("https://evil.example/steal", "another host"),
        ("http://halostats.svc.halowaypoint.com/x", "another host"),
        ("https://skill.svc.halowaypoint.com/x", "another host"),
        ("/hi/matches/round/stats", "circles"),
    ],
)
def test_redirects_lead_nowhere_else(
    location: str, words: str, live: Live, server: ApiServer, match_id: str
) -> None:
    server.fails = lambda *_: Fault("redirect", location=location)
    with pytest.raises(ApiCallError, match=words):
        live.run(lambda api: api.stats(match_id))
    assert {call.kind for call in server.record.calls} == {"stats"}


def test_a_redirect_on_the_same_host_is_followed(
    live: Live, server: ApiServer, match_id: str
) -> None:
    server.fail("stats", Fault("redirect", location=f"/hi/matches/{match_id}/stats"))
    assert live.run(lambda api: api.stats(match_id)).body == server.data.stats(match_id)


def test_a_film_from_another_host_is_not_fetched(server: ApiServer, live: Live) -> None:
    async def fetch(api):
        return await api._session.film_chunk("https://evil.example/film")

    with pytest.raises(ApiCallError, match="no address of the API"):
        live.run(fetch)
    for url in (
        "http://blobs-infiniteugc.svc.halowaypoint.com/x", "file:///etc/passwd", "https:x",
        "https://halowaypoint.com.evil.example/", "https://nothalowaypoint.com/",
    ):  # fmt: skip
        with pytest.raises(ApiCallError, match="no address of the API"):
            Route().address(url)
    assert server.record.calls == []


def test_an_answer_that_drips_is_given_up(server: ApiServer, tmp_path, match_id: str) -> None:
    live = Live(server.port, tmp_path, seconds=0.15, retries=Retries(tries=2))
    server.fail("stats", Fault("drip"), times=9)
    with pytest.raises(ApiCallError, match=r"no whole answer within 0\.15 s, 2 times"):
        live.run(lambda api: api.stats(match_id))


def test_an_answer_without_end_is_given_up(server: ApiServer, tmp_path, match_id: str) -> None:
    live = Live(server.port, tmp_path, json_bytes=2_000_000)
    server.fail("stats", Fault("huge"))
    with pytest.raises(ApiCallError, match="more than 2,000,000 bytes"):
        live.run(lambda api: api.stats(match_id))
    assert server.record.counts() == {"stats": 1}


def test_a_damaged_film_is_asked_for_again(live: Live, server: ApiServer, match_id: str) -> None:
    server.fail("film chunk", Fault("broken"), times=2)
    film = live.run(lambda api: api.film(match_id))
    assert (film.version, film.chunk) == server.data.film(match_id)
    assert server.record.counts() == {"film": 1, "film chunk": 3}


def test_an_answer_about_something_else_is_none(
    live: Live, server: ApiServer, match_id: str
) -> None:
    server.fails = lambda *_: Fault("other")
    for call in (
        lambda api: api.stats(match_id), lambda api: api.skill(match_id, ["2535410000731402"]),
        lambda api: api.film(match_id), lambda api: api.medals(),
        lambda api: api.users(["2535410000731402"]), lambda api: api.asset("map", match_id, "v"),
        lambda api: api.history("2535410000731402", 0),
    ):  # fmt: skip
        with pytest.raises(ApiCallError, match=r"another (kind|shape)") as caught:
            live.run(call)
        assert not caught.value.final


class TestTokens:
    """Where they go, when they are renewed, and what is said when they are not accepted."""

    def test_they_are_asked_for_with_the_refresh_token(self, live: Live, server: ApiServer) -> None:
        live.credentials = Credentials(None, None, APP)
        live.run(lambda api: api.medals())
        assert list(server.record.counts()) == [
            "oauth", "user token", "xsts token", "spartan token", "clearance token", "medals",
        ]  # fmt: skip
        assert server.record.leaked == []

    def test_they_are_renewed_once_for_all_calls_that_were_refused(
        self, live: Live, server: ApiServer, recorded_api: RecordedApi
    ) -> None:
        live.credentials = Credentials("ended", "ended", APP)
        ids = recorded_api.match_ids[:8]
        found = live.run(lambda api: asyncio.gather(*(api.stats(one) for one in ids)))
        assert [answer.body for answer in found] == [recorded_api.stats(one) for one in ids]
        assert server.record.counts() == {
            "stats": 16, "oauth": 1, "user token": 1, "xsts token": 1, "spartan token": 1,
            "clearance token": 1,
        }  # fmt: skip

    def test_without_the_means_to_renew_them_the_variables_are_named(
        self, live: Live, server: ApiServer
    ) -> None:
        live.credentials = Credentials("ended", "ended", None)
        with pytest.raises(ApiTokenError) as caught:
            live.run(lambda api: api.medals())
        for word in ("401", "SPNKR_SPARTAN_TOKEN", "SPNKR_CLEARANCE_TOKEN", "SPNKR_REFRESH_TOKEN"):
            assert word in str(caught.value)
        assert server.record.counts() == {"medals": 1}

    def test_new_tokens_that_are_not_accepted_are_not_renewed_for_ever(
        self, live: Live, server: ApiServer
    ) -> None:
        live.credentials = Credentials("ended", "ended", APP)
        server.fail("medals", Fault(status=401), times=9)
        with pytest.raises(ApiTokenError):
            live.run(lambda api: api.medals())
        assert server.record.counts()["medals"] == 2
        assert server.record.counts()["oauth"] == 1

    @pytest.mark.parametrize("step", ["oauth", "user token", "xsts token", "spartan token"])
    def test_a_refused_step_names_the_variables_and_no_value(
        self, step, live: Live, server: ApiServer
    ) -> None:
        live.credentials = Credentials(None, None, APP)
        server.fail(step, Fault(status=400))
        with pytest.raises(ApiTokenError) as caught:
            live.run(lambda api: api.medals())
        assert "SPNKR_REFRESH_TOKEN" in str(caught.value)
        shown = f"{caught.value!r} {caught.value.__cause__!r}"
        for value in ("client-secret", "refresh-token", "access"):
            assert value not in shown
        assert caught.value.__suppress_context__

    def test_nothing_shows_a_value(self) -> None:
        for shown in (repr(READY), str(READY), f"{APP}", repr(Credentials(None, None, APP))):
            assert "token" not in shown.lower().replace("credentials", "")
