"""The commands that look after a library: `verify` and `purge`."""

import time
from dataclasses import asdict
from pathlib import Path

import click

from media_assets.stages import purge as purging
from media_assets.stages import verify as verifying
from media_assets.stages.platform import Platform
from media_assets.stages.players import chosen_players
from media_assets.stages.progress import told
from media_assets.terminal import print_json, print_table, progress_display


def verify_players(
    config: Path | None,
    players: tuple[str, ...],
    *,
    sample: float,
    seconds: float | None,
    as_json: bool,
) -> int:
    """Verify originals of the chosen players; returns the exit code: 1 where one is corrupt.

    The players that are left share the time that is left in equal parts.
    """
    platform = Platform.load(config)
    names = chosen_players(platform, players)
    begun = time.monotonic()
    rows, findings, corrupt = {}, [], 0
    with progress_display():
        for place, name in enumerate(names):
            left = None if seconds is None else seconds - (time.monotonic() - begun)
            share = None if left is None else max(0.0, left) / (len(names) - place)
            report = verifying.verify(platform, name, sample=sample, seconds=share, listener=told)
            rows[name] = _verified_row(report, verifying.verified_state(platform, name))
            findings += verifying.findings(platform, name).to_dicts()
            corrupt += report.results["corrupt"]
    if as_json:
        print_json({"players": rows, "findings": findings})
    else:
        print_table("verified now", [{"player": name, **row} for name, row in rows.items()],
                    "no players")  # fmt: skip
        names_of = ("player", "file_path", "result", "message", "verified_at", "last_ok_at")
        print_table("files that are not as they were recorded",
                    [{name: row[name] for name in names_of} for row in findings],
                    "every file that was verified so far is as it was recorded")  # fmt: skip
    return 1 if corrupt else 0


def purge_player(
    config: Path | None,
    player: str,
    choice: purging.PurgeChoice,
    *,
    dry_run: bool,
    sure: bool,
    as_json: bool,
) -> int:
    """Remove what is known of media that are gone, or list what would be; returns the exit code."""
    platform = Platform.load(config)
    chosen_players(platform, (player,))
    shown = purging.plan(platform, player, choice)
    doomed = shown.filter("remove").height
    if dry_run or not doomed:
        _print_plan(shown.to_dicts(), choice, as_json=as_json)
        return 0
    if not sure:
        _print_plan(shown.to_dicts(), choice, as_json=False)
        click.confirm(f"Remove all that is known of {doomed:,} media?", abort=True, err=True)
    report = purging.purge(platform, player, choice, shown)
    if as_json:
        print_json(asdict(report))
    else:
        click.echo(f"{player}: {report.media:,} media removed, {sum(report.rows.values()):,} rows")
    return 0


def _verified_row(
    report: verifying.VerifyReport, state: verifying.VerifiedState
) -> dict[str, object]:
    return {
        "files": report.files,
        **report.results,
        "first hashes": report.first_hashes,
        "MB/s": round(report.bytes_read / 1e6 / report.seconds, 1) if report.seconds else 0.0,
        "time over": "yes" if report.time_over else "no",
        "never verified": state.never,
        "not read yet": state.not_read_yet,
        "oldest": state.oldest,
    }


def _print_plan(
    rows: list[dict[str, object]], choice: purging.PurgeChoice, *, as_json: bool
) -> None:
    if as_json:
        print_json(rows)
        return
    names = ("file_path", "kind", "file_size", "deleted_at")
    print_table(
        "missing media",
        [
            {
                **{name: row[name] for name in names},
                "would be": "removed" if row["remove"] else f"kept: {row['spoken_for']}",
            }
            for row in rows
        ],
        f"no media of this player is missing for {choice.older_than_days} days or longer",
    )
