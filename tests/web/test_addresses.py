"""What may be reached, and that nothing else is."""

import asyncio
import contextlib
import errno
import socket
from ipaddress import ip_address

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st
from network_recorder import LeftTheMachineError, NetworkRecorder

from media_assets.errors import WebCallError, WebRefusedError
from media_assets.web.addresses import checked, host_address, why_not_global
from media_assets.web.checked_backend import CheckedBackend, in_turn
from media_assets.web.network import AsyncioBackend
from media_assets.web.route import WebRoute

NOT_GLOBAL = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255",
    "127.0.0.1", "127.255.255.254", "169.254.0.1", "169.254.169.254", "172.16.0.1",
    "172.31.255.255", "192.0.0.1", "192.0.0.9", "192.0.2.1", "192.88.99.1", "192.168.0.1",
    "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255",
    "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::93.184.216.34", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::ffff:169.254.169.254", "::ffff:100.64.0.1", "64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1",
    "64:ff9b::169.254.169.254", "64:ff9b:1::1", "64:ff9b:1::93.184.216.34", "100::1",
    "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1", "2001:10::1", "2001:20::1",
    "2001:db8::1", "2002:7f00:1::", "2002:c0a8:1::1", "2002:5db8:d822::1", "3fff::1", "3ffe::1",
    "4000::1", "5f00::1", "8000::1", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0",
    "2606:4700::1111%eth0", "fec0::1", "ff02::1", "ff0e::1",
]  # fmt: skip
GLOBAL = [
    "1.1.1.1", "93.184.216.34", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0",
    "192.0.1.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1111",
    "2a00:1450:4001:80b::200e", "::ffff:93.184.216.34", "64:ff9b::93.184.216.34",
]  # fmt: skip


@pytest.mark.parametrize("text", NOT_GLOBAL)
def test_an_address_that_is_not_global_is_named(text: str) -> None:
    assert why_not_global(ip_address(text))
    with pytest.raises(WebRefusedError, match="an address that is"):
        checked("host.example", 80, [text], ())


@pytest.mark.parametrize("text", GLOBAL)
def test_a_global_address_may_be_reached(text: str) -> None:
    assert why_not_global(ip_address(text)) is None
    assert checked("host.example", 80, [text], ()) == (ip_address(text),)


@given(st.ip_addresses(v=4))
def test_no_notation_inside_ipv6_says_more_than_the_address_itself(inside) -> None:
    refused = why_not_global(inside) is not None
    for prefix in ("::ffff:", "64:ff9b::"):
        assert (why_not_global(ip_address(f"{prefix}{inside}")) is not None) == refused
    assert why_not_global(ip_address(f"::{inside}"))
    assert why_not_global(ip_address(0x2002 << 112 | int(inside) << 80))
    assert refused or inside.is_global


@given(st.ip_addresses())
def test_what_python_does_not_call_global_is_refused(address) -> None:
    assert address.is_global or why_not_global(address)


@pytest.mark.parametrize(
    "host",
    ["2130706433", "0x7f000001", "0x7f.1", "127.1", "0177.0.0.1", "017700000001", "127.0.1",
     "0X7F.0.0.0x1", "127.0.0.1", "[::ffff:127.0.0.1]", "::ffff:7f00:1"],
)  # fmt: skip
def test_odd_notations_are_the_same_address(host: str) -> None:
    address = host_address(host)
    assert address in {ip_address("127.0.0.1"), ip_address("::ffff:127.0.0.1")}


@pytest.mark.parametrize("host", ["example.org", "localhost", "1.2.3.4.5", "face.example", "", "."])
def test_names_are_no_addresses(host: str) -> None:
    assert host_address(host) is None


def test_one_address_that_is_not_global_refuses_the_host() -> None:
    with pytest.raises(
        WebRefusedError, match=r"host\.example is 10\.0\.0\.7, an address that is priv"
    ):
        checked("host.example", 80, ["93.184.216.34", "10.0.0.7"], ())


def test_an_exception_is_an_address_and_a_port() -> None:
    allowed = {"127.0.0.1:8080", "[::1]:8080"}
    assert checked("a", 8080, ["127.0.0.1", "::1"], allowed)
    for answer, port in (("127.0.0.1", 8081), ("127.0.0.2", 8080), ("::ffff:127.0.0.1", 8080)):
        with pytest.raises(WebRefusedError):
            checked("a", port, [answer], allowed)


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(WebRefusedError, match="no address"):
        checked("a", 80, ["somewhere"], ())


class Dialled(httpcore.AsyncNetworkBackend):
    """Connects nowhere, and notes where to it was asked to."""

    def __init__(self, *refusing: str) -> None:
        self.places: list[tuple[str, int]] = []
        self._refusing = refusing

    async def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        self.places.append((host, port))
        if host in self._refusing:
            raise httpcore.ConnectError("refused")
        return httpcore.AsyncMockStream([])


def connect(host: str, answers, network: Dialled, allowed=()) -> None:
    async def resolve(_: str, __: int):
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def dial() -> None:
        backend = CheckedBackend(WebRoute(resolve=resolve, network=network), allowed)
        await backend.connect_tcp(host, 80, timeout=5)

    asyncio.run(dial())


def test_the_connection_goes_to_the_address_that_was_checked(loopback_only) -> None:
    network = Dialled()
    answers = iter([["93.184.216.34"], ["127.0.0.1"]])  # a name whose answer changes
    connect("rebinding.example", answers, network)
    assert network.places == [("93.184.216.34", 80)]
    with pytest.raises(WebRefusedError, match=r"127\.0\.0\.1, an address that is of this machine"):
        connect("rebinding.example", answers, network)
    assert len(network.places) == 1


