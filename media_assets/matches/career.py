"""Career ranks: how far a player has come, and what the ranks are called."""

from datetime import datetime

from media_assets.errors import MatchDataError
from media_assets.matches.fields import flag, integer
from media_assets.matches.ids import player_id_of
from media_assets.matches.responses import Json

Row = dict[str, object]


def career_rows(parsed: Json, owner: str | None, seen: datetime) -> list[Row]:
    """Rows of `career_progress` of a response that was recorded at `seen` (UTC).

    `owner` is whose it is, where the response is about one player and does not name them. Players
    whom the API did not find are left out.

    Raises:
        MatchDataError: when an entry is not of that shape.
    """
    try:
        if "RewardTracks" not in parsed:
            return [_row(owner, parsed["CurrentProgress"], seen)]
        return [
            _row(player_id_of(track["Id"]), track["Result"]["CurrentProgress"], seen)
            for track in parsed["RewardTracks"]
            if track.get("ResultCode", 0) == 0
        ]
    except (KeyError, TypeError, AttributeError) as error:
        raise MatchDataError(
            f"a career response with an entry of another shape: {error!r}"
        ) from error


def rank_name_rows(parsed: Json) -> list[Row]:
    """Rows of `asset_names` of the list of all career ranks, which counts from 1.

    Raises:
        MatchDataError: when an entry is not of that shape.
    """
    try:
        return [
            {
                "asset_kind": "career_rank",
                "asset_id": str(integer(rank["Rank"])),
                "version_id": "",
                "name": _name(rank),
                "is_ranked": None,
            }
            for rank in parsed["Ranks"]
        ]
    except (KeyError, TypeError, AttributeError) as error:
        raise MatchDataError(f"a list of career ranks of another shape: {error!r}") from error


def _row(xuid: str | None, progress: Json, seen: datetime) -> Row:
    return {
        "xuid": xuid,
        "recorded_at": seen,
        "rank": integer(progress["Rank"]),
        "progress": integer(progress["PartialProgress"]),
        "is_highest": flag(progress["HasReachedMaxRank"]),
    }


def _name(rank: Json) -> str:
    """Title, subtitle and grade, such as `Sergeant Bronze 2`; the first and last have no more."""
    parts = (rank[part]["value"] for part in ("RankTitle", "RankSubTitle", "RankTier"))
    return " ".join(part for part in parts if part)
