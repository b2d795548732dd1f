"""How often hosts are asked, when again, and when not: with a clock that only sleeping moves."""

import asyncio
from datetime import timedelta

import pytest
from hostile_server import HostileServer, http, raw, to
from web_place import BEGIN, WebPlace, no_such_name, picture

from media_assets.web.fetched import Fetched, Wanted

PNG = picture()


def outcomes(results: list[Fetched]) -> list[str]:
    return [one.outcome for one in results]


def urls(host: str, count: int) -> list[str]:
    return [f"http://{host}/{number}" for number in range(count)]


@pytest.mark.parametrize("status", ["408 x", "425 x", "429 x", "500 x", "502 x", "503 x", "504 x"])
def test_what_may_be_better_soon_is_asked_for_again(place, server, status: str) -> None:
    server.answers["/it"] = [http(b"", status), http(b"", status), http(PNG)]
    fetched = place.one(requests_per_attempt=3, backoff_seconds=1)
    assert (fetched.outcome, fetched.attempts) == ("fetched", 3)
    assert place.time.slept == [1, 2]  # with the largest of what chance allows
    assert place.one("/gone", requests_per_attempt=3).attempts == 1


def test_the_pauses_grow_up_to_half_a_minute(place, server) -> None:
    server.answers["/it"] = http(b"", "500 x")
    fetched = place.one(requests_per_attempt=10, backoff_seconds=1, host_failures=1000)
    assert (fetched.outcome, fetched.attempts) == ("failed", 10)
    assert place.time.slept == [1, 2, 4, 8, 16, 30, 30, 30, 30]


def test_a_wait_that_the_server_asks_for_is_that_of_the_whole_host(place, server) -> None:
    server.answers["/0"] = [http(b"", "429 x", Retry_After="7"), http(PNG)]
    server.answers |= {"/1": http(PNG), "/2": http(PNG)}
    results = place.fetch(*urls("a.example", 3), host_concurrency=1, requests_per_attempt=2)
    assert outcomes(results) == ["fetched"] * 3
    assert [one.attempts for one in results] == [2, 1, 1]
    assert place.time.slept == [7]
    assert server.paths()[0] == "/0"


def test_a_wait_by_date(place, server) -> None:
    date = "Sat, 28 Nov 2026 12:00:12 GMT"
    server.answers["/it"] = [http(b"", "503 x", Retry_After=date), http(PNG)]
    assert place.one(requests_per_attempt=2).outcome == "fetched"
    assert place.time.slept == [12]


def test_the_time_that_it_took_is_without_the_waits(place, server) -> None:
    place.lookup_seconds = 2  # for each connection
    server.answers |= {
        "a.example/it": [http(b"", "500 x", then="close"), to("http://b.example/it")],
        "b.example/it": http(PNG),
    }
    fetched = place.one(requests_per_attempt=2, backoff_seconds=9, host_requests_per_second=0.1)
    assert (fetched.outcome, fetched.seconds) == ("fetched", 6)
    server.answers["c.example/it"] = http(b"", "500 x", then="close")
    (failed,) = place.fetch("http://c.example/it", requests_per_attempt=3, backoff_seconds=9)
    assert (failed.outcome, failed.attempts, failed.seconds) == ("failed", 3, 6)


@pytest.mark.parametrize("header", ["-5", "soon", "1e9"])
def test_a_wait_that_is_nonsense_is_an_ordinary_pause(place, server, header: str) -> None:
    server.answers["/it"] = [http(b"", "503 x", Retry_After=header), http(PNG)]
    assert place.one(requests_per_attempt=2, backoff_seconds=3).outcome == "fetched"
    assert place.time.slept == [3]


@pytest.mark.parametrize("header", ["31", "99999999999999999999", "Sun, 29 Nov 2026 12:00:00 GMT"])
def test_a_host_that_asks_for_a_long_wait_is_left_alone(place, server, header: str) -> None:
    server.answers["/0"] = http(b"", "503 x", Retry_After=header)
    server.answers["/other"] = http(PNG)
    failed, later, other = place.fetch(
        *urls("a.example", 2), "http://b.example/other", host_concurrency=1, requests_per_attempt=3
    )
    assert (failed.outcome, failed.attempts, failed.error_class) == ("failed", 1, "HTTP 503")
    assert (later.outcome, later.attempts, later.error_class) == ("deferred", 0, "RetryAfter")
    assert later.reason.startswith("http://a.example asks to wait for ")
    assert failed.not_before == later.not_before > BEGIN
    assert failed.not_before <= BEGIN + timedelta(days=7)
    assert other.outcome == "fetched"
    assert (server.paths().count("/0"), "/1" in server.paths()) == (1, False)
    assert place.time.slept == []


