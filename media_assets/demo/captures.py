"""The captures of the sample library: when each was taken, in which match, and its file."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

from media_assets.demo.matches import matches_of
from media_assets.demo.people import AMELIE, NORTH, Owner
from media_assets.demo.play import Match
from media_assets.demo.schedule import EARLY, LATE, REMATCH, place_of
from media_assets.demo.tools import TOOLS, Tool
from media_assets.demo.wishes import WISHES, Defect, Wish

Span = tuple[datetime, datetime]

OTHER_TITLE = "Forza Horizon 5"
_BEFORE = datetime(2026, 10, 20, 20, 15, 42, 310_000, tzinfo=UTC)
# A copy without its times has that of the copy, days after the last match.
_COPIED = datetime(2026, 11, 8, 12, 0, tzinfo=UTC)
# The hours that come twice on the wall clock, in UTC: first and second time.
_REPEATED = {
    AMELIE: datetime(2026, 10, 25, 1, tzinfo=UTC),
    NORTH: datetime(2026, 11, 1, 6, tzinfo=UTC),
}
_MARGIN = timedelta(seconds=8)  # from the borders of a match, so that truth is beyond doubt
_MENU_GAP = timedelta(seconds=100)


@dataclass(frozen=True, slots=True)
class Capture:
    """A screenshot or clip. Times are UTC; `path` is relative to the library, with slashes.

    `scene` seeds the picture, `step` moves it on (for shots of a burst). `screen` tells play from
    a scoreboard or menu. `second_match_id` is set where a clip reaches into the next match.
    """

    owner: Owner
    path: str
    tool: Tool
    start: datetime
    seconds: int
    modified: datetime
    scene: str
    step: int = 0
    screen: str = "play"
    match_id: str | None = None
    second_match_id: str | None = None
    defect: Defect = ""

    @property
    def end(self) -> datetime:
        """The end; equal to the start for a picture."""
        return self.start + timedelta(seconds=self.seconds)


@dataclass(frozen=True, slots=True)
class _Moment:
    start: datetime
    match: Match | None
    second: Match | None = None


def plan_captures(matches: tuple[Match, ...], seed: int) -> tuple[Capture, ...]:
    """All captures of the three players; no two have the same path."""
    random = Random(f"{seed}/captures")
    taken: dict[str, Capture] = {}
    for owner, wishes in WISHES.items():
        own = matches_of(owner, matches)
        wanted = [wish for wish in wishes for _ in range(wish.times)]
        for number, wish in enumerate(wanted):
            match = own[number * len(own) // len(wanted)]
            moment = _resolve(random, owner, wish, match, matches)
            for capture in _take(random, owner, wish, moment, taken):
                taken[capture.path] = capture
    return tuple(taken.values())


def _take(
    random: Random, owner: Owner, wish: Wish, moment: _Moment, taken: dict[str, Capture]
) -> Iterator[Capture]:
    tool = TOOLS[wish.tool]
    title = {"title": OTHER_TITLE} if wish.where == "before" else {}
    scene = str(random.getrandbits(32))
    start = moment.start
    for step in range(wish.burst):
        while (path := f"{owner.name}/{tool.path(start, wish.seconds, owner.clock, **title)}") in (
            taken
        ):
            start += timedelta(seconds=1)
        written = start + timedelta(seconds=wish.seconds, milliseconds=random.randint(80, 600))
        yield Capture(
            owner=owner,
            path=path,
            tool=tool,
            start=start,
            seconds=wish.seconds,
            modified=_COPIED + timedelta(seconds=len(taken)) if wish.copied else written,
            scene=scene,
            step=step,
            screen=wish.where if wish.where in ("scoreboard", "menu") else "play",
            match_id=moment.match.match_id if moment.match else None,
            second_match_id=moment.second.match_id if moment.second else None,
            defect=wish.defect,
        )
        start += timedelta(seconds=3)


def _resolve(
    random: Random, owner: Owner, wish: Wish, due: Match, matches: tuple[Match, ...]
) -> _Moment:
    """The moment of a wish. `due` is the match whose turn it is, where any of them will do."""
    own = matches_of(owner, matches)
    match wish.where:
        case "before":
            return _Moment(_BEFORE, None)
        case "menu":
            return _Moment(_between(random, own), None)
        case "both":
            place = place_of(REMATCH)
            first, second = matches[place - 1 : place + 1]
            return _Moment(first.end - timedelta(seconds=wish.seconds / 2), first, second)
        case "scoreboard":
            return _Moment(due.moment(due.seconds) + _MARGIN, due)
        case "first_pass" | "second_pass":
            return _repeated(random, owner, wish, own)
        case "late":
            due = matches[place_of(LATE.position)]
        case "early":
            due = matches[place_of(EARLY.position)]
    return _Moment(_within(random, owner, wish, due, (due.start, due.end)), due)


def _repeated(random: Random, owner: Owner, wish: Wish, own: tuple[Match, ...]) -> _Moment:
    """A moment in the hour that comes twice."""
    turn, hour = _REPEATED[owner], timedelta(hours=1)
    span = (turn - hour, turn) if wish.where == "first_pass" else (turn, turn + hour)
    match = random.choice([one for one in own if _plays_in(one, owner, span)])
    return _Moment(_within(random, owner, wish, match, span), match)


def _within(random: Random, owner: Owner, wish: Wish, match: Match, span: Span) -> datetime:
    """A moment of play in a span; a clip ends just after a kill of its owner, if there is one."""
    first, last = _playable(match, owner, span)
    length = timedelta(seconds=wish.seconds)
    aftermath = timedelta(seconds=1.5)
    kills = [
        kill
        for kill in match.kills_of(owner.person)
        if first <= kill + aftermath - length and kill + aftermath <= last
    ]
    if wish.seconds and kills:
        return random.choice(kills) + aftermath - length
    room = (last - length - first) // timedelta(milliseconds=1)
    return first + timedelta(milliseconds=random.randrange(room))


def _playable(match: Match, owner: Owner, span: Span) -> Span:
    """The part of a span in which the owner plays, away from its borders."""
    presence = match.presence(owner.person)
    if presence is None:
        raise ValueError(f"{owner.name} did not take part in match {match.match_id}")
    first = max(presence[0], span[0]) + _MARGIN
    return first, min(presence[1], match.moment(match.seconds), span[1]) - _MARGIN


def _plays_in(match: Match, owner: Owner, span: Span) -> bool:
    """Whether a minute or more of play lies in a span."""
    first, last = _playable(match, owner, span)
    return last - first > timedelta(seconds=60)


def _between(random: Random, own: tuple[Match, ...]) -> datetime:
    """The middle of a long pause of an evening."""
    pauses = [
        (before.end, after.start)
        for before, after in pairwise(own)
        if _MENU_GAP < after.start - before.end < timedelta(hours=1)
    ]
    first, last = random.choice(pauses)
    return first + (last - first) / 2
