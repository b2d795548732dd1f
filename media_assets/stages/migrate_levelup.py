"""Taking over the databases of LevelUp 4 and 5, one player at a time.

Rows are copied into the shared tables and compared with what is there then. Only when nothing is
missing, and a backup was read back, the source is rewritten without them. What a killed run left
undone the next one does; what is done is done once.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal
from zoneinfo import available_timezones

from media_assets.errors import ConfigurationError, MediaAssetsError, TakeOverError
from media_assets.matches.categories import category_names
from media_assets.matches.levelup_layout import LevelUpPlaces, find_databases
from media_assets.matches.levelup_pairs import pairs_of_events
from media_assets.settings import why_no_player
from media_assets.stages.levelup_backup import stamp_of
from media_assets.stages.levelup_cleanup import (
    Cleaned,
    Task,
    clean,
    remove_leftovers,
    shrink_shared,
)
from media_assets.stages.platform import SHARED, Platform
from media_assets.stages.players import find_players
from media_assets.stages.progress import Listener, Meter, silent
from media_assets.store import matches as shared_store
from media_assets.store.connect import Connection, connect, transaction
from media_assets.store.levelup import ledger, merge, source, stage
from media_assets.store.levelup.checks import Figures, Validation
from media_assets.store.levelup.identity import owner_xuid
from media_assets.store.levelup.rewrite import Digests, digests
from media_assets.store.levelup.scratch import copy_database
from media_assets.store.levelup.validate import figures, validate
from media_assets.store.migrate import migrate

LOCK = "takeover from LevelUp"
"""The lock of the whole command: two at once would only wait for each other's rows."""

State = Literal["cleaned", "whole", "partial", "nothing", "failed", "not started"]


@dataclass(frozen=True, slots=True)
class PlayerReport:
    """What became of one player's database.

    `state`: `cleaned`, everything is here and the source was rewritten without it; `whole`,
    everything is (or, in a dry run, would be) here; `partial`, something is missing; `nothing`, it
    holds nothing to take over; `failed`, it could not be read; `not started`, one before it was not
    whole. `problems` say why it did not get further. `kept` are tables that stayed in the source.
    """

    player: str
    source_file: str
    state: State
    problems: tuple[str, ...] = ()
    xuid: str | None = None
    new_matches: int = 0
    rows_written: dict[str, int] = field(default_factory=dict)
    validation: Validation | None = None
    backup_file: str | None = None
    bytes_before: int = 0
    bytes_after: int | None = None
    kept: dict[str, str] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        """Whether the next player may follow."""
        return not self.problems and self.state in ("cleaned", "whole", "nothing")


@dataclass(frozen=True, slots=True)
class MigrationReport:
    """What one command did, or in a dry run would do. `figures` are those of the shared tables."""

    dry_run: bool
    players: tuple[PlayerReport, ...]
    figures: Figures

    @property
    def succeeded(self) -> bool:
        """Whether every player is whole."""
        return all(player.good for player in self.players)

    def as_json(self) -> dict[str, object]:
        """For programs: everything, with what is missing match by match."""
        return {
            "dry_run": self.dry_run,
            "succeeded": self.succeeded,
            "players": {player.player: _as_json(player) for player in self.players},
            "shared": asdict(self.figures),
        }


def _as_json(player: PlayerReport) -> dict[str, object]:
    told = asdict(player)
    del told["player"]
    validation = player.validation
    if validation is not None:
        told["validation"] |= {"whole": validation.whole, "lost_rows": validation.lost_rows}
        told["validation"]["coverage"] = {
            part.kind: {
                "source": part.source,
                "here": part.here,
                "missing": {one.subject or "": one.rows for one in part.missing},
            }
            for part in validation.coverage
        }
        told["validation"]["sums"]["equal"] = validation.sums.equal
    return told


@dataclass(frozen=True, slots=True)
class _Job:
    """What all players of one command share. `levelup_shared` is LevelUp 5's own shared file."""

    platform: Platform
    shared: Path
    levelup_shared: Path | None
    xuids: dict[str, str]
    zone: str
    zone_is_given: bool
    dry_run: bool
    listener: Listener


def migrate_levelup(
    platform: Platform,
    folder: Path,
    players: Sequence[str] = (),
    *,
    dry_run: bool = False,
    zone: str | None = None,
    listener: Listener = silent,
) -> MigrationReport:
    """Take over the databases below a folder, in the order of `players`, else sorted by name.

    After the first player who is not whole, no other is begun. `zone` is that of the naive times
    of the source, default UTC; where it is given, it mends times that another zone made wrong. A
    dry run works on a copy of the shared tables and writes nothing.

    Raises:
        ConfigurationError: there are no databases, a player has none, or the zone is not known.
    """
    if zone is not None and zone not in available_timezones():
        raise ConfigurationError(f"--timezone: {zone!r} is no IANA zone, such as Europe/Paris")
    places = find_databases(folder)
    names = _chosen(places, folder, players)
    with _held(platform, dry_run), _target(platform, places, dry_run) as (shared, levelup_shared):
        job = _Job(
            platform, shared, levelup_shared, dict(places.xuids), zone or "UTC", zone is not None,
            dry_run, listener,
        )  # fmt: skip
        reports: list[PlayerReport] = []
        for name in names:
            file = places.players[name]
            if all(report.good for report in reports):
                reports.append(_reported(job, name, file))
            else:
                reports.append(PlayerReport(name, str(file), "not started"))
        if not dry_run and any(report.rows_written for report in reports):
            shrink_shared(platform)
        with connect(shared, read_only=True) as con:
            found = figures(con)
    return MigrationReport(dry_run, tuple(reports), found)


