"""Every error that this package raises on purpose.

MediaAssetsError
├── ConfigurationError      a setting is wrong: file, key and remedy
│   └── DecisionError           what was to be decided cannot be; nothing was
├── StoreError              a database cannot be used
│   ├── StoreLockedError    another process holds it past the deadline
│   └── MigrationError      a migration failed or the file is newer than this program
├── LibraryError            a folder cannot be scanned
├── LandInputError          a list or page of a land cannot be read
├── UnusableUrlError        an address cannot be used: becomes the problem of one row
├── MediaError              one media file cannot be used: becomes a row of `media_failures`
│   ├── UnreadableMediaError    the file cannot be opened or read
│   ├── EmptyMediaError         zero bytes, or a placeholder of a cloud folder
│   ├── DisguisedMediaError     not what its extension says: a playlist, a text, a document
│   ├── CorruptMediaError       a decoder refused it
│   ├── UnsupportedMediaError   a format that no decoder here knows
│   ├── LimitExceededError      over one of the limits that are checked before decoding
│   ├── NotEligibleError        nothing is wrong with it: it has not what a stage is made from
│   ├── VectorError             what was computed of it is no vector of its space
│   └── EmbeddingError          a model makes no vector of its words
├── MatchDataError          a recorded response or film chunk cannot be used
├── TakeOverError           a LevelUp database cannot be taken over
├── EmbedderError           a model gives no usable vectors: the rest waits for the next run
│   └── EmbedderCallError       to one call; the next one may succeed
├── SearchError             an index cannot be used
├── WebError                one URL of the web cannot be had: becomes a row of its land
│   ├── WebCallError        no usable answer came; it tells whether the next attempt may get one
│   ├── WebRefusedError     it may not be asked for: its address, its scheme, its host's wish
│   └── WebSkippedError     a filter leaves out what it leads to
├── ApiError                the match API gives no usable answer
│   ├── ApiCallError        to one call: becomes a row of `fetch_gaps`
│   ├── ApiTokenError       it refuses the tokens: the message names the variables to set
│   └── ApiDownError        to nobody, or only much later: the next sync goes on from here
└── EngineError             the process pool cannot run
    ├── ItemTimeoutError    one item took longer than its time limit
    └── ItemCrashedError    one item ended its process
"""


class MediaAssetsError(Exception):
    """The root: `except MediaAssetsError` catches all that this package raises on purpose."""


class ConfigurationError(MediaAssetsError):
    """A setting is wrong; the message names the file, the key and what is allowed."""


class DecisionError(ConfigurationError):
    """A person's decision cannot be taken as it was asked for, and nothing was decided."""


class StoreError(MediaAssetsError):
    """A database cannot be used."""


class StoreLockedError(StoreError):
    """Another process holds the database past the deadline."""


class MigrationError(StoreError):
    """A migration failed, or the file was written by a newer version of this program."""


class LibraryError(MediaAssetsError):
    """A folder cannot be scanned."""


class LandInputError(MediaAssetsError):
    """A list, a saved page or their folder cannot be read; the message names it and the remedy."""


class UnusableUrlError(MediaAssetsError):
    """An address cannot be used; the message says why and does not repeat the address."""


class MediaError(MediaAssetsError):
    """One media file cannot be used. It becomes a row, never the end of a run."""


class UnreadableMediaError(MediaError):
    """The file cannot be opened or read."""


class EmptyMediaError(MediaError):
    """The file has no bytes, or is a placeholder whose bytes are elsewhere."""


class DisguisedMediaError(MediaError):
    """The content is not what the extension says, and no decoder may follow it."""


class CorruptMediaError(MediaError):
    """A decoder refused the content."""


class UnsupportedMediaError(MediaError):
    """A format that no decoder here knows."""


class LimitExceededError(MediaError):
    """Over one of the limits that are checked before decoding."""


class NotEligibleError(MediaError):
    """Nothing is wrong with it: it has not what a stage is made from. That is no failure."""


class VectorError(MediaError):
    """What was computed of it is no vector of its space; it is not stored, not even as zeros."""


class EmbeddingError(MediaError):
    """A model makes no vector of its words, though it does of others."""


class MatchDataError(MediaAssetsError):
    """A recorded response or a film chunk cannot be used."""


class TakeOverError(MediaAssetsError):
    """A LevelUp database cannot be taken over; nothing was dropped from it."""


class EmbedderError(MediaAssetsError):
    """A model, or the server that has it, gives no usable vectors; no media is at fault."""


class EmbedderCallError(EmbedderError):
    """One call got no answer. What it asked for stays pending, and the next call is made."""


class SearchError(MediaAssetsError):
    """An index cannot be read or written; the next run makes it anew."""


class WebError(MediaAssetsError):
    """One URL of the web cannot be had. It becomes a row, never the end of a run.

    `error_class`: a short name of what happened. `final`: asking again by itself is of no use.
    """

    def __init__(self, error_class: str, message: str, *, final: bool = True) -> None:
        super().__init__(message)
        self.error_class = error_class
        self.final = final


class WebCallError(WebError):
    """No usable answer came.

    `again`: the next attempt may get one, even now. `wait`: seconds that the server asks to wait
    first, if it does. `of_host`: it tells of the host's health, not of this URL.
    """

    def __init__(
        self, error_class: str, message: str, *, final: bool = False, again: bool = False,
        of_host: bool = False, wait: float | None = None,
    ) -> None:  # fmt: skip
        super().__init__(error_class, message, final=final)
        self.again = again
        self.of_host = of_host
        self.wait = wait


class WebRefusedError(WebError):
    """It may not be asked for, or its host asks not to take it."""


class WebSkippedError(WebError):
    """A filter leaves out what was found there."""


class ApiError(MediaAssetsError):
    """The match API gives no usable answer. No message holds a token."""


class ApiCallError(ApiError):
    """One call got no usable answer. It becomes a row, never the end of a sync.

    `status` is that of HTTP, None where there was no whole answer. `final`: asking again soon is of
    no use.
    """

    def __init__(self, message: str, status: int | None = None, *, final: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.final = final


class ApiTokenError(ApiError):
    """The API refuses the tokens; the message names the environment variables to set."""


class ApiDownError(ApiError):
    """The API answers nobody, or asks to wait for long."""


class EngineError(MediaAssetsError):
    """The process pool cannot run."""


class ItemTimeoutError(EngineError):
    """One item took longer than its time limit."""


class ItemCrashedError(EngineError):
    """One item ended the process that worked on it."""
