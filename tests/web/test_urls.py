"""Addresses as they are written on pages, and what is stored of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_assets.errors import UnusableUrlError
from media_assets.web import urls
from media_assets.web.urls import MOST_CHARACTERS, as_written, clean_url, host_of
from media_assets.web.wrappers import WRAPPERS, may_wrap

PAGE = "https://site.example/news/today.html?id=7"
IMAGE = "https://cdn.example/a/b.jpg"
ENCODED = "https%3A%2F%2Fcdn.example%2Fa%2Fb.jpg"

ADDRESSES = {
    # As browsers read them
    "plain": (IMAGE, IMAGE),
    "upper case": ("HTTPS://CDN.Example/A.JPG", "https://cdn.example/A.JPG"),
    "no path": ("https://cdn.example", "https://cdn.example/"),
    "blanks around": (f" \t\n{IMAGE}\r\n ", IMAGE),
    "newline inside": ("https://cdn.exa\nmple/a/\tb.jpg", IMAGE),
    "blank inside": ("https://cdn.example/a b.jpg", "https://cdn.example/a%20b.jpg"),
    "backslashes": ("https:\\\\cdn.example\\a\\b.jpg", IMAGE),
    "slashes too many": ("https:////cdn.example/a/b.jpg", IMAGE),
    "slashes missing": ("http:cdn.example/b.jpg", "http://cdn.example/b.jpg"),
    "slashes missing, scheme of the page": ("https:b.jpg", "https://site.example/news/b.jpg"),
    "dot segments": ("https://cdn.example/x/../a/./b.jpg", IMAGE),
    "encoded dot segments": ("https://cdn.example/x/%2E%2e/a/b.jpg", IMAGE),
    "dots that are none": ("https://cdn.example/a../.b", "https://cdn.example/a../.b"),
    "letters beyond ASCII": ("https://cdn.example/ü.jpg", "https://cdn.example/%C3%BC.jpg"),
    "encoding kept": ("https://cdn.example/%c3%bc%2F.jpg", "https://cdn.example/%c3%bc%2F.jpg"),
    "percent alone": ("https://cdn.example/100%.jpg", "https://cdn.example/100%.jpg"),
    "host beyond ASCII": ("https://bücher.example/a", "https://xn--bcher-kva.example/a"),
    "host with full stop of ideographs": ("https://cdn。example/a", "https://cdn.example/a"),
    "dot after the host": ("https://cdn.example./a/b.jpg", IMAGE),
    "encoded dot after the host": ("https://cdn.example%2E/a/b.jpg", IMAGE),
    "default port": ("https://cdn.example:443/a/b.jpg", IMAGE),
    "default port of http": ("http://cdn.example:80/a", "http://cdn.example/a"),
    "other port": ("https://cdn.example:8443/a", "https://cdn.example:8443/a"),
    "port of the other scheme": ("http://cdn.example:443/a", "http://cdn.example:443/a"),
    "IPv4 in hexadecimal": ("http://0x7f.1/a", "http://127.0.0.1/a"),
    "IPv4 with a dot": ("http://127.0.0.1./a", "http://127.0.0.1/a"),
    "IPv6": ("http://[0:0::1]:8080/a", "http://[::1]:8080/a"),
    "NUL inside": ("https://cdn.example/a\0b", "https://cdn.example/a%00b"),
    # Relative to the page
    "relative": ("b.jpg", "https://site.example/news/b.jpg"),
    "relative from the root": ("/b.jpg", "https://site.example/b.jpg"),
    "relative upwards": ("../../../b.jpg", "https://site.example/b.jpg"),
    "scheme of the page": ("//cdn.example/a/b.jpg", IMAGE),
    "query of the page": ("?id=8", "https://site.example/news/today.html?id=8"),
    "fragment of the page": ("#top", PAGE),
    "name with a colon": ("./a:b.jpg", "https://site.example/news/a:b.jpg"),
    "at in a name": ("photo@2x.jpg", "https://site.example/news/photo@2x.jpg"),
    # Fragment and query
    "fragment": (f"{IMAGE}#x?y", IMAGE),
    "empty fragment": (f"{IMAGE}#", IMAGE),
    "empty query": (f"{IMAGE}?", IMAGE),
    "query of separators": (f"{IMAGE}?&&", IMAGE),
    "query": (f"{IMAGE}?b=1&a=2&b=3", f"{IMAGE}?b=1&a=2&b=3"),
    "query with encoding": (f"{IMAGE}?x=%c3%BC+%20&y", f"{IMAGE}?x=%c3%BC+%20&y"),
    "query with gaps": (f"{IMAGE}?a=1&&b=2", f"{IMAGE}?a=1&&b=2"),
    "question in the query": (f"{IMAGE}?a?b", f"{IMAGE}?a?b"),
    "tracking alone": (f"{IMAGE}?utm_source=x&utm_medium=y", IMAGE),
    "tracking first": (f"{IMAGE}?fbclid=1&w=2", f"{IMAGE}?w=2"),
    "tracking between": (f"{IMAGE}?w=1&gclid=2&h=%e9", f"{IMAGE}?w=1&h=%e9"),
    "tracking in upper case": (f"{IMAGE}?UTM_Source=x&w=1", f"{IMAGE}?w=1"),
    "tracking, encoded name": (f"{IMAGE}?utm%5Fsource=x&w=1", f"{IMAGE}?w=1"),
    "tracking without value": (f"{IMAGE}?mc_eid&w=1", f"{IMAGE}?w=1"),
    "tracking of a name that is longer": (
        f"{IMAGE}?gclid2=x&xutm_a=1",
        f"{IMAGE}?gclid2=x&xutm_a=1",
    ),
    "tracking as a value": (f"{IMAGE}?w=utm_source", f"{IMAGE}?w=utm_source"),
    "tracking in the path": (
        "https://cdn.example/utm_source=1",
        "https://cdn.example/utm_source=1",
    ),
    "tracking and fragment": (f"{IMAGE}?ref_src=twsrc#frag", IMAGE),
    # Proxies of images
    "weserv": (f"https://images.weserv.nl/?url={ENCODED}&w=300", IMAGE),
    "weserv, not encoded": (f"https://wsrv.nl/?w=300&url={IMAGE}", IMAGE),
    "weserv without scheme": (
        "https://wsrv.nl/?url=cdn.example/a/b.jpg",
        "http://cdn.example/a/b.jpg",
    ),
    "weserv with ssl": ("https://images.weserv.nl/?url=ssl:cdn.example/a/b.jpg", IMAGE),
    "weserv without url": ("https://wsrv.nl/?w=300", "https://wsrv.nl/?w=300"),
    "weserv, scheme of the page": ("//wsrv.nl/?url=//cdn.example/a/b.jpg", IMAGE),
    "not weserv": (f"https://notwsrv.nl/?url={ENCODED}", f"https://notwsrv.nl/?url={ENCODED}"),
    "photon": ("https://i0.wp.com/cdn.example/a/b.jpg?resize=3,4&ssl=1", IMAGE),
    "photon of http": ("https://i3.wp.com/cdn.example/a/b.jpg?w=3", "http://cdn.example/a/b.jpg"),
    "photon with a query": (
        "https://i1.wp.com/cdn.example/a/b.jpg?ssl=1&q=v%3D2%26x",
        f"{IMAGE}?v=2&x",
    ),
    "photon of no host": ("https://i1.wp.com/a/b.jpg", "https://i1.wp.com/a/b.jpg"),
    "i4 is no photon": (
        "https://i4.wp.com/cdn.example/b.jpg",
        "https://i4.wp.com/cdn.example/b.jpg",
    ),
    "Next.js": (f"https://site.example/_next/image?url={ENCODED}&w=64&q=75", IMAGE),
    "Next.js, same host": ("/_next/image?url=%2Fa%2Fb.jpg&w=64", "https://site.example/a/b.jpg"),
    "Next.js below a path": ("/shop/_next/image?url=%2Fb.jpg&w=64", "https://site.example/b.jpg"),
    "Next.js, its own files": (
        "/_next/image?url=%2F_next%2Fstatic%2Fmedia%2Fb.png&w=64",
        "https://site.example/_next/static/media/b.png",
    ),
    "Vercel": ("/_vercel/image?url=%2Fb.jpg&w=64&q=1", "https://site.example/b.jpg"),
    "Netlify": ("/.netlify/images?url=/b.jpg&w=64", "https://site.example/b.jpg"),
    "Astro": (f"/_image?href={ENCODED}&w=64", IMAGE),
    "Nuxt": ("/_ipx/w_200/b.jpg", "https://site.example/b.jpg"),
    "Nuxt, another host": (f"/_ipx/w_200&f_webp/{IMAGE}", IMAGE),
    "Cloudflare": (f"https://site.example/cdn-cgi/image/width=80,q=75/{IMAGE}", IMAGE),
    "Cloudflare, same host": (
        "/cdn-cgi/image/width=80/a/b.jpg?v=1",
        "https://site.example/a/b.jpg?v=1",
    ),
    "Cloudflare, query": (f"/cdn-cgi/image/w=80/{IMAGE}?v=1", f"{IMAGE}?v=1"),
    "Cloudflare, encoded": (f"/cdn-cgi/image/w=80/{ENCODED}", IMAGE),
    "Cloudinary": (f"https://res.cloudinary.com/demo/image/fetch/w_300,f_auto/{IMAGE}", IMAGE),
    "Cloudinary, no options": (f"https://res.cloudinary.com/demo/image/fetch/{IMAGE}", IMAGE),
    "Cloudinary, signed": (
        f"https://res.cloudinary.com/d/image/fetch/s--x_y--/w_3/v1/{ENCODED}",
        IMAGE,
    ),
    "Cloudinary, query inside": (
        f"https://res.cloudinary.com/d/image/fetch/{IMAGE}%3Fv%3D1?_a=AJ",
        f"{IMAGE}?v=1",
    ),
    "Cloudinary upload": (
        "https://res.cloudinary.com/demo/image/upload/w_300/b.jpg",
        "https://res.cloudinary.com/demo/image/upload/w_300/b.jpg",
    ),
    "Substack": (f"https://substackcdn.com/image/fetch/$s_!aB!,w_1456,c_limit/{ENCODED}", IMAGE),
    "imgproxy": (f"https://img.example/sig/rs:fit:300/plain/{IMAGE}@webp", IMAGE),
    "Thumbor": (f"https://img.example/unsafe/300x200/smart/{IMAGE}", IMAGE),
    "Brightspot": (f"https://dims.example/dims4/default/ab12/resize/3x4/?url={ENCODED}", IMAGE),
    "imgix": (f"https://some.imgix.net/{ENCODED}?w=300&s=ab", IMAGE),
    "ImageKit": (f"https://ik.imagekit.io/demo/tr:w-300/{IMAGE}", IMAGE),
    "Pocket": (f"https://img-getpocket.cdn.mozilla.net/x/filters:a()/{ENCODED}", IMAGE),
    "DuckDuckGo": (f"https://external-content.duckduckgo.com/iu/?u={ENCODED}&f=1&nofb=1", IMAGE),
    "AMP cache": ("https://cdn-example.cdn.ampproject.org/ii/w820/s/cdn.example/a/b.jpg", IMAGE),
    "AMP cache of http": (
        "https://x.cdn.ampproject.org/i/cdn.example/b.jpg",
        "http://cdn.example/b.jpg",
    ),
    "Discord": (
        "https://images-ext-1.discordapp.net/external/aB-c/https/cdn.example/a/b.jpg?width=9",
        IMAGE,
    ),
    "Discord with a query": (
        "https://images-ext-2.discordapp.net/external/aB/%3Fv%3D1/https/cdn.example/a/b.jpg",
        f"{IMAGE}?v=1",
    ),
    "GitHub": (f"https://camo.githubusercontent.com/00ff/{IMAGE.encode().hex()}", IMAGE),
    "GitHub, no digits": (
        "https://camo.githubusercontent.com/00ff/abc",
        "https://camo.githubusercontent.com/00ff/abc",
    ),
    "Slack": (f"https://slack-imgs.com/?c=1&o1=ro&url={ENCODED}", IMAGE),
    "Embedly": (f"https://i.embed.ly/1/display/resize?key=x&url={ENCODED}", IMAGE),
    "Facebook's proxy": (
        f"https://external-fra3-1.xx.fbcdn.net/safe_image.php?d=A&url={ENCODED}",
        IMAGE,
    ),
    # Pages around an image, redirects
    "Google Images": (f"https://www.google.com/imgres?imgurl={ENCODED}&imgrefurl=x&h=1", IMAGE),
    "Google, another country": (f"https://www.google.co.uk/imgres?imgurl={ENCODED}", IMAGE),
    "Google's redirect": (f"https://www.google.com/url?sa=t&url={ENCODED}&usg=x", IMAGE),
    "Google's redirect by q": (f"https://www.google.de/url?q={ENCODED}&sa=U", IMAGE),
    "no host of Google": (
        f"https://google.evil.example/url?q={ENCODED}",
        f"https://google.evil.example/url?q={ENCODED}",
    ),
    "Bing": (f"https://www.bing.com/images/search?view=detailV2&mediaurl={ENCODED}", IMAGE),
    "Facebook's redirect": (f"https://l.facebook.com/l.php?u={ENCODED}%3Ffbclid%3Dx&h=y", IMAGE),
    "Instagram's redirect": (f"https://l.instagram.com/?u={ENCODED}&e=y", IMAGE),
    "YouTube's redirect": (f"https://www.youtube.com/redirect?event=x&q={ENCODED}", IMAGE),
    "VK's redirect": (f"https://vk.com/away.php?to={ENCODED}", IMAGE),
    "Yandex": (f"https://yandex.com.tr/images/search?pos=1&img_url={ENCODED}", IMAGE),
    "Reddit's redirect": (f"https://out.reddit.com/t3_x?url={ENCODED}&token=y", IMAGE),
    "Steam's redirect": (f"https://steamcommunity.com/linkfilter/?u={ENCODED}", IMAGE),
    "DuckDuckGo's redirect": (f"https://duckduckgo.com/l/?uddg={ENCODED}&rut=x", IMAGE),
    # What stays as it is
    "archive": (
        f"https://web.archive.org/web/2020im_/{IMAGE}",
        f"https://web.archive.org/web/2020im_/{IMAGE}",
    ),
    "archive of a proxy": (
        f"https://web.archive.org/web/2020/https://x.example/image/fetch/{IMAGE}",
        f"https://web.archive.org/web/2020/https://x.example/image/fetch/{IMAGE}",
    ),
    "Bing's thumbnail": (
        "https://th.bing.com/th?id=OIP.x&w=1",
        "https://th.bing.com/th?id=OIP.x&w=1",
    ),
    "other scheme inside": ("https://wsrv.nl/?url=//[", "https://wsrv.nl/?url=//["),
    "javascript inside": (
        "https://www.google.com/url?q=javascript:alert(1)",
        "https://www.google.com/url?q=javascript:alert(1)",
    ),
    # One in the other
    "twice": ("https://wsrv.nl/?url=i0.wp.com%2Fcdn.example%2Fa%2Fb.jpg%3Fssl%3D1", IMAGE),
    "tracking inside": (
        f"https://wsrv.nl/?url={ENCODED}%3Futm_source%3Dx%26v%3D1%23f",
        f"{IMAGE}?v=1",
    ),
    "bytes that are no UTF-8": (
        "https://wsrv.nl/?url=cdn.example/%E9.jpg",
        "http://cdn.example/%E9.jpg",
    ),
}  # fmt: skip

REFUSED = {
    "": "empty",
    " \n": "empty",
    "data:image/png;base64,AAAA": "data: is not fetched",
    "DATA:image/png;base64," + "A" * 10_000: "data: is not fetched",
    "blob:https://a.example/1": "blob: is not fetched",
    "java\nscript:alert(1)": "javascript: is not fetched",
    "mailto:a@b.example": "mailto: is not fetched",
    "ftp://a.example/b.jpg": "ftp: is not fetched",
    "file:///etc/passwd": "file: is not fetched",
    "about:blank": "about: is not fetched",
    "https://": "not a valid address",
    "https://a b.example/": "not a valid address",
    "https://a.example:99999/": "not a valid address",
    "https://[::1/": "not a valid address",
    "https://1.2.3.4.5/": "not a valid address",
    "https://a.example/\udc80": "not a valid address",
    "https://./": "not a valid address",
    "https://a.example../": "host is not valid",
    "b.jpg": "relative",
    "//cdn.example/b.jpg": "relative",
    "https://a.example/" + "x" * MOST_CHARACTERS: "longer than 8000 characters",
    "https://a.example/" + "ü" * (MOST_CHARACTERS // 2): "longer than 8000 characters",
}


@pytest.mark.parametrize(("written", "clean"), ADDRESSES.values(), ids=ADDRESSES)
def test_addresses(written: str, clean: str) -> None:
    assert clean_url(written, PAGE) == clean
    assert clean_url(clean) == clean


@pytest.mark.parametrize(("written", "reason"), REFUSED.items(), ids=range(len(REFUSED)))
def test_refused(written: str, reason: str) -> None:
    with pytest.raises(UnusableUrlError, match=reason):
        clean_url(written)


@pytest.mark.parametrize(
    "written",
    [
        "https://anna:secret@a.example/b.jpg",
        "https://anna@a.example/b.jpg",
        "https://:secret@a.example/b.jpg",
        "http:anna:secret@a.example/b.jpg",
        "https:\\\\anna:secret@a.example/b.jpg",
        " ht\ntps://anna:sec\tret@secret@a.example:99999/b.jpg",
        "//anna:secret@a.example/b.jpg",
    ],
)
def test_passwords_are_neither_used_nor_told(written: str) -> None:
    with pytest.raises(UnusableUrlError) as refused:
        clean_url(written, "https://site.example/")
    assert not {"anna", "secret", "sec\tret"} & set(str(refused.value).replace("/", " ").split())
    shown = as_written(written)
    assert "secret" not in shown
    assert "anna" not in shown
    assert "***@a.example" in shown


@pytest.mark.parametrize("written", [
    "https://anna:sec/ret@a.example/b.jpg",
    '{"url": "https://anna:secret@a.example/b.jpg',
    'https://b.example/,"https://anna:secret@a.example/b.jpg,,',
])  # fmt: skip
def test_passwords_in_damaged_rows_are_not_told(written: str) -> None:
    shown = as_written(written)
    assert not any(word in shown for word in ("anna", "sec", "ret"))
    assert "***@a.example/b.jpg" in shown


def test_a_base_with_a_password_gives_no_address() -> None:
    with pytest.raises(UnusableUrlError, match="user name or password"):
        clean_url("b.jpg", "https://anna:secret@a.example/")


def test_what_is_shown_is_short_and_can_be_stored() -> None:
    assert as_written("photo@2x.jpg") == "photo@2x.jpg"
    assert as_written("https://a.example/x@y") == "https://a.example/x@y"
    assert as_written(" a\0\udc80 ") == "a\ufffd\ufffd"
    assert len(as_written("x" * 10_000_000)) == MOST_CHARACTERS


def test_three_levels_are_taken_out_and_four_are_none() -> None:
    wrapped = IMAGE
    for _ in range(3):
        wrapped = f"https://a.example/image/fetch/{wrapped}"
    assert clean_url(wrapped) == IMAGE
    deeper = f"https://a.example/image/fetch/{wrapped}"
    assert clean_url(deeper) == deeper


def test_a_password_inside_a_proxy_leaves_the_proxy() -> None:
    wrapped = "https://wsrv.nl/?url=https://anna:secret@a.example/b.jpg"
    assert clean_url(wrapped) == wrapped


@pytest.mark.parametrize(
    ("url", "host"),
    [
        (IMAGE, "cdn.example"),
        ("https://cdn.example:8443/a:1@b", "cdn.example:8443"),
        ("http://[::1]:8080/", "[::1]:8080"),
        ("http://[::1]/", "[::1]"),
    ],
)
def test_hosts(url: str, host: str) -> None:
    assert host_of(url) == host


def test_every_rule_is_reached() -> None:
    """The quick look at an address never hides it from a rule: each rule has a case above."""
    reached = set()
    for written, _ in ADDRESSES.values():
        address = urls.absolute_url(written, PAGE)
        host, _, path = address.partition("//")[2].partition("?")[0].partition("/")
        for number, rule in enumerate(WRAPPERS):
            if rule.host.match(host) and rule.path.match(f"/{path}"):
                reached.add(number)
                assert may_wrap(address)
    unreached = [rule.host.pattern for n, rule in enumerate(WRAPPERS) if n not in reached]
    assert unreached == []


PIECES = st.sampled_from(
    [
        "http:", "https:", "//", "/", "\\", "?", "#", "&", "=", "@", ":", ".", "..", "%2e", "%",
        "%3A", "%2F", "%25", " ", "\t", "+", "ü", "。", "\udc80", "\0", "a.example", "a.example.",
        "1.2.3.4", "[::1]", ":80", ":443", "utm_source", "fbclid", "wsrv.nl", "i0.wp.com",
        "/_next/image", "/cdn-cgi/image/w/", "/image/fetch/", "/plain/", "/unsafe/", "/_ipx/_/",
        "url=", "u=", "q=", "xn--", "xn--bcher-kva", "0x7f", "web.archive.org", "data:", ENCODED,
        IMAGE,
    ]
)  # fmt: skip
WRITTEN = st.one_of(
    st.text(),
    st.lists(PIECES, max_size=12).map("".join),
    st.lists(PIECES, max_size=12).map(lambda pieces: "https://a.example/" + "".join(pieces)),
    st.from_regex(urls._PLAIN, fullmatch=True),
)


@given(WRITTEN, st.one_of(st.none(), st.just(PAGE), WRITTEN))
def test_any_text_is_clean_or_refused(text: str, base: str | None) -> None:
    try:
        clean = clean_url(text, base)
    except UnusableUrlError:
        return
    assert clean.startswith(("http://", "https://"))
    assert "#" not in clean
    assert clean.isascii()
    assert len(clean) <= MOST_CHARACTERS
    assert clean_url(clean) == clean
    host = host_of(clean)
    assert host
    assert "@" not in host


@given(st.one_of(st.from_regex(urls._PLAIN, fullmatch=True), WRITTEN))
def test_the_quick_way_gives_what_the_whole_way_gives(text: str) -> None:
    if urls._is_plain(text):
        assert urls.absolute_url(text, PAGE) == text
        assert urls._taken_out(text) is None


@given(st.text())
def test_what_is_shown_is_stable(text: str) -> None:
    shown = as_written(text)
    assert as_written(shown) == shown
    shown.encode()
