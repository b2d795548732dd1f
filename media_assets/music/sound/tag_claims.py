"""What tags say of tempo, key and mood: kept beside what is measured, and never mixed with it.

AcousticBrainz classified recordings; Picard's plugin writes the probability of each class under
`ab:hi:<classifier>:<class>` and some measurements under `ab:lo:<group>:<name>`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite

from media_assets.music.metadata import AudioMetadata
from media_assets.music.tag_values import bpm as parse_bpm

CLASSES: dict[str, tuple[str, str, str]] = {
    "danceability": ("danceability", "danceable", "not_danceable"),
    "mood_acoustic": ("acousticness", "acoustic", "not_acoustic"),
    "mood_aggressive": ("mood_aggressive", "aggressive", "not_aggressive"),
    "mood_electronic": ("mood_electronic", "electronic", "not_electronic"),
    "mood_happy": ("mood_happy", "happy", "not_happy"),
    "mood_party": ("mood_party", "party", "not_party"),
    "mood_relaxed": ("mood_relaxed", "relaxed", "not_relaxed"),
    "mood_sad": ("mood_sad", "sad", "not_sad"),
    "tonal_atonal": ("tonal", "tonal", "atonal"),
    "voice_instrumental": ("instrumentalness", "instrumental", "voice"),
}
"""Of each classifier: what its probability is called here, its class, and the opposite one."""


@dataclass(frozen=True, slots=True)
class TagClaims:
    """Beats/min and key as tagged, and what `ab:` tags say by the names of our columns."""

    bpm: float | None
    key: str | None
    acousticbrainz: dict[str, float | str]


def read_claims(metadata: AudioMetadata) -> TagClaims:
    """What the tags of one file claim."""
    named = dict(_acousticbrainz(metadata.tags))
    found: dict[str, float | str] = {}
    for classifier, (name, positive, negative) in CLASSES.items():
        probability = _probability(named, classifier, positive, negative)
        if probability is not None:
            found[name] = probability
    tempo = parse_bpm(named.get("lo:rhythm:bpm", ""))
    if tempo is not None:
        found["bpm"] = tempo
    key, scale = named.get("lo:tonal:key_key"), named.get("lo:tonal:key_scale")
    if key:
        found["key"] = key
    if scale in ("major", "minor"):
        found["scale"] = scale
    return TagClaims(metadata.bpm, metadata.key, found)


def _acousticbrainz(tags: str | None) -> Iterator[tuple[str, str]]:
    """Names behind `ab:` and their first values, in lower case, in whatever container.

    `TXXX:ab:hi:...`, `----:com.apple.iTunes:ab:hi:...`, `AB:HI:...` of Vorbis and APEv2.
    """
    if not tags:
        return
    for name, value in json.loads(tags).items():
        _, found, rest = f":{name.lower()}".partition(":ab:")
        first = value[0] if isinstance(value, list) and value else value
        if found and isinstance(first, str | int | float):
            yield rest.replace(" ", "_"), str(first).strip()


def _probability(
    named: dict[str, str], classifier: str, positive: str, negative: str
) -> float | None:
    """The probability of a class, or one less that of its opposite; both stand for one choice."""
    direct = _share(named.get(f"hi:{classifier}:{positive}"))
    if direct is not None:
        return direct
    opposite = _share(named.get(f"hi:{classifier}:{negative}"))
    return None if opposite is None else 1 - opposite


def _share(text: str | None) -> float | None:
    try:
        value = float(text) if text is not None else None
    except ValueError:
        return None
    return value if value is not None and isfinite(value) and 0 <= value <= 1 else None
