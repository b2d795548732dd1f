"""What was attempted for a match, as bits of `match_registry.backfill_completed`."""

from enum import IntFlag


class Backfill(IntFlag):
    """A set bit means "attempted", not "there": `EVENTS` is set for a film that is missing too."""

    MEDALS = 1
    EVENTS = 2
    SKILL = 4
    PERSONAL_SCORES = 8
    PERFORMANCE_SCORES = 16
    ACCURACY = 32
    SHOTS = 64
    ENEMY_MMR = 128
    ASSETS = 256
    PARTICIPANTS = 512
    PARTICIPANTS_SCORES = 1024
    PARTICIPANTS_KDA = 2048
    PARTICIPANTS_SHOTS = 4096
    PARTICIPANTS_DAMAGE = 8192
    ALIASES = 16384
    PARTICIPANTS_AVG_LIFE = 32768


FROM_STATS = (
    Backfill.MEDALS
    | Backfill.PERSONAL_SCORES
    | Backfill.ACCURACY
    | Backfill.SHOTS
    | Backfill.PARTICIPANTS
    | Backfill.PARTICIPANTS_SCORES
    | Backfill.PARTICIPANTS_KDA
    | Backfill.PARTICIPANTS_SHOTS
    | Backfill.PARTICIPANTS_DAMAGE
    | Backfill.PARTICIPANTS_AVG_LIFE
)
"""What comes with a stats response."""

FROM_SKILL = Backfill.SKILL | Backfill.ENEMY_MMR
"""What comes with a skill response."""

FROM_FILM = Backfill.EVENTS | Backfill.ALIASES
"""What comes with a film, or with the knowledge that there is none."""
