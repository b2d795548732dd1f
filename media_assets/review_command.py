"""What the commands of `review` do and print."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from media_assets.captures.review import BY_PEOPLE, Decision, Pair, Selection
from media_assets.review_text import facts, heading, line
from media_assets.stages import review
from media_assets.stages.platform import Platform
from media_assets.stages.players import chosen_players
from media_assets.terminal import print_entries, print_json, print_table

SHOWN_ROWS = 20
"""So many rows are printed before a question; people do not read more."""

_WORDS = {"accepted": "accepted", "rejected": "rejected", "assigned": "assigned", None: "reset"}


@dataclass(frozen=True, slots=True)
class Manner:
    """How a decision is taken: who takes it and why, and what is asked and printed."""

    by: str | None = None
    note: str | None = None
    dry_run: bool = False
    sure: bool = False
    as_json: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """What is meant: pairs of these players, and how many at most."""

    players: tuple[str, ...]
    selection: Selection
    limit: int | None = None

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return bool(self.players or self.limit) or self.selection.narrows


def list_associations(config: Path | None, choice: Choice, *, as_json: bool) -> int:
    """Print associations, the newest captures first; returns the exit code."""
    platform = Platform.load(config)
    found = _find(platform, choice, ("review",))
    rows = found[: choice.limit]
    if as_json:
        print_json({"total": len(found), "associations": rows})
        return 0
    waits = not (choice.selection.media_ids or choice.selection.decisions)
    print_entries([(heading(row), facts(row)) for row in rows],
                  "nothing waits for a decision" if waits else "no such association")  # fmt: skip
    if len(rows) < len(found):
        click.echo(f"{len(rows):,} of {len(found):,} are shown; --limit 0 shows all")
    if any(row["decision"] == "review" for row in rows):
        click.echo("decide with: media-assets review accept MEDIA_ID, or reject MEDIA_ID, "
                   "or assign MEDIA_ID MATCH_ID")  # fmt: skip
    return 0


def decide(config: Path | None, choice: Choice, decision: Decision | None, manner: Manner) -> int:
    """Decide about what is named or chosen; None takes decisions back. Returns the exit code."""
    platform = Platform.load(config)
    if choice.selection.media_ids:
        _refuse_both(choice)
        rows = review.meant(platform, _tidy(choice.selection), decision)
        return _carry_out(platform, rows, decision, replace(manner, sure=True))
    _refuse_everything(choice)
    if manner.as_json and not (manner.dry_run or manner.sure):
        raise click.UsageError("--json asks no question: add --yes or --dry-run")
    found = _find(platform, choice, BY_PEOPLE if decision is None else ("review",))
    return _carry_out(platform, found[: choice.limit], decision, manner)


def assign(config: Path | None, media_id: str, match_id: str, manner: Manner) -> int:
    """Decide that a capture shows a match, proposed or not; returns the exit code."""
    platform = Platform.load(config)
    row = review.assigned(platform, _id(media_id), _id(match_id))
    return _carry_out(platform, [row], "assigned", replace(manner, sure=True))


def _find(platform: Platform, choice: Choice, default: tuple[str, ...]) -> list[review.Row]:
    selection = _tidy(choice.selection)
    if not (selection.media_ids or selection.decisions):
        selection = replace(selection, decisions=default)
    return review.find(platform, chosen_players(platform, choice.players), selection)


def _carry_out(
    platform: Platform, rows: Sequence[review.Row], decision: Decision | None, manner: Manner
) -> int:
    pairs = [review.pair_of(row) for row in rows]
    new: Sequence[Pair] = (
        pairs if decision is None else review.new_decisions(platform, pairs, decision)
    )
    if not manner.as_json:
        _print_rows(rows, new, _WORDS[decision])
    told: dict[str, str | None] = {}
    if new and not manner.dry_run:
        if not manner.sure:
            click.confirm(f"{len(new):,} to be {_WORDS[decision]}: go on?", abort=True, err=True)
        new = _write(platform, pairs, decision, manner)
        told = review.show(platform, sorted({pair.player for pair in new}))
    if manner.as_json:
        print_json(_as_json(pairs, new, decision, told))
    else:
        _print_end(pairs, new, decision, told, manner)
    return 0


def _write(
    platform: Platform, pairs: Sequence[Pair], decision: Decision | None, manner: Manner
) -> Sequence[Pair]:
    if decision is None:
        review.take_back(platform, pairs)
        return pairs
    return review.decide(platform, pairs, decision, review.Said(manner.by, manner.note))


def _print_rows(rows: Sequence[review.Row], new: Sequence[Pair], word: str) -> None:
    fresh = set(new)
    mine = [line(row) for row in rows if review.pair_of(row) in fresh]
    if mine or not rows:
        print_table(f"to be {word}", mine[:SHOWN_ROWS], "no such association")
    if len(mine) > SHOWN_ROWS:
        click.echo(f"and {len(mine) - SHOWN_ROWS:,} more")


def _print_end(
    pairs: Sequence[Pair],
    new: Sequence[Pair],
    decision: Decision | None,
    told: dict[str, str | None],
    manner: Manner,
) -> None:
    word, before = _WORDS[decision], len(pairs) - len(new)
    if before:
        click.echo(f"{before:,} were {word} before")
    if manner.dry_run:
        click.echo("dry run: nothing was written")
    elif new:
        click.echo(f"{len(new):,} {word}")
    for player, reason in told.items():
        if reason is None:
            click.echo(f"{player}: the tables and the published files show it")
        else:
            click.echo(f"{player}: {reason}\nThe decision is kept; what shows it: media-assets run "
                       f"--player {shlex.quote(player)}", err=True)  # fmt: skip


def _as_json(
    pairs: Sequence[Pair],
    new: Sequence[Pair],
    decision: Decision | None,
    told: dict[str, str | None],
) -> dict[str, Any]:
    return {
        "decision": _WORDS[decision],
        "written": [pair._asdict() for pair in new],
        "already": len(pairs) - len(new),
        "shown": {player: reason is None for player, reason in told.items()},
    }


def _tidy(selection: Selection) -> Selection:
    """Ids as the tables have them, each once."""
    media_ids, match_id = selection.media_ids, selection.match_id
    return replace(
        selection,
        media_ids=media_ids and tuple(dict.fromkeys(map(_id, media_ids))),
        match_id=match_id and _id(match_id),
    )


def _id(text: str) -> str:
    return text.strip().lower()


def _refuse_both(choice: Choice) -> None:
    rest = replace(choice.selection, media_ids=None, match_id=None)
    if replace(choice, selection=rest).narrows:
        raise click.UsageError("name media by MEDIA_ID (and --match), or choose with options")


def _refuse_everything(choice: Choice) -> None:
    if not choice.narrows:
        raise click.UsageError("name media by MEDIA_ID, or choose with options; --decision alone "
                               "chooses all that have it")  # fmt: skip
