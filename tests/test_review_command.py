"""`media-assets review`: what it lists, what it decides, what it refuses, what is seen then."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from reviewed_home import (
    AFTER,
    ANA,
    BO,
    FAR,
    FIRST,
    INSIDE,
    LATER,
    SECOND,
    THIRD,
    TUNE,
    ReviewedHome,
    copied,
    names,
)

from media_assets.cli import main
from media_assets.stages import review
from media_assets.store.locks import exclusive

UNKNOWN = "0" * 32


@pytest.fixture(scope="module")
def made(reviewed_home: Path, tmp_path_factory: pytest.TempPathFactory) -> ReviewedHome:
    """A home to look at; nothing is decided in it."""
    return copied(reviewed_home, tmp_path_factory.mktemp("review") / "home")


@pytest.fixture
def home(reviewed_home: Path, tmp_path: Path) -> ReviewedHome:
    """One to decide in."""
    return copied(reviewed_home, tmp_path / "home")


class TestList:
    def test_it_shows_what_waits_with_its_reasons(self, made: ReviewedHome) -> None:
        text = made.run("list", "--player", ANA).stdout
        for words in (
            AFTER, "review, confidence 0.", made.media_id(AFTER), "2026-05-04 12:10:20 UTC",
            "as the file name says", "Bazaar, king of the hill", "12:00:00 to 12:10:00 UTC", FIRST,
            "Taken 20 s", "best other", SECOND, "review accept MEDIA_ID",
        ):  # fmt: skip
            assert words in text
        assert INSIDE not in text

    def test_programs_get_everything(self, made: ReviewedHome) -> None:
        found = made.json("list")
        assert found["total"] == 4
        rows = found["associations"]
        assert [(row["player"], row["file_name"]) for row in rows] == [
            (ANA, LATER), (ANA, AFTER), (BO, LATER), (BO, AFTER),
        ]  # fmt: skip
        assert rows[0]["capture_start_utc"] == "2026-05-04T12:22:20"
        assert rows[0]["runner_up_match_id"] == THIRD
        assert rows[0]["inside_share"] == 0
        assert "20 s" in rows[0]["explanation"]

    @pytest.mark.parametrize(
        ("filters", "found"),
        [
            (("--decision", "auto"), [INSIDE]),
            (("--decision", "auto", "--decision", "review"), [LATER, AFTER, INSIDE]),
            (("--since", "2026-05-04T12:11"), [LATER]),
            (("--until", "2026-05-04T12:11"), [AFTER]),
            (("--until", "2026-05-04"), [LATER, AFTER]),
            (("--since", "2026-05-04T14:11+02:00"), [LATER]),
            (("--match", FIRST.upper()), [AFTER]),
            (("--min-confidence", "0.8"), []),
            (("--decision", "auto", "--decision", "review", "--min-confidence", "0.8"), [INSIDE]),
            (("--max-confidence", "0.799", "--kind", "image"), [LATER, AFTER]),
            (("--source", "mtime"), []),
            (("--limit", "0"), [LATER, AFTER]),
        ],
    )
    def test_filters(self, filters: tuple[str, ...], found: list[str], made: ReviewedHome) -> None:
        assert names(made.json("list", "--player", ANA, *filters)["associations"]) == found

    def test_of_one_media_it_shows_every_candidate(self, made: ReviewedHome) -> None:
        rows = made.json("list", made.media_id(AFTER))["associations"]
        assert [(row["match_id"], row["decision"]) for row in rows] == [
            (FIRST, "review"), (SECOND, "candidate"),
        ]  # fmt: skip

    def test_it_says_how_many_are_not_shown(self, made: ReviewedHome) -> None:
        assert "1 of 4 are shown; --limit 0" in made.run("list", "--limit", "1").stdout

    def test_nothing_to_decide_is_said(self, made: ReviewedHome) -> None:
        assert "no such association" in made.run("list", "--decision", "accepted").stdout
        text = made.run("list", "--min-confidence", "0.9").stdout
        assert "nothing waits for a decision" in text

    def test_names_of_files_do_not_steer_the_terminal(self, home: ReviewedHome) -> None:
        home.rows(f"UPDATE media_files SET file_name = 'a\x1b[2J.png' WHERE file_name = '{AFTER}'")
        assert "a\\x1b[2J.png" in home.run("list").stdout
        assert "a\\x1b[2J.png" in home.run("accept", "--player", ANA, "--dry-run").stdout

    def test_missing_media_do_not_wait(self, home: ReviewedHome) -> None:
        home.rows("UPDATE media_files SET status = 'missing'")
        assert home.json("list", "--player", ANA)["total"] == 0
        assert home.json("list", home.media_id(AFTER))["total"] == 2


class TestDecide:
    def test_what_is_accepted_is_seen_at_once(self, home: ReviewedHome) -> None:
        text = home.run("accept", home.media_id(AFTER), "--by", "Ana", "--note", "my flag").stdout
        assert "1 accepted" in text
        assert "ana: the tables and the published files show it" in text
        assert home.decided() == {(AFTER, FIRST): "accepted"}
        media = {row["file_name"]: row for row in home.published()}
        assert media[AFTER]["association_decision"] == "accepted"
        assert media[AFTER]["match_id"] == FIRST
        assert media[AFTER]["association_confidence"] == 1
        (row,) = home.published("association_decisions")
        assert (row["decision"], row["decided_by"], row["note"]) == ("accepted", "Ana", "my flag")
        assert names(home.json("list", "--player", ANA)["associations"]) == [LATER]
        listed = home.run("list", "--decision", "accepted").stdout
        assert "by Ana: my flag" in listed

    def test_what_is_rejected_is_never_proposed_again(self, home: ReviewedHome) -> None:
        home.run("reject", home.media_id(AFTER))
        assert home.associated()[AFTER, FIRST] == ("runner_up", "rejected")
        media = {row["file_name"]: row for row in home.published()}
        assert media[AFTER]["match_id"] != FIRST
        assert AFTER not in names(home.json("list", "--player", ANA)["associations"])

    def test_another_candidate_is_named_by_its_match(self, home: ReviewedHome) -> None:
        home.run("accept", home.media_id(AFTER), "--match", SECOND)
        assert home.associated()[AFTER, SECOND] == ("main", "accepted")

    def test_a_second_time_changes_nothing(self, home: ReviewedHome) -> None:
        home.say("accepted", AFTER, FIRST)
        before = home.rows("FROM association_decisions")
        done = home.run("accept", home.media_id(AFTER), "--by", "Bo")
        assert "1 were accepted before" in done.stdout
        assert home.rows("FROM association_decisions") == before

    def test_any_match_of_the_player_can_be_assigned(self, home: ReviewedHome) -> None:
        assert "to be assigned" in home.run("assign", home.media_id(INSIDE), FAR).stdout
        assert home.associated()[INSIDE, FAR] == ("main", "assigned")
        assert home.associated()[INSIDE, FIRST][1] == "candidate"
        media = {row["file_name"]: row for row in home.published()}
        assert media[INSIDE]["match_id"] == FAR

    def test_media_of_several_players_are_decided_together(self, home: ReviewedHome) -> None:
        found = home.json("accept", home.media_id(AFTER), home.media_id(AFTER, BO))
        assert found["shown"] == {ANA: True, BO: True}
        assert len(found["written"]) == 2
        assert home.decided(ANA) == home.decided(BO) == {(AFTER, FIRST): "accepted"}

    def test_a_decision_is_taken_back(self, home: ReviewedHome) -> None:
        before = home.associated()
        home.say("accepted", AFTER, FIRST)
        home.say("rejected", AFTER, SECOND)
        home.run("reset", home.media_id(AFTER), "--match", SECOND)
        assert home.decided() == {(AFTER, FIRST): "accepted"}
        home.run("reset", home.media_id(AFTER))
        assert home.decided() == {}
        assert home.associated() == before

    def test_while_another_run_is_at_work_it_is_decided_and_shown_later(
        self, home: ReviewedHome
    ) -> None:
        home.say("accepted", AFTER, FIRST)
        with exclusive(home.platform.places.lock(ANA)):
            told = review.show(home.platform, [ANA], wait=0.05)
        assert "another run" in str(told[ANA])
        assert home.decided() == {(AFTER, FIRST): "accepted"}
        assert review.show(home.platform, [ANA]) == {ANA: None}
        assert home.associated()[AFTER, FIRST] == ("main", "accepted")

    def test_the_counts_of_the_status_follow(self, home: ReviewedHome) -> None:
        home.say("accepted", AFTER, FIRST)
        home.run("reject", home.media_id(LATER))
        done = CliRunner().invoke(main, ["status", "--json", "--config", str(home.config)])
        found = json.loads(done.stdout)["players"]
        counts = {"total": 4, "timed": 4, "inside_history": 4}
        assert found[ANA]["captures"] == {**counts, "auto": 2, "review": 0}
        assert found[BO]["captures"] == {**counts, "auto": 1, "review": 2}


class TestRefusals:
    """Wrong usage ends with 2, says what to do, and decides nothing."""

    def test_an_unknown_id_among_known_ones(self, home: ReviewedHome) -> None:
        for command in ("accept", "reject", "reset"):
            done = home.run(command, home.media_id(AFTER), UNKNOWN, code=2)
            assert f"no media has the id {UNKNOWN}" in done.stderr
        home.run("list", UNKNOWN, code=2)
        home.run("assign", UNKNOWN, FIRST, code=2)
        assert home.decided() == {}

    def test_another_decision_stands_for_one_of_them(self, home: ReviewedHome) -> None:
        home.say("rejected", AFTER, SECOND, BO)
        arguments = [home.media_id(AFTER), home.media_id(AFTER, BO), "--match", SECOND]
        done = home.run("accept", *arguments, code=2)
        assert "was rejected" in done.stderr
        assert "media-assets review reset" in done.stderr
        home.run("accept", *arguments, "--dry-run", code=2)
        assert (home.decided(ANA), home.decided(BO)) == ({}, {(AFTER, SECOND): "rejected"})

    def test_an_image_shows_one_match(self, home: ReviewedHome) -> None:
        home.say("accepted", AFTER, FIRST)
        assert "was accepted" in home.run("assign", home.media_id(AFTER), FAR, code=2).stderr
        both = ("accept", "--decision", "candidate", "--decision", "review", "--yes")
        assert "cannot show" in home.run(*both, "--player", BO, code=2).stderr
        assert home.decided(BO) == {}

    def test_what_nobody_proposes(self, home: ReviewedHome) -> None:
        done = home.run("accept", home.media_id(AFTER), "--match", FAR, code=2)
        assert f"review assign {home.media_id(AFTER)} {FAR}" in done.stderr
        assert "nothing was decided" in home.run("reset", home.media_id(AFTER), code=2).stderr

    def test_a_match_that_the_player_is_not_known_to_have_played(self, home: ReviewedHome) -> None:
        done = home.run("assign", home.media_id(AFTER), UNKNOWN, code=2)
        assert f"{UNKNOWN} is no known match of {ANA}" in done.stderr
        assert "media-assets run --player ana" in done.stderr

    def test_music_shows_no_match(self, home: ReviewedHome) -> None:
        assert "is music" in home.run("assign", home.media_id(TUNE), FIRST, code=2).stderr

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (("accept",), "name media by MEDIA_ID"),
            (("accept", UNKNOWN, "--min-confidence", "0.4"), "or choose with options"),
            (("accept", UNKNOWN, "--player", ANA), "or choose with options"),
            (("reject", "--kind", "audio"), "--kind"),
            (("reject", "--decision", "accepted"), "--decision"),
            (("list", "--since", "yesterday"), "no time such as 2026-05-04"),
            (("list", "--until", "9999-12-31"), "no time"),
            (("list", "--min-confidence", "1.1"), "--min-confidence"),
            (("list", "--player", "nobody"), "no player is called nobody"),
            (("accept", "--player", ANA, "--json"), "add --yes or --dry-run"),
            (("assign", UNKNOWN), "MATCH_ID"),
            (("decline",), "No such command"),
        ],
    )
    def test_wrong_usage(self, arguments: tuple[str, ...], words: str, made: ReviewedHome) -> None:
        if arguments[0] == "decline":
            done = CliRunner().invoke(main, ["review", *arguments])
            assert (done.exit_code, words in done.stderr) == (2, True)
        else:
            assert words in made.run(*arguments, code=2).stderr
        assert made.decided() == {}


class TestBulk:
    def test_a_dry_run_lists_and_writes_nothing(self, home: ReviewedHome) -> None:
        database = home.platform.player_database(ANA)
        before = database.read_bytes()
        text = home.run("accept", "--player", ANA, "--dry-run").stdout
        assert AFTER in text
        assert LATER in text
        assert "dry run: nothing was written" in text
        assert len(home.json("reject", "--player", ANA, "--dry-run")["written"]) == 2
        assert database.read_bytes() == before

    @pytest.mark.parametrize(("answer", "code"), [("n\n", 1), ("", 1), ("y\n", 0)])
    def test_it_asks(self, answer: str, code: int, home: ReviewedHome) -> None:
        done = home.run("accept", "--match", FIRST, "--player", ANA, code=code, answer=answer)
        assert "1 to be accepted: go on?" in done.output
        assert home.decided(ANA) == ({(AFTER, FIRST): "accepted"} if code == 0 else {})

    def test_all_that_is_chosen_is_decided_and_taken_back(self, home: ReviewedHome) -> None:
        found = home.json("accept", "--decision", "review", "--yes")
        assert (len(found["written"]), found["shown"]) == (4, {ANA: True, BO: True})
        assert home.json("list")["total"] == 0
        found = home.json("reset", "--decision", "accepted", "--player", ANA, "--yes")
        assert len(found["written"]) == 2
        assert home.decided(ANA) == {}
        assert set(home.decided(BO).values()) == {"accepted"}

    def test_a_limit_takes_the_newest(self, home: ReviewedHome) -> None:
        home.run("accept", "--player", ANA, "--limit", "1", "--yes")
        assert home.decided() == {(LATER, SECOND): "accepted"}

    def test_nothing_chosen_is_nothing_done(self, home: ReviewedHome) -> None:
        done = home.run("accept", "--min-confidence", "0.99")
        assert "no such association" in done.stdout
