"""Which pictures show the same, and of which kind each link is.

Both hashes must be near and the proportions alike; then the pixels decide (`same_pixels`). What
was certainly taken at another time is no copy, however alike it looks: menus do.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from media_assets.similarity.grey_planes import SIDE
from media_assets.similarity.grouping import Kind, Levels, Links, Places
from media_assets.similarity.near_hashes import Hashes, Pairs, near_pairs
from media_assets.similarity.same_pixels import agreement

ASPECT_SHARE = 0.02
"""Proportions may differ by so much: cropping and rounding change them."""

SAME_SHARE = 0.9
"""Share of blocks in which a copy agrees; the rest may be hidden under a mark. Compressed, resized
and cropped copies have 0.94 or more, of 26,000 pairs of scoreboards the most alike had 0.76."""
SIMILAR_SHARE = 0.87
BURST_SHARE = 0.5
"""Where the time says that they belong together, half of the picture may have moved on."""

BURST_SECONDS = 10.0
SAME_MOMENT_SECONDS = 1.0
"""Tools write whole seconds: what is no further apart may be one moment."""

_VERIFIED_AT_ONCE = 1 << 18

Load: TypeAlias = Callable[[Places], NDArray[np.uint8]]
"""Gives the rows of `SIDE * SIDE` grey values of pictures with some numbers among all media."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """What is compared, a picture a row.

    `places` are its numbers among all media, ascending. `aspects` are width by height. `taken` is
    in seconds since 1970, NaN where nothing tells; `certain`: something better than the file's
    modification time does.
    """

    places: Places
    phashes: Hashes
    dhashes: Hashes
    aspects: NDArray[np.float64]
    taken: NDArray[np.float64]
    certain: NDArray[np.bool_]


class Greys:
    """Grey values of pictures, loaded when they are needed first."""

    def __init__(self, pictures: Pictures, load: Load) -> None:
        self._load = load
        self._places = pictures.places
        self._rows = np.full(pictures.places.size, -1)
        self.values = np.zeros((0, SIDE * SIDE), np.uint8)

    def rows(self, pictures: Places) -> Places:
        """Where in `values` some rows of the pictures are."""
        missing = np.unique(pictures[self._rows[pictures] < 0])
        if missing.size:
            self._rows[missing] = np.arange(missing.size) + len(self.values)
            self.values = np.concatenate([self.values, self._load(self._places[missing])])
        found: Places = self._rows[pictures]
        return found


def link_pictures(
    pictures: Pictures,
    new: NDArray[np.bool_],
    thorough: NDArray[np.bool_],
    levels: Levels,
    greys: Greys,
) -> Links:
    """Join what new pictures show with what all others show, in `levels`; returns the links found.

    Pairs that are joined as the same picture already are not looked at, so a thousand copies of one
    picture are some thousand links and not half a million; but all that have a `thorough` one are.
    """
    found = []
    for pairs in near_pairs(pictures.phashes, pictures.dhashes, new):
        alike = _alike(pictures, pairs)
        greys.rows(np.concatenate(alike))  # a look into the tables reads all of them
        for links in _verified(pictures, alike, thorough, levels, greys):
            levels.join(links)
            found.append(links)
    return Links.joined(found)


def seconds_apart(pictures: Pictures, first: Places, second: Places) -> NDArray[np.float64]:
    """Seconds between the moments of two pictures; NaN where one is not known."""
    return np.abs(pictures.taken[first] - pictures.taken[second])


def other_shots(pictures: Pictures, first: Places, second: Places) -> NDArray[np.bool_]:
    """Whether two pictures were certainly taken at different moments: then they are no copies."""
    certain = pictures.certain[first] & pictures.certain[second]
    other: NDArray[np.bool_] = certain & (
        seconds_apart(pictures, first, second) > SAME_MOMENT_SECONDS
    )
    return other


def kinds_of(
    shares: NDArray[np.float32], apart: NDArray[np.float64], other_shot: NDArray[np.bool_]
) -> NDArray[np.int8]:
    """The kind of link that pairs make, -1 for none.

    `shares` of agreeing blocks, seconds `apart`, and what `other_shots` says.
    """
    in_burst = (apart > SAME_MOMENT_SECONDS) & (apart <= BURST_SECONDS)
    kinds = np.select(
        [
            (shares >= SAME_SHARE) & ~other_shot,
            (shares >= BURST_SHARE) & in_burst,
            shares >= SIMILAR_SHARE,
        ],
        [Kind.SAME_PICTURE, Kind.BURST, Kind.SIMILAR],
        -1,
    )
    return kinds.astype(np.int8)


def _alike(pictures: Pictures, pairs: Pairs) -> Pairs:
    first, second = pairs
    one, other = pictures.aspects[first], pictures.aspects[second]
    alike = np.maximum(one, other) <= (1 + ASPECT_SHARE) * np.minimum(one, other)
    order = np.argsort(first[alike], kind="stable")  # a picture with all that it is compared with
    return first[alike][order], second[alike][order]


def _verified(
    pictures: Pictures, pairs: Pairs, thorough: NDArray[np.bool_], levels: Levels, greys: Greys
) -> Iterator[Links]:
    """Links of pairs: of each picture with the best that is near it, then of what is open still."""

    def still_open(some: Pairs) -> Pairs:
        first, second = some
        places = pictures.places[first], pictures.places[second]
        wanted = ~levels.are_joined(Kind.SAME_PICTURE, *places)
        wanted |= thorough[first] | thorough[second]
        return first[wanted], second[wanted]

    first, second = still_open(pairs)
    nearest = np.zeros(first.size, np.bool_)
    nearest[np.unique(second, return_index=True)[1]] = True
    yield _links(pictures, first[nearest], second[nearest], greys)
    first, second = still_open((first[~nearest], second[~nearest]))
    while first.size:
        some = slice(0, _VERIFIED_AT_ONCE)
        yield _links(pictures, first[some], second[some], greys)
        first, second = still_open((first[_VERIFIED_AT_ONCE:], second[_VERIFIED_AT_ONCE:]))


def _links(pictures: Pictures, first: Places, second: Places, greys: Greys) -> Links:
    apart = seconds_apart(pictures, first, second)
    shares = np.zeros(first.size, np.float32)
    in_burst = apart <= BURST_SECONDS
    for wanted, least in ((in_burst, BURST_SHARE), (~in_burst, SIMILAR_SHARE)):
        rows = np.flatnonzero(wanted)
        one, other = greys.rows(first[rows]), greys.rows(second[rows])
        shares[rows] = agreement(greys.values, one, other, least, SAME_SHARE).best
    kinds = kinds_of(shares, apart, other_shots(pictures, first, second))
    links = Links(pictures.places[first], pictures.places[second], kinds)
    return links.chosen(kinds >= 0)
