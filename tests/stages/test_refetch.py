"""What is done again of a land when a person asks: its URLs and the stages of its media."""

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from analysed_home import PLAYER, png
from click.testing import CliRunner, Result
from land_home import (
    ABSENT,
    BROKEN,
    COPY,
    FILM,
    LAND,
    PICTURE,
    SMALL,
    TUNE,
    UNUSABLE,
    LandHome,
    made_land,
)
from picture_server import PictureServer, picture_server

from media_assets.cli import main
from media_assets.errors import ConfigurationError
from media_assets.settings import Settings
from media_assets.stages.analyse import analyse
from media_assets.stages.catalog import STAGE_NAMES
from media_assets.stages.land import run_job
from media_assets.stages.platform import Platform
from media_assets.stages.refetch import FETCH, Redo, make_due, plan
from media_assets.stages.reprocess import Choice
from media_assets.store.connect import connect
from media_assets.web_settings import LandSettings, WebSettings


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> LandHome:
    """A land with URLs of every status; one was skipped by other limits. Tests do not change it."""
    return made_land(tmp_path_factory.mktemp("land"))


def urls(redo: Redo) -> list[str]:
    assert redo.urls is not None
    return redo.urls["url"].to_list()


def in_order(home: LandHome, chosen: set[str]) -> list[str]:
    with connect(home.database, read_only=True) as con:
        rows = con.execute("SELECT url FROM web_media ORDER BY depth NULLS LAST, "
                           "relevance DESC NULLS LAST, url").fetchall()  # fmt: skip
    return [url for (url,) in rows if url in chosen]


FETCHED = {PICTURE, COPY, FILM, TUNE, BROKEN}


@pytest.mark.parametrize("names", [(), (FETCH,), (FETCH, "thumbnails"), ("thumbnails",)])
def test_every_combination_of_options_is_planned(home: LandHome, names: tuple[str, ...]) -> None:
    asks = FETCH in names or not names
    before = home.database.read_bytes()
    for failed, force in product((False, True), repeat=2):
        redo = plan(home.platform, LAND, names, Choice(failed=failed, force=force))
        wanted = {SMALL} | ({ABSENT} if failed or force else set())
        wanted |= FETCHED if force else set()
        assert urls(redo) == (in_order(home, wanted) if asks else []), (names, failed, force)
        stages = set(redo.stages["stage"])
        assert stages <= (set(names) or set(STAGE_NAMES))
        if names == (FETCH,):
            assert not stages
        elif failed or force:
            assert "thumbnails" in stages
        assert UNUSABLE not in urls(redo)
    assert home.database.read_bytes() == before


def test_failed_stages_are_those_of_what_cannot_be_decoded(home: LandHome) -> None:
    redo = plan(home.platform, LAND, (), Choice(failed=True))
    assert {Path(path).suffix for path in redo.stages["file_path"]} == {".png"}
    assert redo.stages["media_id"].n_unique() == 1
    assert set(redo.stages["reason"]) == {"failed"}


def test_a_limit_takes_the_first_media_and_urls(home: LandHome) -> None:
    everything = plan(home.platform, LAND, (), Choice(force=True))
    first = plan(home.platform, LAND, (), Choice(force=True, limit=2))
    assert urls(first) == urls(everything)[:2]
    paths = sorted(set(everything.stages["file_path"]))[:2]
    assert set(first.stages["file_path"]) == set(paths)
    kept = everything.stages.filter(everything.stages["file_path"].is_in(paths))
    assert first.stages.equals(kept)


def test_a_kind_is_that_of_the_content_else_that_of_the_list(home: LandHome) -> None:
    found = {kind: set(urls(plan(home.platform, LAND, (FETCH,), Choice(kind=kind, force=True))))
             for kind in ("image", "video", "audio")}  # fmt: skip
    assert found == {"image": {PICTURE, COPY, BROKEN, SMALL}, "video": {FILM}, "audio": {TUNE}}


def test_what_the_land_leaves_out_by_its_depth_is_left_out(home: LandHome) -> None:
    settings = home.settings.model_copy(update={"lands": {LAND: LandSettings(depth=0)}})
    redo = plan(Platform(settings, clock=lambda: home.now), LAND, (FETCH,), Choice(force=True))
    assert set(urls(redo)) == {PICTURE, COPY, FILM, SMALL}


def test_of_players_who_are_no_lands_nothing_is_fetched(home: LandHome) -> None:
    with pytest.raises(ConfigurationError, match="ana is no land"):
        plan(home.platform, PLAYER, (FETCH,), Choice())
    redo = plan(home.platform, PLAYER, (), Choice(force=True))
    assert (redo.urls, redo.rows()) == (None, [])


