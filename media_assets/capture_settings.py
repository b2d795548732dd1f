"""The sections of the configuration that say how the time of a capture is read."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    model_validator,
)

from media_assets.errors import ConfigurationError
from media_assets.naming.expression import compile_expression
from media_assets.naming.template import (
    DAY_SECONDS,
    NamePattern,
    compile_template,
    precision_seconds,
)
from media_assets.section import Section


def _known_zone(name: str) -> str:
    if not _is_zone(name):
        raise ValueError(
            f"{name!r} is not an IANA time zone; use a name such as 'Europe/Paris' or 'UTC'"
        )
    return name


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return name not in {"localtime", "posixrules"}  # the zone of this machine, whatever that is


TimeZone = Annotated[str, AfterValidator(_known_zone)]


def _first_moment(value: object) -> datetime:
    """A date counts from its 0 h."""
    return _wall_clock(value, timedelta())


def _last_moment(value: object) -> datetime:
    """A date counts until its 24 h."""
    return _wall_clock(value, timedelta(days=1))


def _wall_clock(value: object, after_midnight: timedelta) -> datetime:
    if isinstance(value, datetime):
        if value.tzinfo is not None:
            raise ValueError("the time that clocks show there is needed, without an offset")
        return value
    if isinstance(value, date) and value < date.max:
        return datetime.combine(value, time()) + after_midnight
    raise ValueError(
        "a date such as 2024-07-01, or a local time such as 2024-07-01T14:30:00, is needed, "
        "without quotes"
    )


class StaySettings(Section):
    """A journey: so long the clock of the player's device shows the time of another zone."""

    begins: Annotated[datetime, BeforeValidator(_first_moment)] = Field(alias="from")
    until: Annotated[datetime, BeforeValidator(_last_moment)]
    timezone: TimeZone

    @model_validator(mode="after")
    def _is_a_span(self) -> Self:
        if self.begins >= self.until:
            raise ValueError("'until' must be later than 'from'; a date counts to its end")
        return self


def _in_order(stays: tuple[StaySettings, ...]) -> tuple[StaySettings, ...]:
    """The stays in order of time; no two at once, or a wall clock would have two zones."""
    ordered = tuple(sorted(stays, key=lambda stay: stay.begins))
    for one, other in pairwise(ordered):
        if other.begins < one.until:
            raise ValueError(
                f"the stay in {one.timezone} lasts until {one.until}, and that in {other.timezone} "
                f"begins before, at {other.begins}; where both are on one day, give the hour, such "
                f"as {other.begins.date()}T12:00:00"
            )
    return ordered


def _tables(value: object) -> object:
    if isinstance(value, dict):
        raise ValueError(  # noqa: TRY004 - what pydantic takes for a refusal
            "there may be several: write the section's name in two pairs of brackets"
        )
    return value


Journeys = Annotated[tuple[StaySettings, ...], BeforeValidator(_tables), AfterValidator(_in_order)]


def _compiles(compile_pattern: Callable[[str], NamePattern]) -> Callable[[str], str]:
    def check(text: str) -> str:
        try:
            compile_pattern(text)
        except ConfigurationError as error:
            raise ValueError(str(error)) from error
        return text

    return check


class NameRuleSettings(Section):
    """How a tool of the user names its files: goes before the rules that are built in."""

    name: str = Field(pattern="^[a-z][a-z0-9_]{0,39}$")
    pattern: Annotated[str, AfterValidator(_compiles(compile_template))] | None = None
    regex: Annotated[str, AfterValidator(_compiles(compile_expression))] | None = None
    kind: Literal["image", "video", "both"] = "both"
    zone: Literal["local", "utc"] = "local"
    anchor: Literal["start", "end", "instant"] = "instant"
    precision_seconds: float | None = Field(None, gt=0, le=DAY_SECONDS)
    quality: float = Field(0.85, gt=0, le=0.95)

    @model_validator(mode="after")
    def _has_one_pattern(self) -> Self:
        if (self.pattern is None) == (self.regex is None):
            raise ValueError("either 'pattern' or 'regex' is needed, and not both")
        groups = self._groups()
        if self.zone == "local" and {"epoch", "epoch_ms"} & groups:
            raise ValueError("an epoch counts in UTC: set 'zone' to \"utc\"")
        if self.precision_seconds is not None and precision_seconds(groups) >= DAY_SECONDS:
            raise ValueError("'precision_seconds' says nothing of a name that has the day only")
        return self

    def _groups(self) -> frozenset[str]:
        if self.pattern is not None:
            return frozenset(compile_template(self.pattern).pattern.groupindex)
        return frozenset(compile_expression(self.regex or "").pattern.groupindex)


NameRules = Annotated[tuple[NameRuleSettings, ...], BeforeValidator(_tables)]


class CaptureSettings(Section):
    """How the time of a capture is read."""

    name_rules: NameRules = Field((), strict=False, max_length=50)
