"""A sync over real HTTP: what is fetched, what is remembered, what is never asked for again."""

import asyncio
import json
import shutil
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from aiohttp import web
from sync_place import TOKENS, Place

from media_assets.demo.api_data import RecordedApi
from media_assets.demo.api_population import FIRST, Population, crowd
from media_assets.demo.api_server import ApiServer, Fault
from media_assets.demo.people import AMELIE, KETAN, OWNERS
from media_assets.engine.background import run_in_background
from media_assets.errors import EngineError
from media_assets.matches.claims import Claims
from media_assets.matches.live_match import NOT_YET
from media_assets.matches.raw_store import RawStore
from media_assets.settings import MatchSettings
from media_assets.stages.fetch_names import REFUSED_FOR, fetch_names
from media_assets.stages.gaps import due_syncs, gaps_of
from media_assets.stages.load_matches import load_matches
from media_assets.stages.players import derive_history
from media_assets.stages.take_in import take_in

GAPS = "SELECT part, status, final, attempts FROM fetch_gaps ORDER BY ALL"
(ONE,) = crowd(1)


@pytest.fixture
def five(tmp_path: Path):
    """A player with five matches, and the server that has them."""
    with ApiServer(Population([[ONE]] * 5)) as server:
        yield Place.of(tmp_path, server.port, [ONE]), server


def calls(server: ApiServer) -> dict[str, int]:
    """Calls since the last look."""
    found = dict(server.record.counts())
    server.record.calls.clear()
    return found


def test_what_is_fetched_is_kept_as_it_came(five) -> None:
    place, server = five
    report = place.sync(ONE.gamertag)
    assert (report.listed, report.fetched, report.trouble) == (5, 5, None)
    for match in server.data.matches:
        folder = place.raw / match.match_id
        assert sorted(path.name for path in folder.iterdir()) == [
            "film_41.gzip", "skill.json", "stats.json",
        ]  # fmt: skip
        assert (folder / "stats.json").read_bytes() == server.data.stats(match.match_id)
        assert (folder / "skill.json").read_bytes() == server.data.skill(match.match_id)
        assert (folder / "film_41.gzip").read_bytes() == server.data.film(match.match_id)[1]
    assert list((place.raw / ".incoming").iterdir()) == []


def test_without_news_a_sync_makes_one_call_and_writes_nothing(five) -> None:
    place, server = five
    place.sync(ONE.gamertag)
    derive_history(place.platform, ONE.gamertag)
    calls(server)
    before = {
        path: path.stat().st_mtime_ns for path in place.platform.places.data.rglob("*.duckdb")
    }
    assert place.sync(ONE.gamertag).rows_written == 0
    assert derive_history(place.platform, ONE.gamertag).written == 0
    assert calls(server) == {"history": 1}
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_a_missing_film_is_remembered_as_missing(tmp_path: Path) -> None:
    class WithoutFilms(Population):
        def film(self, match_id):
            return None

    with ApiServer(WithoutFilms([[ONE]] * 3)) as server:
        place = Place.of(tmp_path, server.port, [ONE])
        place.sync(ONE.gamertag)
        assert calls(server)["film"] == 3
        assert len(list(place.raw.glob("*/film.missing"))) == 3
        assert place.shared("FROM fetch_gaps") == []
        place.sync(ONE.gamertag)
        assert calls(server) == {"history": 1}


def test_a_film_that_is_not_there_yet_is_asked_for_again(tmp_path: Path) -> None:
    class Late(Population):
        def film(self, match_id):
            return super().film(match_id) if self.is_ready else None

        is_ready = False

    with ApiServer(Late([[ONE]])) as server:
        place = Place.of(tmp_path, server.port, [ONE])
        place.now = FIRST + timedelta(minutes=30)
        report = place.sync(ONE.gamertag)
        assert (report.unfetched, report.failed) == (1, 1)
        assert place.shared(GAPS) == [("film", 404, False, 1)]
        assert list(place.raw.glob("*/film*")) == []
        server.data.is_ready = True
        calls(server)
        place.sync(ONE.gamertag)
        assert calls(server) == {"history": 1, "film": 1, "film chunk": 1}
        assert place.shared("FROM fetch_gaps") == []
    assert timedelta(minutes=30) < NOT_YET < timedelta(days=1)


