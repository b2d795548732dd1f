"""Nothing leaves this machine, and nothing of it is reached, whatever names and servers say.

All of it runs under the recorder, which forbids every address but those of loopback.
"""

import asyncio

import pytest
from hostile_server import HostileServer, http, to
from network_recorder import LeftTheMachineError, NetworkRecorder
from web_place import GLOBAL, WebPlace, no_such_name, picture

from media_assets.web.network import AsyncioBackend
from media_assets.web.route import WebRoute

PNG = picture()
INSIDE = [
    "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f000001/",
    "http://0177.0.0.1/", "http://0x7f.0.0.1/", "http://0/", "http://0.0.0.0/", "http://[::1]/",
    "http://[::]/", "http://[::ffff:127.0.0.1]/", "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/", "http://[64:ff9b:1::7f00:1]/", "http://[2002:7f00:1::]/",
    "http://[2001:0:4136:e378:8000:63bf:80ff:fffe]/", "http://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/", "http://[fe80::1]/", "http://10.0.0.1/", "http://192.168.1.1/",
    "http://172.16.0.1/", "http://100.64.0.1/", "http://224.0.0.1/", "http://255.255.255.255/",
    "http://[ff02::1]/", "http://198.51.100.1/", "http://[2001:db8::1]/", "http://0xa9fea9fe/",
    "http://127。0。0。1/", "http://①②⑦.0.0.1/", "https://127.0.0.1/", "http://127.0.0.1:22/",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _loopback_only(loopback_only):
    return loopback_only


def assert_refused(fetched) -> None:
    assert (fetched.outcome, fetched.error_class) == ("refused", "AddressRefused")
    assert (fetched.final, fetched.file_name) == (True, None)
    assert ", an address that is " in fetched.reason


def test_addresses_inside_are_refused_in_every_notation(place: WebPlace) -> None:
    for fetched in place.fetch(*INSIDE):
        assert_refused(fetched)
    assert (place.network.places, place.resolved) == ([], [])


def test_redirects_inside_are_refused_in_every_notation(place, server: HostileServer) -> None:
    for number, location in enumerate(INSIDE):
        server.answers[f"/{number}"] = to(location)
    for fetched in place.fetch(*(f"http://a.example/{number}" for number in range(len(INSIDE)))):
        assert_refused(fetched)
    assert {host for host, _ in place.network.places} == {GLOBAL}


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["::1"], [GLOBAL, "10.0.0.1"], ["169.254.169.254", GLOBAL],
     ["::ffff:192.168.0.1"], ["64:ff9b::a00:1"], ["fe80::1%eth0"], ["garbage"]],
)  # fmt: skip
def test_names_that_lead_inside_are_refused(place, addresses) -> None:
    place.names["inside.example"] = addresses
    (fetched,) = place.fetch("http://inside.example/it")
    assert (fetched.outcome, fetched.error_class) == ("refused", "AddressRefused")
    assert fetched.reason.startswith("inside.example is ")
    assert place.network.places == []


def test_a_name_that_changes_its_answer_is_refused_then(place, server) -> None:
    place.names["turning.example"] = [[GLOBAL], ["127.0.0.1"]]
    server.answers["/1"] = http(PNG, then="close")
    one, two = place.fetch("http://turning.example/1", "http://turning.example/2",
                           host_concurrency=1)  # fmt: skip
    assert one.outcome == "fetched"
    assert_refused(two)
    assert place.network.places == [(GLOBAL, 80)]


def test_a_name_is_resolved_once_for_a_connection(place, server) -> None:
    """Where a check and a connection ask each for themselves, the second answer is not checked."""
    place.names["turning.example"] = [[GLOBAL], ["127.0.0.1"]]
    server.answers["/1"] = http(PNG)
    (fetched,) = place.fetch("http://turning.example/1")
    assert fetched.outcome == "fetched"
    assert place.resolved == ["turning.example"]
    assert place.network.places == [(GLOBAL, 80)]


def test_a_chain_over_global_hosts_ends_inside(place, server) -> None:
    place.names["c.example"] = ["10.1.2.3"]
    server.answers |= {"a.example/it": to("http://b.example/it"),
                       "b.example/it": to("http://c.example/secret")}  # fmt: skip
    fetched = place.one()
    assert_refused(fetched)
    assert fetched.reason == "c.example is 10.1.2.3, an address that is private"
    assert fetched.final_url == "http://c.example/secret"
    assert [one.headers["host"] for one in server.asked] == ["a.example", "b.example"]


def test_robots_are_asked_for_through_the_same_guard(place, server) -> None:
    place.names["inside.example"] = ["192.168.0.1"]
    server.answers["/robots.txt"] = to("http://10.0.0.1/robots.txt")
    inside, outside = place.fetch("http://inside.example/", "http://a.example/", robots=True)
    assert_refused(inside)
    assert (outside.outcome, outside.final) == ("refused", False)
    assert "10.0.0.1, an address that is private" in outside.reason
    assert server.paths() == ["/robots.txt"]


def test_an_allowed_endpoint_is_one_address_with_one_port(place, server) -> None:
    server.answers["/it"] = http(PNG)
    url = f"http://127.0.0.1:{server.port}/it"
    assert_refused(place.fetch(url)[0])
    allowed = (f"127.0.0.1:{server.port}",)
    assert place.fetch(url, allowed_endpoints=allowed)[0].outcome == "fetched"
    for other in (f"http://127.0.0.2:{server.port}/it", "http://127.0.0.1/it",
                  f"http://[::ffff:127.0.0.1]:{server.port}/it"):  # fmt: skip
        assert_refused(place.fetch(other, allowed_endpoints=allowed)[0])


def test_the_environment_is_not_asked(place, server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://10.0.0.1:3128")
    server.answers["/it"] = http(PNG)
    assert place.one().outcome == "fetched"
    assert place.network.places == [(GLOBAL, 80)]


def test_names_that_do_not_exist(place) -> None:
    place.names |= {"gone.example": no_such_name(), "empty.example": []}
    for fetched in place.fetch(
        "http://gone.example/", "http://empty.example/", requests_per_attempt=3
    ):
        assert (fetched.outcome, fetched.error_class) == ("failed", "NoSuchHost")
        assert (fetched.final, fetched.attempts) == (False, 1)
    (fetched,) = place.fetch("http://gone.example/", robots=True)
    assert (fetched.outcome, fetched.error_class) == ("failed", "NoSuchHost")


def test_with_the_guard_off_the_recorder_forbids_it(recorder: NetworkRecorder) -> None:
    """What the other tests rely on: an unguarded connection would have been seen."""
    route = WebRoute()
    for host in ("169.254.169.254", "10.0.0.1", "::ffff:10.0.0.1", "fd00:ec2::254"):
        with pytest.raises(LeftTheMachineError):
            asyncio.run(AsyncioBackend().connect_tcp(host, 80, 1))
    with pytest.raises(LeftTheMachineError):
        asyncio.run(route.resolve("a.example", 80))
    assert len(recorder.seen) == 5
    recorder.seen.clear()
