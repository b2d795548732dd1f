"""The row of `audio_features`: what was heard, what tags claim, and why a value is not there."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from media_assets.music.metadata import AudioMetadata
from media_assets.music.sound.character import NAMES
from media_assets.music.sound.decoding import Part
from media_assets.music.sound.hearing import Heard
from media_assets.music.sound.tag_claims import TagClaims, read_claims
from media_assets.music.sound.timbre import MODEL, SPACE

Source = Literal["measured", "tag", "acousticbrainz"]

METHODS = {
    "bpm": "spectral flux, autocorrelation comb with a log-Gaussian preference, Fourier refinement",
    "key": "correlation with Krumhansl-Kessler profiles, corrected for tuning",
    "loudness_lufs": "ITU-R BS.1770-4, EBU R 128, integrated over the part that was analysed",
    "true_peak_db": "ITU-R BS.1770-4, four times oversampled, of the part that was analysed",
    "dynamic_range": "second peak by the RMS of the loudest fifth of blocks of 3 s (TT DR)",
    **dict.fromkeys(NAMES, "heuristic: a rule of thumb, no listener has judged it"),
}
NO_TAGS = "its tags cannot be read"


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """An AcoustID fingerprint and how it came, or why there is none."""

    text: str | None
    method: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class AudioFeatures:
    """A row of `audio_features` without its `media_id`: names, order and units are the table's."""

    bpm: float | None
    bpm_confidence: float | None
    key: str | None
    scale: str | None
    key_confidence: float | None
    camelot: str | None
    loudness_lufs: float | None
    true_peak_db: float | None
    dynamic_range: float | None
    danceability: float | None
    energy: float | None
    valence: float | None
    acousticness: float | None
    instrumentalness: float | None
    mood_happy: float | None
    mood_aggressive: float | None
    mood_party: float | None
    mood_relaxed: float | None
    analysis_source: Source | None
    bpm_measured: float | None
    bpm_tag: float | None
    key_tag: str | None
    acousticbrainz: str | None
    acoustid_fingerprint: str | None
    analysed_part: Part
    analysed_seconds: float
    method: str
    confidence: str
    reason: str


def describe_features(heard: Heard, metadata: AudioMetadata | None) -> AudioFeatures:
    """The row of one file. `metadata` is None where its tags cannot be read.

    `bpm` shows what was measured; where that failed, the tag, and then AcousticBrainz. The
    fingerprint is the one that is tagged; `with_fingerprint` adds another.
    """
    fingerprint = _tagged_fingerprint(metadata)
    claims = read_claims(metadata) if metadata else TagClaims(None, None, {})
    bpm, source = _shown_tempo(heard, claims)
    level, tonality = heard.level, heard.tonality
    values = {name: judgement.value for name, judgement in heard.character.items()}
    return AudioFeatures(
        bpm=bpm,
        bpm_confidence=heard.tempo.confidence if source == "measured" else None,
        key=tonality.key,
        scale=tonality.scale,
        key_confidence=tonality.confidence,
        camelot=tonality.camelot,
        loudness_lufs=level.lufs,
        true_peak_db=level.true_peak,
        dynamic_range=level.dynamic_range,
        **values,
        analysis_source=source,
        bpm_measured=heard.tempo.bpm,
        bpm_tag=claims.bpm,
        key_tag=claims.key,
        acousticbrainz=_json(claims.acousticbrainz) if claims.acousticbrainz else None,
        acoustid_fingerprint=fingerprint.text,
        analysed_part=heard.part,
        analysed_seconds=heard.seconds,
        method=_json(_methods(heard, source, fingerprint)),
        confidence=_json(_confidences(heard, source)),
        reason=_json(_reasons(heard, bpm, metadata, fingerprint)),
    )


def with_fingerprint(row: AudioFeatures, fingerprint: Fingerprint) -> AudioFeatures:
    """The row with a fingerprint, or the reason why it has none."""
    name = "acoustid_fingerprint"
    method, reason = json.loads(row.method), json.loads(row.reason)
    for told, text in ((method, fingerprint.method), (reason, fingerprint.reason)):
        told.pop(name, None)
        if text is not None:
            told[name] = text
    return replace(
        row, acoustid_fingerprint=fingerprint.text, method=_json(method), reason=_json(reason)
    )


def _tagged_fingerprint(metadata: AudioMetadata | None) -> Fingerprint:
    tagged = metadata.acoustid_fingerprint if metadata else None
    if tagged is None:
        return Fingerprint(None, reason="not tagged, and not computed")
    return Fingerprint(tagged, "as tagged")


def _shown_tempo(heard: Heard, claims: TagClaims) -> tuple[float | None, Source | None]:
    if heard.tempo.bpm is not None:
        return heard.tempo.bpm, "measured"
    if claims.bpm is not None:
        return claims.bpm, "tag"
    told = claims.acousticbrainz.get("bpm")
    return (told, "acousticbrainz") if isinstance(told, float) else (None, None)


def _methods(heard: Heard, source: Source | None, fingerprint: Fingerprint) -> dict[str, str]:
    """How each value that is there came."""
    found = {"bpm": heard.tempo.bpm, "key": heard.tonality.key, **_measured(heard)}
    methods = {name: METHODS[name] for name, value in found.items() if value is not None}
    if source not in (None, "measured"):
        methods["bpm"] = f"as tagged ({source})"
    if heard.vector is not None:
        methods[SPACE] = MODEL
    if fingerprint.method is not None:
        methods["acoustid_fingerprint"] = fingerprint.method
    return methods


def _confidences(heard: Heard, source: Source | None) -> dict[str, float]:
    """How sure each value is, 0 to 1; of a level, the share of the file that was analysed."""
    levels = {
        name: heard.coverage
        for name, value in _levels(heard).items() if value is not None
    }  # fmt: skip
    found = {
        "bpm": heard.tempo.confidence if source == "measured" else None,
        "key": heard.tonality.confidence,
        **levels,
        **{name: one.confidence for name, one in heard.character.items()},
    }
    return {name: round(value, 4) for name, value in found.items() if value is not None}


def _reasons(
    heard: Heard, bpm: float | None, metadata: AudioMetadata | None, fingerprint: Fingerprint
) -> dict[str, str]:
    """Why each value that is not there is not."""
    found: dict[str, str | None] = {
        "bpm_measured": heard.tempo.reason,
        "bpm": heard.tempo.reason if bpm is None else None,
        **dict.fromkeys(("key", "scale", "camelot"), heard.tonality.reason),
        **heard.level.reasons,
        **{name: one.reason for name, one in heard.character.items()},
        "acoustid_fingerprint": fingerprint.reason,
        SPACE: heard.silent,
        "tags": None if metadata else NO_TAGS,
    }
    return {name: reason for name, reason in found.items() if reason is not None}


def _levels(heard: Heard) -> dict[str, float | None]:
    level = heard.level
    return {
        "loudness_lufs": level.lufs,
        "true_peak_db": level.true_peak,
        "dynamic_range": level.dynamic_range,
    }


def _measured(heard: Heard) -> dict[str, float | None]:
    judged = {name: one.value for name, one in heard.character.items()}
    return {**_levels(heard), **judged}


def _json(values: Mapping[str, object]) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))
