"""Rows of `xuid_aliases` and `asset_names` from the responses that carry names."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from media_assets.errors import MatchDataError
from media_assets.matches.responses import AssetKind, Json, JsonValue, asset_kind

Row = dict[str, object]


def alias_rows(kind: Literal["users", "profile"], parsed: object, seen: datetime) -> list[Row]:
    """Rows of `xuid_aliases` of a users or profiles response that was recorded at `seen` (UTC).

    Of a profile the setting `Gamertag` is taken, which is what films and users write too, else
    `GameDisplayName`; the modern gamertag has a suffix that neither shows. Who has no name is
    left out.

    Raises:
        MatchDataError: when an entry is not of that shape.
    """
    try:
        found = list(_users(parsed) if kind == "users" else _profiles(parsed))
    except (KeyError, TypeError, AttributeError) as error:
        raise MatchDataError(
            f"a {kind} response with an entry of another shape: {error!r}"
        ) from error
    return [
        {"xuid": _digits(xuid), "gamertag": name, "source": kind, "last_seen": seen}
        for xuid, name in found
        if name
    ]


def asset_name_rows(kind: Literal["asset", "medals"], parsed: Json) -> list[Row]:
    """Rows of `asset_names`, no key twice.

    Besides its own name a pair brings those of its map and game variant, and a playlist those of
    the pairs that it plays. A medal has no version: `version_id` is empty. `is_ranked` is None
    unless the playlist carries `HasCsr`, which the playlist's configuration has and its asset
    response has not.

    Raises:
        MatchDataError: when a name or an id is missing, or the asset is of no kind that is used.
    """
    try:
        rows = list(_medals(parsed) if kind == "medals" else _assets(parsed))
    except (KeyError, TypeError, AttributeError) as error:
        raise MatchDataError(
            f"a {kind} response with an entry of another shape: {error!r}"
        ) from error
    return list(
        {(row["asset_kind"], row["asset_id"], row["version_id"]): row for row in rows}.values()
    )


def _users(parsed: JsonValue) -> Iterator[tuple[object, str]]:
    for user in parsed if isinstance(parsed, list) else [parsed]:
        yield user["xuid"], user["gamertag"]


def _profiles(parsed: JsonValue) -> Iterator[tuple[object, str | None]]:
    for profile in parsed["profileUsers"]:
        settings = {setting["id"]: setting["value"] for setting in profile["settings"]}
        yield profile["id"], settings.get("Gamertag") or settings.get("GameDisplayName")


def _digits(xuid: object) -> str:
    text = str(xuid)
    if not (text.isascii() and text.isdigit()):
        raise MatchDataError(f"{xuid!r} is not an xuid: digits are expected")
    return text


def _medals(parsed: Json) -> Iterator[Row]:
    for medal in parsed["medals"]:
        yield {
            "asset_kind": "medal",
            "asset_id": str(int(medal["nameId"])),
            "version_id": "",
            "name": medal["name"]["value"],
            "is_ranked": None,
        }


def _assets(parsed: Json) -> Iterator[Row]:
    kind = asset_kind(parsed)
    if kind == "pair":
        yield _asset_row("map", parsed["MapLink"])
        yield _asset_row("game_variant", parsed["UgcGameVariantLink"])
    if kind == "playlist":
        yield from (_asset_row("pair", pair) for pair in parsed.get("RotationEntries") or ())
    yield _asset_row(kind, parsed)


def _asset_row(kind: AssetKind, asset: Json) -> Row:
    ranked = asset.get("HasCsr") if kind == "playlist" else None
    return {
        "asset_kind": kind,
        "asset_id": asset["AssetId"],
        "version_id": asset["VersionId"],
        "name": asset["PublicName"],
        "is_ranked": ranked if isinstance(ranked, bool) else None,
    }
