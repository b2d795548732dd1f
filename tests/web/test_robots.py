"""What hosts ask of those who come by themselves."""

import gzip
import tracemalloc

import pytest
from hostile_server import http, raw, to
from web_place import picture

from media_assets.web.robots import ROBOTS_BYTES, Rules, forbidding_tag, product_token, unknown

PNG = picture()
FORBID = b"User-agent: *\nDisallow: /private\nAllow: /private/open\nDisallow: /*.gif$\n"


def test_rules_are_read_once_and_kept(place, server) -> None:
    server.answers |= {"/robots.txt": http(FORBID), "/private/open": http(PNG), "/it": http(PNG)}
    refused, allowed, other, gif = place.fetch(
        "http://a.example/private/x", "http://a.example/private/open", "http://a.example/it",
        "http://a.example/x.gif", robots=True,
    )  # fmt: skip
    assert (refused.outcome, refused.error_class) == ("refused", "RobotsRefused")
    assert (refused.final, refused.attempts) == (False, 0)
    assert refused.reason == "robots.txt of its host forbids it"
    assert (allowed.outcome, other.outcome, gif.outcome) == ("fetched", "fetched", "refused")
    assert server.paths().count("/robots.txt") == 1
    assert server.paths()[0] == "/robots.txt"


def test_rules_are_not_asked_for_when_they_do_not_count(place, server) -> None:
    server.answers |= {"/robots.txt": http(FORBID), "/private/x": http(PNG)}
    assert place.one("/private/x").outcome == "fetched"
    assert server.paths() == ["/private/x"]


def test_every_host_has_rules_of_its_own_also_one_that_is_redirected_to(place, server) -> None:
    server.answers |= {"b.example/robots.txt": http(b"User-agent: media_assets\nDisallow: /"),
                       "a.example/it": to("http://b.example/it")}  # fmt: skip
    fetched = place.one(robots=True)
    assert (fetched.outcome, fetched.error_class) == ("refused", "RobotsRefused")
    assert fetched.final_url == "http://b.example/it"


@pytest.mark.parametrize("status", ["404 x", "403 x", "401 x", "410 x"])
def test_a_host_without_rules_allows_everything(place, server, status: str) -> None:
    server.answers |= {"/robots.txt": http(FORBID, status), "/private/x": http(PNG)}
    assert place.one("/private/x", robots=True).outcome == "fetched"


@pytest.mark.parametrize("status", ["500 x", "503 x", "429 x"])
def test_a_host_that_cannot_tell_its_rules_is_not_asked(place, server, status: str) -> None:
    server.answers |= {"/robots.txt": http(b"", status), "/it": http(PNG)}
    fetched = place.one(robots=True, requests_per_attempt=2)
    assert (fetched.outcome, fetched.error_class) == ("refused", "RobotsUnknown")
    assert (fetched.final, fetched.attempts) == (False, 0)
    assert fetched.reason.startswith(f"robots.txt of its host cannot be read: HTTP {status[:3]}")
    assert server.paths() == ["/robots.txt"] * 2


def test_rules_that_come_at_the_second_try(place, server) -> None:
    server.answers |= {"/robots.txt": [raw(), http(b"")], "/it": http(PNG)}
    assert place.one(robots=True, requests_per_attempt=2, backoff_seconds=1).outcome == "fetched"
    assert place.time.slept == [1]


def test_rules_that_do_not_come_in_time(place, server) -> None:
    server.answers["/robots.txt"] = raw(then="hang")
    fetched = place.one(robots=True, read_seconds=0.1)
    assert fetched.reason == "robots.txt of its host cannot be read: nothing came for 0.1 s"


@pytest.mark.parametrize(("hops", "outcome"), [(5, "refused"), (6, "fetched")])
def test_rules_are_followed_over_five_redirects(place, server, hops: int, outcome: str) -> None:
    for hop in range(hops):
        server.answers["/robots.txt" if hop == 0 else f"/{hop}"] = to(f"http://b.example/{hop + 1}")
    server.answers |= {f"/{hops}": http(FORBID), "/private/x": http(PNG)}
    assert place.one("/private/x", robots=True).outcome == outcome


def test_rules_without_end_are_read_up_to_a_limit(place, server) -> None:
    long = FORBID + b"# " + b"x" * ROBOTS_BYTES
    server.answers |= {
        "/robots.txt": raw(b"HTTP/1.1 200 OK\r\n\r\n", *[long] * 20, then="hang"),
        "/it": http(PNG),
    }
    assert place.one(robots=True).outcome == "fetched"
    assert place.one("/private/x", robots=True).outcome == "refused"


