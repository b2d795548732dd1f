"""What people decide about captures and matches: which pairs are meant, what may be decided."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from media_assets.errors import DecisionError

Decision = Literal["accepted", "rejected", "assigned"]
"""What people say: it shows the match, it does not, it shows this one that nobody proposed."""

PROPOSED = ("auto", "review", "candidate")
"""What the rules say, until somebody decides."""
BY_PEOPLE: tuple[Decision, ...] = ("accepted", "rejected", "assigned")

SOURCES: Mapping[str, str] = {
    "gamedvr": "Game DVR wrote into it",
    "file_name": "the file name says",
    "exif": "EXIF says",
    "container": "the container says",
    "mtime": "the modification time of the file says",
}
"""Where a capture time can come from, in words."""

_SHOWN = ("accepted", "assigned")
_TOLD = 3


class Pair(NamedTuple):
    """A capture of a player, and a match."""

    player: str
    media_id: str
    match_id: str


@dataclass(frozen=True, slots=True)
class Selection:
    """Which pairs are meant; what is None does not narrow.

    `since` is inclusive and `until` exclusive, both of the start of the capture, naive, in UTC.
    Missing media are meant only where `media_ids` names them: nobody can look at them.
    """

    media_ids: tuple[str, ...] | None = None
    decisions: tuple[str, ...] | None = None
    match_id: str | None = None
    min_confidence: float | None = None
    max_confidence: float | None = None
    since: datetime | None = None
    until: datetime | None = None
    kind: Literal["image", "video"] | None = None
    source: str | None = None

    def parameters(self) -> dict[str, Any]:
        """As the statement binds them: tuples are lists there."""
        values = asdict(self)
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in values.items()
        }

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return any(value is not None for value in self.parameters().values())


def meant_by_id(rows: Sequence[Mapping[str, Any]], selection: Selection) -> list[Pair]:
    """The pair of each media that a person means who names the media alone, or with a match.

    Without a match it is what is proposed and not yet decided; where nothing is, what was decided.

    Args:
        rows: all pairs of these media, and of the match where one is named, with `player`,
            `media_id`, `match_id`, `decision` and `role`.
        selection: names `media_ids` and perhaps a `match_id`.

    Raises:
        DecisionError: a media has no such pair, or several.
    """
    meant: list[Pair] = []
    for media_id in selection.media_ids or ():
        mine = [row for row in rows if row["media_id"] == media_id]
        open_ones = [row for row in mine if row["decision"] in PROPOSED]
        if selection.match_id is None:
            proposed = [row for row in open_ones if row["role"] != "runner_up"]
            mine = proposed or [row for row in mine if row["decision"] not in PROPOSED]
            _refuse_several(media_id, proposed)
        if not mine:
            raise DecisionError(_nothing_meant(media_id, selection.match_id))
        meant += [Pair(row["player"], media_id, row["match_id"]) for row in mine]
    return meant


def to_write(
    decision: Decision,
    chosen: Iterable[Pair],
    known: Mapping[Pair, str],
    images: frozenset[str],
) -> list[Pair]:
    """Of the chosen pairs those about which nothing was decided yet; the rest says the same.

    Args:
        decision: what is decided about all of them.
        chosen: the pairs.
        known: what was decided before about these media.
        images: which of the media show one moment, and so one match at most.

    Raises:
        DecisionError: another decision stands, or an image would show two matches.
    """
    chosen = list(dict.fromkeys(chosen))
    fresh = [pair for pair in chosen if not _says_the_same(decision, known.get(pair))]
    against = [
        f"{_told(pair)} was {known[pair]}; {_reset(pair)}" for pair in fresh if pair in known
    ]
    if decision in _SHOWN:
        standing = {pair: said for pair, said in known.items() if said in _SHOWN}
        against += _second_matches(fresh, standing, images)
    if against:
        more = f"\nand {len(against) - _TOLD:,} more" if len(against) > _TOLD else ""
        raise DecisionError("nothing was decided:\n" + "\n".join(against[:_TOLD]) + more)
    return fresh


def _second_matches(
    fresh: list[Pair], standing: Mapping[Pair, str], images: frozenset[str]
) -> list[str]:
    """What is wrong with pairs that would give an image a second match."""
    shown = {pair.media_id: pair for pair in standing}
    wrong = []
    for pair in fresh:
        if pair.media_id not in images:
            continue
        other = shown.setdefault(pair.media_id, pair)
        if other in standing:
            wrong.append(f"{_told(other)} was {standing[other]}; {_reset(other)}")
        elif other != pair:
            wrong.append(f"{pair.media_id} is an image and cannot show {other.match_id} and "
                         f"{pair.match_id}; choose one of them")  # fmt: skip
    return wrong


def _says_the_same(decision: Decision, known: str | None) -> bool:
    return known == decision or (known in _SHOWN and decision in _SHOWN)


def _refuse_several(media_id: str, proposed: list[Mapping[str, Any]]) -> None:
    if len(proposed) > 1:
        matches = ", ".join(row["match_id"] for row in proposed)
        raise DecisionError(f"{media_id} may show {matches}; add --match with one of them")


def _nothing_meant(media_id: str, match_id: str | None) -> str:
    assign = f"'media-assets review assign {media_id} {match_id or 'MATCH_ID'}'"
    if match_id is None:
        return f"no match is proposed for {media_id}; {assign} names one"
    return f"{match_id} is not proposed for {media_id}; {assign} names it all the same"


def _told(pair: Pair) -> str:
    return f"{pair.media_id} with {pair.match_id}"


def _reset(pair: Pair) -> str:
    return f"'media-assets review reset {pair.media_id} --match {pair.match_id}' takes that back"
