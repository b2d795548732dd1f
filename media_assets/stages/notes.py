"""People's own words on media: tags, notes, titles, ratings. No other stage writes them."""

from collections.abc import Iterable

from media_assets.errors import ConfigurationError
from media_assets.library.words import Words
from media_assets.stages.platform import Platform
from media_assets.stages.players import find_players
from media_assets.store import notes as store
from media_assets.store.connect import connect, transaction


def annotate(platform: Platform, media_ids: Iterable[str], words: Words) -> dict[str, str]:
    """Write words on media, whoever owns them; returns the owner of each.

    Raises:
        ConfigurationError: an id is nobody's media; then nothing is written.
    """
    wanted = list(dict.fromkeys(media_ids))
    owners = owners_of(platform, wanted)
    for player in sorted(set(owners.values())):
        mine = [media_id for media_id in wanted if owners[media_id] == player]
        # No lock of the stages: an analysis may hold it for hours, and nothing else writes here.
        with connect(platform.player_database(player)) as con, transaction(con):
            for media_id in mine:
                store.write_words(con, media_id, words, platform.now())
    return owners


def owners_of(platform: Platform, media_ids: list[str]) -> dict[str, str]:
    """Whose media these are, by id.

    Raises:
        ConfigurationError: an id is nobody's media.
    """
    owners: dict[str, str] = {}
    for player in find_players(platform):
        with platform.reading(player) as con:
            owners |= dict.fromkeys(store.known_ids(con, media_ids), player)
    if unknown := [media_id for media_id in media_ids if media_id not in owners]:
        raise ConfigurationError(
            f"no media has the id {', '.join(unknown)}; media.parquet lists the ids"
        )
    return owners
