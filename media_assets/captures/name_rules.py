"""How the tools that make captures name their files: a table, one row per tool and kind of file.

A rule of a user is a row of the same type: see `own_rules` and `rule_book`.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import md5
from typing import Literal

from media_assets.capture_settings import CaptureSettings
from media_assets.naming.expression import compile_expression
from media_assets.naming.template import compile_template

Kind = Literal["image", "video"]
ZoneKind = Literal["local", "utc"]
Anchor = Literal["start", "end", "instant", "none"]

# How far a rule is trusted when nothing else confirms it.
CERTAIN = 0.92  # the tool's own format: the zone and the meaning of the time are known
LIKELY = 0.85  # known too, but several tools share the format or the anchor varies by version
LOW = 0.65  # the format depends on a locale, or the meaning of the time is hearsay
DAY_TAKEN = 0.4  # the day only: confirms another source, never decides
DAY_RECEIVED = 0.1  # the day on which a message came: the capture may be older


@dataclass(frozen=True, slots=True)
class NameRule:
    """One tool's way to name a file.

    `anchor` says what the time in the name means for a clip; an image is an instant whatever it
    says, and `none` means a later event, such as the receipt. `quality` is 0 to 1.
    `end_when_modified`: the time is the clip's end when the file was last modified then.
    `creation_anchor`: what the container's creation time means in this tool's clips.
    `locale_order`: whether month or day comes first depends on the locale, so that a date with both
    at 12 or less is in doubt. `precision_seconds`: None where the pattern tells.
    """

    name: str
    kind: Literal["image", "video", "both"]
    zone: ZoneKind
    anchor: Anchor
    quality: float
    templates: tuple[str, ...] = ()
    expressions: tuple[str, ...] = ()
    precision_seconds: float | None = None
    end_when_modified: bool = False
    creation_anchor: Anchor = "instant"
    locale_order: bool = False

    @property
    def digest(self) -> str:
        """Another one when anything of the rule is another."""
        return md5(repr(self).encode(), usedforsecurity=False).hexdigest()


_DATE = "{year}-{month}-{day}"
_TIME = "{hour}-{minute}-{second}"
_ISO = (f"{_DATE} {_TIME}", f"{_DATE}_{_TIME}")
_DATE_8 = "{year}{month}{day}"
_TIME_6 = "{hour}{minute}{second}"
_DIGITS_14 = _DATE_8 + _TIME_6
_NVIDIA = "{year}.{month}.{day} - {hour}.{minute}.{second}.{centi}"
_AMD = "{year}.{month}.{day}-{hour}.{minute}"
_YEAR_FIRST = "{title} {year}_{month1}_{day1} {hour1}_{minute}_{second}"
_US = "{title} {month1}_{day1}_{year} {hour1}_{minute}_{second} {half}"
_DAY_FIRST = "{title} {day1}_{month1}_{year} {hour1}_{minute}_{second}"
_DOTTED = (
    "{title} {day1}.{month1}.{year} {hour1}_{minute}_{second}"  # the day is first in every locale
)
_GAME_BAR = (*(f"{{title}} {iso}" for iso in _ISO), _YEAR_FIRST)
_CONSOLE = (
    "{title}-{year}_{month}_{day}-{hour}_{minute}_{second}",
    "{title}-{year}_{month}_{day}-{hour}-{minute}-{second}",
)
_STEAM_CLIP = tuple(f"{kind}_{{number}}_{_DATE_8}_{_TIME_6}" for kind in ("clip", "fg", "bg"))

# The first row that fits decides: a row with a fixed first word stands before one with a title.
RULES: tuple[NameRule, ...] = (
    NameRule("obs_replay", "video", "local", "end", CERTAIN,
             tuple(f"Replay{mark}{iso}" for mark in " _" for iso in _ISO)),
    NameRule("obs_recording", "video", "local", "start", CERTAIN, _ISO),
    NameRule("obs_screenshot", "image", "local", "instant", CERTAIN,
             (*(f"Screenshot{mark}{iso}" for mark in " _" for iso in _ISO), *_ISO)),
    NameRule("game_bar_clip", "video", "local", "start", CERTAIN,
             _GAME_BAR, creation_anchor="end"),
    NameRule("game_bar_screenshot", "image", "local", "instant", CERTAIN, _GAME_BAR),
    NameRule("game_bar_us_clip", "video", "local", "start", LIKELY, (_US,),
             creation_anchor="end", locale_order=True),
    NameRule("game_bar_us_screenshot", "image", "local", "instant", LIKELY, (_US,),
             locale_order=True),
    NameRule("game_bar_day_first_clip", "video", "local", "start", LIKELY, (_DAY_FIRST,),
             creation_anchor="end", locale_order=True),
    NameRule("game_bar_day_first_clip", "video", "local", "start", LIKELY, (_DOTTED,),
             creation_anchor="end"),
    NameRule("game_bar_day_first_screenshot", "image", "local", "instant", LIKELY, (_DAY_FIRST,),
             locale_order=True),
    NameRule("game_bar_day_first_screenshot", "image", "local", "instant", LIKELY, (_DOTTED,)),
    NameRule("bandicam", "both", "local", "start", LIKELY,
             (f"{{title}} {_DATE} {_TIME}-{{milli}}",)),
    NameRule("fraps", "both", "local", "start", LIKELY, (f"{{title}} {_DATE} {_TIME}-{{centi}}",)),
    # A highlight has a label before `.DVR`, for example `.Elimination`.
    NameRule("nvidia_replay", "video", "local", "start", CERTAIN,
             (f"{{title}} {_NVIDIA}.DVR", f"{{title}} {_NVIDIA}.{{label}}.DVR"),
             end_when_modified=True),
    NameRule("nvidia_recording", "video", "local", "start", CERTAIN, (f"{{title}} {_NVIDIA}",)),
    NameRule("nvidia_screenshot", "image", "local", "instant", CERTAIN,
             (f"{{title}} Screenshot {_NVIDIA}", f"{{title}} {_NVIDIA}")),
    NameRule("steam_recording", "both", "utc", "start", CERTAIN, _STEAM_CLIP),
    NameRule("steam_screenshot", "image", "local", "instant", CERTAIN,
             (f"{{number}}_{_DIGITS_14}_{{number}}", f"{_DIGITS_14}_{{number}}")),
    NameRule("steam_old_screenshot", "image", "local", "instant", DAY_TAKEN,
             (f"{_DATE}_{{number}}",)),
    NameRule("xbox_console_clip", "video", "local", "start", CERTAIN, _CONSOLE),
    NameRule("xbox_console_screenshot", "image", "local", "instant", CERTAIN, _CONSOLE),
    NameRule("whatsapp", "both", "local", "none", DAY_RECEIVED,
             (f"IMG-{_DATE_8}-WA{{number}}", f"VID-{_DATE_8}-WA{{number}}")),
    NameRule("android_pixel", "both", "utc", "start", CERTAIN,
             tuple(f"PXL_{_DATE_8}_{_TIME_6}{{milli}}{label}"
                   for label in ("", ".{label}", ".{label}.{label}"))),
    NameRule("android_camera", "both", "local", "start", LIKELY,
             tuple(prefix + rest for prefix in ("IMG", "VID", "MVIMG")
                   for rest in (f"_{_DATE_8}_{_TIME_6}", f"_{_DATE_8}_{_TIME_6}{{milli}}",
                                f"_{_DATE_8}_{_TIME_6}_{{number}}", _DIGITS_14))),
    NameRule("android_screenshot", "both", "local", "start", LIKELY,
             tuple(f"Screenshot_{_DATE_8}{mark}{_TIME_6}{app}"
                   for mark in "-_" for app in ("", "_{text}"))),
    NameRule("macos_screenshot", "both", "local", "start", CERTAIN,
             (f"{{text}} {_DATE} {{word}} {{hour1}}.{{minute}}.{{second}}",
              f"{{text}} {_DATE} {{word}} {{hour1}}.{{minute}}.{{second}} {{half}}")),
    NameRule("windows_snipping", "both", "local", "start", CERTAIN,
             (f"{{text}} {_DATE} {_TIME_6}",)),
    NameRule("xbox_live_api", "both", "utc", "start", LIKELY, (f"{_DATE}T{_TIME}",)),
    NameRule("xbox_live_api", "video", "utc", "start", LIKELY, ("{epoch}",)),
    NameRule("xbox_old", "both", "local", "start", LOW,
             ("{month1}-{day1}-{year}_{hour1}-{minute}-{second}_{half}",), locale_order=True),
    NameRule("halo_5_theatre", "both", "local", "start", LOW,
             (f"{{title}}-{_DATE}_{{hour}}h{{minute}}",)),
    NameRule("medal", "both", "local", "end", LOW,
             (f"MedalTV{{title}}{_DIGITS_14}{{milli}}", f"MedalTV{{title}}{_DIGITS_14}")),
    NameRule("outplayed", "both", "local", "start", LIKELY,
             ("{title} {month1}-{day1}-{year}_{hour1}-{minute1}-{second1}-{milli1}",)),
    NameRule("switch", "both", "local", "end", CERTAIN, (f"{_DIGITS_14}{{number2}}-{{hex32}}",)),
    NameRule("amd_replay", "video", "local", "end", LIKELY,
             (f"{{title}}_replay_{_AMD}", f"{{title}}_replay_{_AMD}_{{number}}")),
    NameRule("amd_recording", "both", "local", "start", LIKELY,
             (f"{{title}}_{_AMD}", f"{{title}}_{_AMD}_{{number}}")),
    NameRule("playstation", "both", "local", "instant", LIKELY, (f"{{named}}_{_DIGITS_14}",)),
    NameRule("xbox_app", "both", "local", "instant", LOW, (f"{{title}}-{_DATE_8}_{_TIME_6}",)),
)  # fmt: skip

FOLDER_RULES: tuple[NameRule, ...] = (
    NameRule("steam_recording", "both", "utc", "start", CERTAIN, _STEAM_CLIP),
)

# Shape and matcher of a pattern stand first: they are looked at for every name. Then its precision.
RuleEntry = tuple[str, Callable[[str], re.Match[str] | None], float | None, NameRule]


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Rules that are ready to match, in the order in which they are tried."""

    image: tuple[RuleEntry, ...]
    video: tuple[RuleEntry, ...]
    folder: tuple[RuleEntry, ...]
    own_image: tuple[RuleEntry, ...] = ()
    own_video: tuple[RuleEntry, ...] = ()


