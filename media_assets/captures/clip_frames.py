"""Pictures of decoded frames: reduced, turned upright, in ordinary colours."""

from dataclasses import dataclass

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace, Interpolation, VideoReformatter
from PIL import Image

from media_assets.captures.clip_container import translated_errors
from media_assets.captures.clip_metadata import plain_pixel_format
from media_assets.captures.clip_tone import TRANSFERS, displayable
from media_assets.captures.hashes import HASH_SIDE, LOW_DETAIL, detail
from media_assets.captures.picture import fitted_size

BLACK_LEVEL = 26
"""Grey value below which a pixel is black: a tenth, as in FFmpeg's filter `blackdetect`."""

BLACK_SHARE = 0.98
"""Share of black pixels from which a frame is black, from the same filter."""

_UNSPECIFIED = 2  # colour space, ITU-T H.273, table 4
_HD_HEIGHT = 720  # from here on players take untagged colours for BT.709, as the scaler does not
_TURNS = {
    90: Image.Transpose.ROTATE_270,  # Pillow turns the other way round
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}


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


class FramePictures:
    """Turns the frames of one clip into pictures of one size.

    It keeps the scaler: setting one up for each frame costs 1 ms and memory that FFmpeg keeps.
    """

    def __init__(self, shown: tuple[int, int], rotation: int, size: int) -> None:
        """`shown` is width and height as shown; `size` the longest side of the pictures."""
        self._rotation = rotation
        self._size = self._stored(fitted_size(*shown, size))
        self._grey_size = self._stored(fitted_size(*shown, HASH_SIDE))
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
        transfer = TRANSFERS.get(frame.color_trc)
        kind = "rgb48le" if transfer else "rgb24"
        pixels = _scaled(self._colours, frame, self._size, kind).to_ndarray()
        if transfer:
            pixels = displayable(pixels.astype(np.uint16, copy=False), transfer)
        return self._upright(Image.fromarray(pixels))

    def grey(self, frame: VideoFrame) -> Image.Image:
        """Grey values, upright."""
        pixels = _scaled(self._greys, frame, self._grey_size, "gray").to_ndarray()
        return self._upright(Image.fromarray(pixels))

    def _stored(self, size: tuple[int, int]) -> tuple[int, int]:
        """A size as shown, before the rotation."""
        return size[::-1] if self._rotation in {90, 270} else size

    def _upright(self, image: Image.Image) -> Image.Image:
        turn = _TURNS.get(self._rotation)
        return image if turn is None else image.transpose(turn)


def _scaled(
    scaler: VideoReformatter, frame: VideoFrame, size: tuple[int, int], kind: str
) -> VideoFrame:
    untagged = frame.colorspace == _UNSPECIFIED and frame.height >= _HD_HEIGHT
    return scaler.reformat(
        frame,
        *size,
        format=kind,
        # Averaging areas is as sharp as bilinear at this ratio and takes two thirds of its time.
        interpolation=Interpolation.AREA,
        src_colorspace=Colorspace.ITU709 if untagged else None,
        threads=1,
    )
