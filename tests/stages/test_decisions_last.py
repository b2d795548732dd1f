"""What people decided is final: nothing that happens to files, matches or code undoes it."""

import shutil
from collections.abc import Callable
from datetime import timedelta

import duckdb
import pytest
from analysed_home import png
from reviewed_home import AFTER, ANA, BEFORE, DAY, FAR, FIRST, INSIDE, SECOND, ReviewedHome

from media_assets.captures.review import Pair
from media_assets.library.words import Words
from media_assets.stages import review
from media_assets.stages.analyse import analyse
from media_assets.stages.catalog import STAGE_NAMES
from media_assets.stages.discover import discover
from media_assets.stages.notes import annotate
from media_assets.stages.purge import PurgeChoice, plan, purge
from media_assets.stages.reprocess import Choice, forget
from media_assets.stages.reprocess import plan as plan_again
from media_assets.store.migrate import MIGRATIONS

DECIDED = {
    (BEFORE, SECOND): "accepted", (BEFORE, FIRST): "rejected",
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


def rename(home: ReviewedHome) -> None:
    """Names are what the capture times come from."""
    for number, name in enumerate((INSIDE, AFTER, BEFORE)):
        (home.library() / name).rename(home.library() / f"{number}.png")
    discover(home.platform, ANA)


def move(home: ReviewedHome) -> None:
    folder = home.library() / "older"
    folder.mkdir()
    for name in (INSIDE, AFTER, BEFORE):
        (home.library() / name).rename(folder / name)
    discover(home.platform, ANA)


def lose(home: ReviewedHome) -> None:
    for name in (INSIDE, AFTER, BEFORE):
        (home.library() / name).unlink()
    discover(home.platform, ANA)


def lose_and_find(home: ReviewedHome) -> None:
    contents = {name: (home.library() / name).read_bytes() for name in (INSIDE, AFTER, BEFORE)}
    lose(home)
    for name, content in contents.items():
        (home.library() / name).write_bytes(content)
    discover(home.platform, ANA)


def overwrite(home: ReviewedHome) -> None:
    for number, name in enumerate((INSIDE, AFTER, BEFORE)):
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


def write_words(home: ReviewedHome) -> None:
    annotate(home.platform, [home.media_id(BEFORE)], Words(title="x", rating=1))


def play_more(home: ReviewedHome) -> None:
    """Matches that hold the captures, and that would win by every rule."""
    minute = timedelta(minutes=1)
    home.play(
        ANA,
        {
            f"0000000{number}-0000-4000-8000-00000000000a": (at - minute, at + minute)
            for number, at in enumerate(
                DAY + timedelta(hours=12, minutes=minutes, seconds=40) for minutes in (4, 10, 11)
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


def allow_no_distance(home: ReviewedHome) -> None:
    home.config.write_text(home.config.read_text() + "[matches]\ntolerance_minutes = 0\n")


def compute_times_anew(home: ReviewedHome) -> None:
    home.rows("DELETE FROM capture_times")


def forget_associations(home: ReviewedHome) -> None:
    home.rows("DELETE FROM media_matches")


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
    rescan, rename, move, lose, lose_and_find, overwrite, purge_what_is_gone, reprocess,
    write_words, play_more, forget_matches, travel, allow_no_distance, compute_times_anew,
    forget_associations, migrate_from_the_first_version,
)  # fmt: skip


@pytest.mark.parametrize("happens", EVENTS, ids=lambda event: event.__name__)
def test_decisions_outlast(happens: Callable[[ReviewedHome], None], home: ReviewedHome) -> None:
    media = {home.media_id(name): name for name in (INSIDE, AFTER, BEFORE)}
    happens(home)
    home.associate()
    query = "SELECT media_id, match_id, decision FROM "
    kept = {(media[key], match): said for key, match, said in
            home.rows(f"{query} association_decisions")}  # fmt: skip
    assert kept == DECIDED
    stands = {(media[key], match): said for key, match, said in
              home.rows(f"{query} media_matches") if key in media}  # fmt: skip
    assert {pair: stands.get(pair) for pair in DECIDED} == DECIDED
    proposed = {pair for pair, said in stands.items() if said in ("auto", "review")}
    assert not proposed & DECIDED.keys()


@pytest.mark.parametrize("happens", [rescan, play_more, travel], ids=lambda event: event.__name__)
def test_what_was_accepted_is_the_match_that_is_shown(
    happens: Callable[[ReviewedHome], None], home: ReviewedHome
) -> None:
    happens(home)
    home.associate()
    review.show(home.platform, [ANA])
    shown = {row["file_name"]: row for row in home.published()}
    assert (shown[BEFORE]["match_id"], shown[BEFORE]["association_decision"]) == (
        SECOND, "accepted",
    )  # fmt: skip
    assert (shown[INSIDE]["match_id"], shown[INSIDE]["association_decision"]) == (FAR, "assigned")
    assert shown[AFTER]["match_id"] != FIRST


def test_a_rejected_match_makes_room_for_a_later_one(home: ReviewedHome) -> None:
    play_more(home)
    home.associate()
    later = {pair: said for pair, said in home.associated().items() if pair[0] == AFTER}
    assert [said for (_, match), said in later.items() if match.endswith("a") and said[1] == "auto"]


def test_decisions_are_published_whole(home: ReviewedHome) -> None:
    rows = home.published("association_decisions")
    assert len(rows) == len(DECIDED)
    assert set(rows[0]) == {"media_id", "match_id", "decision", "decided_at", "decided_by", "note"}
