"""What people decided is final: nothing that happens to files, matches or code undoes it."""

import shutil
from collections.abc import Callable
from datetime import timedelta

import duckdb
import pytest
from analysed_home import png
from reviewed_home import AFTER, ANA, DAY, FAR, FIRST, INSIDE, LATER, SECOND, THIRD, ReviewedHome

from media_assets.captures.review import Pair
from media_assets.stages import review
from media_assets.stages.analyse import analyse
from media_assets.stages.capture_times import compute_times
from media_assets.stages.catalog import STAGE_NAMES
from media_assets.stages.discover import discover
from media_assets.stages.purge import PurgeChoice, plan, purge
from media_assets.stages.reprocess import Choice, forget
from media_assets.stages.reprocess import plan as plan_again
from media_assets.store.migrate import MIGRATIONS

DECIDED = {
    (LATER, SECOND): "accepted", (LATER, THIRD): "rejected",
    (AFTER, FIRST): "rejected",
    (INSIDE, FAR): "assigned",
}  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> ReviewedHome:
    """Three captures of Ana that somebody decided about."""
    home = ReviewedHome(tmp_path_factory.mktemp("decided") / "home")
    home.fill(ANA)
    for (name, match_id), said in DECIDED.items():
        pair = Pair(ANA, home.media_id(name), match_id)
        assert review.decide(home.platform, [pair], said) == [pair]  # type: ignore[arg-type]
    review.show(home.platform, [ANA])
    shutil.copytree(home.base, home.base.with_name("as made"))
    return home


@pytest.fixture
def home(made: ReviewedHome) -> ReviewedHome:
    """The same at the same place, as it was made."""
    shutil.rmtree(made.base)
    shutil.copytree(made.base.with_name("as made"), made.base)
    return made


def rescan(home: ReviewedHome) -> None:
    discover(home.platform, ANA)


def move(home: ReviewedHome) -> None:
    """To another folder and to other names, which the capture times come from."""
    folder = home.library() / "older"
    folder.mkdir()
    for number, name in enumerate((INSIDE, AFTER, LATER)):
        (home.library() / name).rename(folder / f"{number}.png")
    discover(home.platform, ANA)


def lose(home: ReviewedHome) -> None:
    for name in (INSIDE, AFTER, LATER):
        (home.library() / name).unlink()
    discover(home.platform, ANA)


def lose_and_find(home: ReviewedHome) -> None:
    contents = {name: (home.library() / name).read_bytes() for name in (INSIDE, AFTER, LATER)}
    lose(home)
    for name, content in contents.items():
        (home.library() / name).write_bytes(content)
    discover(home.platform, ANA)


def overwrite(home: ReviewedHome) -> None:
    for number, name in enumerate((INSIDE, AFTER, LATER)):
        (home.library() / name).write_bytes(png(90 + number))
    discover(home.platform, ANA)


def purge_what_is_gone(home: ReviewedHome) -> None:
    lose(home)
    choice = PurgeChoice(older_than_days=0)
    shown = plan(home.platform, ANA, choice)
    assert set(shown["spoken_for"]) == {"decisions"}
    purge(home.platform, ANA, choice, shown)


def reprocess(home: ReviewedHome) -> None:
    analyse(home.platform, ANA)
    chosen = plan_again(home.platform, ANA, Choice(STAGE_NAMES, force=True))
    assert forget(home.platform, ANA, chosen) > 3
    analyse(home.platform, ANA)


def play_more(home: ReviewedHome) -> None:
    """Matches that hold the captures, and that would win by every rule."""
    minute = timedelta(minutes=1)
    home.play(
        ANA,
        {
            f"0000000{number}-0000-4000-8000-00000000000a": (at - minute, at + minute)
            for number, at in enumerate(
                DAY + timedelta(hours=12, minutes=minutes) for minutes in (5, 10, 22)
            )
        },
    )


def forget_matches(home: ReviewedHome) -> None:
    home.rows("DELETE FROM player_match_stats")
    home.associate()
    assert home.associated() == {}
    home.play(ANA, {})
    with duckdb.connect(
        str(home.base.with_name("as made") / "data/players/ana/stats.duckdb")
    ) as old:
        rows = old.execute("FROM player_match_stats").pl()
    with duckdb.connect(str(home.platform.player_database(ANA))) as con:
        con.register("rows", rows)
        con.execute("INSERT INTO player_match_stats FROM rows")


def travel(home: ReviewedHome) -> None:
    """Five and a half hours away no match is near."""
    home.config.write_text(home.config.read_text() + f'[players.{ANA}]\ntimezone="Asia/Kolkata"\n')


def migrate_from_the_first_version(home: ReviewedHome) -> None:
    """What a database had that knew neither who decided nor why."""
    for column in ("decided_by", "note"):
        home.rows(f"ALTER TABLE association_decisions DROP COLUMN {column}")
    version = next(step.version for step in MIGRATIONS["player"] if "who decided" in step.name)
    home.rows(f"DELETE FROM schema_migrations WHERE version >= {version}")
    file = home.platform.places.player_database(ANA)
    older = file.with_name("older.duckdb")
    file.rename(older)  # this process remembers files that it brought up to date
    shutil.copyfile(older, file)
    older.unlink()


EVENTS: tuple[Callable[[ReviewedHome], None], ...] = (
    rescan, move, lose_and_find, overwrite, purge_what_is_gone, reprocess, play_more,
    forget_matches, travel, migrate_from_the_first_version,
)  # fmt: skip


@pytest.mark.parametrize("happens", EVENTS, ids=lambda event: event.__name__)
def test_decisions_outlast(happens: Callable[[ReviewedHome], None], home: ReviewedHome) -> None:
    media = {home.media_id(name): name for name in (INSIDE, AFTER, LATER)}
    happens(home)
    compute_times(home.platform, ANA)
    review.show(home.platform, [ANA])
    query = "SELECT media_id, match_id, decision FROM "
    kept = {(media[key], match): said for key, match, said in
            home.rows(f"{query} association_decisions")}  # fmt: skip
    assert kept == DECIDED
    stands = {(media[key], match): said for key, match, said in
              home.rows(f"{query} media_matches") if key in media}  # fmt: skip
    assert {pair: stands.get(pair) for pair in DECIDED} == DECIDED
    shown = {media[row["media_id"]]: row for row in home.published() if row["media_id"] in media}
    assert {name: row["match_id"] for name, row in shown.items() if name != AFTER} == {
        LATER: SECOND, INSIDE: FAR,
    }  # fmt: skip
    assert shown[LATER]["association_decision"] == "accepted"
    assert shown[AFTER]["match_id"] != FIRST
    assert len(home.published("association_decisions")) == len(DECIDED)


def test_a_rejected_match_makes_room_for_a_later_one(home: ReviewedHome) -> None:
    play_more(home)
    home.associate()
    later = {match: said for (name, match), said in home.associated().items() if name == AFTER}
    assert next(match for match, said in later.items() if said == ("main", "auto")).endswith("a")
