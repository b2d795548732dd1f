"""Image proxies and redirects: which addresses carry another one, and how it is taken out.

A rule stands here where the service or the program says how it writes such addresses. An archive
(web.archive.org) shows another resource than the address in its path, and so it is none.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, unquote_plus

Inner = Callable[[re.Match[str], str], str | None]
"""Of the match of a path and the query (without `?`): the address inside, None where there is none.
It is absolute, or relative to the address that carries it."""

_ABSOLUTE = re.compile(r"https?:/|//", re.IGNORECASE)
_UNDECODED = re.compile("[\udc80-\udcff]")
_ARCHIVES = ("web.archive.org",)


@dataclass(frozen=True, slots=True)
class Wrapper:
    """One rule: `host` and `path` have to match from their first character on."""

    host: re.Pattern[str]
    path: re.Pattern[str]
    inner: Inner


def inner_address(host: str, path: str, query: str) -> str | None:
    """The address that this one carries, as it is written there; None where it carries none.

    `host`: in lower case, without port. `path` and `query`: percent-encoded, without `?`.
    """
    if host in _ARCHIVES:
        return None
    for rule in WRAPPERS:
        if rule.host.match(host) and (match := rule.path.match(path)):
            return rule.inner(match, query)
    return None


def _decoded(text: str, decode: Callable[..., str] = unquote) -> str:
    """Percent-decoded once; bytes that are no UTF-8 stay encoded."""
    decoded = decode(text, errors="surrogateescape")
    return _UNDECODED.sub(lambda byte: f"%{ord(byte[0]) - 0xDC00:02X}", decoded)


def _parameter(query: str, *names: str) -> str | None:
    """The value of the first of these parameters that is there."""
    values = dict(reversed([part.partition("=")[::2] for part in query.split("&")]))
    texts = (_decoded(values[name], unquote_plus).strip() for name in names if values.get(name))
    return next(texts, None)


def _absolute(text: str | None) -> str | None:
    return text if text and _ABSOLUTE.match(text) else None


def _in_parameter(*names: str) -> Inner:
    """An absolute address in a parameter."""
    return lambda _, query: _absolute(_parameter(query, *names))


def _of_this_host(*names: str) -> Inner:
    """An address in a parameter, which may be a path on the host that is asked."""
    return lambda _, query: _parameter(query, *names)


def _weserv(_: re.Match[str], query: str) -> str | None:
    """https://wsrv.nl/docs: the scheme may be left out, and is http then; `ssl:` was https."""
    text = _parameter(query, "url")
    if text is None or _ABSOLUTE.match(text):
        return text
    return f"https://{text[4:]}" if text.startswith("ssl:") else f"http://{text}"


def _encoded_in_path(match: re.Match[str], _: str) -> str:
    """The rest of the path, encoded once more than the address; the query is for the proxy."""
    return _decoded(match["inner"])


def _plain_in_path(match: re.Match[str], query: str) -> str:
    """The rest of the path as it is, unless its scheme is encoded; or a path on this host."""
    inner = match["inner"]
    if re.match(r"https?%3a", inner, re.IGNORECASE):
        inner = _decoded(inner)
    return _with_query(inner if _ABSOLUTE.match(inner) else f"/{inner}", query)


def _with_query(text: str, query: str) -> str:
    return f"{text}?{query}" if query and "?" not in text else text


def _photon(match: re.Match[str], query: str) -> str:
    """`/HOST/PATH`; `ssl`: the scheme is https; `q`: the query of the address itself."""
    scheme = "https" if _parameter(query, "ssl") else "http"
    return _with_query(f"{scheme}://{match['inner']}", _parameter(query, "q") or "")


def _amp(match: re.Match[str], query: str) -> str:
    """`/i/s/HOST/PATH` of the AMP cache; without `s` the scheme is http."""
    return _with_query(f"{'https' if match['s'] else 'http'}://{match['inner']}", query)


def _discord(match: re.Match[str], _: str) -> str:
    """`/external/SIGNATURE/%3FQUERY/SCHEME/HOST/PATH`, the query where there is one."""
    return f"{match['scheme']}://{match['inner']}{_decoded(match['query'] or '')}"


def _camo(match: re.Match[str], _: str) -> str | None:
    """`/SIGNATURE/ADDRESS`, both in hexadecimal digits."""
    try:
        return _absolute(bytes.fromhex(match["inner"]).decode())
    except ValueError:
        return None


def _rule(host: str, path: str, inner: Inner) -> Wrapper:
    return Wrapper(re.compile(rf"(?:{host})\Z"), re.compile(path, re.IGNORECASE), inner)


_HERE = r"(?:/[^/]+)*?"  # programs may be mounted below a path
_INNER = r"(?P<inner>https?(?::|%3A).+)"
_HOST_AND_PATH = r"(?P<inner>[^/]+\.[^/]+/.+)"
_GOOGLE = r"(?:www\.|images\.)?google\.[a-z]{2,3}(?:\.[a-z]{2})?"

