"""Addresses of media: read as browsers do, taken out of proxies, without what follows people."""

import re
from urllib.parse import unquote

from ada_url import URL

from media_assets.errors import UnusableUrlError
from media_assets.web.wrappers import inner_address, may_wrap

MOST_CHARACTERS = 8000
"""What RFC 9110, section 4.1, asks every server to take; longer ones are data or damage."""

MOST_LEVELS = 3
"""An address inside so many others is taken out; what is deeper was not written to be shown."""

TRACKING = frozenset(
    {
        "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid",  # Facebook, Google
        "msclkid", "yclid", "ysclid", "ymclid", "twclid", "ttclid", "igshid", "igsh",
        "li_fat_id", "epik", "sccid", "rdt_cid", "irclickid",
        "mc_cid", "mc_eid", "_hsenc", "_hsmi", "mkt_tok", "vero_id", "vero_conv", "oly_anon_id",
        "oly_enc_id", "ml_subscriber", "ml_subscriber_hash", "_openstat", "wickedid", "s_cid",
        "_ga", "_gl", "_kx", "ref_src", "ref_url", "__hssc", "__hstc", "__hsfp", "hsctatracking",
    }
)  # fmt: skip
"""Parameters that say who followed a link, in lower case; none of them chooses a content."""

TRACKING_PREFIXES = ("utm_", "mtm_", "pk_campaign", "pk_kwd", "hsa_")

_PLAIN = re.compile(
    r"https?://(?![^/]*xn--)[a-z0-9][a-z0-9-]*(?:\.[a-z0-9][a-z0-9-]*)*\.[a-z]{2,}"
    r"(?:/(?!\.|%2)[A-Za-z0-9._~!$&()*+,;=:@%-]*)+"
    r"(?:\?[A-Za-z0-9._~!$()*+,;=:@/-]+(?:&[A-Za-z0-9._~!$()*+,;=:@/-]+)*)?"
)
"""Addresses that reading leaves as they are; telling so takes a third of reading them."""

_DOT_AFTER_HOST = re.compile(r"(https?://[^/]*)\.(?=[:/])")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_OUTSIDE = "".join(map(chr, range(0x21)))  # taken off the ends by browsers
_IGNORED = re.compile(r"[\t\n\r]")  # by browsers, wherever they stand
_CREDENTIALS = re.compile(r"^([\x00-\x20]*(?:[A-Za-z][A-Za-z0-9+.-]*:[/\\]*|[/\\]{2,}))[^/\\?#]*@")
_WORD = re.compile(r"[^\s\"'<>]+")
_SURROGATES = re.compile("[\ud800-\udfff]")


def clean_url(text: str, base: str | None = None) -> str:
    """The address as it is stored and asked for: absolute, http or https, without fragment.

    Relative ones are resolved against `base`. Host names are in ASCII and end in no dot, ports that
    are the default are left out, and so are parameters in `TRACKING`; what else is in the query
    stays as it is written. Proxies of images and redirects give the address that they carry, where
    that can be used itself. Cleaning what is clean changes nothing.

    Raises `UnusableUrlError` with the reason.
    """
    if _is_plain(text):
        return text
    address = absolute_url(text, base)
    found = address
    for _ in range(MOST_LEVELS):
        inner = _taken_out(found)
        if inner is None:
            return found
        found = inner
    return found if _taken_out(found) is None else address


def host_of(url: str) -> str:
    """Host of a clean URL, with the port where it is not the default of its scheme."""
    return re.split(r"[/?]", url, maxsplit=3)[2]


def as_written(text: str) -> str:
    """An address that cannot be used, as it may be stored and shown: no password, no excess."""
    text = _IGNORED.sub("", text[: 2 * MOST_CHARACTERS]).strip(_OUTSIDE)
    text = _WORD.sub(_without_password, _CREDENTIALS.sub(r"\1***@", text))
    return _SURROGATES.sub("\ufffd", text[:MOST_CHARACTERS]).replace("\0", "\ufffd")


def _without_password(word: re.Match[str]) -> str:
    """A damaged row holds whole addresses, and a password may hold what ends one."""
    before, slashes, address = word[0].partition("//")
    name, _, host = address.rpartition("@")
    return f"{before}{slashes}***@{host}" if ":" in name else word[0]


def _is_plain(text: str) -> bool:
    if len(text) > MOST_CHARACTERS or not _PLAIN.fullmatch(text) or may_wrap(text):
        return False
    _, _, query = text.partition("?")
    return not (query and any(map(_tracks, query.split("&"))))


def absolute_url(text: str, base: str | None) -> str:
    """As `clean_url`, but proxies stay: what addresses of a page are resolved against."""
    href = _href(text, base)
    if _DOT_AFTER_HOST.match(href):
        href = _href(_DOT_AFTER_HOST.sub(r"\1", href, count=1), None)
        if _DOT_AFTER_HOST.match(href):
            raise UnusableUrlError("its host is not valid")
    address = _without_tracking(href.partition("#")[0])
    if len(address) > MOST_CHARACTERS:
        raise UnusableUrlError(f"longer than {MOST_CHARACTERS} characters")
    return address


def _href(text: str, base: str | None) -> str:
    """The whole address as a browser shows it: special characters mean what they are for."""
    text = text.strip(_OUTSIDE)
    if not text:
        raise UnusableUrlError("empty")
    if len(text) > MOST_CHARACTERS and text[:5].lower() != "data:":
        raise UnusableUrlError(f"longer than {MOST_CHARACTERS} characters")
    try:
        href = URL(text, base).href
    except ValueError:
        raise UnusableUrlError(_why_not(text, base)) from None  # its message repeats the address
    scheme, _, rest = href.partition(":")
    if scheme not in ("http", "https"):
        raise UnusableUrlError(f"{scheme[:40]}: is not fetched, only http: and https: are")
    if "@" in rest[2:].partition("/")[0]:
        raise UnusableUrlError("it holds a user name or password, and these are never sent")
    return href


def _why_not(text: str, base: str | None) -> str:
    if base is None and not _SCHEME.match(_IGNORED.sub("", text)):
        return "relative, and the address of its page is not known"
    return "not a valid address"


def _without_tracking(address: str) -> str:
    head, _, query = address.partition("?")
    kept = [part for part in query.split("&") if not _tracks(part)]
    return f"{head}?{'&'.join(kept)}" if any(kept) else head


def _tracks(parameter: str) -> bool:
    name = unquote(parameter.partition("=")[0]).lower()
    return name in TRACKING or name.startswith(TRACKING_PREFIXES)


def _taken_out(address: str) -> str | None:
    """The address that this one carries, clean, where there is one that can be used."""
    if not may_wrap(address):
        return None
    head, _, query = address.partition("?")
    _, _, rest = head.partition("//")
    host, _, path = rest.partition("/")
    inner = inner_address(host.rpartition(":")[0] or host, f"/{path}", query)
    try:
        return None if inner is None else absolute_url(inner, address)
    except UnusableUrlError:
        return None
