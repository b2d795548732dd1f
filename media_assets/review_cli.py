"""`media-assets review`: its commands and options. What they do is in `review_command`."""

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from media_assets.captures.review import BY_PEOPLE, PROPOSED, SOURCES, Decision, Selection
from media_assets.options import config_option, json_option, player_option

Decorator = Callable[[Any], Any]


def _since(_: click.Context, __: click.Parameter, text: str | None) -> datetime | None:
    return None if text is None else _moment(text, timedelta())


def _until(_: click.Context, __: click.Parameter, text: str | None) -> datetime | None:
    return None if text is None else _moment(text, timedelta(days=1))


def _moment(text: str, length_of_day: timedelta) -> datetime:
    """A time in ISO 8601, as naive UTC; without an offset it is UTC already.

    `length_of_day` is added to a day without a time.
    """
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is not None:
            return found.astimezone(UTC).replace(tzinfo=None)
        return found + length_of_day if _is_day(text) else found
    except (ValueError, OverflowError) as error:
        wanted = "such as 2026-05-04 or 2026-05-04T21:30"
        raise click.BadParameter(f"{text!r} is no time {wanted}") from error


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


_FILTERS = (
    click.argument("media_ids", nargs=-1, metavar="[MEDIA_ID]..."),
    config_option,
    player_option,
    click.option("--match", "match_id", help="Only this match."),
    click.option("--min-confidence", type=click.FloatRange(0, 1), help="At least so sure."),
    click.option("--max-confidence", type=click.FloatRange(0, 1), help="At most so sure."),
    click.option("--since", metavar="TIME", callback=_since, help="Taken then or later, UTC."),
    click.option("--until", metavar="TIME", callback=_until, help="Taken before, UTC; of a day "
                 "without a time all."),
    click.option("--kind", type=click.Choice(["image", "video"]), help="Only of this kind."),
    click.option("--source", type=click.Choice(list(SOURCES)),
                 help="Only where the capture time comes from this source."),
)  # fmt: skip
_WORDS = (
    click.option("--note", help="Why; kept beside the decision."),
    click.option("--by", help="Who decides; kept beside the decision."),
)
_DEED = (
    click.option("--dry-run", is_flag=True, help="List what would be done, write nothing."),
    json_option,
)
_DEEDS = (
    click.option("--limit", type=click.IntRange(1), help="At most so many, the newest first."),
    click.option("--yes", "sure", is_flag=True, help="Do not ask."),
    *_DEED,
)


def _with(*decorators: Decorator, decisions: Sequence[str] = ()) -> Decorator:
    """Several options as one decorator; `decisions` are what `--decision` may ask for."""
    asked = click.option("--decision", "decisions", multiple=True, type=click.Choice(decisions),
                         help="Only with this decision; again for more.")  # fmt: skip

    def decorate(command: Any) -> Any:
        for decorator in reversed((*decorators, asked) if decisions else decorators):
            command = decorator(command)
        return command

    return decorate


@click.group()
def review() -> None:
    """Decide which match a capture shows; a decision is never overwritten.

    Captures are named by MEDIA_ID, or chosen by options.
    """


@review.command("list")
@_with(*_FILTERS, decisions=(*PROPOSED, *BY_PEOPLE))
@click.option("--limit", type=click.IntRange(0), default=20, show_default=True,
              help="At most so many; 0: all.")  # fmt: skip
@json_option
def list_associations(
    config: Path | None, players: tuple[str, ...], *, limit: int, as_json: bool, **chosen: Any
) -> None:
    """List associations that wait for a decision, with their reasons.

    With --decision those with another one, with MEDIA_IDs all that is known of these.
    """
    from media_assets import review_command

    choice = review_command.Choice(players, _selection(**chosen), limit or None)
    sys.exit(review_command.list_associations(config, choice, as_json=as_json))


@review.command()
@_with(*_FILTERS, *_WORDS, *_DEEDS, decisions=PROPOSED)
def accept(**options: Any) -> None:
    """Say that captures show the match that is proposed for them.

    With MEDIA_IDs what is proposed for these, or with --match another candidate. With options
    all that wait for a decision, after a question.
    """
    _decide("accepted", **options)


@review.command()
@_with(*_FILTERS, *_WORDS, *_DEEDS, decisions=PROPOSED)
def reject(**options: Any) -> None:
    """Say that captures do not show a match; it is never proposed for them again.

    With MEDIA_IDs what is proposed for these, or with --match another candidate. With options
    all that wait for a decision, after a question.
    """
    _decide("rejected", **options)


@review.command()
@_with(*_FILTERS, *_DEEDS, decisions=BY_PEOPLE)
def reset(**options: Any) -> None:
    """Take decisions back: the rules judge again.

    With MEDIA_IDs all that was decided about these, or with --match about one match. With options
    after a question.
    """
    _decide(None, **options)


@review.command()
@config_option
@click.argument("media_id")
@click.argument("match_id")
@_with(*_WORDS, *_DEED)
def assign(
    config: Path | None, media_id: str, match_id: str, *, note: str | None, by: str | None,
    dry_run: bool, as_json: bool,
) -> None:  # fmt: skip
    """Say that a capture shows a match, whether it was proposed or not."""
    from media_assets import review_command

    manner = review_command.Manner(by, note, dry_run=dry_run, as_json=as_json)
    sys.exit(review_command.assign(config, media_id, match_id, manner))


def _decide(
    decision: Decision | None,
    config: Path | None,
    players: tuple[str, ...],
    *,
    limit: int | None,
    note: str | None = None,
    by: str | None = None,
    dry_run: bool,
    sure: bool,
    as_json: bool,
    **chosen: Any,
) -> None:
    from media_assets import review_command

    manner = review_command.Manner(by, note, dry_run=dry_run, sure=sure, as_json=as_json)
    choice = review_command.Choice(players, _selection(**chosen), limit)
    sys.exit(review_command.decide(config, choice, decision, manner))


def _selection(media_ids: tuple[str, ...], decisions: tuple[str, ...], **more: Any) -> Selection:
    return Selection(media_ids or None, decisions or None, **more)
