"""Which media an element of a page shows: its addresses as they are written, the best one first.

One element gives one medium. Of an image that is there in several sizes it is the largest that
`srcset` or `data-srcset` names, else what a script would load (`data-original`,
`data-original-src`, `data-src`, `data-lazy-src`), else `src`, which is often a stand-in then. A
`picture` is one image: the largest of its sources and its `img`; where no width is told, what is
for the widest screen; then the first. Of the sources of a video or a sound it is the first that is
a file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from selectolax.lexbor import LexborNode

from media_assets.library.kinds import KIND_OF, Kind
from media_assets.web.found import ClaimedType
from media_assets.web.srcset import Candidate, largest

SELECTOR = (
    'img, picture, video, audio, a[href], meta[content], link[rel~="image_src" i][href]'
)  # fmt: skip

MOST_ALT = 1000
"""Characters of a text that stands for a medium; longer ones are cut."""

MOST_STAND_IN = 1000
"""Characters of a `data:` address that stands in for an image: a pixel has 80, a blur some 800."""

CLAIMED: dict[Kind, ClaimedType] = {"image": "img", "video": "video", "audio": "audio"}

_SRCSETS = ("srcset", "data-srcset")
_LAZY = ("data-original", "data-original-src", "data-src", "data-lazy-src")
_FIGURE_ABOVE = 8  # elements between a figure and what it shows
_STAND_IN = re.compile(
    r"(?:^|/)(?:spacer|blank|pixel|transparent|placeholder|1x1|lazy(?:load)?|grey|gray)"
    r"(?:[_.-]?(?:1x1|gif|png|pixel|image|img|load))?\.(?:gif|png|svg|jpe?g|webp)(?:[?#]|$)",
    re.IGNORECASE,
)
_NOTHING = ("#", "about:blank")
_BEFORE_PATH = re.compile(r"^(?:[a-z]+:)?//[^/]*", re.IGNORECASE)
_STREAM = re.compile(r"mpegurl|dash\+xml|\.m3u8|\.mpd", re.IGNORECASE)  # lists, not files
_LEAST_WIDTH = re.compile(r"min-(?:device-)?width\s*:\s*(\d{1,6})", re.IGNORECASE)
_UNREAD_IMAGES = re.compile(r"image/(?:svg|jxl|jp2|jpx|jxr)", re.IGNORECASE)
_META: dict[str, ClaimedType] = {
    "og:image": "img", "og:image:url": "img", "og:image:secure_url": "img",
    "twitter:image": "img", "twitter:image:src": "img",
    "og:video": "video", "og:video:url": "video", "og:video:secure_url": "video",
    "og:audio": "audio", "og:audio:url": "audio", "og:audio:secure_url": "audio",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """A medium of one element. `addresses`: the best one first, not empty, as they are written."""

    addresses: tuple[str, ...]
    claimed: ClaimedType
    alt: str | None = None


def shown_by(node: LexborNode) -> Iterator[Shown]:
    """The media of one element that `SELECTOR` finds; an `img` of a `picture` is left to it.

    What has no address, or only stand-ins, shows nothing. Long `data:` addresses are given as they
    are.
    """
    if node.tag == "picture":
        yield from _picture(node)
    elif node.tag == "img":
        if not _in_picture(node):
            yield from _shown(_image_addresses(node), "img", _alt(node))
    elif node.tag in ("video", "audio"):
        yield from _player(node)
    elif node.tag == "a":
        yield from _link(node)
    elif node.tag == "meta":
        name = (node.attributes.get("property") or node.attributes.get("name") or "").lower()
        if claimed := _META.get(name.strip()):
            yield from _shown([node.attributes["content"]], claimed, None)
    else:
        yield from _shown([node.attributes["href"]], "img", None)


def collapsed(text: str | None) -> str | None:
    """White space becomes one blank each, what cannot be stored a mark, and nothing None."""
    if text and not text.isascii():
        text = text.encode("utf-8", "replace").decode()
    return " ".join((text or "").split())[:MOST_ALT].strip() or None


def _shown(addresses: list[str | None], claimed: ClaimedType, alt: str | None) -> Iterator[Shown]:
    usable = dict.fromkeys(one for one in addresses if one and not _stands_in(one))
    if usable:
        yield Shown(tuple(usable), claimed, alt)


def _stands_in(address: str) -> bool:
    address = address[: 2 * MOST_STAND_IN].strip()
    if address[:5].lower() == "data:":
        return len(address) <= MOST_STAND_IN
    return not address or address.lower() in _NOTHING or _STAND_IN.search(address) is not None


def _largest(node: LexborNode) -> Candidate | None:
    sizes = (largest(node.attributes.get(name) or "") for name in _SRCSETS)
    real = [size for size in sizes if size and not _stands_in(size.address)]
    return max(real, key=lambda size: (size.width, size.density), default=None)


def _image_addresses(node: LexborNode) -> list[str | None]:
    size = _largest(node)
    others = [node.attributes.get(name) for name in (*_LAZY, "src")]
    return [size.address if size else None, *others]


def _in_picture(node: LexborNode) -> bool:
    return node.parent is not None and node.parent.tag == "picture"


def _picture(node: LexborNode) -> Iterator[Shown]:
    images = [child for child in node.iter() if child.tag == "img"]
    ranked = []
    for child in node.iter():
        if child.tag == "img" or (child.tag == "source" and _readable(child)):
            size = _largest(child)
            ranked.append((_rank(child, size), _image_addresses(child)))
    ranked.sort(key=lambda one: one[0], reverse=True)  # stable: the first of equal ones stays first
    alt = next((text for image in images if (text := _alt(image))), None) or _alt(node)
    yield from _shown([one for _, addresses in ranked for one in addresses], "img", alt)


def _readable(source: LexborNode) -> bool:
    return not _UNREAD_IMAGES.match((source.attributes.get("type") or "").strip())


def _rank(node: LexborNode, size: Candidate | None) -> tuple[float, ...]:
    """Widths that are told, then widths of the screen that it is for, then densities."""
    media = node.attributes.get("media") or ""
    least = _LEAST_WIDTH.search(media)
    return (
        size.width if size else 0,
        int(least[1]) if least else 0,
        not media or least is not None,
        size.density if size else 0,
    )


def _player(node: LexborNode) -> Iterator[Shown]:
    """A video or a sound with its sources, and the image that stands before it."""
    claimed: ClaimedType = "video" if node.tag == "video" else "audio"
    sources = [node, *(child for child in node.iter() if child.tag == "source")]
    written = [
        (one.attributes.get("type") or "", one.attributes.get(name))
        for one in sources
        for name in ("src", "data-src")
    ]
    files = [address for kind, address in written if not _STREAM.search(f"{kind} {address}")]
    streams = [address for kind, address in written if _STREAM.search(f"{kind} {address}")]
    alt = _alt(node)
    yield from _shown(files + streams, claimed, alt)
    yield from _shown([node.attributes.get("poster")], "img", alt)


def _link(node: LexborNode) -> Iterator[Shown]:
    address = node.attributes["href"] or ""
    path = _BEFORE_PATH.sub("", re.split(r"[?#]", address, maxsplit=1)[0].strip())
    ending = unquote(path[-20:]).lower().rpartition(".")[2]
    if kind := KIND_OF.get(f".{ending}") if "." in path else None:
        yield from _shown([address], CLAIMED[kind], collapsed(node.attributes.get("title")))


def _alt(node: LexborNode) -> str | None:
    own = collapsed(node.attributes.get("alt")) or collapsed(node.attributes.get("title"))
    return own or _caption(node)


def _caption(node: LexborNode) -> str | None:
    above = node.parent
    for _ in range(_FIGURE_ABOVE):
        if above is None:
            return None
        if above.tag == "figure":
            caption = above.css_first("figcaption")
            return collapsed(caption.text(separator=" ")) if caption else None
        above = above.parent
    return None
