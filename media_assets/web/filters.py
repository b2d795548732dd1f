"""The filters of the configuration, applied to a body while it comes."""

from media_assets.errors import WebSkippedError
from media_assets.web import content_kind, header_size
from media_assets.web.body import Intake
from media_assets.web.content_kind import ContentKind
from media_assets.web.header_size import Size
from media_assets.web_settings import WebSettings


class Look:
    """What is known of one body: its kind after 4 KiB, its size in pixels after 64 KiB, or when it
    is whole. `size` is only looked for when a filter asks for it.
    """

    def __init__(self, settings: WebSettings) -> None:
        self.kind: ContentKind | None = None
        self.size: Size | None = None
        self._settings = settings
        self._looks_at_size = bool(settings.min_width or settings.min_height)
        self._next_at = content_kind.HEAD_BYTES

    def along(self, intake: Intake) -> None:
        """Look at what has come so far.

        Raises:
            WebSkippedError: a filter leaves it out.
        """
        if intake.size < self._next_at:
            return
        if self.kind is None:
            self._tell_kind(intake.head())
            self._next_at = header_size.HEAD_BYTES
        if self._looks_at_size and intake.size >= self._next_at:
            self._measure(intake.head())
            self._looks_at_size = self.size is None
            self._next_at = self._settings.max_file_size + 1

    def whole(self, intake: Intake) -> ContentKind:
        """The kind of the whole body, after a last look.

        Raises:
            WebSkippedError: a filter leaves it out.
        """
        kind = self.kind or self._tell_kind(intake.head())
        if self._looks_at_size and kind.kind == "image":
            self._measure(intake.content())
        elif self._looks_at_size and kind.kind == "video":
            with intake.opened() as stream:
                self.size = header_size.clip_size(stream, intake.size, kind.extension)
            self._refuse_small()
        return kind

    def _tell_kind(self, head: bytes) -> ContentKind:
        kind = self.kind = content_kind.content_kind(head)
        if kind.kind not in self._settings.types:
            article = "a" if kind.kind == "video" else "an"
            wanted = ", ".join(self._settings.types)
            message = f"is {article} {kind.kind}: not of web.types ({wanted})"
            raise WebSkippedError("KindFiltered", message)
        return kind

    def _measure(self, content: bytes) -> None:
        if self.kind is None or self.kind.kind != "image":
            return
        self.size = header_size.image_size(content, self.kind.extension)
        self._refuse_small()

    def _refuse_small(self) -> None:
        if self.size is None:
            return  # its header cannot be read: the analysis will tell
        width, height = self.size
        for side, least, than in (
            (width, self._settings.min_width, "narrower than web.min_width"),
            (height, self._settings.min_height, "lower than web.min_height"),
        ):
            if side < least:
                raise WebSkippedError("TooSmall", f"{width} x {height} pixels: {than} ({least})")