def test_what_failed_is_remembered_and_only_that_is_asked_for_again(five) -> None:
    place, server = five
    chosen = server.data.matches[4].match_id
    server.fail("skill", Fault(status=500), times=4, subject=chosen)
    report = place.sync(ONE.gamertag)
    assert (report.fetched, report.failed, report.unfetched) == (5, 1, 1)
    assert place.shared(GAPS) == [("skill", 500, False, 1)]
    assert place.shared("SELECT subject, asked_by FROM fetch_gaps") == [(chosen, ONE.gamertag)]
    assert (place.raw / chosen / "stats.json").exists()
    server.fail("skill", Fault(status=500), times=4, subject=chosen)
    place.now += timedelta(hours=1)
    calls(server)
    place.sync(ONE.gamertag)
    assert calls(server) == {"history": 1, "skill": 4}
    assert place.shared(GAPS) == [("skill", 500, False, 2)]
    assert place.shared(
        "SELECT first_failed_at < last_failed_at, next_retry_at - last_failed_at FROM fetch_gaps"
    ) == [(True, timedelta(minutes=30))]
    assert place.sync(ONE.gamertag).unfetched == 0
    assert place.shared("FROM fetch_gaps") == []


def test_what_was_refused_for_good_is_asked_for_by_a_full_sync_alone(five) -> None:
    place, server = five
    chosen = server.data.matches[4].match_id
    server.fail("stats", Fault(status=404), subject=chosen)
    report = place.sync(ONE.gamertag)
    assert (report.fetched, report.failed, report.unfetched) == (4, 1, 0)
    assert place.shared(GAPS) == [("stats", 404, True, 1)]
    assert not (place.raw / chosen).exists()
    calls(server)
    place.sync(ONE.gamertag)
    assert calls(server) == {"history": 1}
    place.sync(ONE.gamertag, full=True)
    assert calls(server) == {"history": 1, "stats": 1, "skill": 1, "film": 1, "film chunk": 1}
    assert place.shared("FROM fetch_gaps") == []


def test_one_bad_match_stops_no_other(five) -> None:
    place, server = five
    bad = [match.match_id for match in server.data.matches[:3]]
    faults = dict(zip(bad, (Fault("broken"), Fault("other"), Fault("cut")), strict=True))
    server.fails = lambda kind, subject: faults.get(subject) if kind == "stats" else None
    report = place.sync(ONE.gamertag)
    assert (report.fetched, report.failed, report.trouble) == (2, 3, None)
    derive_history(place.platform, ONE.gamertag)
    assert place.own(
        ONE.gamertag, "SELECT raw_complete, count(*) FROM match_history GROUP BY 1 ORDER BY 1"
    ) == [(False, 3), (True, 2)]
    found = gaps_of(place.platform, ONE.gamertag)
    assert (found.listed, found.open, found.refused, found.unread) == (5, 3, 0, 0)


def test_statistics_of_another_match_are_not_taken(five) -> None:
    place, server = five
    first, second = (match.match_id for match in server.data.matches[:2])

    class Mixed(Population):
        def stats(self, match_id):
            return super().stats(second if match_id == first else match_id)

    server.data = Mixed([[ONE]] * 5)
    assert place.sync(ONE.gamertag).failed == 1
    (gap,) = place.shared("SELECT subject, message FROM fetch_gaps")
    assert gap[0] == first
    assert "another came" in str(gap[1])


def test_statistics_that_could_not_be_used_are_not_fetched_again_and_again(five) -> None:
    place, server = five
    place.sync(ONE.gamertag)
    chosen = server.data.matches[3].match_id
    RawStore(place.raw).reject(chosen)  # as loading does with what it cannot read
    assert place.sync(ONE.gamertag).failed == 1
    assert place.shared(GAPS) == [("stats", None, True, 1)]
    calls(server)
    place.sync(ONE.gamertag)
    assert calls(server) == {"history": 1}


def test_an_api_that_is_down_is_told_and_the_next_sync_goes_on(five) -> None:
    place, server = five
    server.data = Population([[ONE]] * 12)
    server.fails = lambda kind, _: Fault(status=503) if kind == "stats" else None
    report = place.sync(ONE.gamertag)
    assert "the next sync goes on from here" in str(report.trouble)
    assert report.unfetched == 12
    assert len(server.record.calls) < 12 * 4
    found = gaps_of(place.platform, ONE.gamertag)
    assert "HTTP 503" in str(found.trouble)
    assert due_syncs(place.platform) == []
    place.now += timedelta(minutes=16)
    assert [player for player, _ in due_syncs(place.platform)] == [ONE.gamertag]
    server.fails = lambda *_: None
    again = place.sync(ONE.gamertag)
    assert (again.trouble, again.unfetched, again.fetched) == (None, 0, 12)
    assert place.shared("FROM fetch_gaps") == []
    assert due_syncs(place.platform) == []


