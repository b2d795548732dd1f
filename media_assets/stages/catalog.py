"""The stages of the analysis: what each applies to, and what makes its result outdated."""

from dataclasses import dataclass
from typing import Literal

from media_assets.library.kinds import Kind
from media_assets.settings import Settings

StageName = Literal[
    "image_metadata", "video_metadata", "audio_metadata", "embedded_covers", "thumbnails",
    "media_vectors", "audio_features",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage. Raising `version` computes it again for every media, and nothing else."""

    name: StageName
    kinds: tuple[Kind, ...]
    version: int


STAGES: tuple[Stage, ...] = (
    Stage("image_metadata", ("image",), 2),
    Stage("video_metadata", ("video",), 2),
    Stage("audio_metadata", ("audio",), 2),
    Stage("embedded_covers", ("audio",), 1),
    Stage("thumbnails", ("image", "video", "audio"), 2),
    Stage("media_vectors", ("image", "video"), 2),
    Stage("audio_features", ("audio",), 2),
)

QUICK_STAGES: tuple[Stage, ...] = tuple(stage for stage in STAGES if stage.name != "audio_features")
"""All but the one that decodes music, which takes a hundred times as long as reading its tags."""

STAGE_NAMES: tuple[StageName, ...] = tuple(stage.name for stage in STAGES)


def result_settings(stage: Stage, kind: Kind, settings: Settings) -> str:
    """The settings that shape the stage's result: another text makes the result outdated."""
    if stage.name == "audio_features":
        return f"seconds={settings.audio.seconds:g} fingerprint={settings.audio.fingerprint}"
    if stage.name != "thumbnails":
        return ""
    size = f"size={settings.thumbnails.size}"
    return f"{size} preview={settings.thumbnails.preview}" if kind == "video" else size


def failure_settings(stage: Stage, kind: Kind, settings: Settings) -> str:
    """The settings that a failure may hang on: another text makes it worth a new try at once."""
    limits = settings.limits
    engine = settings.engine
    return (
        f"{result_settings(stage, kind, settings)} pixels={limits.max_pixels} "
        f"side={limits.max_side} image={limits.max_image_bytes} "
        f"embedded={limits.max_embedded_bytes} frames={limits.max_frames} "
        f"scans={limits.max_scans} "
        f"seconds={engine.item_timeout_seconds:g} memory={engine.worker_memory_mib}"
    ).strip()
