"""What becomes of answers, honest and otherwise. Each test says what the one result is."""

import gzip
import itertools
import random
import zlib
from datetime import UTC, datetime

import pytest
from hostile_server import Answer, HostileServer, http, raw, to
from web_place import GLOBAL, WebPlace, picture

from media_assets.library.content import content_hash
from media_assets.web.answers import LONGEST_WAIT, retry_after
from media_assets.web.fetched import Wanted

PNG = picture()
LARGE = picture(kind="PNG", compress_level=0, width=400, height=600)  # 720 kB
OK = b"HTTP/1.1 200 OK\r\n"


def packed(content: bytes) -> bytes:
    """By gzip, always alike: what names a test must be the same in every process."""
    return gzip.compress(content, mtime=0)


def endless(head: bytes, piece: bytes):
    return lambda: itertools.chain([head], itertools.repeat(piece))


def test_an_image_is_there_under_its_content(place: WebPlace, server: HostileServer) -> None:
    server.answers["/it"] = http(
        PNG, Content_Type="image/gif", ETag='"1"', Last_Modified="Sat, 28 Nov 2026 12:00:00 GMT"
    )
    fetched = place.one()
    digest = content_hash(PNG)
    assert (fetched.outcome, fetched.kind, fetched.file_hash) == ("fetched", "image", digest)
    assert fetched.file_name == f"{digest[:2]}/{digest}.png"
    assert (place.folder / fetched.file_name).read_bytes() == PNG
    assert (fetched.file_size, fetched.http_status, fetched.attempts) == (len(PNG), 200, 1)
    assert fetched.content_type == "image/gif"  # as claimed
    assert (fetched.etag, fetched.last_modified) == ('"1"', "Sat, 28 Nov 2026 12:00:00 GMT")
    assert (fetched.reason, fetched.error_class, fetched.final_url) == (None, None, fetched.url)


def test_what_is_sent(place: WebPlace, server: HostileServer) -> None:
    server.answers["/it"] = http(PNG, Set_Cookie="who=you; Path=/")
    place.fetch("http://a.example/it#part", "http://a.example/it", host_concurrency=1)
    first, second = server.asked
    assert first.headers == {
        "host": "a.example", "user-agent": "media_assets", "accept": "*/*",
        "accept-encoding": "identity",
    }  # fmt: skip
    assert second == first  # on the same connection, and without the cookie
    assert place.network.places == [(GLOBAL, 80)]


@pytest.mark.parametrize("size", [len(PNG), len(LARGE)])
def test_a_content_is_in_the_folder_once(place, server, size: int) -> None:
    content = PNG if size == len(PNG) else LARGE
    server.answers |= {"/1": http(content), "/2": http(content)}
    one, two = place.fetch("http://a.example/1", "http://b.example/2")
    assert one.file_name == two.file_name
    assert place.files() == [one.file_name]
    assert (place.folder / str(one.file_name)).read_bytes() == content


def test_a_file_of_that_name_with_another_size_is_replaced(place, server) -> None:
    server.answers["/it"] = http(PNG)
    file = place.folder / str(place.one().file_name)
    file.write_bytes(PNG[:50])
    place.one()
    assert file.read_bytes() == PNG


def test_what_an_earlier_run_left_is_removed(place, server) -> None:
    (place.folder / ".incoming").mkdir(parents=True)
    (place.folder / ".incoming" / "77-1").write_bytes(b"half")
    server.answers["/it"] = http(PNG)
    assert place.one().outcome == "fetched"
    assert len(place.files()) == 1


@pytest.mark.parametrize(
    ("status", "reason", "final"),
    [
        ("404 Not Found", "HTTP 404: Not Found", True),
        ("410 Gone", "HTTP 410: Gone", True),
        ("401 Unauthorized", "HTTP 401: Unauthorized", True),
        ("403 Forbidden", "HTTP 403: Forbidden", True),
        ("451 x", "HTTP 451: Unavailable For Legal Reasons", True),
        ("418 x", "HTTP 418: I'm a teapot", True),
        ("499 x", "HTTP 499", True),
        ("206 Partial Content", "HTTP 206: a part that was not asked for", False),
        ("300 Multiple Choices", "HTTP 300: a redirect to nowhere", True),
        ("302 Found", "HTTP 302: a redirect to nowhere", True),
        ("305 Use Proxy", "HTTP 305: Use Proxy", False),
        ("500 x", "HTTP 500: Internal Server Error", False),
        ("503 x", "HTTP 503: Service Unavailable", False),
        ("599 x", "HTTP 599", False),
    ],
)
def test_a_status(place, server, status: str, reason: str, final: bool) -> None:
    server.answers["/it"] = http(PNG, status)
    fetched = place.one()
    assert (fetched.outcome, fetched.reason, fetched.final) == ("failed", reason, final)
    assert fetched.error_class == f"HTTP {status[:3]}"
    assert fetched.http_status == int(status[:3])
    assert place.files() == []