def test_tokens_that_are_not_accepted_name_the_variables(five, monkeypatch) -> None:
    place, server = five
    monkeypatch.setenv("SPNKR_SPARTAN_TOKEN", "ended")
    report = place.sync(ONE.gamertag)
    assert "SPNKR_SPARTAN_TOKEN" in str(report.trouble)
    assert "SPNKR_SPARTAN_TOKEN" in str(gaps_of(place.platform, ONE.gamertag).trouble)
    assert len(server.record.calls) == 1


def test_without_tokens_nothing_is_asked(five, monkeypatch) -> None:
    place, server = five
    for name in TOKENS:
        monkeypatch.delenv(name)
    report = place.sync(ONE.gamertag)
    assert "SPNKR_REFRESH_TOKEN" in str(report.trouble)
    assert server.record.calls == []


def test_a_page_that_fails_leaves_a_gap_that_the_next_sync_closes(tmp_path: Path) -> None:
    with ApiServer(Population([[ONE]] * 80)) as server:
        place = Place.of(tmp_path, server.port, [ONE], concurrency=2)
        pages = Counter()

        def fails(kind: str, _: str) -> Fault | None:
            """The second page, four times, and the try to close the gap."""
            pages[kind] += 1
            number = pages["history"]
            return (
                Fault(status=500)
                if kind == "history" and number in {*range(2, 6), *range(8, 12)}
                else None
            )

        server.fails = fails
        report = place.sync(ONE.gamertag)
        assert report.unread == 1
        assert 50 <= report.listed < 80
        assert "HTTP 500" in str(report.trouble)
        server.fails = lambda *_: None
        again = place.sync(ONE.gamertag)
        assert (again.listed, again.unread, again.trouble) == (80 - report.listed, 0, None)
        assert len(list(place.raw.glob("*/stats.json"))) == 80


def test_a_player_without_an_xuid_is_asked_for_by_the_gamertag_once(tmp_path: Path) -> None:
    with ApiServer(Population([[ONE]] * 2)) as server:
        place = Place(tmp_path, server.port, {ONE.gamertag: None})
        place.sync(ONE.gamertag)
        assert calls(server)["user"] == 1
        assert derive_history(place.platform, ONE.gamertag).rows == 2
        place.sync(ONE.gamertag)
        assert calls(server) == {"history": 1}


@pytest.mark.parametrize(
    ("xuid", "words"),
    [(None, r"set players\.Nobody\.xuid"), ("123", "it has 16 digits")],
)
def test_a_player_whom_the_api_does_not_know_is_told(
    xuid: str | None, words: str, tmp_path: Path
) -> None:
    with ApiServer(Population([[ONE]])) as server:
        place = Place(tmp_path, server.port, {"Nobody": xuid})
        report = place.sync("Nobody")
        with pytest.raises(AssertionError, match=words):
            raise AssertionError(report.trouble)
        assert gaps_of(place.platform, "Nobody").trouble == report.trouble


def test_who_holds_a_claim_is_waited_for_and_not_repeated(five) -> None:
    """Another process fetches a match while this one comes to it."""
    place, server = five
    chosen = server.data.matches[0].match_id
    theirs = Claims(place.platform.places.claims)
    assert theirs.take(chosen)

    def bring(kind: str, subject: str) -> None:
        if kind == "film" and subject == server.data.matches[1].match_id:
            folder = place.raw / chosen
            folder.mkdir(parents=True)
            for name in ("stats.json", "skill.json", "film_41.gzip"):
                (folder / name).write_bytes(b"{}")
            theirs.release(chosen)

    server.before = bring
    report = place.sync(ONE.gamertag)
    assert (report.fetched, report.shared, report.unfetched) == (4, 1, 0)
    assert chosen not in {call.subject for call in server.record.calls}


@pytest.fixture(scope="module")
def live_tables(
    tmp_path_factory: pytest.TempPathFactory, recorded_api: RecordedApi
) -> tuple[Path, int]:
    """The sample's players synced and loaded, without names yet: copy it. And how many calls."""
    base = tmp_path_factory.mktemp("live")
    with pytest.MonkeyPatch.context() as patch, ApiServer(recorded_api) as server:
        for name, value in TOKENS.items():
            patch.setenv(name, value)
        place = Place.of(base, server.port, [owner.person for owner in OWNERS])
        for owner in OWNERS:
            place.sync(owner.name)
            derive_history(place.platform, owner.name)
        load_matches(place.platform, AMELIE.name)
        return base, len(server.record.calls)