def own_rules(settings: CaptureSettings) -> tuple[NameRule, ...]:
    """The rules that the configuration adds, in its order."""
    return tuple(
        NameRule(
            rule.name, rule.kind, rule.zone, rule.anchor, rule.quality,
            templates=(rule.pattern,) if rule.pattern else (),
            expressions=(rule.regex,) if rule.regex else (),
            precision_seconds=rule.precision_seconds,
        )
        for rule in settings.name_rules
    )  # fmt: skip


def rule_book(own: Iterable[NameRule] = ()) -> RuleBook:
    """The rules of this table, and a user's own, which are tried before.

    Raises:
        ConfigurationError: a pattern is wrong.
    """
    own = tuple(own)
    return RuleBook(
        image=_entries(RULES, "image"),
        video=_entries(RULES, "video"),
        folder=_entries(FOLDER_RULES, ""),
        own_image=_entries(own, "image"),
        own_video=_entries(own, "video"),
    )


def _entries(rules: Iterable[NameRule], kind: Kind | Literal[""]) -> tuple[RuleEntry, ...]:
    return tuple(
        (pattern.shape, pattern.pattern.fullmatch, pattern.precision_seconds, rule)
        for rule in rules
        if rule.kind in ("both", kind)
        for pattern in (
            *map(compile_template, rule.templates),
            *map(compile_expression, rule.expressions),
        )
    )


DEFAULT_RULES = rule_book()