def test_answers_without_a_body(place, server) -> None:
    server.answers |= {
        "/204": raw(b"HTTP/1.1 204 No Content\r\n\r\n"),
        "/304": raw(b"HTTP/1.1 304 Not Modified\r\n\r\n"),
        "/0": http(b""),
    }
    reasons = [one.reason for one in place.fetch(*(f"http://a.example/{n}" for n in (204, 304, 0)))]
    assert reasons == [
        "HTTP 204: an answer without content",
        "HTTP 304: says that it is as it was, which was not asked",
        "the answer has no content",
    ]


def test_a_condition_that_holds(place, server) -> None:
    server.answers["/it"] = raw(b'HTTP/1.1 304 Not Modified\r\nETag: "2"\r\n\r\n')
    wanted = Wanted("http://a.example/it", '"1"', "Sat, 28 Nov 2026 12:00:00 GMT")
    (fetched,) = place.fetch(wanted)
    assert (fetched.outcome, fetched.http_status) == ("unchanged", 304)
    assert (fetched.etag, fetched.last_modified) == ('"2"', wanted.last_modified)
    headers = server.asked[0].headers
    assert headers["if-none-match"] == '"1"'
    assert headers["if-modified-since"] == wanted.last_modified


def test_an_etag_that_cannot_be_sent_is_neither_kept_nor_sent(place, server) -> None:
    server.answers["/it"] = http(PNG, ETag='"' + "x" * 5000 + '"')
    (fetched,) = place.fetch(Wanted("http://a.example/it", '"\xe9\r\nX: y"', "\n"))
    assert fetched.outcome == "fetched"
    assert fetched.etag is None
    assert "if-none-match" not in server.asked[0].headers


def test_informational_answers_come_before_the_answer(place, server) -> None:
    hints = b"HTTP/1.1 100 Continue\r\n\r\n" + b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
    server.answers["/it"] = raw(hints, OK + b"Content-Length: %d\r\n\r\n" % len(PNG) + PNG)
    assert place.one().outcome == "fetched"