def command(home: LandHome, *arguments: str) -> Result:
    config = home.base / "media_assets.toml"
    config.write_text(f"[engine]\nworkers = 1\n[lands.{LAND}]\n")
    return CliRunner().invoke(main, ["reprocess", "--config", str(config), *arguments])


def test_the_dry_run_lists_it_and_writes_nothing(home: LandHome) -> None:
    before = home.database.read_bytes()
    done = command(home, "--player", LAND, "--failed", "--limit", "1", "--dry-run", "--json")
    assert done.exit_code == 0, done.output
    rows = json.loads(done.stdout)
    (fetch,) = [row for row in rows if row["stage"] == FETCH]
    assert (fetch["url"], fetch["reason"], fetch["media_id"]) == (SMALL, "skipped", None)
    assert {row["reason"] for row in rows if row["stage"] != FETCH} == {"failed"}
    assert all(row["url"] is None and row["media_id"] for row in rows if row["stage"] != FETCH)
    assert SMALL in command(home, "--player", LAND, "--dry-run").stdout
    assert home.database.read_bytes() == before


def test_wrong_usage_is_refused(home: LandHome) -> None:
    (home.base / "library" / PLAYER).mkdir(parents=True, exist_ok=True)
    done = command(home, "--player", PLAYER, "--stage", "fetch", "--dry-run")
    assert done.exit_code == 2
    assert "ana is no land, so nothing of it is fetched" in done.stderr
    done = command(home, "--player", LAND, "--stage", "fetches", "--dry-run")
    assert done.exit_code == 2
    assert "no stage is called 'fetches'" in done.stderr
    assert command(home, "--player", LAND, "--limit", "0").exit_code == 2


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[LandHome, PictureServer]]:
    """A land of three URLs of a server: one there, one torn, one absent; a job was done."""
    with picture_server() as server:
        home = LandHome(tmp_path)
        web = WebSettings(allowed_endpoints=(server.endpoint,), host_requests_per_second=0,
                          robots=False)  # fmt: skip
        home.settings = Settings(base=tmp_path, engine=home.settings.engine, web=web,
                                 lands={LAND: LandSettings()})  # fmt: skip
        server.put("/1.png", png(1), ETag='"1"')
        server.put("/2.png", png(2)[:300], ETag='"2"')
        home.list([{"url": f"{server.site}/{number}.png"} for number in (1, 2, 3)])
        run_job(home.platform, LAND)
        server.asked.clear()
        yield home, server


def again(home: LandHome, choice: Choice, *names: str) -> None:
    make_due(home.platform, LAND, plan(home.platform, LAND, names, choice))
    run_job(home.platform, LAND)
    analyse(home.platform, LAND)


def states(home: LandHome, table: str, order: str) -> list[tuple[object, ...]]:
    with connect(home.database, read_only=True) as con:
        return con.execute(f"SELECT {order} FROM {table} ORDER BY ALL").fetchall()


def test_what_failed_is_asked_for_and_decoded_again(
    served: tuple[LandHome, PictureServer],
) -> None:
    home, server = served
    again(home, Choice())
    assert server.asked == []
    server.put("/3.png", png(3))
    again(home, Choice(failed=True))
    assert server.paths() == ["/3.png"]
    assert states(home, "web_media", "url[-5:], status") == [
        ("1.png", "fetched"), ("2.png", "fetched"), ("3.png", "fetched"),
    ]  # fmt: skip
    assert states(home, "media_failures", "DISTINCT attempts") == [(2,)]


def test_force_asks_whether_what_is_there_has_changed(
    served: tuple[LandHome, PictureServer],
) -> None:
    home, server = served
    server.put("/2.png", png(2), ETag='"3"')
    files = states(home, "web_media", "url, file_hash")
    again(home, Choice(force=True), FETCH)
    assert sorted(server.asked, key=str) == [
        ("/1.png", '"1"'), ("/2.png", '"2"'), ("/3.png", None),
    ]  # fmt: skip
    now = states(home, "web_media", "url, file_hash")
    assert (now[0], now[1] != files[1]) == (files[0], True)
    assert [status for (status,) in states(home, "web_media", "status")] == [
        "failed", "fetched", "fetched",
    ]  # fmt: skip


def test_stages_alone_ask_no_server(served: tuple[LandHome, PictureServer]) -> None:
    home, server = served
    before = states(home, "analysis_totals", "processed")
    again(home, Choice(force=True), "thumbnails")
    assert server.asked == []
    assert states(home, "analysis_totals", "processed") == [(int(str(before[0][0])) + 2,)]
