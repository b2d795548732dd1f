"""What arrives later, changes or goes: only what is affected is judged again, and nothing stays
that would not be there if everything had come at once."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from associated_player import PLAYER, AssociatedPlayer, Taken, World
from hypothesis import given, settings
from hypothesis import strategies as st

MATCHES = {f"m{n}": (3000.0 * n, 3000.0 * n + 600) for n in range(6)}
CAPTURES = {f"c{n}": Taken(3000.0 * n + 100) for n in range(6)}


@pytest.fixture
def player(tmp_path: Path) -> AssociatedPlayer:
    one = AssociatedPlayer(tmp_path)
    one.tell(World(dict(MATCHES), dict(CAPTURES)))
    one.associate()
    return one


def changed(**parts: object) -> World:
    return replace(World(dict(MATCHES), dict(CAPTURES)), **parts)  # type: ignore[arg-type]


def found(player: AssociatedPlayer, media: str) -> dict[object, object]:
    """Decisions about a capture by match."""
    return {row[1]: row[4] for row in player.rows() if row[0] == media}


def test_without_news_nothing_is_judged_and_no_file_is_written(player: AssociatedPlayer) -> None:
    file = player.platform.places.player_database(PLAYER)
    before = file.stat().st_mtime_ns
    report = player.associate()
    assert (report.judged, report.rows_written, report.rows_deleted) == (0, 0, 0)
    assert report.decisions == {"auto": 6}
    assert file.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("world", "judged"),
    [
        (changed(captures={**CAPTURES, "new": Taken(3100)}), 1),
        (changed(captures={**CAPTURES, "c2": Taken(9100)}), 1),
        (changed(captures={**CAPTURES, "c2": replace(CAPTURES["c2"], title="Forza")}), 1),
        (changed(captures={**CAPTURES, "c2": replace(CAPTURES["c2"], quality=0.5)}), 1),
        (changed(captures={k: v for k, v in CAPTURES.items() if k != "c2"}), 1),
        (changed(matches={**MATCHES, "new": (6700, 7000)}), 0),
        (changed(matches={**MATCHES, "new": (6300, 7000)}), 1),
        (changed(matches={**MATCHES, "m2": (6000, 6650)}), 1),
        (changed(matches={**MATCHES, "m2": (20_000, 20_600)}), 1),
        (changed(matches={k: v for k, v in MATCHES.items() if k != "m2"}), 1),
        (changed(kills={"m2": (6050.0,)}), 1),
        (changed(decisions={("c2", "m2"): "rejected"}), 1),
        (changed(decisions={("c2", "m4"): "assigned"}), 1),
    ],
)
def test_only_what_is_affected_is_judged(
    player: AssociatedPlayer, world: World, judged: int
) -> None:
    player.tell(world)
    assert player.associate().judged == judged
    assert player.rows() == from_scratch(player)


def test_another_tolerance_concerns_every_capture(player: AssociatedPlayer) -> None:
    assert player.associate(tolerance_minutes=60).judged == 6
    assert set(found(player, "c2")) == {"m1", "m2", "m3"}
    player.associate(tolerance_minutes=0)
    assert set(found(player, "c2")) == {"m2"}


def test_a_better_match_that_comes_later_corrects_the_first(player: AssociatedPlayer) -> None:
    player.tell(World({"a": (0, 600)}, {"c": Taken(602)}))
    player.associate()
    assert found(player, "c") == {"a": "auto"}
    player.tell(World({"a": (0, 600), "b": (601, 900)}, {"c": Taken(602)}))
    player.associate()
    assert found(player, "c") == {"a": "candidate", "b": "auto"}


def test_a_decision_outlives_a_match_that_comes_and_goes(player: AssociatedPlayer) -> None:
    decided = {("c2", "m4"): "assigned"}
    without = {k: v for k, v in MATCHES.items() if k != "m4"}
    player.tell(changed(decisions=decided, matches=without))
    player.associate()
    assert found(player, "c2") == {"m2": "auto"}
    player.tell(changed(decisions=decided))
    player.associate()
    assert found(player, "c2") == {"m2": "candidate", "m4": "assigned"}


def test_missing_media_keep_their_associations(player: AssociatedPlayer) -> None:
    with player.open() as con:
        con.execute("UPDATE media_files SET status = 'missing' WHERE media_id = 'c2'")
    assert player.associate().judged == 0
    assert found(player, "c2") == {"m2": "auto"}


def from_scratch(player: AssociatedPlayer) -> list[tuple[object, ...]]:
    player.forget()
    player.associate(player.settings.matches.tolerance_minutes)
    return player.rows()


# Times on a coarse grid, so that they touch, coincide and lie at the edge of the tolerance.
GRID = st.integers(0, 40).map(lambda n: 150.0 * n)
PRESENCE = st.tuples(GRID, st.sampled_from([0.0, 150.0, 600.0])).map(lambda p: (p[0], p[0] + p[1]))
TAKEN = st.builds(
    Taken,
    st.one_of(st.none(), GRID),
    st.sampled_from([0.0, 0.0, 1.0, 30.0, 900.0]),
    st.sampled_from([0.5, 0.95]),
    st.sampled_from([None, None, None, "Forza Horizon 5"]),
)
MATCH, MEDIA = st.sampled_from(list(MATCHES)), st.sampled_from(list(CAPTURES))
DECISION = st.sampled_from(["accepted", "rejected", "assigned", None])
NEWS = st.one_of(
    st.tuples(st.just("matches"), MATCH, st.one_of(st.none(), PRESENCE)),
    st.tuples(st.just("captures"), MEDIA, st.one_of(st.none(), TAKEN)),
    st.tuples(st.just("kills"), MATCH, st.one_of(st.none(), st.tuples(GRID, GRID))),
    st.tuples(st.just("decisions"), st.tuples(MEDIA, MATCH), DECISION),
)


@settings(max_examples=4, deadline=None)
@given(st.lists(st.lists(NEWS, max_size=4), min_size=2, max_size=3), st.sampled_from([0, 5, 60]))
def test_in_which_order_things_arrive_changes_nothing(
    arrivals: list[list[tuple[str, object, object]]], tolerance: float
) -> None:
    world = World(dict(MATCHES), dict(CAPTURES))
    with TemporaryDirectory() as folder:
        player = AssociatedPlayer(Path(folder))
        for arrival in arrivals:
            for part, key, value in arrival:
                of: dict[object, object] = getattr(world, part)
                of.pop(key, None)
                if value is not None:
                    of[key] = value
            player.tell(world)
            player.associate(tolerance)
        assert player.rows() == from_scratch(player)