@pytest.fixture
def loaded(
    live_tables: tuple[Path, int], tmp_path: Path, server: ApiServer
) -> tuple[Place, ApiServer]:
    """A copy of that, to go on with."""
    shutil.copytree(live_tables[0], tmp_path / "copy")
    return Place.of(tmp_path / "copy", server.port, [owner.person for owner in OWNERS]), server


def test_calls_that_somebody_else_made_are_counted_as_saved(tmp_path: Path) -> None:
    two = crowd(2)
    with ApiServer(Population([two] * 2)) as server:
        place = Place.of(tmp_path, server.port, two)
        first, second = (place.sync(one.gamertag) for one in two)
    assert (first.shared, first.saved_calls) == (0, 0)
    assert (second.listed, second.shared, second.saved_calls) == (2, 2, 6)


def test_a_match_belongs_to_every_configured_player_in_it(loaded) -> None:
    """Also to one whose history was never read."""
    place, server = loaded
    calls(server)
    (gamertag, xuid), *_ = place.shared(
        "SELECT gamertag, xuid FROM match_participants WHERE xuid NOT IN "
        f"({', '.join(repr(str(owner.person.xuid)) for owner in OWNERS)}) AND NOT is_bot "
        "GROUP BY ALL ORDER BY count(*) DESC, 1"
    )
    guest = Place(place.platform.settings.base, server.port, {str(gamertag): str(xuid)})
    played = place.shared(f"SELECT count(*) FROM match_participants WHERE xuid = '{xuid}'")[0][0]
    assert derive_history(guest.platform, str(gamertag)).rows == played > 1
    assert server.record.calls == []


class TestNames:
    """Maps, playlists, pairs, modes, medals and players: each asked for once, for all."""

    def test_each_name_is_asked_for_once(self, loaded) -> None:
        place, server = loaded
        report = fetch_names(place.platform)
        assert (report.trouble, report.refused) == (None, 0)
        asked = [(call.kind, call.subject) for call in server.record.calls]
        assert len(asked) == len(set(asked)) > 10
        for kind in ("playlist", "map", "pair", "game_variant"):
            assert place.shared(
                f"SELECT count(*) FROM match_registry WHERE {kind}_id IS NOT NULL "
                f"AND {kind}_name IS NULL"
            ) == [(0,)]
        assert place.shared(
            "SELECT count(*) FROM match_participants WHERE NOT is_bot AND gamertag IS NULL"
        ) == [(0,)]
        # A pair names its map and its variant: what stands in a pair is not asked for.
        assert len(place.shared("FROM asset_names WHERE asset_kind <> 'medal'")) > len(
            [kind for kind, _ in asked if kind == "asset"]
        )
        calls(server)
        assert fetch_names(place.platform).named == 0
        assert calls(server) == {}

    def test_a_name_that_is_refused_is_left_alone_for_a_month(self, loaded) -> None:
        place, server = loaded
        server.fails = lambda kind, _: Fault(status=404) if kind == "asset" else None
        refused = fetch_names(place.platform).refused
        assert refused > 0
        assert place.shared("SELECT DISTINCT final FROM fetch_gaps") == [(True,)]
        calls(server)
        fetch_names(place.platform)
        assert calls(server) == {}
        server.fails = lambda *_: None
        place.now += REFUSED_FOR + timedelta(minutes=1)
        report = fetch_names(place.platform)
        assert report.named > 0
        assert 0 < calls(server)["asset"] <= refused
        fetch_names(place.platform)
        assert place.shared("SELECT count(*) FROM fetch_gaps WHERE part <> 'map'")[0][0] < refused

    def test_a_name_that_fails_is_asked_for_again_at_once(self, loaded) -> None:
        place, server = loaded
        server.fail("medals", Fault(status=500), times=4)
        assert fetch_names(place.platform).refused > 0
        assert place.shared("SELECT DISTINCT part, final FROM fetch_gaps") == [("medal", False)]
        calls(server)
        fetch_names(place.platform)
        assert calls(server) == {"medals": 1}
        assert place.shared("FROM fetch_gaps") == []

    def test_one_player_who_is_refused_costs_the_others_nothing(self, loaded) -> None:
        place, server = loaded
        with duckdb.connect(str(place.platform.places.shared_database)) as con:
            con.execute("DELETE FROM xuid_aliases")
            people = con.execute(
                "SELECT count(DISTINCT xuid), min(xuid) FROM match_participants WHERE NOT is_bot"
            ).fetchone()
        count, outcast = people
        right = server._right

        async def answer(request, kind, subject):
            if kind == "users" and outcast in request.query.getall("xuids"):
                return web.Response(status=400)
            return await right(request, kind, subject)

        server._right = answer
        report = fetch_names(place.platform)
        assert report.refused == 1
        assert place.shared("SELECT part, subject, final FROM fetch_gaps") == [
            ("user", outcast, True)
        ]
        assert place.shared("SELECT count(*) FROM xuid_aliases") == [(count - 1,)]

    def test_trouble_with_names_is_told_and_spoils_nothing(self, loaded, monkeypatch) -> None:
        place, _ = loaded
        monkeypatch.setenv("SPNKR_CLEARANCE_TOKEN", "ended")
        report = fetch_names(place.platform)
        assert "SPNKR_CLEARANCE_TOKEN" in str(report.trouble)
        assert report.named == 0


