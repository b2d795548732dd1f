"""`media-assets sync` against a server of this machine: what it says, and what it never says."""

import json
import logging
from dataclasses import replace
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from click.testing import CliRunner, Result

from media_assets.cli import main
from media_assets.demo.api_population import Population, crowd
from media_assets.demo.api_server import ApiServer, Fault, Tokens
from media_assets.launch import instance
from media_assets.matches.live_route import Retries, Route
from media_assets.stages.gaps import all_gaps, gaps_of
from media_assets.stages.platform import Platform
from media_assets.stages.sync import sync

PEOPLE = crowd(2)
CANARY = "canary-5b1f0c"
SECRETS = Tokens(
    *(f"{CANARY}-{name}" for name in ("spartan", "clearance", "id", "secret", "refresh"))
)
READY = {
    "SPNKR_SPARTAN_TOKEN": SECRETS.spartan,
    "SPNKR_CLEARANCE_TOKEN": SECRETS.clearance,
}
RENEWING = {
    "SPNKR_CLIENT_ID": SECRETS.client_id,
    "SPNKR_CLIENT_SECRET": SECRETS.client_secret,
    "SPNKR_REFRESH_TOKEN": SECRETS.refresh_token,
}


class Command:
    """The command line in this process, in a folder of its own."""

    def __init__(self, folder: Path, server: ApiServer, patch: pytest.MonkeyPatch) -> None:
        self.folder, self.server, self.patch = folder, server, patch
        players = "".join(f'[players."{one.gamertag}"]\nxuid = "{one.xuid}"\n' for one in PEOPLE)
        self.config = folder / "media_assets.toml"
        self.config.write_text(
            'data_dir = "data"\n[matches]\nsource = "api"\nrequests_per_second = 0\n'
            f"[engine]\nworkers = 1\n{players}",
            "utf-8",
        )
        patch.setenv("DAGSTER_HOME", str(folder / "home"))
        self.said: list[str] = []

    def set_tokens(self, tokens: dict[str, str]) -> None:
        for name in (*READY, *RENEWING):
            self.patch.delenv(name, raising=False)
        for name, value in tokens.items():
            self.patch.setenv(name, value)

    def run(self, *arguments: str) -> Result:
        more = ("--loopback-port", str(self.server.port)) if arguments[0] == "sync" else ()
        done = CliRunner().invoke(main, [*arguments, "--config", str(self.config), *more])
        self.said.append(done.output)
        return done


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory):
    """A player synced once with tokens that were made from the refresh token."""
    with (
        ApiServer(Population([PEOPLE] * 3), tokens=SECRETS) as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        command = Command(tmp_path_factory.mktemp("sync"), server, patch)
        command.set_tokens(RENEWING)
        yield command, command.run("sync", "--json", "--player", PEOPLE[0].gamertag)


def test_it_says_what_it_did(synced) -> None:
    command, first = synced
    assert first.exit_code == 0, first.output
    (told,) = json.loads(first.stdout)["players"].values()
    assert (told["success"], told["trouble"], told["source"]) == (True, None, "the match API")
    # A page, three matches with four requests each, and five for the tokens.
    assert (told["calls_made"], told["matches_fetched"]) == (1 + 12 + 5, 3)
    assert told["matches_new_in_the_history"] == 3
    assert command.server.record.counts()["stats"] == 3
    assert command.server.record.leaked == []


def test_what_follows_from_the_matches_is_published(synced) -> None:
    command, _ = synced
    published = command.folder / "data" / "published"
    registry = pl.read_parquet(published / "shared" / "match_registry.parquet")
    assert registry["player_count"].to_list() == [2, 2, 2]
    assert registry["map_name"].is_not_null().all()
    stats = pl.read_parquet(published / PEOPLE[0].gamertag / "player_match_stats.parquet")
    assert stats.height == 3


def test_the_ui_shows_what_it_cost(synced) -> None:
    command, _ = synced
    with instance(command.folder / "home") as found:
        (record,) = found.fetch_materializations(dg.AssetKey("match_history"), limit=1).records
    assert record.asset_materialization is not None
    shown = record.asset_materialization.metadata
    for name in (
        "calls made", "calls repeated", "calls saved by sharing", "calls per second",
        "matches not fetched yet", "gaps in the history",
    ):  # fmt: skip
        assert isinstance(shown[name].value, int | float), name


def test_trouble_is_told_and_ends_with_1(synced) -> None:
    command, _ = synced
    command.set_tokens({**READY, "SPNKR_SPARTAN_TOKEN": f"{CANARY}-ended"})
    done = command.run("sync", "--player", PEOPLE[0].gamertag)
    assert done.exit_code == 1
    assert "SPNKR_SPARTAN_TOKEN and SPNKR_CLEARANCE_TOKEN" in done.output
    gaps = json.loads(command.run("failures", "--json").stdout)["not_fetched"]
    assert [(gap["part"], gap["subject"]) for gap in gaps] == [("history", PEOPLE[0].gamertag)]
    assert "HTTP 401" in gaps[0]["message"]


def test_without_tokens_it_is_not_begun(synced) -> None:
    command, _ = synced
    command.set_tokens({"SPNKR_CLIENT_ID": SECRETS.client_id})
    asked = len(command.server.record.calls)
    done = command.run("sync")
    assert done.exit_code == 2
    assert "not set: SPNKR_SPARTAN_TOKEN, SPNKR_CLEARANCE_TOKEN, SPNKR_CLIENT_SECRET" in done.output
    assert len(command.server.record.calls) == asked
    assert "the match API, without tokens" in command.run("doctor").output


def test_no_token_is_ever_written_or_said(synced, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever goes wrong, with a server that repeats all that it is sent."""
    command, _ = synced
    caplog.set_level(logging.DEBUG)
    heard: list[str] = []
    player = PEOPLE[0].gamertag
    route = Route(command.server.port, Retries(first_wait=0.001))
    for tokens, kind, fault in (
        (READY, "history", Fault(status=500)),
        (READY, "history", Fault(status=401)),
        (RENEWING, "oauth", Fault(status=400)),
        (RENEWING, "xsts token", Fault(status=503)),
        (RENEWING, "spartan token", Fault("other")),
        (READY, "history", Fault("redirect", location="https://evil.example/")),
        ({**READY, "SPNKR_CLEARANCE_TOKEN": f"{CANARY}\nX-Injected: 1"}, "stats", Fault()),
    ):
        command.set_tokens(tokens)
        command.server.fail(kind, fault, times=16)
        platform = replace(Platform.load(command.config), route=route)
        report = sync(platform, player, full=True, listener=lambda now: heard.append(str(now)))
        command.said.append(f"{report} {gaps_of(platform, player)} {all_gaps(platform)} {heard}")
        assert report.trouble is not None
        command.server._ordered.clear()
    assert "SPNKR_CLEARANCE_TOKEN: holds characters that no token has" in command.said[-1]
    files = [path for path in command.folder.rglob("*") if path.is_file()]
    assert len(files) > 30
    assert [path for path in files if CANARY.encode() in path.read_bytes()] == []
    assert CANARY not in "".join(command.said)
    assert CANARY not in caplog.text
    assert command.server.record.leaked == []