WRAPPERS = (
    # Proxies of images
    _rule(r"images\.weserv\.nl|wsrv\.nl", r"", _weserv),
    _rule(r"i[0-3]\.wp\.com", rf"/{_HOST_AND_PATH}", _photon),
    _rule(r".*\.cdn\.ampproject\.org", rf"/ii?/(?:w\d+/)?(?P<s>s/)?{_HOST_AND_PATH}", _amp),
    _rule(r"images-ext-\d\.discordapp\.net",
          r"/external/[^/]+/(?:(?P<query>%3F[^/]*)/)?(?P<scheme>https?)/(?P<inner>.+)", _discord),
    _rule(r"camo\.githubusercontent\.com", r"/[0-9a-f]+/(?P<inner>[0-9a-f]+)\Z", _camo),
    _rule(r"external-content\.duckduckgo\.com|proxy\.duckduckgo\.com", r"/iu/?\Z",
          _in_parameter("u")),
    _rule(r"external[.-].*\.fbcdn\.net|(?:www\.)?facebook\.com", r"/safe_image\.php\Z",
          _in_parameter("url")),
    _rule(r"slack-imgs\.com", r"/\Z", _in_parameter("url")),
    _rule(r"i\.embed\.ly", r"/1/(?:display|image)\b", _in_parameter("url")),
    _rule(r".*\.imgix\.net", rf"/{_INNER}", _encoded_in_path),
    _rule(r"ik\.imagekit\.io", rf"/(?:[^/]+/)+?{_INNER}", _encoded_in_path),
    _rule(r"img-getpocket\.cdn\.mozilla\.net", rf"/(?:[^/]+/)*?{_INNER}", _encoded_in_path),
    # Programs that resize images, on any host
    _rule(r".*", rf"{_HERE}/_next/image/?\Z", _of_this_host("url")),
    _rule(r".*", r"/_vercel/image/?\Z", _of_this_host("url")),
    _rule(r".*", r"/\.netlify/images/?\Z", _of_this_host("url")),
    _rule(r".*", r"/_image/?\Z", _of_this_host("href")),  # Astro
    _rule(r".*", r"/_ipx/[^/]+/(?P<inner>.+)", _plain_in_path),  # Nuxt
    _rule(r".*", r"/cdn-cgi/image/[^/]+/(?P<inner>.+)", _plain_in_path),  # Cloudflare
    _rule(r".*", rf"{_HERE}/(?:image|video)/fetch/(?:[^/]+/)*?{_INNER}",
          _encoded_in_path),  # Cloudinary, Substack
    _rule(r".*", rf"/(?:[^/]+/)*?plain/{_INNER.replace('.+', '[^@]+')}(?:@[a-z0-9]+)?\Z",
          _encoded_in_path),  # imgproxy
    _rule(r".*", rf"{_HERE}/unsafe/(?:[^/]+/)*?{_INNER}", _encoded_in_path),  # Thumbor
    _rule(r".*", rf"{_HERE}/dims[34]/", _in_parameter("url")),  # Brightspot
    # Pages around one image
    _rule(_GOOGLE, r"/imgres\Z", _in_parameter("imgurl")),
    _rule(r"(?:www\.)?bing\.com", r"/images/search\Z", _in_parameter("mediaurl")),
    _rule(r"(?:www\.)?yandex\.[a-z.]+", r"/images/search\Z", _in_parameter("img_url")),
    # Redirects
    _rule(_GOOGLE, r"/url\Z", _in_parameter("q", "url")),
    _rule(r"(?:l|lm|www)\.facebook\.com", r"/l\.php\Z", _in_parameter("u")),
    _rule(r"l\.instagram\.com", r"/\Z", _in_parameter("u")),
    _rule(r"out\.reddit\.com", r"/", _in_parameter("url")),
    _rule(r"(?:www\.)?youtube\.com", r"/redirect\Z", _in_parameter("q")),
    _rule(r"(?:m\.)?vk\.com", r"/away\.php\Z", _in_parameter("to")),
    _rule(r"steamcommunity\.com", r"/linkfilter/?\Z", _in_parameter("u", "url")),
    _rule(r"duckduckgo\.com", r"/l/?\Z", _in_parameter("uddg")),
)  # fmt: skip
"""The first rule that matches answers. Hosts are whole; paths are matched in any case."""

_SIGNS_OF_PATHS = ("/_", "/.netlify/", "/cdn-cgi/", "/fetch/", "/plain/", "/unsafe/", "/dims")
_ANY_HOST = r"(?:.*)\Z"


def may_wrap(address: str) -> bool:
    """Whether a rule may match an absolute address: by far the most are spared the table."""
    lower = address.lower()
    for sign in _SIGNS_OF_PATHS:  # any() with a generator takes twice as long
        if sign in lower:
            return True
    return _is_wrapper(lower.split("/", 3)[2])


@lru_cache(maxsize=65_536)
def _is_wrapper(host: str) -> bool:
    host = re.sub(r":\d+\Z", "", host)
    rules = (rule.host for rule in WRAPPERS if rule.host.pattern != _ANY_HOST)
    return any(pattern.match(host) for pattern in rules)
