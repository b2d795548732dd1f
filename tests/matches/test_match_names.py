import pytest
from match_shapes import END, START, match_id, stats, utc

from media_assets.errors import MatchDataError
from media_assets.matches.names import alias_rows, asset_name_rows
from media_assets.matches.responses import history_entries
from media_assets.matches.times import utc_time
from media_assets.store.tables.matches import ASSET_NAMES, XUID_ALIASES

SEEN = utc("2025-01-30")


def link(number, name, **more):
    return {
        "AssetId": match_id(number),
        "VersionId": match_id(number + 1),
        "PublicName": name,
        **more,
    }


def profile(**settings):
    return {
        "profileUsers": [
            {
                "id": "42",
                "settings": [{"id": key, "value": value} for key, value in settings.items()],
            }
        ]
    }


def names(kind, parsed):
    rows = asset_name_rows(kind, parsed)
    assert all(row.keys() == set(ASSET_NAMES.column_names) for row in rows)
    return {(row["asset_kind"], row["asset_id"], row["version_id"]): row["name"] for row in rows}


def test_users_in_a_list_or_alone():
    one = {"xuid": "42", "gamertag": "One"}
    expected = {"xuid": "42", "gamertag": "One", "source": "users", "last_seen": SEEN}
    assert alias_rows("users", one, SEEN) == [expected]
    assert alias_rows("users", [one, {"xuid": 43, "gamertag": ""}], SEEN) == [expected]
    assert expected.keys() == set(XUID_ALIASES.column_names)


def test_the_gamertag_of_a_profile():
    for settings, name in (
        ({"GameDisplayName": "Shown", "Gamertag": "Tag", "ModernGamertag": "Modern"}, "Tag"),
        ({"GameDisplayName": "Shown"}, "Shown"),
    ):
        (row,) = alias_rows("profile", profile(**settings), SEEN)
        assert (row["xuid"], row["gamertag"], row["source"]) == ("42", name, "profile")
    assert alias_rows("profile", profile(Bio="x"), SEEN) == []


@pytest.mark.parametrize(
    ("kind", "parsed", "words"),
    [
        ("users", [{"xuid": "x y", "gamertag": "a"}], "is not an xuid"),
        ("users", [{"xuid": "1"}], "another shape"),
        ("profile", {"profileUsers": [{"id": "1", "settings": None}]}, "another shape"),
    ],
)
def test_broken_users_are_named(kind, parsed, words):
    with pytest.raises(MatchDataError, match=words):
        alias_rows(kind, parsed, SEEN)


def test_a_map_and_a_game_variant():
    assert names("asset", link(1, "Aquarius", PrefabLinks=[])) == {
        ("map", match_id(1), match_id(2)): "Aquarius"
    }
    assert names("asset", link(1, "Fiesta", EngineGameVariantLink=link(5, "Engine"))) == {
        ("game_variant", match_id(1), match_id(2)): "Fiesta"
    }


def test_a_pair_brings_its_map_and_game_variant():
    pair = link(1, "Slayer on Aquarius", MapLink=link(3, "Aquarius"),
                UgcGameVariantLink=link(5, "Slayer"))  # fmt: skip
    assert names("asset", pair) == {
        ("pair", match_id(1), match_id(2)): "Slayer on Aquarius",
        ("map", match_id(3), match_id(4)): "Aquarius",
        ("game_variant", match_id(5), match_id(6)): "Slayer",
    }


def test_a_playlist_brings_its_pairs_once():
    entry = link(3, "Slayer on Aquarius")
    assert names("asset", link(1, "Quick Play", RotationEntries=[entry, entry])) == {
        ("playlist", match_id(1), match_id(2)): "Quick Play",
        ("pair", match_id(3), match_id(4)): "Slayer on Aquarius",
    }


@pytest.mark.parametrize(("more", "ranked"), [({}, None), ({"HasCsr": True}, True)])
def test_a_playlist_is_ranked_only_where_that_is_said(more, ranked):
    playlist = link(1, "Ranked Arena", RotationEntries=[link(3, "Ranked:CTF")], **more)
    rows = {row["asset_kind"]: row["is_ranked"] for row in asset_name_rows("asset", playlist)}
    assert rows == {"playlist": ranked, "pair": None}


def test_a_medal_has_no_version():
    medals = {"medals": [{"nameId": 4_285_712_605, "name": {"value": "Perfect"}}]}
    assert names("medals", medals) == {("medal", "4285712605", ""): "Perfect"}


@pytest.mark.parametrize(
    ("kind", "parsed"),
    [
        ("medals", {"medals": [{"nameId": 1}]}),
        ("medals", {"medals": [{"nameId": 1, "name": None}]}),
        ("asset", link(1, "Playlist", RotationEntries=[{"PublicName": "no id"}])),
    ],
)
def test_broken_names_are_named(kind, parsed):
    with pytest.raises(MatchDataError, match="another shape"):
        asset_name_rows(kind, parsed)


def test_a_history_gives_matches_and_times():
    page = {
        "Results": [{"MatchId": match_id(n), "MatchInfo": stats()["MatchInfo"]} for n in (2, 1)]
    }
    assert history_entries(page) == [
        (match_id(2), utc_time(START), utc_time(END)),
        (match_id(1), utc_time(START), utc_time(END)),
    ]


@pytest.mark.parametrize("results", [None, [{}], [{"MatchId": match_id(1), "MatchInfo": None}]])
def test_a_broken_history_is_named(results):
    with pytest.raises(MatchDataError, match="no match id or no times"):
        history_entries({"Results": results})
