"""What is near to one media, or to an artist, in the libraries of one player or several."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import polars as pl

from media_assets.errors import ConfigurationError
from media_assets.search.words import folded
from media_assets.similarity.layout import SPACE as LAYOUT
from media_assets.similarity.recommendation import recommend
from media_assets.stages.neighbors import NEIGHBORS
from media_assets.stages.notes import owners_of
from media_assets.stages.platform import Platform
from media_assets.store import vectors as store
from media_assets.store.vectors import Model

TIMBRE = "audio.timbre"
"""How music sounds: what is compared unless somebody asks for another space."""

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Similar:
    """What was found in which space, the nearest first."""

    space: str
    rows: list[Row]


def similar_media(
    platform: Platform, media_id: str, players: Sequence[str], space: str | None, limit: int
) -> Similar:
    """The present media of the players that are nearest to one, itself left out.

    Raises:
        ConfigurationError: the media is nobody's, or has no vector (in that space).
    """
    owner = owners_of(platform, [media_id])[media_id]
    with platform.reading(owner) as con:
        found = dict(store.load_vectors_of(con, media_id))
    model = _chosen(found, space, f"media {media_id}")
    near: list[tuple[float, str, str]] = []
    for player in players:
        with platform.reading(player) as con:
            rows = store.load_nearest(con, model, found[model], limit + 1)
        near += ((similarity, player, other) for other, similarity in rows.iter_rows()
                 if other != media_id)  # fmt: skip
    near.sort(key=lambda one: (-one[0], one[1], one[2]))
    scored: list[tuple[str, str, Row]] = [
        (player, other, {"similarity": value}) for value, player, other in near[:limit]
    ]
    return Similar(model.space, list(_labelled(platform, scored)))


def similar_to_artist(
    platform: Platform, artist: str, players: Sequence[str], space: str | None, limit: int
) -> Similar:
    """Tracks of others, by the mean over the artist's tracks of how near each is.

    Names are compared without case and accents. Who stands on a track beside others is its artist
    too. The artist's tracks are those of all chosen players.

    Raises:
        ConfigurationError: the artist has no track with a vector (in that space).
    """
    model = _chosen(dict.fromkeys(_models(platform, players)), space, "tracks")
    tracks = _tracks(platform, players, model)
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
    return Similar(model.space, list(_labelled(platform, scored)))


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


def _models(platform: Platform, players: Sequence[str]) -> Iterator[Model]:
    for player in players:
        with platform.reading(player) as con:
            yield from store.load_models(con)


def _tracks(platform: Platform, players: Sequence[str], model: Model) -> pl.DataFrame:
    frames = []
    for player in players:
        with platform.reading(player) as con:
            frames.append(store.load_tracks(con, model).with_columns(player=pl.lit(player)))
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