def test_rules_that_unpack_to_much_are_not_unpacked_further(place, server) -> None:
    packed = gzip.compress(FORBID + bytes(60_000_000))
    server.answers |= {"/robots.txt": http(packed, Content_Encoding="gzip"), "/it": http(PNG)}
    tracemalloc.start()
    try:
        assert place.one("/private/x", robots=True).outcome == "refused"
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_rules_for_thousands_are_read_for_us_alone() -> None:
    """As they are they would be 400 million rules."""
    names = b"".join(b"User-agent:a%d\n" % number for number in range(17_000))
    rules = Rules.read(
        names + b"user agent: Media_Assets # us\n" + b"Disallow:/x\n" * 20_000, "media_assets"
    )
    assert rules.refusal("http://a.example/x", "media_assets") is not None
    assert rules.refusal("http://a.example/y", "media_assets") is None


@pytest.mark.parametrize(
    ("name", "is_forbidden"),
    [("media_assets", True), ("MEDIA_ASSETS", True), ("*", True), ("bot", True), ("1", False),
     ("media", False), ("assets", False), ("other", False), ("mozilla", True), ("", False)],
)  # fmt: skip
def test_who_is_addressed(name: str, is_forbidden: bool) -> None:
    agent = "Mozilla/5.0 (bot; media_assets; +https://a.example)"
    text = f"User-agent: x\nDisallow: /y\n\nUseragent {name}\nDisallow: /x\n\nUser-Agent: z\n"
    rules = Rules.read(text.encode(), agent)
    assert (rules.refusal("http://a.example/x", agent) is not None) == is_forbidden


@pytest.mark.parametrize("content", [b"\xff\xfe\0\0", b"\0" * 999, b"<html>", b"Disallow: /", PNG])
def test_rules_that_are_none(place, server, content: bytes) -> None:
    server.answers |= {"/robots.txt": http(content), "/it": http(PNG)}
    assert place.one(robots=True).outcome == "fetched"


@pytest.mark.parametrize(
    ("delay", "slept"), [("2.5", 2.5), ("900", 30), ("0.1", 0.25), ("x", 0.25)]
)
def test_a_delay_that_they_ask_for(place, server, delay: str, slept: float) -> None:
    rules = f"User-agent: *\nCrawl-delay: {delay}\n".encode()
    server.answers |= {"/robots.txt": http(rules), "/1": http(PNG), "/2": http(PNG)}
    results = place.fetch("http://a.example/1", "http://a.example/2", robots=True,
                          host_requests_per_second=4)  # fmt: skip
    assert [one.outcome for one in results] == ["fetched"] * 2
    assert place.time.slept == pytest.approx([slept, slept])


TAGS = [
    (["noai"], "noai"), (["noindex, NoImageAI"], "noimageai"), (["all", "noai"], "noai"),
    (["media_assets: noai"], "noai"), (["Media_Assets: noindex, noai"], "noai"),
    (["*: noai"], "noai"), ([], None),
    (["otherbot: noai"], None), (["otherbot: noindex, noai"], None), (["noindex"], None),
    (["otherbot: noindex, media_assets: noai"], "noai"), (["noaimage"], None),
    (["unavailable_after: 25 Jun 2030 15:00:00 PST, noai"], "noai"),
    (["max-image-preview: none, noimageai"], "noimageai"), ([": noai"], None), (["noai:"], None),
]  # fmt: skip


@pytest.mark.parametrize(("headers", "wish"), TAGS)
def test_tags(headers: list[str], wish: str | None) -> None:
    assert forbidding_tag(headers, "media_assets") == wish


def test_what_is_not_for_machines_that_learn_is_not_read(place, server) -> None:
    head = b"HTTP/1.1 200 OK\r\nx-robots-tag: noindex\r\nX-ROBOTS-TAG: other: x\r\n"
    endless = head + b"X-Robots-Tag: NoAI\r\nContent-Length: 1000000\r\n\r\n"
    server.answers["/it"] = raw(endless, then="hang")
    fetched = place.one()
    assert (fetched.outcome, fetched.error_class, fetched.final) == ("refused", "NoAI", True)
    assert (fetched.reason, fetched.http_status) == ("X-Robots-Tag says noai", 200)
    server.answers["/it"] = http(b"", "503 x", X_Robots_Tag="noai")
    assert place.one().error_class == "HTTP 503"
    server.answers["/it"] = http(PNG, X_Robots_Tag="noai")
    assert place.one(noai=False).outcome == "fetched"


def test_names() -> None:
    assert product_token("Media_Assets/1.0 (+https://a.example)") == "media_assets"
    assert product_token("123") == "123"
    refusal = unknown("why").refusal("http://a.example/", "x")
    assert str(refusal) == "robots.txt of its host cannot be read: why"
    assert Rules().refusal("http://a.example/", "x") is None
