"""What is near to one media, or to an artist, in the libraries of one player or several."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import TypeVar

import numpy as np
import polars as pl

from media_assets.errors import ConfigurationError, StoreError
from media_assets.search.words import folded
from media_assets.similarity.layout import SPACE as LAYOUT
from media_assets.similarity.recommendation import recommend
from media_assets.stages.neighbors import NEIGHBORS
from media_assets.stages.platform import Platform
from media_assets.stages.players import find_players
from media_assets.store import notes
from media_assets.store import vectors as store
from media_assets.store.connect import Connection
from media_assets.store.vectors import Model

TIMBRE = "audio.timbre"
"""How music sounds: what is compared unless somebody asks for another space."""

Row = dict[str, object]
Without = dict[str, str]
"""Players whose tables cannot be read, and why."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Similar:
    """What was found in which space, the nearest first.

    `without`: players of those asked for who could not be compared, and why.
    """

    space: str
    rows: list[Row]
    without: Without = field(default_factory=dict)


def similar_media(
    platform: Platform, media_id: str, players: Sequence[str], space: str | None, limit: int
) -> Similar:
    """The present media of the players that are nearest to one, itself left out.

    Raises:
        ConfigurationError: the media is nobody's, or has no vector (in that space).
        StoreError: none of the players can be read, or nobody of those who can has the media.
    """
    without: Without = {}
    found = _vectors_of(platform, media_id, without)
    model = _chosen(found, space, f"media {media_id}")
    near: list[tuple[float, str, str]] = []

    def nearest(con: Connection) -> pl.DataFrame:
        return store.load_nearest(con, model, found[model], limit + 1)

    for player, rows in _of_each(platform, players, nearest, without):
        near += ((similarity, player, other) for other, similarity in rows.iter_rows()
                 if other != media_id)  # fmt: skip
    near.sort(key=lambda one: (-one[0], one[1], one[2]))
    scored: list[tuple[str, str, Row]] = [
        (player, other, {"similarity": value}) for value, player, other in near[:limit]
    ]
    return Similar(model.space, list(_labelled(platform, scored)), _asked(players, without))


def similar_to_artist(
    platform: Platform, artist: str, players: Sequence[str], space: str | None, limit: int
) -> Similar:
    """Tracks of others, by the mean over the artist's tracks of how near each is.

    Names are compared without case and accents. Who stands on a track beside others is its artist
    too. The artist's tracks are those of all chosen players.

    Raises:
        ConfigurationError: the artist has no track with a vector (in that space).
        StoreError: none of the players can be read.
    """
    without: Without = {}
    models = [model for _, several in _of_each(platform, players, store.load_models, without)
              for model in several]  # fmt: skip
    model = _chosen(dict.fromkeys(models), space, "tracks")
    tracks = _tracks(platform, players, model, without)
    own = _is_by(tracks, folded(artist)).to_numpy()
    if not own.any():
        raise ConfigurationError(
            f"no track of {artist!r} has a vector in the space {model.space!r}; "
            "'media-assets search' finds how the name is written"
        )
    vectors = store.matrix(tracks, model.dim)
    best = recommend(vectors, np.flatnonzero(own), np.flatnonzero(~own), NEIGHBORS)
    chosen = best.places[:limit]
    scored: list[tuple[str, str, Row]] = [
        (row[0], row[1], {"similarity": float(score), "tracks": int(count)})
        for row, score, count in zip(
            tracks[chosen].select("player", "media_id").iter_rows(),
            best.score, best.tracks, strict=False,
        )
    ]  # fmt: skip
    return Similar(model.space, list(_labelled(platform, scored)), _asked(players, without))


def _of_each(
    platform: Platform, players: Sequence[str], read: Callable[[Connection], _T], without: Without
) -> Iterator[tuple[str, _T]]:
    """What there is to read of each player; who cannot be read is put into `without`.

    Raises:
        StoreError: nobody can be read.
    """
    for player in players:
        if player in without:
            continue
        try:
            with platform.reading(player) as con:
                found = read(con)
        except StoreError as error:
            without[player] = str(error)
        else:
            yield player, found
    if players and without.keys() >= set(players):
        raise StoreError(_reasons(without))


def _asked(players: Sequence[str], without: Without) -> Without:
    return {player: without[player] for player in players if player in without}


def _reasons(without: Without) -> str:
    return "; ".join(f"{player}: {reason}" for player, reason in without.items())


def _vectors_of(platform: Platform, media_id: str, without: Without) -> dict[Model, list[float]]:
    """The vectors of a media, whoever has it."""

    def read(con: Connection) -> dict[Model, list[float]] | None:
        known = notes.known_ids(con, [media_id])
        return dict(store.load_vectors_of(con, media_id)) if known else None

    for _, found in _of_each(platform, find_players(platform), read, without):
        if found is not None:
            return found
    if without:
        raise StoreError(f"nobody who can be read has the media {media_id}; {_reasons(without)}")
    raise ConfigurationError(f"no media has the id {media_id}; media.parquet lists the ids")


def _chosen(models: Iterable[Model], space: str | None, what: str) -> Model:
    """The model of the space that is asked for, else of how it sounds, else of the first."""
    there = list(models)
    wanted = [model for model in there if space in {None, model.space}]
    if not wanted:
        known = ", ".join(sorted({model.space for model in there})) or "none"
        where = f" in the space {space!r}; spaces with one: {known}" if space else ""
        raise ConfigurationError(
            f"{what}: no vector{where}; after a run 'media-assets failures' says why"
        )
    return min(
        wanted, key=lambda model: (model.space != TIMBRE, model.space == LAYOUT, model.space)
    )


def _tracks(
    platform: Platform, players: Sequence[str], model: Model, without: Without
) -> pl.DataFrame:
    def read(con: Connection) -> pl.DataFrame:
        return store.load_tracks(con, model)

    frames = [frame.with_columns(player=pl.lit(player))
              for player, frame in _of_each(platform, players, read, without)]  # fmt: skip
    return pl.concat(frames).sort("player", "media_id")


def _is_by(tracks: pl.DataFrame, name: str) -> pl.Series:
    named = pl.concat_list(pl.col("artists").fill_null([]), pl.concat_list("artist"))
    each = tracks.select(names=named)
    known = {one: folded(one) for one in each["names"].explode(empty_as_null=True).unique() if one}
    same = [one for one, plain in known.items() if plain == name]
    return each.select(pl.col("names").list.eval(pl.element().is_in(same)).list.any())["names"]


def _labelled(platform: Platform, scored: list[tuple[str, str, Row]]) -> Iterator[Row]:
    labels: dict[tuple[str, str], store.Label] = {}
    for player in dict.fromkeys(player for player, _, _ in scored):
        ids = [media_id for owner, media_id, _ in scored if owner == player]
        with platform.reading(player) as con:
            labels |= {(player, key): value for key, value in store.load_labels(con, ids).items()}
    for player, media_id, values in scored:
        yield {"media_id": media_id, "player": player, **values, **asdict(labels[player, media_id])}
