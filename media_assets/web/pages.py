"""Saved pages of the web: the media that one HTML file shows, with what it says of itself."""

import codecs
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from media_assets.errors import LandInputError, UnusableUrlError
from media_assets.web.found import MOST_PROBLEMS, Found, Reading
from media_assets.web.page_address import PageAddress, address_of
from media_assets.web.page_guard import check_cost
from media_assets.web.page_media import SELECTOR, Shown, shown_by
from media_assets.web.urls import as_written, clean_url

MOST_BYTES = 50 * 1024**2
"""Pages of the web have a hundredth of it; a parser takes ten times its size in memory."""

_LOCAL_COPY = re.compile(r"(?:\./)?[^/?#]+_files/")
_NO_SOURCE = "a copy that was saved with the page, which does not say where it came from"


def read_page(source: Path | bytes) -> Reading:
    """The media of one HTML file, in the order of the page, then of its templates.

    Equal addresses are found once. Encodings: the mark at the beginning of the bytes, else what the
    page declares, else UTF-8; bytes that are none of it are replaced. `<meta name="depth">` and
    `<meta name="relevance">` say these of the page. An address that cannot be used is found with
    its problem. Images that are written into the page are counted in `problems`; what only stands
    in for one is left out.

    Raises `LandInputError` for a file that cannot be read, is over `MOST_BYTES`, or is made so that
    reading it takes hours.
    """
    content, name = (source, "a page") if isinstance(source, bytes) else _read(source)
    if len(content) > MOST_BYTES:
        raise LandInputError(f"{name}: a page has at most {MOST_BYTES // 1024**2} MiB")
    content = _in_utf8(content)
    check_cost(content, name)
    try:
        page = LexborHTMLParser(content, encoding=True)
    except SelectolaxError as error:
        raise LandInputError(f"{name}: cannot be read as HTML: {error}") from error
    return _reading(page)


def _read(path: Path) -> tuple[bytes, str]:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1), str(path)
    except OSError as error:
        raise LandInputError(f"{path}: cannot be read: {error.strerror or error}") from error


def _in_utf8(content: bytes) -> bytes:
    """UTF-16 hides its tags from what looks at bytes; all other encodings of pages show them."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return codecs.BOM_UTF8 + content.decode("utf-16", "replace").encode()
    return content


def _reading(page: LexborHTMLParser) -> Reading:
    address = address_of(page)
    problems: list[str] = []
    depth = _depth(_meta(page, "depth"), problems)
    relevance = _relevance(_meta(page, "relevance"), problems)
    shared = Found("", address.page_url, depth, relevance)
    found: dict[str, Found] = {}
    inline = 0
    for shown in _media(page):
        medium = _found(shown, address, shared)
        if medium is None:
            inline += 1
        else:
            before = found.get(medium.url, medium)
            found[medium.url] = replace(before, alt=before.alt or medium.alt)
    if inline:
        problems.append(_inline(inline))
    return Reading(tuple(found.values()), len(found), tuple(problems[:MOST_PROBLEMS]))


def _inline(count: int) -> str:
    if count == 1:
        return "1 medium is inline data and is not fetched"
    return f"{count} media are inline data and are not fetched"


def _media(page: LexborHTMLParser) -> Iterator[Shown]:
    """Also of templates, whose content is no part of the page until a script puts it there."""
    pending: list[LexborNode] = [page.root] if page.root else []
    while pending:
        part = pending.pop()
        for node in part.css(SELECTOR):
            yield from shown_by(node)
        pending += reversed(part.template_fragments())


def _found(shown: Shown, address: PageAddress, shared: Found) -> Found | None:
    """The first address that can be used, else the problem of the best; None for inline data."""
    problem: tuple[str, str] | None = None
    for written in shown.addresses:
        if written.lstrip()[:5].lower() == "data:":
            continue
        try:
            url = _cleaned(written, address)
        except UnusableUrlError as error:
            problem = problem or (as_written(written), str(error))
        else:
            return replace(shared, url=url, claimed_type=shown.claimed, alt=shown.alt)
    if problem is None:
        return None
    url, reason = problem
    return replace(shared, url=url, claimed_type=shown.claimed, alt=shown.alt, problem=reason)


def _cleaned(written: str, address: PageAddress) -> str:
    if address.saved and _LOCAL_COPY.match(written):
        raise UnusableUrlError(_NO_SOURCE)
    return clean_url(written, address.base)


def _meta(page: LexborHTMLParser, name: str) -> str | None:
    node = page.css_first(f'meta[name="{name}" i][content]')
    return (node.attributes["content"] or "").strip() if node else None


def _depth(text: str | None, problems: list[str]) -> int | None:
    if text is None or re.fullmatch(r"[0-9]{1,9}", text):
        return None if text is None else int(text)
    problems.append(f"depth {text[:40]!r} is not a whole number of 0 or more")
    return None


def _relevance(text: str | None, problems: list[str]) -> float | None:
    if text is None:
        return None
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if math.isfinite(number) and number >= 0:
        return number
    problems.append(f"relevance {text[:40]!r} is not a number of 0 or more")
    return None