def tables(place: Place) -> dict[str, list[tuple[object, ...]]]:
    """The shared tables without what says when and for whom they were filled."""
    found = {}
    for table in ("match_registry", "match_participants", "highlight_events", "medals_earned",
                  "killer_victim_pairs", "xuid_aliases", "asset_names"):  # fmt: skip
        columns = "*"
        if table == "match_registry":
            columns = "* EXCLUDE (first_sync_by, first_sync_at, created_at, updated_at)"
        found[table] = place.shared(f"SELECT {columns} FROM {table} ORDER BY ALL")
    return found


def from_files(place: Place, folder: Path, base: Path) -> Place:
    """The same players with a folder of recorded files as their source."""
    players = {name: one.xuid for name, one in place.platform.settings.players.items()}
    files = Place(base, 1, players, source="files", directory=str(folder))
    take_in(files.platform)
    load_matches(files.platform, None)
    for name in players:
        derive_history(files.platform, name)
    return files


def check_same_tables(live: Place, files: Place) -> None:
    """Everything but names is the same, and the names that one has are those of the other.

    The API is asked for the names that are lacking; files bring all that were recorded, and so a
    film's name may be older than a recorded one. What was asked for in vain is attempted, too,
    which files cannot know: bits of `backfill_completed` may be more.
    """
    from_api, recorded = tables(live), tables(files)
    for table in ("match_participants", "highlight_events", "medals_earned", "killer_victim_pairs"):
        assert from_api[table] == recorded[table], table
        assert from_api[table]
    assert set(from_api["asset_names"]) <= set(recorded["asset_names"])
    bits = "SELECT match_id, backfill_completed FROM match_registry"
    attempted = dict(live.shared(bits))
    for match_id, found in files.shared(bits):
        assert attempted[match_id] & found == found
    rows = "SELECT * EXCLUDE (first_sync_by, first_sync_at, created_at, updated_at, " \
        "backfill_completed) FROM match_registry ORDER BY match_id"  # fmt: skip
    assert live.shared(rows) == files.shared(rows)
    for name in live.platform.settings.players:
        history = "SELECT * FROM match_history ORDER BY match_id"
        assert live.own(name, history) == files.own(name, history)


def test_both_sources_fill_the_same_tables(loaded, tmp_path: Path, recorded_folder: Path) -> None:
    """The sample's recorded responses, read as files and asked for over HTTP."""
    place, _ = loaded
    fetch_names(place.platform)
    files = from_files(place, recorded_folder, tmp_path / "files")
    check_same_tables(place, files)
    names = "SELECT xuid, gamertag FROM xuid_aliases ORDER BY xuid"
    assert place.shared(names) == files.shared(names)


def test_tables_that_are_lost_are_built_again_from_what_was_fetched(loaded) -> None:
    place, server = loaded
    fetch_names(place.platform)
    before = tables(place)
    place.platform.places.shared_database.unlink()
    assert take_in(place.platform).new > 100
    load_matches(place.platform, AMELIE.name)
    assert tables(place) == before
    calls(server)
    assert fetch_names(place.platform).named == 0
    assert calls(server) == {}
    assert take_in(place.platform).seen == 0