def test_only_a_wait_that_is_asked_for_can_be_too_long(place, server) -> None:
    server.answers |= {"/it": [http(b"", "500 x"), http(PNG)], "/robots.txt": [raw(), http(b"")]}
    fetched = place.one(requests_per_attempt=2, backoff_seconds=9, max_wait_seconds=0, robots=True)
    assert (fetched.outcome, fetched.attempts) == ("fetched", 2)
    assert place.time.slept == [9, 9]


def test_a_wait_holds_in_the_next_batch_and_ends(place, server) -> None:
    server.answers["/0"] = [http(b"", "429 x", Retry_After="60"), http(PNG)]
    seen: list[Fetched] = []

    async def put(fetched: Fetched) -> None:
        seen.append(fetched)

    async def run() -> None:
        async with place.fetcher() as fetcher:
            for _ in range(2):
                await fetcher.fetch_all([Wanted("http://a.example/0")], put)
            place.time.now += 61
            await fetcher.fetch_all([Wanted("http://a.example/0")], put)

    asyncio.run(run())
    assert outcomes(seen) == ["failed", "deferred", "fetched"]
    assert seen[0].not_before == seen[1].not_before == BEGIN + timedelta(seconds=60)


def test_requests_to_a_host_are_spaced_evenly(place, server) -> None:
    server.answers |= {f"/{number}": http(PNG) for number in range(5)}
    results = place.fetch(*urls("a.example", 5), host_requests_per_second=4)
    assert outcomes(results) == ["fetched"] * 5
    assert place.time.slept == pytest.approx([0.25] * 4)


def test_redirects_take_turns_of_the_host_that_they_lead_to(place, server) -> None:
    server.answers["a.example/it"] = to("http://b.example/x")
    server.answers["b.example/x"] = to("/y")
    server.answers["b.example/y"] = http(PNG)
    assert place.one(host_requests_per_second=4).outcome == "fetched"
    assert place.time.slept == pytest.approx([0.25])


@pytest.mark.parametrize("most", [1, 3])
def test_requests_to_a_host_at_a_time(place, server, most: int) -> None:
    server.answers |= {f"/{number}": raw(*[b"H"] * 3, pause=0.01) for number in range(12)}
    place.fetch(*urls("a.example", 12), host_concurrency=most, host_failures=1000)
    assert server.most <= most
    assert len(server.asked) == 12


def test_requests_in_all_at_a_time(place, server) -> None:
    server.answers["/it"] = raw(*[b"H"] * 3, pause=0.01)
    place.fetch(*(f"http://h{number}.example/it" for number in range(20)), concurrency=4)
    assert server.most <= 4
    assert len(server.asked) == 20


def test_a_host_that_is_silent_holds_up_no_other(place, server) -> None:
    server.answers |= {"silent.example/0": raw(then="hang"), "/it": http(PNG)}
    order: list[str] = []

    async def put(fetched: Fetched) -> None:
        order.append(fetched.url)

    async def run() -> None:
        async with place.fetcher(read_seconds=1.5, host_concurrency=1) as fetcher:
            wanted = [Wanted("http://silent.example/0"), Wanted("http://silent.example/1")]
            wanted += [Wanted(f"http://h{number}.example/it") for number in range(30)]
            await fetcher.fetch_all(wanted, put)

    asyncio.run(run())
    assert set(order[-2:]) == {"http://silent.example/0", "http://silent.example/1"}
    assert len(order) == 32


def test_a_circuit_opens_and_the_rest_is_put_off(place, server) -> None:
    for number in range(10):
        server.answers[f"/{number}"] = http(b"", "500 x")
    results = place.fetch(*urls("a.example", 10), host_concurrency=1, host_failures=3)
    assert outcomes(results) == ["failed"] * 3 + ["deferred"] * 7
    last = results[-1]
    assert (last.error_class, last.attempts, last.final) == ("HostPaused", 0, False)
    assert last.not_before == BEGIN + timedelta(seconds=60)
    assert "3 failures in a row" in last.reason
    assert len(server.asked) == 3