def _chosen(places: LevelUpPlaces, folder: Path, players: Sequence[str]) -> list[str]:
    names = list(dict.fromkeys(players)) or list(places.players)
    if unknown := [name for name in names if name not in places.players]:
        raise ConfigurationError(
            f"{folder}: no database of {', '.join(unknown)}; there are those of: "
            f"{', '.join(places.players)}"
        )
    return names


@contextmanager
def _held(platform: Platform, dry_run: bool) -> Iterator[None]:
    with nullcontext() if dry_run else platform.writing(LOCK):
        yield


@contextmanager
def _target(
    platform: Platform, places: LevelUpPlaces, dry_run: bool
) -> Iterator[tuple[Path, Path | None]]:
    """The shared tables to write to, and LevelUp 5's own where there are any.

    A dry run gets a copy. Where LevelUp's shared database lies in the place of ours, it makes room:
    it keeps its rows under another name.
    """
    ours = platform.places.shared_database
    theirs = next((file for file in places.shared if _is_levelups(file)), None)
    in_our_place = theirs is not None and ours.exists() and theirs.samefile(ours)
    if dry_run:
        with TemporaryDirectory(prefix="media_assets_dry_run_") as scratch:
            copy = Path(scratch) / ours.name
            if ours.exists() and not in_our_place:
                copy_database(ours, copy)
            migrate(copy, "shared")
            yield copy, theirs
        return
    if theirs is not None and in_our_place:
        theirs = _moved_aside(theirs)
    yield platform.shared_database(), theirs


def _is_levelups(file: Path) -> bool:
    with source.open_source(file) as con:
        return source.is_levelup_shared(source.schema_of(con, source.PLAYER))


def _moved_aside(file: Path) -> Path:
    """The log first, so that a kill in between leaves both for the next run to move."""
    aside = file.with_name(f"levelup_{file.name}")
    if aside.exists():
        raise TakeOverError(f"{aside} is there already: move it or {file} elsewhere")
    log = file.with_name(f"{file.name}.wal")
    if log.exists():
        raise TakeOverError(f"{file} was not closed: start LevelUp, end it, and run again")
    return file.rename(aside)


def _reported(job: _Job, player: str, file: Path) -> PlayerReport:
    """One player's report, also when the database cannot be used."""
    try:
        if reason := why_no_player(player):
            raise TakeOverError(f"its folder cannot be that of a player: {reason}")
        return _take_over(job, player, file.resolve())
    except MediaAssetsError as error:
        return PlayerReport(player, str(file), "failed", (str(error),),
                            bytes_before=stamp_of(file).size)  # fmt: skip


def _take_over(job: _Job, player: str, file: Path) -> PlayerReport:
    stamp = stamp_of(file)
    with source.open_source(file, job.levelup_shared) as con:
        schema = source.schema_of(con, source.PLAYER)
        standing = source.standing_of(schema)
        nothing = standing == "ours" or (standing == "empty" and job.levelup_shared is None)
        if standing == "taken_over":
            return _taken_over_before(job, player, file, source.marker_of(con))
        if nothing:
            return PlayerReport(player, str(file), "nothing", bytes_before=stamp.size)
        xuid, unreadable = _stage(job, con, player, schema)
        report = _merge(job, con, PlayerReport(player, str(file), "partial", xuid=xuid,
                                               bytes_before=stamp.size))  # fmt: skip
        validation = validate(con, job.shared, unreadable)
        report = replace(report, validation=validation, problems=tuple(validation.problems()),
                         state="whole" if validation.whole else "partial")  # fmt: skip
        content: Digests = {} if job.dry_run or not report.good else digests(con, source.PLAYER)
    _record(job, report, validation, "whole" if validation.whole else "partial")
    if job.dry_run:
        return report
    if not _own_place(job, player, file):
        job.platform.player_database(player)  # from now on the player is known
    if not report.good or standing == "empty":
        return report
    return _cleaned(job, report, validation, file, content)


