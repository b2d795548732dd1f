"""What a match response counts for each participant, derived from the events of the match."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

from media_assets.demo import game
from media_assets.demo.play import Match


@dataclass(frozen=True, slots=True)
class Tally:
    """The numbers of one participant, or of a team: the sum of its members."""

    kills: int = 0
    deaths: int = 0
    assists: int = 0
    headshots: int = 0
    melee: int = 0
    grenades: int = 0
    power: int = 0
    touches: int = 0
    spree: int = 0
    fired: int = 0
    hit: int = 0
    dealt: int = 0
    taken: int = 0
    medals: Counter[int] = field(default_factory=Counter)

    @property
    def kda(self) -> float:
        """The API's: kills + assists / 3 - deaths, cut to two digits."""
        return int((self.kills + self.assists / 3 - self.deaths) * 100) / 100

    @property
    def accuracy(self) -> float:
        """Percent of the shots fired that hit."""
        return round(100 * self.hit / self.fired, 2) if self.fired else 0.0


def tally_seats(match: Match) -> tuple[Tally, ...]:
    """The numbers of each seat of a match, in the order of the seats."""
    return tuple(_tally(match, place) for place in range(len(match.seats)))


def total(tallies: Iterable[Tally]) -> Tally:
    """A team's numbers: sums, and the longest spree."""
    members = tuple(tallies)
    medals: Counter[int] = Counter()
    for member in members:
        medals.update(member.medals)
    summed = {
        name: sum(getattr(member, name) for member in members)
        for name in ("kills", "deaths", "assists", "headshots", "melee", "grenades", "power",
                     "touches", "fired", "hit", "dealt", "taken")
    }  # fmt: skip
    return Tally(**summed, spree=max((m.spree for m in members), default=0), medals=medals)


def points(match: Match, tally: Tally) -> int:
    """What counts for the mode: kills, captures, seconds with the ball, or held zones."""
    per_touch = {game.FLAGS.category: 0.125, game.ODDBALL.category: 4, game.STRONGHOLDS.category: 3}
    share = per_touch.get(match.mode.category)
    return tally.kills if share is None else int(tally.touches * share)


def personal_score(match: Match, tally: Tally) -> int:
    """The sum of the score awards."""
    return sum(count * each for _, each, count in awards(match, tally))


def awards(match: Match, tally: Tally) -> list[tuple[int, int, int]]:
    """Score awards as (id, points each, count), those that were earned."""
    objective = game.OBJECTIVE_AWARDS.get(match.mode.category)
    rows = [(*game.KILL_AWARD, tally.kills), (*game.ASSIST_AWARD, tally.assists)]
    if objective is not None:
        rows.append((*objective, tally.touches))
    return [row for row in rows if row[2]]


def _tally(match: Match, place: int) -> Tally:
    own = [event for event in match.events if event.seat == place]
    kinds = Counter(event.kind for event in own)
    manners = Counter(event.manner for event in own if event.kind == "kill")
    random = Random(f"{match.match_id}/{place}")
    kills, deaths = kinds["kill"], kinds["death"]
    hit = kills * 6 + random.randint(4, 30)
    return Tally(
        kills=kills,
        deaths=deaths,
        assists=kinds["assist"],
        headshots=manners["headshot"],
        melee=manners["melee"],
        grenades=manners["grenade"],
        power=manners["power"],
        touches=kinds["mode"],
        spree=_longest_spree([event.kind for event in own]),
        fired=round(hit / random.uniform(0.38, 0.6)),
        hit=hit,
        dealt=kills * 225 + random.randint(100, 1800),
        taken=deaths * 260 + random.randint(50, 900),
        medals=Counter(event.medal.name_id for event in own if event.medal is not None),
    )


def _longest_spree(kinds: list[str]) -> int:
    longest = running = 0
    for kind in kinds:
        running = 0 if kind == "death" else running + (kind == "kill")
        longest = max(longest, running)
    return longest
