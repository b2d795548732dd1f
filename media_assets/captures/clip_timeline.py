"""Where in a clip frames are looked for."""

from dataclasses import dataclass

from av.video.stream import VideoStream

TARGETS = 8
"""Frames of a clip that are looked for."""

FIRST_SHARE, LAST_SHARE = 0.1, 0.9
"""The part of a clip in which key frames are looked for: titles and fades are outside."""

SLACK_SHARE = 0.01
"""Containers round durations: without it a copy in another one would show other key frames."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """Where a clip begins and ends, in units of its stream's time base."""

    stream: VideoStream
    start: int
    length: int
    unit: float

    @property
    def first(self) -> int:
        """Where the part begins in which key frames are looked for."""
        return self.start + round(self.length * FIRST_SHARE)

    @property
    def last(self) -> int:
        """Where that part ends."""
        return self.start + round(self.length * LAST_SHARE)

    def seconds(self, timestamp: int) -> float:
        """Seconds from the start of the clip."""
        return max(0.0, (timestamp - self.start) * self.unit)

    def is_inside(self, timestamp: int) -> bool:
        """Whether it lies in the part in which key frames are looked for, or nearly."""
        slack = round(self.length * SLACK_SHARE)
        return self.first - slack <= timestamp <= self.last + slack

    @property
    def step(self) -> float:
        """From one target to the next."""
        return (self.last - self.first) / (TARGETS - 1)

    def targets(self) -> list[int]:
        """`TARGETS` timestamps, evenly spaced, in ascending order and without repetition."""
        return sorted({self.first + round(self.step * place) for place in range(TARGETS)})


def timeline(stream: VideoStream, duration: float | None) -> Timeline:
    """The timeline of a stream whose clip lasts `duration` seconds."""
    unit = float(stream.time_base or 1)
    start = stream.start_time
    if start is None:
        # Matroska does not say; the first packet has been read and is in the index.
        start = stream.index_entries[0].timestamp if len(stream.index_entries) else 0
    return Timeline(stream, start, round((duration or 0) / unit), unit)
