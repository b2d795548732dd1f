"""Decisions of people on associations. No other stage writes them, and none overwrites them."""

import shlex
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any

from media_assets.captures.explanation import explain
from media_assets.captures.review import BY_PEOPLE, Decision, Pair, Selection, meant_by_id, to_write
from media_assets.errors import DecisionError, StoreLockedError
from media_assets.stages.associate import associate
from media_assets.stages.notes import owners_of
from media_assets.stages.platform import Platform
from media_assets.stages.publish import publish_associations
from media_assets.store import review as store
from media_assets.store.connect import Connection, connect, transaction

SHOW_WAIT_SECONDS = 30.0
"""So long a person waits for a run that is at work, before being told how to see the decision."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """What stands beside a decision: who took it, and why."""

    by: str | None = None
    note: str | None = None


def find(platform: Platform, players: Sequence[str], selection: Selection) -> list[Row]:
    """The pairs that are meant, player by player, the newest captures first.

    A row has the columns that `store.review.load_pairs` gives, `explanation` and, absolute,
    `thumbnail_path`. Where ids of media are named, their owners are looked at, whoever `players`
    names.

    Raises:
        ConfigurationError: an id is nobody's media.
    """
    if selection.media_ids is not None:
        wanted = list(dict.fromkeys(selection.media_ids))
        players = sorted(set(owners_of(platform, wanted).values()))
    rows: list[Row] = []
    for player in players:
        with platform.reading(player) as con:
            rows += store.load_pairs(con, selection.parameters()).to_dicts()
    return [_complete(platform, row) for row in rows]


def meant(platform: Platform, selection: Selection, decision: Decision | None) -> list[Row]:
    """What a person means who names media by id: one pair a media, or with None all decided ones.

    Raises:
        DecisionError: a media has no such pair, or several.
        ConfigurationError: an id is nobody's media.
    """
    rows = find(platform, (), selection)
    if decision is None:
        decided = [row for row in rows if row["decision"] in BY_PEOPLE]
        bare = set(selection.media_ids or ()) - {row["media_id"] for row in decided}
        if bare:
            raise DecisionError(f"nothing was decided about {', '.join(sorted(bare))}")
        return decided
    pairs = set(meant_by_id(rows, selection))
    return [row for row in rows if pair_of(row) in pairs]


def new_decisions(platform: Platform, pairs: Sequence[Pair], decision: Decision) -> list[Pair]:
    """Those of the pairs for which a decision would be new. Nothing is written.

    Raises:
        DecisionError: as `decide`.
    """
    with ExitStack() as stack:
        return _new(
            {player: stack.enter_context(platform.reading(player)) for player in _players(pairs)},
            pairs,
            decision,
        )


def decide(
    platform: Platform, pairs: Sequence[Pair], decision: Decision, said: Said | None = None
) -> list[Pair]:
    """Write a decision about all of the pairs, or about none; returns those it is new for.

    Raises:
        DecisionError: another decision stands about one of them, or an image would show two
            matches.
    """
    said = said or Said()
    with _all_or_none(platform, pairs) as connections:
        fresh = _new(connections, pairs, decision)
        for player, con in connections.items():
            keys = _keys(fresh, player)
            store.insert_decisions(con, keys, decision, platform.now(), by=said.by, note=said.note)
    return fresh


def assigned(platform: Platform, media_id: str, match_id: str) -> Row:
    """The capture and the match that a person names, as `find` has it if it was proposed.

    Raises:
        DecisionError: the media is music, or the match is not one that its player is known to
            have played: a match of others, or one that was not fetched yet.
        ConfigurationError: the id is nobody's media.
    """
    player = owners_of(platform, [media_id])[media_id]
    with platform.reading(player) as con:
        row = store.load_named(con, media_id, match_id)
    if row["kind"] == "audio":
        raise DecisionError(f"{media_id} is music; screenshots and clips show matches")
    if row["match_start_time"] is None:
        raise DecisionError(
            f"{match_id} is no known match of {player}; 'media-assets run --player "
            f"{shlex.quote(player)}' takes in new ones, match_history.parquet lists them"
        )
    return row


def take_back(platform: Platform, pairs: Sequence[Pair]) -> None:
    """Forget what people decided about the pairs; the rules judge them again."""
    with _all_or_none(platform, pairs) as connections:
        for player, con in connections.items():
            store.delete_decisions(con, _keys(pairs, player))


def show(
    platform: Platform, players: Sequence[str], wait: float = SHOW_WAIT_SECONDS
) -> dict[str, str | None]:
    """Associate and publish anew, so that tables and files say what was decided.

    Returns for each player None, or why that has to be done later: another run is at work, and
    was waited for so many seconds.
    """
    hasty = replace(platform, lock_wait=wait)
    told: dict[str, str | None] = {}
    for player in players:
        try:
            associate(hasty, player)
            publish_associations(hasty, player)
            told[player] = None
        except StoreLockedError as error:
            told[player] = str(error)
    return told


def waiting(platform: Platform, player: str) -> list[Row]:
    """The associations of a player that wait for a decision."""
    return find(platform, [player], Selection(decisions=("review",)))


def pair_of(row: Row) -> Pair:
    """The pair that a row is about."""
    return Pair(row["player"], row["media_id"], row["match_id"])


def _new(
    connections: dict[str, Connection], pairs: Sequence[Pair], decision: Decision
) -> list[Pair]:
    known: dict[Pair, str] = {}
    images: set[str] = set()
    for player, con in connections.items():
        mine = [media_id for media_id, _ in _keys(pairs, player)]
        known |= {Pair(player, *key): was for key, was in store.load_known(con, mine).items()}
        kinds = store.load_kinds(con, mine)
        images.update(media_id for media_id, kind in kinds.items() if kind == "image")
    return to_write(decision, pairs, known, frozenset(images))


def _complete(platform: Platform, row: Row) -> Row:
    file = row.pop("thumbnail_file")
    path = None if file is None else str(platform.settings.data / file)
    return {**row, "thumbnail_path": path, "explanation": explain(row)}


def _players(pairs: Sequence[Pair]) -> list[str]:
    return sorted({pair.player for pair in pairs})


def _keys(pairs: Sequence[Pair], player: str) -> list[tuple[str, str]]:
    return [(pair.media_id, pair.match_id) for pair in pairs if pair.player == player]


@contextmanager
def _all_or_none(platform: Platform, pairs: Sequence[Pair]) -> Iterator[dict[str, Connection]]:
    """A connection for each player, in transactions that end together.

    Not the lock of the stages: an analysis may hold it for hours, and nothing else writes here.
    Connections are opened in the order of the names, so two people cannot wait for each other.
    """
    with ExitStack() as stack:
        connections: dict[str, Connection] = {}
        for player in _players(pairs):
            con = stack.enter_context(connect(platform.player_database(player)))
            stack.enter_context(transaction(con))
            connections[player] = con
        yield connections
