"""People's decisions on duplicates. No other stage writes them; the next search heeds them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import polars as pl

from media_assets.errors import ConfigurationError
from media_assets.stages.notes import owners_of
from media_assets.stages.platform import Platform
from media_assets.stages.players import chosen_players
from media_assets.store import duplicate_decisions as store
from media_assets.store.connect import Connection, connect, transaction

MOST_MEMBERS = 500
"""Larger groups are not told apart as a whole: each member with each other are 125,000 pairs."""

_PAIR = {"media_id": pl.String, "other_media_id": pl.String}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which groups are meant: of these players, of a class, of a kind, with one of these media."""

    players: tuple[str, ...] = ()
    media_class: str | None = None
    kind: str | None = None
    media_ids: tuple[str, ...] = ()


def listed(platform: Platform, wanted: Wanted) -> pl.DataFrame:
    """Duplicates, player by player, the groups that save the most bytes first."""
    frames = []
    for player in chosen_players(platform, wanted.players):
        with platform.reading(player) as con:
            frames.append(
                store.load_listed(con, media_class=wanted.media_class, kind=wanted.kind,
                                  media_ids=wanted.media_ids)
            )  # fmt: skip
    return pl.concat(frames) if frames else pl.DataFrame()


def decided(platform: Platform, players: tuple[str, ...]) -> pl.DataFrame:
    """All decisions, player by player, the oldest first."""
    frames = []
    for player in chosen_players(platform, players):
        with platform.reading(player) as con:
            frames.append(store.load_decided(con))
    return pl.concat(frames) if frames else pl.DataFrame()


def keep(platform: Platform, media_ids: Iterable[str]) -> dict[str, int]:
    """Decide that media are the ones to keep of their groups; returns decisions by player.

    Raises:
        ConfigurationError: an id is nobody's media; then nothing is written.
    """
    return _each(platform, media_ids, lambda con, mine: store.write_keep(con, mine, platform.now()))


def undo(platform: Platform, media_ids: Iterable[str]) -> dict[str, int]:
    """Withdraw every decision that names one of the media; returns how many by player.

    Raises:
        ConfigurationError: an id is nobody's media; then nothing is written.
    """
    return _each(platform, media_ids, store.delete_decisions)


def tell_apart(platform: Platform, media_ids: Iterable[str]) -> dict[str, int]:
    """Decide that media are no duplicates of each other; a single one: of nobody in its group.

    Returns decisions by player.

    Raises:
        ConfigurationError: an id is nobody's media, they are media of several players, or a single
            one has no duplicates; then nothing is written.
    """
    wanted = list(dict.fromkeys(media_ids))
    if len(set(owners_of(platform, wanted).values())) > 1:
        raise ConfigurationError("these are media of several players; name those of one at a time")

    def write(con: Connection, mine: list[str]) -> int:
        pairs = _all_pairs(mine) if len(mine) > 1 else _with_its_group(con, mine[0])
        return store.write_distinct(con, pairs, platform.now())

    return _each(platform, wanted, write)


def tell_groups_apart(platform: Platform, wanted: Wanted) -> dict[str, int]:
    """Decide of whole groups that none of their members are duplicates; decisions by player.

    Raises:
        ConfigurationError: a group has more than `MOST_MEMBERS`; of its player nothing is written.
    """
    found = listed(platform, wanted)
    written: dict[str, int] = {}
    for player in found["player"].unique(maintain_order=True) if found.height else ():
        groups = found.filter(player=player)["group_id"].unique().to_list()
        with connect(platform.player_database(player)) as con, transaction(con):
            members = store.load_members(con, groups).partition_by("group_id")
            pairs = [_all_pairs(mine["media_id"].to_list()) for mine in members]
            written[player] = store.write_distinct(con, pl.concat(pairs), platform.now())
    return written


def _all_pairs(media_ids: Sequence[str]) -> pl.DataFrame:
    if len(media_ids) > MOST_MEMBERS:
        raise ConfigurationError(
            f"{len(media_ids):,} media would be told apart from each other, at most {MOST_MEMBERS} "
            "can; name those that you mean"
        )
    return pl.DataFrame(list(combinations(media_ids, 2)), schema=_PAIR, orient="row")


def _with_its_group(con: Connection, media_id: str) -> pl.DataFrame:
    groups = list(store.load_groups(con, [media_id]).values())
    if not groups:
        raise ConfigurationError(f"{media_id} has no duplicates; name the media to tell it from")
    others = store.load_members(con, groups)["media_id"]
    return pl.DataFrame({"media_id": media_id, "other_media_id": others})


def _each(
    platform: Platform, media_ids: Iterable[str], write: Callable[[Connection, list[str]], int]
) -> dict[str, int]:
    """Write in the database of each owner, without the lock of the stages: see `notes.annotate`."""
    owners = owners_of(platform, list(dict.fromkeys(media_ids)))
    written = {}
    for player in sorted(set(owners.values())):
        mine = [media_id for media_id, owner in owners.items() if owner == player]
        with connect(platform.player_database(player)) as con, transaction(con):
            written[player] = write(con, mine)
    return written