BROKEN = {
    "http09": (raw(PNG), "RemoteProtocolError"),
    "garbage": (raw(b"HTTP/9 what\r\n\r\n"), "RemoteProtocolError"),
    "nothing": (raw(), "RemoteProtocolError"),
    "negative": (raw(OK + b"Content-Length: -5\r\n\r\n" + PNG), "RemoteProtocolError"),
    "two_lengths": (
        raw(OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n" + PNG), "RemoteProtocolError"),
    "endless_number": (
        raw(OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n"), "RemoteProtocolError"),
    "no_number": (raw(OK + b"Content-Length: many\r\n\r\n" + PNG), "RemoteProtocolError"),
    "too_long": (
        raw(OK + b"Content-Length: %d\r\n\r\n" % (len(PNG) + 1) + PNG), "RemoteProtocolError"),
    "reset_in_head": (raw(b"HTTP/1.1 200 OK\r\nContent-", then="reset"), "RemoteProtocolError"),
    "reset_in_body": (
        raw(OK + b"Content-Length: 99999\r\n\r\n" + PNG, then="reset"), "RemoteProtocolError"),
    "broken_chunk": (
        raw(OK + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n" + PNG), "RemoteProtocolError"),
    "cut_chunk": (
        raw(OK + b"Transfer-Encoding: chunked\r\n\r\n40\r\n" + PNG[:9]), "RemoteProtocolError"),
    "huge_header": (
        Answer(endless(OK, b"X-Long: " + b"x" * 65_536 + b"\r\n")), "RemoteProtocolError"),
    "huge_line": (Answer(endless(OK + b"X-Long: ", b"x" * 65_536)), "RemoteProtocolError"),
}  # fmt: skip


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_answer_may_be_asked_for_again(place, server, how: str) -> None:
    answer, error = BROKEN[how]
    server.answers["/it"] = answer
    fetched = place.one()
    assert fetched.outcome == "failed"
    assert fetched.error_class in {error, "ReadError"}  # a reset may come before what was sent
    assert str(fetched.reason).startswith("the connection broke: ")
    assert not fetched.final
    assert place.files() == []
    server.answers["/it"] = [answer, http(PNG)]
    assert place.one(requests_per_attempt=2).outcome == "fetched"


def test_a_connection_that_closes_when_it_is_used_again_is_no_failure(place, server) -> None:
    server.answers |= {"/1": http(PNG), "/2": [raw(), http(PNG)], "/3": [raw(), raw(), http(PNG)]}
    one, two, three = place.fetch(*(f"http://a.example/{n}" for n in (1, 2, 3)), host_concurrency=1)
    assert (one.outcome, two.outcome, two.attempts) == ("fetched", "fetched", 1)
    assert (three.outcome, three.error_class) == ("failed", "RemoteProtocolError")
    assert len({request.connection for request in server.asked}) == 3


def test_no_answer_ends_the_run(place, server) -> None:
    chance = random.Random(11)
    bodies = [PNG, packed(PNG), b"5\r\nhello\r\n0\r\n\r\n"]
    heads = [b"Content-Length: %d", b"Content-Encoding: gzip\r\nContent-Length: %d",
             b"Transfer-Encoding: chunked\r\nX: %d"]  # fmt: skip
    for number in range(200):
        kind = number % 3
        head = OK + heads[kind] % len(bodies[kind]) + b"\r\nRetry-After: 1\r\nETag: x\r\n\r\n"
        answer = bytearray(head + bodies[kind])
        for _ in range(chance.randint(1, 6)):
            answer[chance.randrange(len(answer) if number % 2 else len(head))] = chance.randrange(
                256
            )
        server.answers[f"/{number}"] = raw(bytes(answer))
    results = place.fetch(
        *(f"http://h{number}.example/{number}" for number in range(200)), read_seconds=0.5,
        min_width=10,
    )  # fmt: skip
    assert {one.outcome for one in results} >= {"fetched", "failed"}
    assert all(one.reason for one in results if one.outcome != "fetched")


def test_a_length_that_is_too_short_spoils_no_other_answer(place, server) -> None:
    server.answers["/short"] = Answer([OK + b"Content-Length: 100\r\n\r\n" + LARGE[:5000]], "keep")
    server.answers["/it"] = http(PNG)
    short, other = place.fetch("http://a.example/short", "http://a.example/it", host_concurrency=1)
    assert (short.outcome, short.file_size) == ("fetched", 100)  # its analysis will tell
    assert (other.outcome, other.file_hash) == ("fetched", content_hash(PNG))


def test_silence(place, server) -> None:
    server.answers |= {
        "/head": raw(then="hang"),
        "/body": raw(OK + b"Content-Length: 9999\r\n\r\n" + PNG, then="hang"),
    }
    for fetched in place.fetch(
        "http://a.example/head", "http://b.example/body", read_seconds=0.1, total_seconds=60
    ):
        assert (fetched.outcome, fetched.error_class) == ("failed", "ReadTimeout")
        assert fetched.reason == "nothing came for 0.1 s"


@pytest.mark.parametrize("head", [b"", OK + b"Content-Length: 9999\r\n\r\n"])
def test_slow_drips(place, server, head: bytes) -> None:
    """Each piece comes in time, and all of it does not."""
    server.answers["/it"] = raw(head, *([b"H"] * 500), pause=0.02)
    fetched = place.one(read_seconds=5, total_seconds=0.3)
    assert (fetched.outcome, fetched.error_class) == ("failed", "TotalTimeout")
    assert fetched.reason == "no whole answer within 0.3 s"


def test_endless_bodies_are_cut(place, server) -> None:
    piece = LARGE[:8] + bytes(65_528)
    server.answers |= {
        "/length": Answer(endless(OK + b"\r\n", piece)),
        "/chunks": Answer(
            endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + piece + b"\r\n")
        ),
    }
    for fetched in place.fetch(
        "http://a.example/length", "http://a.example/chunks", max_file_size=1_000_000
    ):
        assert (fetched.outcome, fetched.error_class) == ("skipped", "TooLarge")
        assert fetched.reason == (
            "more than 1,000,000 bytes: larger than web.max_file_size (1,000,000)"
        )


def test_a_length_over_the_limit_is_not_read(place, server) -> None:
    server.answers["/it"] = raw(OK + b"Content-Length: 70000001\r\n\r\n", then="hang")
    fetched = place.one(max_file_size=70_000_000)
    assert (fetched.outcome, fetched.final) == ("skipped", True)
    assert fetched.reason == "70,000,001 bytes: larger than web.max_file_size (70,000,000)"


@pytest.mark.parametrize("size", [len(PNG), len(LARGE)])
def test_a_body_of_just_the_limit(place, server, size: int) -> None:
    server.answers["/it"] = http(PNG if size == len(PNG) else LARGE)
    assert place.one(max_file_size=size).outcome == "fetched"
    assert place.one(max_file_size=size - 1).outcome == "skipped"


def squeezed(content: bytes, window: int) -> bytes:
    squeezer = zlib.compressobj(wbits=window)
    return squeezer.compress(content) + squeezer.flush()


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("gzip", packed(LARGE)),
        ("x-gzip", packed(PNG)),
        ("GZIP", packed(PNG[:20]) + packed(PNG[20:])),
        ("gzip", packed(PNG) + b"\0" * 100),
        ("deflate", zlib.compress(PNG)),
        ("deflate", squeezed(PNG, -15)),
        ("identity", PNG),
    ],
)
def test_an_encoding_that_was_not_asked_for_is_undone(place, server, encoding, content) -> None:
    server.answers["/it"] = http(content, Content_Encoding=encoding)
    fetched = place.one()
    assert fetched.outcome == "fetched"
    assert fetched.file_hash in {content_hash(PNG), content_hash(LARGE)}


@pytest.mark.parametrize(
    ("encoding", "content", "reason", "final"),
    [
        ("br", PNG, "it is encoded as 'br', which was not asked for and is not undone", True),
        ("gzip, gzip", packed(packed(PNG)), "it is encoded as 'gzip, gzip'", True),
        ("gzip", packed(PNG)[:-20], "its gzip ends half-way", False),
        ("gzip", PNG, "its gzip is broken", False),
        ("deflate", PNG, "its deflate is broken", False),
        ("gzip", b"", "its gzip ends half-way", False),
    ],
)
def test_an_encoding_that_cannot_be_undone(place, server, encoding, content, reason, final) -> None:
    server.answers["/it"] = http(content, Content_Encoding=encoding)
    fetched = place.one()
    assert fetched.outcome == "failed"
    assert str(fetched.reason).startswith(reason)
    assert fetched.final == final


def test_a_bomb_is_unpacked_no_further_than_the_limit(place, server) -> None:
    bomb = gzip.compress(PNG + bytes(300_000_000), compresslevel=1)
    server.answers["/it"] = http(bomb, Content_Encoding="gzip")
    fetched = place.one(max_file_size=2_000_000)
    assert (fetched.outcome, fetched.error_class) == ("skipped", "TooLarge")


@pytest.mark.parametrize(
    ("header", "sent", "seconds"),
    [
        ("5", None, 5), (" 120 ", None, 120), ("0", None, 0), ("-5", None, None), ("", None, None),
        (None, None, None), ("soon", None, None), ("1.5", None, None), ("٣", None, None),
        ("99999999999999999999999999", None, LONGEST_WAIT), ("999999999", None, LONGEST_WAIT),
        ("Sat, 28 Nov 2026 12:00:30 GMT", None, 30),
        ("Sat, 28 Nov 2026 11:00:00 GMT", None, 0),
        ("Sat, 28 Nov 2026 13:00:10 GMT", "Sat, 28 Nov 2026 13:00:00 GMT", 10),
        ("Sat, 28 Nov 2026 12:00:30 GMT", "gibberish", 30),
        ("Sat, 28 Nov 2026 14:00:30 +0200", None, 30),
        ("Fri, 31 Dec 9999 23:59:59 GMT", None, LONGEST_WAIT),
        ("Fri, 31 Dec 9999 23:59:59 -2359", None, None),
        ("Sat, 99 Nov 2026 12:00:30 GMT", None, None),
    ],
)  # fmt: skip
def test_retry_after(header, sent, seconds) -> None:
    assert retry_after(header, sent, datetime(2026, 11, 28, 12, 0, tzinfo=UTC)) == seconds


def test_urls_that_cannot_be_asked_for(place, server) -> None:
    cases = {
        "ftp://a.example/x": ("refused", "SchemeRefused"),
        "file:///etc/passwd": ("refused", "SchemeRefused"),
        "javascript:alert(1)": ("refused", "SchemeRefused"),
        "data:image/png;base64,AAAA": ("refused", "SchemeRefused"),
        "http://user:secret@a.example/x": ("refused", "UserinfoRefused"),
        "http://user@a.example/x": ("refused", "UserinfoRefused"),
        "not a url": ("failed", "BadUrl"),
        "": ("failed", "BadUrl"),
        "http://": ("failed", "BadUrl"),
        "http://a.example:99999/": ("failed", "BadUrl"),
        "http://[fe80::1%25eth0]/": ("failed", "BadUrl"),
        "http://a.example/" + "x" * 9000: ("failed", "BadUrl"),
    }
    for fetched in place.fetch(*cases):
        assert (fetched.outcome, fetched.error_class) == cases[fetched.url]
        assert (fetched.final, fetched.attempts) == (True, 0)
        assert "secret" not in str(fetched.reason)
    assert server.asked == []


def test_nothing_wanted(place) -> None:
    assert place.fetch() == []


def test_redirects_to_where_it_is(place, server) -> None:
    server.answers |= {
        "a.example/it": to("//user:secret@b.example/dir/x?q=1#part", "301 Moved Permanently"),
        "b.example/dir/x?q=1": to("../y", "307 Temporary Redirect"),
        "b.example/y": to("?z", "308 Permanent Redirect"),
        "b.example/y?z": http(PNG),
    }
    fetched = place.one()
    assert (fetched.outcome, fetched.attempts) == ("fetched", 1)
    assert fetched.url == "http://a.example/it"
    assert fetched.final_url == "http://b.example/y?z"
    assert all("authorization" not in one.headers for one in server.asked)
    assert all("referer" not in one.headers for one in server.asked)


def test_four_redirects_are_too_many(place, server) -> None:
    for hop in range(1, 6):
        server.answers[f"/{hop}"] = to(f"/{hop + 1}")
    server.answers["/5"] = http(PNG)
    fetched = place.one("/1")
    assert (fetched.outcome, fetched.error_class) == ("failed", "TooManyRedirects")
    assert fetched.reason == "redirected more than 3 times (web.max_redirects)"
    assert fetched.final
    assert server.paths() == ["/1", "/2", "/3", "/4"]
    assert place.one("/1", max_redirects=4).outcome == "fetched"
    assert place.one("/4", max_redirects=0).error_class == "TooManyRedirects"


def test_circles_end(place, server) -> None:
    server.answers |= {"/it": to("/other"), "/other": to("http://A.example:80/it"),
                       "/self": to("/self")}  # fmt: skip
    for path in ("/it", "/self"):
        fetched = place.one(path, max_redirects=10)
        assert (fetched.outcome, fetched.final) == ("failed", True)
    assert place.one("/it").error_class == "RedirectLoop"


@pytest.mark.parametrize(
    ("location", "outcome", "error_class"),
    [
        ("ftp://b.example/", "refused", "SchemeRefused"),
        ("file:///etc/passwd", "refused", "SchemeRefused"),
        ("gopher://b.example/", "refused", "SchemeRefused"),
        ("http://[::1", "failed", "BadUrl"),
        ("http://b.example/" + "x" * 9000, "failed", "BadUrl"),
    ],
)
def test_redirects_that_are_not_followed(place, server, location, outcome, error_class) -> None:
    server.answers["/it"] = to(location)
    fetched = place.one()
    assert (fetched.outcome, fetched.error_class, fetched.final) == (outcome, error_class, True)
    assert "what it redirects to" in str(fetched.reason)
    assert len(server.asked) == 1


def test_time_for_all_of_it_is_for_redirects_too(place, server) -> None:
    server.answers |= {"/1": to("/2"), "/2": raw(then="hang")}
    fetched = place.one("/1", total_seconds=1)
    assert (fetched.error_class, fetched.final_url) == ("TotalTimeout", "http://a.example/2")