def test_what_failed_before_the_circuit_opened_is_no_less_failed(place, server) -> None:
    server.answers["/0"] = http(b"", "500 x")
    one, two = place.fetch(*urls("a.example", 2), host_concurrency=1, host_failures=1,
                           requests_per_attempt=3)  # fmt: skip
    assert (one.outcome, one.error_class, one.attempts) == ("failed", "HTTP 500", 1)
    assert one.not_before == two.not_before == BEGIN + timedelta(seconds=60)
    assert two.outcome == "deferred"


def test_an_answer_between_failures_keeps_the_circuit_closed(place, server) -> None:
    for number in range(9):
        status = "404 x" if number % 3 == 2 else "500 x"
        server.answers[f"/{number}"] = http(b"", status)
    results = place.fetch(*urls("a.example", 9), host_concurrency=1, host_failures=3)
    assert outcomes(results) == ["failed"] * 9


def test_a_host_without_an_address_is_left_alone_too(place) -> None:
    place.names["gone.example"] = no_such_name()
    results = place.fetch(*urls("gone.example", 10), host_concurrency=1, host_failures=2)
    assert outcomes(results) == ["failed"] * 2 + ["deferred"] * 8


def test_results_that_nobody_takes_hold_up_the_requests(place, server) -> None:
    server.answers |= {f"/{number}": http(PNG) for number in range(20)}
    taken: list[Fetched] = []

    async def run() -> None:
        may_go = asyncio.Event()

        async def put(fetched: Fetched) -> None:
            await may_go.wait()
            taken.append(fetched)

        async with place.fetcher(concurrency=3, host_concurrency=3) as fetcher:
            wanted = [Wanted(url) for url in urls("a.example", 20)]
            task = asyncio.create_task(fetcher.fetch_all(wanted, put))
            while len(server.asked) < 3:
                await asyncio.sleep(0.001)
            for _ in range(100):
                await asyncio.sleep(0)
            assert len(server.asked) == 3
            may_go.set()
            await task

    asyncio.run(run())
    assert len(taken) == 20


def test_a_hundred_thousand_hosts_cost_no_task_each(place, server) -> None:
    seen: list[int] = []

    async def put(fetched: Fetched) -> None:
        seen.append(len(asyncio.all_tasks()))
        if len(seen) == 50:
            raise StopTest

    async def run() -> None:
        async with place.fetcher(concurrency=4) as fetcher:
            wanted = [Wanted(f"http://h{number}.example/") for number in range(100_000)]
            await fetcher.fetch_all(wanted, put)

    with pytest.raises(StopTest):
        asyncio.run(run())
    assert max(seen) < 20
    assert place.left_over() == []


class StopTest(Exception):
    """Enough was seen."""


def test_a_put_that_fails_ends_the_run(place, server: HostileServer) -> None:
    server.answers |= {"/0": http(PNG), "/1": raw(then="hang")}

    async def put(_: Fetched) -> None:
        raise StopTest

    async def run() -> None:
        async with place.fetcher() as fetcher:
            await fetcher.fetch_all([Wanted(url) for url in urls("a.example", 2)], put)

    with pytest.raises(StopTest):
        asyncio.run(run())


def test_a_run_that_was_broken_off_leaves_nothing_behind(place: WebPlace, server) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n"
    server.answers["/0"] = raw(head + PNG + bytes(400_000), then="hang")
    server.answers["/1"] = http(PNG)
    seen: list[Fetched] = []

    async def put(fetched: Fetched) -> None:
        seen.append(fetched)

    async def run() -> None:
        async with place.fetcher() as fetcher:
            task = asyncio.create_task(fetcher.fetch_all([Wanted("http://a.example/0")], put))
            while not place.left_over():
                await asyncio.sleep(0.001)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert (place.left_over(), place.files()) == ([], [])
            await fetcher.fetch_all([Wanted("http://a.example/1")], put)  # it goes on to work

    asyncio.run(run())
    assert outcomes(seen) == ["fetched"]
