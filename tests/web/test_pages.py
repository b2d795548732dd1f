"""Saved pages: what is found on them, and what a page that is made to do harm costs."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_assets.errors import LandInputError
from media_assets.web import pages
from media_assets.web.found import Found, Reading
from media_assets.web.page_guard import MOST_ATTRIBUTES, MOST_NESTED
from media_assets.web.page_media import MOST_ALT, MOST_STAND_IN
from media_assets.web.pages import read_page
from media_assets.web.srcset import Candidate, candidates, largest

AT = '<link rel="canonical" href="https://site.example/news/today.html">'
PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
HERE = "https://site.example/news/"


def read(html: str) -> Reading:
    return read_page((AT + html).encode())


def urls(html: str) -> list[str]:
    return [one.url.removeprefix(HERE) for one in read(html).found]


ELEMENTS = {
    "src": ("<img src=a.png>", ["a.png"]),
    "entities": ("<img src='a.png?x=1&amp;y=2'>", ["a.png?x=1&y=2"]),
    "upper case": ("<IMG SRC=a.png>", ["a.png"]),
    "old name": ("<image src=a.png>", ["a.png"]),
    "nothing": ("<img><img src><img src=''><img src=' '><img src='#'>", []),
    "largest width": ("<img src=a.png srcset='b.png 100w, c.png 300w, d.png 200w'>", ["c.png"]),
    "largest density": ("<img src=a.png srcset='b.png, c.png 1.5x, d.png 3x'>", ["d.png"]),
    "srcset alone": ("<img srcset=b.png>", ["b.png"]),
    "srcset that is none": ("<img src=a.png srcset='b.png 100'>", ["a.png"]),
    "commas inside": ("<img srcset='/c,w_1/a.png 1w,/c,w_2/a.png 2w'>",
                      ["https://site.example/c,w_2/a.png"]),
    "lazy srcset": ("<img src=a.png srcset='b.png 1w' data-srcset='c.png 2w'>", ["c.png"]),
    "stand-in in srcset": (f"<img srcset='{PIXEL} 900w' data-srcset='c.png 2w'>", ["c.png"]),
    "data-src": (f"<img src='{PIXEL}' data-src=b.png>", ["b.png"]),
    "data-src over a preview": ("<img src=small.png data-src=b.png>", ["b.png"]),
    "data-original": ("<img src=x.png data-src=b.png data-original=c.png>", ["c.png"]),
    "data-original-src": ("<img src=x.png data-original-src=c.png>", ["c.png"]),
    "data-lazy-src": ("<img src=spacer.gif data-lazy-src=c.png>", ["c.png"]),
    "spacers": ("<img src=/i/spacer.gif><img src=1x1.png?x><img src=blank.gif>", []),
    "no spacer": ("<img src=blank-space.jpg><img src=pixelart.png>",
                  ["blank-space.jpg", "pixelart.png"]),
    "best that can be used": ("<img data-src='blob:x' src=a.png>", ["a.png"]),
    "picture, widths": (
        "<picture><source srcset='b.webp 100w, c.webp 900w'><img src=a.png></picture>",
        ["c.webp"],
    ),
    "picture, img is larger": (
        "<picture><source srcset='b.webp 100w'><img src=a.png srcset='d.png 200w'></picture>",
        ["d.png"],
    ),
    "picture, first": (
        "<picture><source srcset=b.webp type=image/webp><source srcset=c.png><img src=a.png>"
        "</picture>",
        ["b.webp"],
    ),
    "picture, unread type": (
        "<picture><source srcset=b.jxl type='image/jxl'><img src=a.png></picture>",
        ["a.png"],
    ),
    "picture, small screens": (
        "<picture><source media='(max-width: 600px)' srcset=b.png><img src=a.png></picture>",
        ["a.png"],
    ),
    "picture, wide screens": (
        "<picture><source media='(min-width:600px)' srcset=b.png>"
        "<source media='(min-width: 1200px)' srcset=c.png><img src=a.png></picture>",
        ["c.png"],
    ),
    "picture without img": ("<picture><source srcset=b.png></picture>", ["b.png"]),
    "picture, src of a source": ("<picture><source src=b.png></picture>", ["b.png"]),
    "source of nothing": ("<source src=b.png>", []),
    "video": ("<video src=a.mp4 poster=p.png></video>", ["a.mp4", "p.png"]),
    "video of sources": (
        "<video><source src=a.mp4 type=video/mp4><source src=a.webm></video>",
        ["a.mp4"],
    ),
    "video, streams last": (
        "<video><source src=a.m3u8><source src=b type='application/dash+xml'>"
        "<source src=a.webm></video>",
        ["a.webm"],
    ),
    "stream alone": ("<video src=a.m3u8></video>", ["a.m3u8"]),
    "audio": ("<audio src=a.mp3></audio><audio><source src=b.ogg></audio>", ["a.mp3", "b.ogg"]),
    "links": (
        "<a href='a.JPG?x=1#y'>a</a><a href=b.html>b</a><a href=c.mp3>c</a><a href=png>d</a>"
        "<a href=.png>e</a><a>f</a><a href='http://x.png'>g</a>",
        ["a.JPG?x=1", "c.mp3", ".png"],
    ),
    "link around an image": ("<a href=big.jpg><img src=small.jpg></a>", ["big.jpg", "small.jpg"]),
    "og": (
        "<meta property=og:image content=a.png><meta name=OG:Image content=b.png>"
        "<meta property='og:image:secure_url' content=c.png><meta property=og:title content=t>"
        "<meta property=og:video content=v.mp4><meta property=og:audio content=s.mp3>"
        "<meta name=twitter:image content=d.png>",
        ["a.png", "b.png", "c.png", "v.mp4", "s.mp3", "d.png"],
    ),
    "image_src": ("<link rel='icon image_src' href=a.png><link rel=icon href=b.png>", ["a.png"]),
    "noscript": (
        f"<img src='{PIXEL}' class=lazy><noscript><img src=a.png></noscript>",
        ["a.png"],
    ),
    "noscript in the head": ("<noscript><img src=a.png></noscript>", ["a.png"]),
    "template": ("<template><img src=a.png><template><img src=b.png></template></template>"
                 "<img src=c.png>",
                 ["c.png", "a.png", "b.png"]),
    "the same twice": ("<img src=a.png><img src='a.png#x'>", ["a.png"]),
    "comment and script": ("<!-- <img src=a.png> --><script>'<img src=b.png>'</script>", []),
    "proxy": ("<img src='/_next/image?url=%2Fa.png&w=64'>", ["https://site.example/a.png"]),
}  # fmt: skip


@pytest.mark.parametrize(("html", "expected"), ELEMENTS.values(), ids=ELEMENTS)
def test_elements(html: str, expected: list[str]) -> None:
    reading = read(html)
    assert [one.url.removeprefix(HERE) for one in reading.found] == expected
    assert reading.rows == len(expected)
    assert reading.problems == ()
    assert {one.problem for one in reading.found} <= {None}


def test_everything_that_is_said_of_a_medium() -> None:
    html = (
        "<meta name=depth content=1><meta name=relevance content=' 2.5 '>"
        "<video src=a.mp4 title=' A  clip\n'></video>"
    )
    assert read(html).found == (
        Found(f"{HERE}a.mp4", f"{HERE}today.html", 1, 2.5, "video", "A clip"),
    )


@pytest.mark.parametrize(
    ("html", "alt"),
    [
        ("<img src=a alt=' a \n b '>", "a b"),
        ("<img src=a alt='' title=t>", "t"),
        ("<figure><div><img src=a></div><figcaption>A <b>cap</b>\n</figcaption></figure>", "A cap"),
        ("<figure><figcaption>c</figcaption><img src=a alt=x></figure>", "x"),
        ("<figure><picture><img src=a></picture><figcaption>c</figcaption></figure>", "c"),
        ("<picture title=t><img src=a></picture>", "t"),
        ("<figure><img src=a></figure>", None),
        ("<a href=a.png title=t>text</a>", "t"),
        (f"<img src=a alt='{'x' * 2000}'>", "x" * MOST_ALT),
        ("<meta property=og:image content=a><img src=a alt=later>", "later"),
    ],
)
def test_texts(html: str, alt: str | None) -> None:
    assert [one.alt for one in read(html).found] == [alt]


@pytest.mark.parametrize(
    ("html", "page_url", "url"),
    [
        ("<link rel=canonical href=https://a.example/x/y?utm_source=1#z>",
         "https://a.example/x/y", "https://a.example/x/i.png"),
        ("<meta property=og:url content=https://a.example/x/>",
         "https://a.example/x/", "https://a.example/x/i.png"),
        ("<meta property=og:url content=https://b.example/>"
         "<link rel=canonical href=https://a.example/>",
         "https://a.example/", "https://a.example/i.png"),
        ("<!-- saved from url=(0022)https://a.example/x/y -->",
         "https://a.example/x/y", "https://a.example/x/i.png"),
        ("<!DOCTYPE html>\n<!-- saved from url=(0022)https://a.example/x/y -->\n<html>",
         "https://a.example/x/y", "https://a.example/x/i.png"),
        ("<!DOCTYPE html><html><!-- saved from url=(0022)https://a.example/x/y --><head>",
         "https://a.example/x/y", "https://a.example/x/i.png"),
        ("<!-- saved from url=(0022)https://a.example/x/y --><link rel=canonical href=/z>",
         "https://a.example/z", "https://a.example/x/i.png"),
        ("<base href=https://b.example/q/><link rel=canonical href=https://a.example/>",
         "https://a.example/", "https://b.example/q/i.png"),
        ("<base href=/q/><base href=/r/><link rel=canonical href=https://a.example/>",
         "https://a.example/", "https://a.example/q/i.png"),
        ("<base href=https://b.example/q/>", None, "https://b.example/q/i.png"),
        ("<base href=data:x><link rel=canonical href=https://a.example/>",
         "https://a.example/", "https://a.example/i.png"),
        ("<link rel=canonical href=https://u:secret@a.example/>"
         "<meta name=og:url content=https://b.example/>",
         "https://b.example/", "https://b.example/i.png"),
    ],
)  # fmt: skip
def test_addresses_of_pages(html: str, page_url: str | None, url: str) -> None:
    (found,) = read_page(f"{html}<img src=i.png>".encode()).found
    assert (found.page_url, found.url) == (page_url, url)


def test_without_an_address_relative_ones_have_a_problem() -> None:
    reading = read_page(b"<img src=a.png><img src=https://a.example/b.png><img src=//c.example/d>")
    assert [(one.url, one.problem) for one in reading.found] == [
        ("a.png", "relative, and the address of its page is not known"),
        ("https://a.example/b.png", None),
        ("//c.example/d", "relative, and the address of its page is not known"),
    ]
    assert reading.rows == 3


def test_copies_beside_a_saved_page_have_no_address() -> None:
    saved = "<!-- saved from url=(0022)https://a.example/x/y -->"
    html = f"{saved}<img src=./Page_files/a.png><img src='My page_files/b.png' srcset='/c.png 2x'>"
    first, second = read_page(html.encode()).found
    assert (first.url, first.problem) == ("./Page_files/a.png", pages._NO_SOURCE)
    assert second.url == "https://a.example/c.png"
    assert urls("<img src=Page_files/a.png>") == ["Page_files/a.png"]


def test_addresses_that_cannot_be_used() -> None:
    html = "<img src='blob:https://a.example/x'><img src='https://u:secret@a.example/a.png'>"
    first, second = read(html).found
    assert first.problem is not None
    assert first.problem.startswith("blob: is not fetched")
    assert second.url == "https://***@a.example/a.png"
    assert "secret" not in repr(second)


def test_inline_data_is_counted_and_stand_ins_are_not() -> None:
    image = f"<img src='data:image/png;base64,{'A' * MOST_STAND_IN}'>"
    assert read(image).problems == ("1 medium is inline data and is not fetched",)
    assert read(3 * image + f"<img src='{PIXEL}'>").problems == (
        "3 media are inline data and are not fetched",
    )
    assert read(image.replace("src=", "data-src=a.png src=")).problems == ()
    assert read(3 * image).found == ()


@pytest.mark.parametrize("depth", ["", "-1", "1.5", "x", "9" * 30, "١"])
def test_depth_that_is_none(depth: str) -> None:
    reading = read(f"<meta name=depth content='{depth}'><img src=a.png>")
    assert reading.found[0].depth is None
    assert reading.problems == (f"depth {depth!r} is not a whole number of 0 or more",)


@pytest.mark.parametrize("relevance", ["", "-1", "nan", "inf", "x", "1e999"])
def test_relevance_that_is_none(relevance: str) -> None:
    reading = read(f"<meta name=relevance content='{relevance}'><img src=a.png>")
    assert reading.found[0].relevance is None
    assert reading.problems == (f"relevance {relevance!r} is not a number of 0 or more",)


@pytest.mark.parametrize(
    "content",
    [
        "<img src=https://a.example/ alt=ü>".encode(),
        b"\xef\xbb\xbf" + "<img src=https://a.example/ alt=ü>".encode(),
        "\ufeff<img src=https://a.example/ alt=ü>".encode("utf-16-le"),
        "\ufeff<img src=https://a.example/ alt=ü>".encode("utf-16-be"),
        b"<meta charset=iso-8859-1><img src=https://a.example/ alt=\xfc>",
        b"<meta charset=WINDOWS-1252><img src=https://a.example/ alt=\xfc>",
        b"<meta http-equiv=content-type content='text/html; charset=latin1'>"
        b"<img src=https://a.example/ alt=\xfc>",
        b"\xef\xbb\xbf<meta charset=latin1>" + "<img src=https://a.example/ alt=ü>".encode(),
        b"<meta charset=no-such>" + "<img src=https://a.example/ alt=ü>".encode(),
    ],
)
def test_encodings(content: bytes) -> None:
    assert [one.alt for one in read_page(content).found] == ["ü"]


def test_bytes_of_no_encoding_are_replaced() -> None:
    (found,) = read_page(b"<img src='https://a.example/\xff\0.png' alt='a\xff\0b'>").found
    assert found.url == "https://a.example/%EF%BF%BD%EF%BF%BD.png"
    assert found.alt == "a\ufffd\ufffdb"


DEEP = 100_000
COSTLY = {
    "elements": b"<div>" * DEEP,
    "elements in UTF-16": "\ufeff".encode("utf-16-le") + ("<div>" * DEEP).encode("utf-16-le"),
    "elements with stray ends": b"<div></p></span>" * DEEP,
    "links": b"<a href=x><div>" * DEEP,
    "ends that leave open": b"<b><div></b>" * DEEP,
    "ends that are ignored": b"<span><div></span>" * DEEP,
    "tables": b"<div><table></div>" * DEEP,
    "lists": b"<ul><li>" * DEEP,
    "cells of a drawing": b"<svg>" + b"<td>" * DEEP,
    "templates": b"<template>" * DEEP,
    "attributes": b"<img " + b" ".join(b"a%d" % n for n in range(DEEP)) + b">",
    "tags without end": b"<a " * 100_000,
    "quotes without end": b"<a b='" * 100_000,
    "style": b"<p>" + b"".join(b"<i id=%d>" % n for n in range(500)) + b"<p>x" * DEEP,
}


@pytest.mark.parametrize("content", COSTLY.values(), ids=COSTLY)
def test_what_takes_hours_is_refused_at_once(content: bytes) -> None:
    began = time.process_time()
    with pytest.raises(LandInputError, match="a page: "):
        read_page(content)
    assert time.process_time() - began < 5


SOUND = {
    "paragraphs without end": b"<p>x" * 20_000,
    "entries without end": b"<ul>" + b"<li><font size=1>x" * 20_000,
    "cells without end": b"<table>" + b"<tr><td><center><font size=2>x" * 20_000,
    "cells with style without end": b"<table>" + b"<tr><td><font size=2>x</td>" * 20_000,
    "named places": b"<a name=x></a>" * 20_000,
    "a drawing": b"<svg>" + b"<path d='M0 0'/>" * 20_000 + b"</svg>",
    "breaks": b"<br><hr><input>" * 20_000,
    "tags in a script": b"<script>" + b"'<div>'" * 20_000 + b"</script>",
    "tags in a comment": b"<!--" + b"<div>" * 20_000 + b"-->",
    "tags in attributes": b"<br title='<div><div>'>" * 20_000,
    "text with brackets": b"a < b <3 <- " * 20_000,
    "NULs": b"\0" * 100_000,
    "comments without end": b"<!--" * 100_000,
    "a long line": b"<p>" + b"x" * 10_000_000,
    "a long attribute": b"<p title='" + b"x" * 10_000_000 + b"'>",
    "as deep as may be": b"<div>" * MOST_NESTED,
    "attributes as many as may be": b"<p " + b" a=1" * MOST_ATTRIBUTES + b">",
    "no text at all": bytes(range(256)) * 400,
}


@pytest.mark.parametrize("content", SOUND.values(), ids=SOUND)
def test_what_only_looks_costly_is_read(content: bytes) -> None:
    reading = read_page(b"<img src=https://a.example/a.png>" + content)
    assert [one.url for one in reading.found] == ["https://a.example/a.png"]


def test_a_long_srcset_takes_time_by_its_length() -> None:
    srcset = ",".join(f"/{n}.png {n + 1}w" for n in range(200_000))
    assert urls(f"<img srcset='{srcset}'>") == ["https://site.example/199999.png"]
    assert urls(f"<img srcset='a.png {'(' * 1_000_000}' src=b.png>") == ["b.png"]


def test_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "page.html"
    page.write_bytes(b"<img src=https://a.example/a.png>")
    assert read_page(page).rows == 1
    (tmp_path / "empty.html").touch()
    assert read_page(tmp_path / "empty.html") == Reading((), 0)
    with pytest.raises(LandInputError, match=r"absent\.html: cannot be read: No such file"):
        read_page(tmp_path / "absent.html")
    with pytest.raises(LandInputError, match="cannot be read"):
        read_page(tmp_path)
    with page.open("r+b") as file:
        file.truncate(pages.MOST_BYTES + 1)
    with pytest.raises(LandInputError, match=r"page\.html: a page has at most 50 MiB"):
        read_page(page)


@pytest.mark.parametrize(
    ("srcset", "expected"),
    [
        ("", []),
        (" , ,, ", []),
        ("a", [Candidate("a")]),
        ("a,b", [Candidate("a,b")]),
        ("a, b", [Candidate("a"), Candidate("b")]),
        ("a,,, b", [Candidate("a"), Candidate("b")]),
        ("a 1x,b 2x", [Candidate("a"), Candidate("b", density=2)]),
        ("a .5x, b 1e1x", [Candidate("a", density=0.5), Candidate("b", density=10)]),
        ("a 10w 20h, b 30w", [Candidate("a", 10), Candidate("b", 30)]),
        ("a 10w (x, y 2x), b", [Candidate("b")]),
        ("a 10px, b 1w", [Candidate("b", 1)]),
        ("a -1w, b -1x", []),
        ("data:image/png;base64,AA== 1x, b 2x",
         [Candidate("data:image/png;base64,AA=="), Candidate("b", density=2)]),
        ("a 1w ,b 2w", [Candidate("a", 1), Candidate("b", 2)]),
        ("a\n\t1w\n,\n b 2w", [Candidate("a", 1), Candidate("b", 2)]),
    ],
)  # fmt: skip
def test_srcset(srcset: str, expected: list[Candidate]) -> None:
    assert list(candidates(srcset)) == expected


def test_the_first_of_equal_sizes() -> None:
    assert largest("a 2x, b 2x") == Candidate("a", density=2)
    assert largest("a 2x, b 2w") == Candidate("b", 2)
    assert largest("") is None


PIECES = st.sampled_from(
    [
        "<img", "<picture>", "<source", "<video", "<template>", "<noscript>", "<a", "<base",
        "<figure>", "<figcaption>", "<meta name=depth", "<link rel=canonical", "</", "<!--", "-->",
        ">", " src=", " srcset='", " href=", " content=", "'", '"', "a.png", "https://a.example/",
        "data:x", " 1w,", "&amp;", "\0", "ü", "<svg>", "<table>", "<td>", "<select>", "<option>",
        "<b>", "</b>",
    ]
)  # fmt: skip


@given(
    st.one_of(st.binary(), st.lists(PIECES, max_size=30).map(lambda some: "".join(some).encode()))
)
def test_any_bytes_are_a_page(content: bytes) -> None:
    reading = read_page(content)
    assert reading.rows == len(reading.found)
    for one in reading.found:
        assert one.problem is not None or one.url.startswith(("http://", "https://"))
