"""The sample matches: the fixed schedule, played out."""

from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from media_assets.demo import game
from media_assets.demo.people import Bot, Owner, Person, strangers
from media_assets.demo.play import Match, Playing, Seat
from media_assets.demo.schedule import EARLY, LATE, REMATCH, SESSIONS, Session

# Seconds from the end of a match to the start of the next, as a matchmade evening has them.
_GAPS = (61, 75, 98, 112, 139, 145, 172, 185, 240, 290)
_BOT_NUMBERS = (6, 19, 27, 28, 33, 34, 50, 52)


def play_matches(seed: int) -> tuple[Match, ...]:
    """All matches of the schedule, in order of time."""
    random = Random(f"{seed}/matches")
    crowd = strangers(random)
    matches: list[Match] = []
    for number, session in enumerate(SESSIONS):
        start = session.start
        for place, play in enumerate(session.plays):
            if (number, place) == REMATCH:
                start = matches[-1].end + timedelta(seconds=2)
            match = _play(random, crowd, (number, place), session, play, start)
            matches.append(match)
            start = match.end + timedelta(seconds=random.choice(_GAPS), milliseconds=place * 37)
    return tuple(matches)


def _play(
    random: Random,
    crowd: tuple[Person, ...],
    position: tuple[int, int],
    session: Session,
    play: str,
    start: datetime,
) -> Match:
    playlist_key, mode_key = play.split(":")
    mode, playlist = game.MODES[mode_key], game.PLAYLISTS.get(playlist_key)
    # A lobby keeps a matchmade match waiting for half a minute; a rematch has none.
    lobby = 0.005 if position == REMATCH else random.choice((0.008, random.uniform(27, 31)))
    seats = _seats(random, crowd, position, session, playlist, mode, lobby)
    playing = Playing(random, mode, seats)
    seconds = playing.play(random.uniform(420, 780) if not mode.target else 840.0)
    seconds = round(seconds + random.random() / 1000, 7)
    rest = timedelta(milliseconds=round(seconds * 1000) + random.randint(25_000, 54_000))
    return Match(
        match_id=str(UUID(int=random.getrandbits(128), version=4)),
        start=start,
        end=start + rest,
        seconds=seconds,
        mode=mode,
        map_name=random.choice(game.MAPS),
        playlist=playlist,
        seats=seats,
        events=tuple(sorted(playing.events, key=lambda event: event.time_ms)),
    )


def _seats(
    random: Random,
    crowd: tuple[Person, ...],
    position: tuple[int, int],
    session: Session,
    playlist: game.Playlist | None,
    mode: game.Mode,
    lobby: float,
) -> tuple[Seat, ...]:
    """Our players sit in one team; others, or bots, fill the rest."""
    friends = [_friend(random, owner, position, lobby, mode) for owner in session.owners]
    if playlist is not None and playlist is game.PLAYLISTS["bots"]:
        bots = random.sample(_BOT_NUMBERS, 4)
        return (*friends, *(Seat(Bot(number), 1, 0.6, lobby + 2.1) for number in bots))
    others = random.sample(crowd, 8 - len(friends))
    guests = [
        Seat(other, _team(mode, place), random.uniform(0.6, 1.5), lobby)
        for place, other in enumerate(others, start=len(friends))
    ]
    return (*friends, *guests)


def _friend(
    random: Random, owner: Owner, position: tuple[int, int], lobby: float, mode: game.Mode
) -> Seat:
    is_late = LATE.position == position and LATE.owner == owner
    leaves = EARLY.position == position and EARLY.owner == owner
    return Seat(
        who=owner.person,
        team=_team(mode, 0),
        skill=random.uniform(1.0, 1.5),
        joined=LATE.seconds if is_late else lobby,
        late=is_late,
        left=EARLY.seconds if leaves else None,
    )


def _team(mode: game.Mode, place: int) -> int:
    if not mode.teams:
        return place
    return 0 if place < 4 else 1


def matches_of(owner: Owner, matches: tuple[Match, ...]) -> tuple[Match, ...]:
    """The matches that a player took part in, in order of time."""
    return tuple(match for match in matches if match.seat_of(owner.person) is not None)
