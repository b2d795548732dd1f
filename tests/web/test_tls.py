"""Connections that are secure, and those that only say so."""

import ssl

import pytest
import trustme
from hostile_server import HostileServer, http, raw, to
from web_place import GLOBAL, WebPlace, picture

from media_assets.library.content import content_hash
from media_assets.web.route import verified_tls

PNG = picture()
LARGE = picture(1000, 900, compress_level=0)


def tls_of(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*names).configure_cert(context)
    return context


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = verified_tls()
    authority.configure_trust(context)
    return context


def test_a_certificate_is_verified_for_the_name(tmp_path, authority, trusting) -> None:
    with HostileServer(tls_of(authority, "a.example")) as server:
        server.answers |= {"/it": http(PNG), "/large": http(LARGE)}
        place = WebPlace(tmp_path, server, trusting)
        good, large, bad = place.fetch(
            "https://a.example/it", "https://a.example/large", "https://b.example/it"
        )
    assert (good.outcome, large.outcome) == ("fetched", "fetched")
    assert large.file_hash == content_hash(LARGE)
    assert (bad.outcome, bad.error_class, bad.final) == ("failed", "TlsError", False)
    assert "no secure connection to b.example: Hostname mismatch" in str(bad.reason)
    assert (GLOBAL, 443) in place.network.places


def test_a_certificate_of_nobody_known_is_not_taken_and_not_tried_again(
    tmp_path, authority
) -> None:
    with HostileServer(tls_of(authority, "a.example")) as server:
        place = WebPlace(tmp_path, server, verified_tls())
        (fetched,) = place.fetch("https://a.example/it", requests_per_attempt=3)
    assert (fetched.outcome, fetched.error_class, fetched.attempts) == ("failed", "TlsError", 1)
    assert "unable to get local issuer certificate" in str(fetched.reason)
    assert server.asked == []


def test_an_address_has_a_certificate_of_its_own(tmp_path, authority, trusting) -> None:
    with HostileServer(tls_of(authority, GLOBAL)) as server:
        server.answers["/it"] = http(PNG)
        (fetched,) = WebPlace(tmp_path, server, trusting).fetch(f"https://{GLOBAL}/it")
    assert fetched.outcome == "fetched"


def test_what_speaks_no_tls(place: WebPlace, server: HostileServer) -> None:
    server.answers["/it"] = http(PNG)
    (fetched,) = place.fetch("https://a.example/it", read_seconds=0.3, connect_seconds=0.3)
    assert fetched.outcome == "failed"
    assert fetched.error_class in {"TlsError", "ConnectTimeout", "ConnectError"}


def test_a_handshake_that_never_ends(tmp_path, trusting) -> None:
    with HostileServer() as server:  # waits for a request that does not come
        place = WebPlace(tmp_path, server, trusting)
        (fetched,) = place.fetch("https://a.example/it", connect_seconds=0.2)
    assert (fetched.outcome, fetched.error_class) == ("failed", "ConnectTimeout")
    assert fetched.reason == "no connection within 0.2 s"


def test_a_redirect_may_lead_to_a_connection_that_is_not_secure(
    tmp_path, authority, trusting
) -> None:
    """Nothing secret is sent, and what comes is told by its content."""
    with HostileServer(tls_of(authority, "a.example")) as secure, HostileServer() as plain:
        secure.answers["/it"] = to(f"http://127.0.0.1:{plain.port}/it")
        plain.answers["/it"] = http(PNG)
        place = WebPlace(tmp_path, secure, trusting)
        (fetched,) = place.fetch(
            "https://a.example/it", allowed_endpoints=[f"127.0.0.1:{plain.port}"]
        )
    assert (fetched.outcome, fetched.final_url) == (
        "fetched", f"http://127.0.0.1:{plain.port}/it",
    )  # fmt: skip


def test_an_end_in_the_middle(tmp_path, authority, trusting) -> None:
    with HostileServer(tls_of(authority, "a.example")) as server:
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"
        server.answers["/it"] = raw(head + PNG, then="reset")
        (fetched,) = WebPlace(tmp_path, server, trusting).fetch("https://a.example/it")
    assert (fetched.outcome, fetched.final) == ("failed", False)
    assert str(fetched.reason).startswith("the connection broke: ")
