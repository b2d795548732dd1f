"""Pictures of decoded frames: reduced, turned upright, in ordinary colours."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace, Interpolation, VideoReformatter
from av.video.stream import VideoStream
from PIL import Image

from media_assets.captures.clip_container import shown_size
from media_assets.captures.clip_layout import UPRIGHT, Turn
from media_assets.captures.clip_metadata import plain_pixel_format
from media_assets.captures.clip_tone import TRANSFERS, Transfer, displayable
from media_assets.captures.hashes import HASH_SIDE, LOW_DETAIL, detail, perceptual_hash
from media_assets.captures.picture import fitted_size
from media_assets.demuxer import translated_errors

POSTER_SHARE = 0.1
"""Where the poster is taken from: the frame that is nearest to a tenth of the clip."""

BLACK_LEVEL = 26
"""Grey value below which a pixel is black: a tenth, as in FFmpeg's filter `blackdetect`."""

BLACK_SHARE = 0.98
"""Share of black pixels from which a frame is black, from the same filter."""

UNSPECIFIED = 2  # of transfer characteristics and matrix, ITU-T H.273, tables 3 and 4
_MATRICES = {
    1: Colorspace.ITU709,
    4: Colorspace.FCC,
    5: Colorspace.ITU601,
    6: Colorspace.ITU601,
    7: Colorspace.SMPTE240M,
    9: Colorspace.BT2020,
    10: Colorspace.BT2020,
}
"""The scaler's names of the matrices of H.273."""
_HD_HEIGHT = 720  # from here on players take untagged colours for BT.709, as the scaler does not
_ROTATIONS = {
    90: Image.Transpose.ROTATE_270,  # Pillow turns the other way round
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, slots=True)
class Display:
    """How a clip wants to be shown, as its container says.

    `size` is width and height as shown, in pixels. `transfer` and `matrix` are its colours by their
    numbers in ITU-T H.273; they count where the decoded frames do not name theirs.
    """

    size: tuple[int, int]
    turn: Turn = UPRIGHT
    transfer: int = UNSPECIFIED
    matrix: int = UNSPECIFIED


@dataclass(frozen=True, slots=True)
class ClipFrame:
    """One frame of a clip, upright.

    `seconds` counts from the start of the clip. `image` is RGB, its longest side the size that was
    asked for; `grey` has `HASH_SIDE` pixels there whatever was asked for, so that hashes of it do
    not depend on the size of thumbnails (of HDR its values are those of the signal). `inside` says
    whether it lies in the part of the clip whose frames are hashed. `pixel_format` is FFmpeg's name
    for the decoded frame.
    """

    seconds: float
    image: Image.Image
    grey: Image.Image
    inside: bool
    pixel_format: str

    @property
    def says_little(self) -> bool:
        """Near-black, or blank: no poster if there is another, and its hash means nothing."""
        black = sum(self.grey.histogram()[:BLACK_LEVEL])
        if black >= BLACK_SHARE * self.grey.width * self.grey.height:
            return True
        return detail(self.grey) < LOW_DETAIL


def read_display(stream: VideoStream, turn: Turn) -> Display | None:
    """How a stream is to be shown; None where it says no size. Asked before it is decoded."""
    size = shown_size(stream, turn)
    if size is None:
        return None
    return Display(size, turn, stream.codec_context.color_trc, stream.codec_context.colorspace)


class FramePictures:
    """Turns the frames of one clip into pictures of one size.

    It keeps the scaler: setting one up for each frame costs 1 ms and memory that FFmpeg keeps.
    """

    def __init__(self, display: Display, size: int) -> None:
        """`size` is the longest side of the pictures."""
        self._display = display
        self._size = self._stored(fitted_size(*display.size, size))
        self._grey_size = self._stored(fitted_size(*display.size, HASH_SIDE))
        self._colours, self._greys = VideoReformatter(), VideoReformatter()

    def clip_frame(self, frame: VideoFrame, seconds: float, inside: bool) -> ClipFrame:
        """Both pictures of one frame.

        Raises:
            CorruptMediaError, UnsupportedMediaError: the scaler does not take the frame.
        """
        with translated_errors():
            image, grey = self.image(frame), self.grey(frame)
        return ClipFrame(seconds, image, grey, inside, plain_pixel_format(frame.format.name))

    def image(self, frame: VideoFrame) -> Image.Image:
        """RGB, upright; high dynamic range is brought down to what a screen shows."""
        transfer = self._transfer(frame)
        kind = "rgb48le" if transfer else "rgb24"
        pixels = self._scaled(self._colours, frame, self._size, kind).to_ndarray()
        if transfer:
            pixels = displayable(pixels.astype(np.uint16, copy=False), transfer)
        return self._upright(Image.fromarray(pixels))

    def grey(self, frame: VideoFrame) -> Image.Image:
        """Grey values, upright."""
        pixels = self._scaled(self._greys, frame, self._grey_size, "gray").to_ndarray()
        return self._upright(Image.fromarray(pixels))

    def _scaled(
        self, scaler: VideoReformatter, frame: VideoFrame, size: tuple[int, int], kind: str
    ) -> VideoFrame:
        return scaler.reformat(
            frame,
            *size,
            format=kind,
            # Averaging areas is as sharp as bilinear at this ratio, in two thirds of its time.
            interpolation=Interpolation.AREA,
            src_colorspace=self._matrix(frame),
            threads=1,
        )

    def _matrix(self, frame: VideoFrame) -> Colorspace | None:
        """Of a frame that does not name its own."""
        if frame.colorspace != UNSPECIFIED:
            return None
        if self._display.matrix in _MATRICES:
            return _MATRICES[self._display.matrix]
        if self._transfer(frame):
            return Colorspace.BT2020
        return Colorspace.ITU709 if frame.height >= _HD_HEIGHT else None

    def _transfer(self, frame: VideoFrame) -> Transfer | None:
        own = frame.color_trc
        return TRANSFERS.get(self._display.transfer if own == UNSPECIFIED else own)

    def _stored(self, size: tuple[int, int]) -> tuple[int, int]:
        """A size as shown, before the rotation."""
        return size[::-1] if self._display.turn.rotation in {90, 270} else size

    def _upright(self, image: Image.Image) -> Image.Image:
        turn = self._display.turn
        if turn.mirrored:
            image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        rotation = _ROTATIONS.get(turn.rotation)
        return image if rotation is None else image.transpose(rotation)


def poster_frame(frames: Sequence[ClipFrame], seconds: float | None) -> ClipFrame:
    """The one nearest to a tenth of a clip of `seconds` that shows something, else the nearest."""
    wanted = (seconds or 0) * POSTER_SHARE
    nearest = sorted(frames, key=lambda frame: abs(frame.seconds - wanted))
    return next((frame for frame in nearest if not frame.says_little), nearest[0])


def frame_hashes(frames: Sequence[ClipFrame]) -> str:
    """JSON, `[[seconds, "hex"], ...]` by time; black and blank frames are left out."""
    inside = [frame for frame in frames if frame.inside] or frames
    return json.dumps(
        [
            (round(frame.seconds, 3), perceptual_hash(frame.grey))
            for frame in inside
            if not frame.says_little
        ]
    )