def _stage(
    job: _Job, con: Connection, player: str, schema: source.Schema
) -> tuple[str, list[source.Unreadable]]:
    """Read the source whole: what is broken in it shows before anything is written."""
    shared_schema = source.schema_of(con, source.SHARED)
    unreadable = source.read_tables(con, schema, job.zone)
    source.read_shared_aliases(con, shared_schema, job.zone)
    evidence = stage.evidence_of(con, schema, player, job.xuids.get(player))
    xuid = owner_xuid(player, job.platform.settings.player(player).xuid, evidence)
    source.read_shared_matches(con, shared_schema, job.zone, xuid)
    categories = category_names() if stage.has_categories(con) else {}
    stage.stage(con, player, xuid, job.platform.now(), categories, zone_is_given=job.zone_is_given)
    events, teams = merge.events_without_pairs(con)
    if not events.is_empty():
        merge.add_pairs(con, pairs_of_events(events, teams))
    return xuid, unreadable


def _merge(job: _Job, con: Connection, report: PlayerReport) -> PlayerReport:
    """Write what is missing, batch by batch; each is whole, so a kill loses one at most."""
    rows: dict[str, int] = {}
    new = 0
    batches = list(merge.batches(con))
    meter = Meter(f"{report.player}: matches compared", sum(map(len, batches)), job.listener)
    now = job.platform.now()
    with _writing(job):
        for match_ids in batches:
            merged = merge.merge(con, job.shared, match_ids, now)
            new += merged.new_matches
            for table, written in merged.rows.items():
                rows[table] = rows.get(table, 0) + written
            meter.count(done=len(match_ids))
        rows["xuid_aliases"] = merge.merge_aliases(con, job.shared)
        shared_store.refresh_names(job.shared, _known_xuids(job, report), now)
    return replace(report, new_matches=new, rows_written={k: n for k, n in rows.items() if n})


def _known_xuids(job: _Job, report: PlayerReport) -> set[str]:
    """Of everybody whose participation counts: as configured, taken over, or named so."""
    settings = job.platform.settings
    names = [*find_players(job.platform), report.player]
    configured = {xuid for name in names if (xuid := settings.player(name).xuid)}
    with connect(job.shared, read_only=True) as con:
        told = ledger.load_xuids(con).values()
        found = shared_store.find_xuids(con, names).values()
    return {*configured, *told, *found, str(report.xuid)}


def _record(job: _Job, report: PlayerReport, validation: Validation, state: ledger.State) -> None:
    """Keep the state of a player, where it differs from what is kept."""
    entry = ledger.TakenOver(
        report.player, str(report.xuid), report.source_file, state, validation,
        report.backup_file, report.bytes_before, report.bytes_after,
    )  # fmt: skip
    with _writing(job):
        with connect(job.shared, read_only=True) as con:
            known = ledger.load(con, report.player)
        if known != entry:
            with connect(job.shared) as con, transaction(con):
                ledger.save(con, entry, job.platform.now())


def _cleaned(
    job: _Job, report: PlayerReport, validation: Validation, file: Path, content: Digests
) -> PlayerReport:
    """Back up and rewrite a source that is whole; where that fails, it stays as it is."""
    task = Task(
        job.platform, report.player, str(report.xuid), file, job.shared, job.zone,
        _own_place(job, report.player, file), content,
    )  # fmt: skip
    try:
        done = clean(task, report.bytes_before)
    except MediaAssetsError as error:
        return replace(report, problems=(str(error),))
    finished = _with(report, done)
    _record(job, finished, validation, "cleaned")
    return finished


def _with(report: PlayerReport, done: Cleaned) -> PlayerReport:
    return replace(report, state="cleaned", backup_file=str(done.backup), kept=dict(done.kept),
                   bytes_after=done.bytes_after)  # fmt: skip


def _taken_over_before(job: _Job, player: str, file: Path, marker: source.Marker) -> PlayerReport:
    """A source that was cleaned already: by an earlier run, or by one that was killed then."""
    with connect(job.shared, read_only=True) as con:
        known = ledger.load(con, player)
        matches = ledger.count_matches(con, marker.xuid)
    expected = known.validation.coverage[0].source if known else None
    if known is None or (expected is not None and matches < expected):
        raise TakeOverError(
            f"it was taken over on {marker.taken_over_at:%Y-%m-%d} into {marker.shared_file}, but "
            f"{job.shared} does not have its matches: set data_dir to where they are, or put the "
            f"backup {marker.backup_file} in its place and run again"
        )
    report = PlayerReport(
        player, str(file), "cleaned", xuid=known.xuid, validation=known.validation,
        backup_file=marker.backup_file, bytes_before=known.bytes_before,
        bytes_after=known.bytes_after or stamp_of(file).size,
    )  # fmt: skip
    if not job.dry_run:
        remove_leftovers(file)
        _record(job, report, known.validation, "cleaned")
    return report


def _writing(job: _Job) -> AbstractContextManager[None]:
    """The lock of the shared tables; the copy of a dry run is nobody else's."""
    return nullcontext() if job.dry_run else job.platform.writing(SHARED)


def _own_place(job: _Job, player: str, file: Path) -> bool:
    """Whether the source lies where our own tables of the player belong."""
    own = job.platform.places.player_database(player)
    return own.exists() and own.samefile(file)