def test_switching_from_files_to_the_api_fetches_only_what_is_lacking(
    tmp_path: Path, recorded_folder: Path, server: ApiServer
) -> None:
    place = Place.of(tmp_path, server.port, [KETAN.person])
    settings = place.platform.settings
    matches = MatchSettings(source="files", directory=str(recorded_folder))
    files = replace(place.platform, settings=settings.model_copy(update={"matches": matches}))
    take_in(files)
    assert place.sync(KETAN.name).listed == 28
    found = calls(server)
    assert "stats" not in found
    assert found.get("film chunk", 0) == 0


@pytest.mark.corpus
class TestCorpus:
    """The recorded responses of the game itself."""

    PLAYER, XUID = "aCurtis X89", "2535445291321133"
    ODDBALL = "63391382-6b88-43f9-9ff4-6313404c419c"

    @pytest.fixture
    def recorded(self, corpus: Path, tmp_path: Path) -> Path:
        """The recordings, with the skill response under the name of its match."""
        folder = tmp_path / "recorded"
        shutil.copytree(corpus / "halo", folder, copy_function=shutil.copyfile)
        responses = folder / "responses"
        match_id = json.loads((responses / "get_match_stats.json").read_bytes())["MatchId"]
        (responses / "get_match_skill.json").rename(responses / f"skill_{match_id}.json")
        return folder

    def test_both_sources_fill_the_same_tables(self, recorded: Path, tmp_path: Path) -> None:
        api = RecordedApi(recorded)
        # One of each match is enough to make it somebody's.
        first = (json.loads(api.stats(one))["Players"][0]["PlayerId"] for one in api.match_ids)
        players = {f"player {name[5:-1]}": name[5:-1] for name in first}
        assert self.XUID in players.values()
        with ApiServer(api) as server:
            place = Place(tmp_path / "api", server.port, players)
            for player in players:
                place.sync(player)
            counts = server.record.counts()
            assert [counts[part] for part in ("stats", "skill", "film")] == [5, 5, 5]
            load_matches(place.platform, None)
            fetch_names(place.platform)
            for player in players:
                derive_history(place.platform, player)
        files = from_files(place, recorded, tmp_path / "files")
        check_same_tables(place, files)
        events = place.shared(
            "SELECT event_type, count(*) FROM highlight_events "
            f"WHERE match_id = '{self.ODDBALL}' GROUP BY ALL"
        )
        assert dict(events) == {"kill": 203, "death": 203, "mode": 149, "medal": 85}
        assert place.shared(
            f"SELECT sum(kill_count) FROM killer_victim_pairs WHERE match_id = '{self.ODDBALL}'"
        ) == [(203,)]

    def test_the_recorded_page_lists_matches_that_are_not_recorded(
        self, recorded: Path, tmp_path: Path
    ) -> None:
        page = json.loads((recorded / "responses" / "get_match_history.json").read_bytes())

        class Page(RecordedApi):
            def history(self, xuid, start, count):
                return page["Results"][start : start + count]

        with ApiServer(Page(recorded)) as server:
            place = Place(tmp_path / "api", server.port, {self.PLAYER: self.XUID})
            report = place.sync(self.PLAYER)
            assert (report.listed, report.fetched, report.failed) == (25, 3, 22)
            assert place.shared("SELECT count(*), bool_and(final) FROM fetch_gaps") == [(22, True)]
            derive_history(place.platform, self.PLAYER)
            assert place.own(
                self.PLAYER, "SELECT count(*), count(*) FILTER (raw_complete) FROM match_history"
            ) == [(25, 3)]
            calls(server)
            place.sync(self.PLAYER)
            assert calls(server) == {"history": 1}


class TestBackground:
    """A coroutine beside the main thread."""

    def test_what_it_tells_is_heard_in_the_calling_thread_in_order(self) -> None:
        async def work(tell):
            for number in range(5):
                tell(number)
                await asyncio.sleep(0)
            return "done"

        heard: list[int] = []
        assert run_in_background(work, heard.append) == "done"
        assert heard == [0, 1, 2, 3, 4]

    def test_what_it_raises_is_raised(self) -> None:
        async def work(tell):
            raise EngineError("broken")

        with pytest.raises(EngineError, match="broken"):
            run_in_background(work, print)

    def test_a_listener_that_fails_ends_it_after_its_clean_up(self) -> None:
        ended: list[str] = []

        async def work(tell):
            try:
                tell("first")
                await asyncio.sleep(60)
            finally:
                ended.append("cleaned up")

        def hear(_: str) -> None:
            raise KeyboardInterrupt

        started = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            run_in_background(work, hear)
        assert ended == ["cleaned up"]
        assert time.monotonic() - started < 30