def test_the_addresses_are_tried_in_turn() -> None:
    network = Dialled("2606:4700::1111")
    connect("two.example", iter([["2606:4700::1111", "1.1.1.1", "1.0.0.1"]]), network)
    assert network.places == [("2606:4700::1111", 80), ("1.1.1.1", 80)]
    sixes = [f"2606:4700::{number}" for number in range(1, 10)]
    assert [str(one) for one in in_turn([ip_address(one) for one in [*sixes, "1.1.1.1"]])] == [
        sixes[0], "1.1.1.1", sixes[1], sixes[2],
    ]  # fmt: skip
    assert in_turn([]) == []
    with pytest.raises(httpcore.ConnectError):
        connect("one.example", iter([["1.1.1.1"]]), Dialled("1.1.1.1"))


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "::1", "::ffff:10.0.0.1"])
def test_an_address_as_host_is_checked_and_nobody_is_asked_for_it(host, loopback_only) -> None:
    network = Dialled()
    with pytest.raises(WebRefusedError):
        connect(host, iter([]), network)
    assert network.places == []


@pytest.mark.parametrize(
    ("answer", "reason", "again"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Unknown"), "there is no host", False),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), "cannot be resolved now", True),
        (UnicodeError("label empty or too long"), "no name that can be resolved", False),
        ([], "has no address", False),
    ],
)  # fmt: skip
def test_a_name_that_is_not_resolved(answer, reason: str, again: bool) -> None:
    with pytest.raises(WebCallError, match=reason) as caught:
        connect("gone.example", iter([answer]), Dialled())
    assert caught.value.again is again


def test_a_resolver_that_does_not_answer_is_not_waited_for() -> None:
    async def never(_: str, __: int):
        await asyncio.Event().wait()

    async def dial() -> None:
        backend = CheckedBackend(WebRoute(resolve=never, network=Dialled()), ())
        await backend.connect_tcp("slow.example", 80, timeout=0.05)

    with pytest.raises(httpcore.ConnectTimeout, match="not resolved in time"):
        asyncio.run(dial())


def test_no_name_is_resolved_where_it_would_not_be_checked(loopback_only) -> None:
    with pytest.raises(httpcore.ConnectError, match="localhost is no address"):
        asyncio.run(AsyncioBackend().connect_tcp("localhost", 80, 1))


def test_no_socket_of_this_machine() -> None:
    backend = CheckedBackend(WebRoute(), ())
    with pytest.raises(WebRefusedError):
        asyncio.run(backend.connect_unix_socket("/run/docker.sock"))


def test_the_recorder_catches_what_goes_unguarded(recorder: NetworkRecorder) -> None:
    """And forbids it: with the guard off no packet leaves either."""
    with recorder.watching() as seen:
        with pytest.raises(LeftTheMachineError), contextlib.closing(socket.socket()) as tcp:
            tcp.connect(("10.0.0.1", 80))
        with pytest.raises(LeftTheMachineError):
            socket.getaddrinfo("localhost", 80)
        with pytest.raises(LeftTheMachineError):
            asyncio.run(WebRoute().network.connect_tcp("192.0.2.1", 80, timeout=1))
        with pytest.raises(LeftTheMachineError):
            asyncio.run(WebRoute().resolve("metadata.example", 80))
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with pytest.raises(LeftTheMachineError), contextlib.closing(udp):
            udp.sendto(b"", ("192.0.2.1", 53))
    assert [event for event, _ in seen] == [
        "socket.connect", "socket.getaddrinfo", "socket.connect", "socket.getaddrinfo",
        "socket.sendto",
    ]  # fmt: skip


class Failing(httpcore.AsyncNetworkBackend):
    """No connection comes about, for the reason that the system gives."""

    def __init__(self, reason: OSError) -> None:
        self._reason = reason

    async def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        raise httpcore.ConnectError(self._reason)


@pytest.mark.parametrize(
    ("host", "answer", "reason", "has_network"),
    [
        ("a.example", socket.gaierror(socket.EAI_AGAIN, "not now"), OSError(), False),
        ("a.example", socket.gaierror(socket.EAI_NONAME, "no such name"), OSError(), True),
        ("a.example", ["1.1.1.1"], OSError(errno.ENETUNREACH, "unreachable"), True),
        ("1.1.1.1", [], OSError(errno.ENETUNREACH, "unreachable"), False),
        ("1.1.1.1", [], ConnectionRefusedError(errno.ECONNREFUSED, "refused"), True),
    ],
)
def test_what_shows_that_there_is_a_network(host, answer, reason, *, has_network: bool) -> None:
    async def resolve(_: str, __: int):
        if isinstance(answer, Exception):
            raise answer
        return answer

    backend = CheckedBackend(WebRoute(resolve=resolve, network=Failing(reason)), ())
    assert not backend.has_network
    with pytest.raises((WebCallError, httpcore.ConnectError)):
        asyncio.run(backend.connect_tcp(host, 80, timeout=5))
    assert backend.has_network is has_network


def test_a_connection_shows_that_there_is_a_network() -> None:
    backend = CheckedBackend(WebRoute(network=Dialled()), ())
    asyncio.run(backend.connect_tcp("1.1.1.1", 80, timeout=5))
    assert backend.has_network
