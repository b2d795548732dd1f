"""The configuration: one typed object, refused with file, key and remedy when it is wrong.

This is the only module that reads the environment.
"""

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import AfterValidator, BaseModel, Field, ValidationError

from media_assets.capture_settings import CaptureSettings, Journeys, TimeZone
from media_assets.embedder_settings import EMBEDDER_KINDS, Embedders, OnnxSettings
from media_assets.errors import ConfigurationError
from media_assets.section import Section
from media_assets.web_settings import LandSettings, WebSettings

DEFAULT_FILE = "media_assets.toml"
SHARED = "shared"
"""The name that the shared tables have among the published folders; no player may have it."""

DOWNLOADS = "downloads"
"""The folder of what lands have fetched, in `data_dir`."""

GIB = 1024**3
MIB = 1024**2

READY_TOKENS = ("SPNKR_SPARTAN_TOKEN", "SPNKR_CLEARANCE_TOKEN")
RENEWING_TOKENS = ("SPNKR_CLIENT_ID", "SPNKR_CLIENT_SECRET", "SPNKR_REFRESH_TOKEN")
REDIRECT_URI = "SPNKR_REDIRECT_URI"
DEFAULT_REDIRECT_URI = "https://localhost"

_CONTROLS = frozenset(map(chr, range(32)))
_LONGEST_PLAYER_NAME = 200  # file names have at most 255, and more is added to it


def _plain_name(name: str) -> str:
    if not name or name in {".", ".."} or any(mark in name for mark in "/\\\0"):
        raise ValueError(f"{name!r} is not a folder name: a single name without '/' is allowed")
    return name


def why_no_player(name: str) -> str | None:
    """Why no player can have this name, which becomes that of folders, locks and a partition."""
    if name.lower() == SHARED:
        return f"{SHARED!r} is the folder of what all players share"
    if _CONTROLS & set(name) or "..." in name:
        return "control characters and '...' cannot stand in a partition's name"
    if len(os.fsencode(name)) > _LONGEST_PLAYER_NAME:
        return f"the name is longer than {_LONGEST_PLAYER_NAME} bytes"
    return None


def _player_name(name: str) -> str:
    if reason := why_no_player(_plain_name(name)):
        raise ValueError(f"{name!r} cannot be a player: {reason}; rename the section")
    return name


def _folder(path: str) -> str:
    if not path or "\0" in path:
        raise ValueError("a folder is needed, relative to this file or absolute")
    return path


FolderName = Annotated[str, AfterValidator(_plain_name)]
PlayerName = Annotated[str, AfterValidator(_player_name)]
Folder = Annotated[str, AfterValidator(_folder)]


CoverSize = Literal[150, 300, 500, 800]
"""Longest side of a thumbnail of a cover, in pixels."""
COVER_SIZES: tuple[CoverSize, ...] = get_args(CoverSize)


class LibrarySettings(Section):
    """What is scanned, and when a scan is not believed."""

    root: Folder = "library"
    max_files_per_scan: int = Field(0, ge=0)
    ignore: tuple[FolderName, ...] = Field(("thumbs", "@eaDir", "#recycle"), strict=False)
    max_missing_share: float = Field(0.2, ge=0, le=1)
    max_missing_files: int = Field(50, ge=0)


class PlayerSettings(Section):
    """One player: who it is in the matches, the zone of the capturing device, the folders.

    `travel` is in order of time, whatever the order in the file.
    """

    xuid: str | None = Field(None, pattern="^[0-9]{1,20}$")
    timezone: TimeZone = "UTC"
    travel: Journeys = Field((), strict=False)
    folders: tuple[Folder, ...] | None = Field(None, strict=False, min_length=1)


class MatchSettings(Section):
    """Where matches come from, and how near a capture must be to one."""

    source: Literal["files", "api"] = "files"
    directory: Folder = "matches"
    tolerance_minutes: float = Field(5, ge=0, le=24 * 60)
    requests_per_second: float = Field(5, ge=0, le=100)
    concurrency: int = Field(8, ge=1, le=64)


class ThumbnailSettings(Section):
    """The posters and previews."""

    size: int = Field(320, ge=16, le=4096)
    preview: Literal["gif", "webp"] = "gif"
    max_share: float = Field(0.25, ge=0, le=100)


class CoverSettings(Section):
    """The sizes of covers that are made at once, for every cover; the others when asked for."""

    sizes_at_once: tuple[CoverSize, ...] = Field((), strict=False)


class AudioSettings(Section):
    """How much of a music file is listened to."""

    seconds: float = Field(60, ge=0, le=3600)
    fingerprint: bool = True


class VectorSettings(Section):
    """How the table of neighbours is made: by comparing all with all, or by asking an index.

    `index_from`: a space with fewer vectors is compared exactly, whatever `index` says.
    """

    index: Literal["exact", "usearch"] = "exact"
    index_from: int = Field(1_000_000, ge=2)


class EngineSettings(Section):
    """The process pool."""

    workers: int = Field(0, ge=0, le=256)
    item_timeout_seconds: float = Field(60, gt=0)
    worker_memory_mib: int = Field(2048, ge=256)


class LimitSettings(Section):
    """What is refused before it is decoded."""

    max_pixels: int = Field(150_000_000, ge=1)
    max_side: int = Field(65_536, ge=1)
    max_image_bytes: int = Field(GIB, ge=1)
    max_embedded_bytes: int = Field(64 * MIB, ge=1)
    max_frames: int = Field(100_000, ge=1)
    max_scans: int = Field(100, ge=1)


class AutomationSettings(Section):
    """How long one tick may look at folders, of the 60 s that Dagster gives it; what it starts."""

    look_seconds: float = Field(30, gt=0, le=50)
    rescans_per_hour: int = Field(48, ge=0, le=240)


class Settings(Section):
    """The whole configuration. Relative folders are taken from `base`, the folder of the file."""

    data_dir: Folder = "data"
    library: LibrarySettings = LibrarySettings()
    players: dict[PlayerName, PlayerSettings] = Field(default_factory=dict)
    captures: CaptureSettings = CaptureSettings()
    matches: MatchSettings = MatchSettings()
    thumbnails: ThumbnailSettings = ThumbnailSettings()
    covers: CoverSettings = CoverSettings()
    audio: AudioSettings = AudioSettings()
    vectors: VectorSettings = VectorSettings()
    engine: EngineSettings = EngineSettings()
    limits: LimitSettings = LimitSettings()
    automation: AutomationSettings = AutomationSettings()
    embedders: Embedders = Field(default_factory=dict)
    web: WebSettings = WebSettings()
    lands: dict[PlayerName, LandSettings] = Field(default_factory=dict)

    base: Path = Field(default_factory=Path.cwd, exclude=True)

    @cached_property
    def data(self) -> Path:
        """Everything that the platform writes."""
        return self._absolute(self.data_dir)

    @cached_property
    def library_root(self) -> Path:
        """The folder whose sub-folders are the players."""
        return self._absolute(self.library.root)

    @cached_property
    def match_directory(self) -> Path:
        """The folder of recorded responses."""
        return self._absolute(self.matches.directory)

    def player(self, name: str) -> PlayerSettings:
        """The settings of a player; one without a section gets the defaults."""
        return self.players.get(name, PlayerSettings())

    def folders(self, player: str) -> tuple[Path, ...]:
        """The folders of a player, absolute, each once; of a land, that of its downloads."""
        if player in self.lands:
            return (self.data / DOWNLOADS / player,)
        folders = self.player(player).folders
        if folders is None:
            return (self.library_root / player,)
        return tuple(dict.fromkeys(self._absolute(folder) for folder in folders))

    def land_folder(self, land: str) -> Path:
        """The folder with the lists and pages of a land, absolute."""
        folder = self.lands[land].folder
        return self._absolute(folder) if folder else self.library_root / land

    def watched(self, player: str) -> tuple[Path, ...]:
        """The folders whose changes mean work for a player: those of a land are its lists."""
        return (self.land_folder(player),) if player in self.lands else self.folders(player)

    def model_file(self, embedder: OnnxSettings) -> Path:
        """The model file of an embedder, absolute."""
        return self._absolute(embedder.file)

    @property
    def workers(self) -> int:
        """Processes of the pool: as configured, else one per core."""
        return self.engine.workers or os.cpu_count() or 1

    def _absolute(self, folder: str) -> Path:
        # Unlike pathlib's, this leaves `~nobody` as it is.
        return Path(os.path.normpath(self.base / os.path.expanduser(folder)))  # noqa: PTH111


def find_file(environment: Mapping[str, str] = os.environ) -> Path | None:
    """The configuration file: the one that `MEDIA_ASSETS_CONFIG` names, else the one here."""
    if named := environment.get("MEDIA_ASSETS_CONFIG"):
        return Path(named)
    here = Path.cwd() / DEFAULT_FILE
    return here if here.is_file() else None


def load_settings(
    file: Path | None = None, environment: Mapping[str, str] = os.environ
) -> Settings:
    """Read the configuration; without a file all defaults apply.

    `MEDIA_ASSETS_LIBRARY`, `MEDIA_ASSETS_MATCHES` and `MEDIA_ASSETS_DATA` override `library.root`,
    `matches.directory` and `data_dir`.

    Raises:
        ConfigurationError: with the file, the key and what is allowed.
    """
    file = file or find_file(environment)
    values: dict[str, Any] = _read(file) if file else {}
    base = file.resolve().parent if file else Path.cwd()
    where = str(file) if file else "the defaults"
    if library := environment.get("MEDIA_ASSETS_LIBRARY"):
        section = values.setdefault("library", {})
        if isinstance(section, dict):
            section["root"] = str(Path.cwd() / library)
            where += " (library.root from MEDIA_ASSETS_LIBRARY)"
            _matches_beside(Path.cwd() / library, values)
    if matches := environment.get("MEDIA_ASSETS_MATCHES"):
        section = values.setdefault("matches", {})
        if isinstance(section, dict):
            section["directory"] = str(Path.cwd() / matches)
            where += " (matches.directory from MEDIA_ASSETS_MATCHES)"
    if data := environment.get("MEDIA_ASSETS_DATA"):
        values["data_dir"] = str(Path.cwd() / data)
        where += " (data_dir from MEDIA_ASSETS_DATA)"
    if "base" in values:
        raise ConfigurationError(f"{where}: key 'base' is not known; remove it")
    try:
        settings = Settings(**values, base=base)
    except ValidationError as error:
        raise ConfigurationError(_explain(where, error)) from error
    _refuse_folders_of_lands(where, settings)
    _refuse_overlap(where, settings)
    return settings


def _matches_beside(library: Path, values: dict[str, Any]) -> None:
    """A library that is named alone brings the `matches` folder beside it, if nothing says else."""
    beside = library.parent / "matches"
    section = values.setdefault("matches", {})
    if isinstance(section, dict) and "directory" not in section and beside.is_dir():
        section["directory"] = str(beside)


@dataclass(frozen=True, slots=True, repr=False)
class AppCredentials:
    """An application and a refresh token that stands for its player: gives tokens for 4 hours."""

    client_id: str
    client_secret: str
    refresh_token: str
    redirect_uri: str


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """What opens the match API: tokens that are ready, what makes new ones, or both.

    Nothing prints the values: there is no `repr`, and no configuration or table has a place for
    them.
    """

    spartan_token: str | None
    clearance_token: str | None
    app: AppCredentials | None


def load_credentials(environment: Mapping[str, str] = os.environ) -> Credentials:
    """The tokens of the match API, which stand in the environment and nowhere else.

    Raises:
        ConfigurationError: neither set of variables is complete, or a value cannot be a token.
    """
    found = {
        name: value.strip()
        for name in (*READY_TOKENS, *RENEWING_TOKENS, REDIRECT_URI)
        if (value := environment.get(name, "")).strip()
    }
    for name, value in found.items():
        if not (value.isascii() and value.isprintable()):
            raise ConfigurationError(f"{name}: holds characters that no token has; set it anew")
    ready = all(name in found for name in READY_TOKENS)
    renewing = all(name in found for name in RENEWING_TOKENS)
    if not ready and not renewing:
        missing = [name for name in (*READY_TOKENS, *RENEWING_TOKENS) if name not in found]
        raise ConfigurationError(
            'matches.source = "api" needs tokens in the environment: '
            f"{' and '.join(READY_TOKENS)}, or {', '.join(RENEWING_TOKENS)} (and {REDIRECT_URI} if "
            f"the application has another than {DEFAULT_REDIRECT_URI}); "
            f"not set: {', '.join(missing)}"
        )
    app = None
    if renewing:
        redirect = found.get(REDIRECT_URI, DEFAULT_REDIRECT_URI)
        client_id, client_secret, refresh_token = (found[name] for name in RENEWING_TOKENS)
        app = AppCredentials(client_id, client_secret, refresh_token, redirect)
    spartan, clearance = (found[name] if ready else None for name in READY_TOKENS)
    return Credentials(spartan, clearance, app)


def dagster_home(settings: Settings, environment: Mapping[str, str] = os.environ) -> Path:
    """Where runs are recorded: DAGSTER_HOME, else here if there is a dagster.yaml, else data."""
    if named := environment.get("DAGSTER_HOME"):
        return Path(named)
    here = Path.cwd()
    return here if (here / "dagster.yaml").is_file() else settings.data / "dagster"


def _read(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as stream:
            return tomllib.load(stream)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{file}: not valid TOML: {error}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{file}: not UTF-8: {error}") from error
    except OSError as error:
        raise ConfigurationError(
            f"{file}: cannot be read ({error.strerror}); "
            "write one with 'media-assets init', or correct MEDIA_ASSETS_CONFIG"
        ) from error


def _explain(where: str, error: ValidationError) -> str:
    lines = []
    for problem in error.errors():
        key = _key(problem["loc"])
        if problem["type"] == "extra_forbidden":
            fields = _section(problem["loc"][:-1]).model_fields
            names = {field.alias or name for name, field in fields.items()}
            allowed = ", ".join(sorted(names - {"base"}))
            lines.append(f"key '{key}' is not known; allowed here: {allowed}")
        else:
            text = problem["msg"].removeprefix("Value error, ")
            lines.append(f"key '{key}': {text} (is: {problem['input']!r})")
    return "\n".join(f"{where}: {line}" for line in lines)


def _key(location: tuple[int | str, ...]) -> str:
    """As it is written; pydantic names the kind of an embedder too."""
    parts = [str(part) for part in location if part != "[key]"]
    if parts[:1] == ["embedders"] and parts[2:3] and parts[2] in EMBEDDER_KINDS:
        del parts[2]
    return ".".join(parts)


def _section(location: tuple[int | str, ...]) -> type[BaseModel]:
    section: type[BaseModel] = Settings
    parts = iter(location)
    for name in parts:
        if field := section.model_fields.get(str(name)):
            section = _model_in(field.annotation) or section
            if get_origin(field.annotation) is dict:
                next(parts, None)  # the name of a player is no field, even where it looks like one
        else:
            section = EMBEDDER_KINDS.get(str(name), section)
    return section


def _model_in(annotation: object) -> type[BaseModel] | None:
    """The section in the type of a field: itself, or what it has many of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)


def _refuse_folders_of_lands(where: str, settings: Settings) -> None:
    """They would be passed over: the library of a land is what it has fetched."""
    for name in settings.lands:
        if settings.player(name).folders is not None:
            raise ConfigurationError(
                f"{where}: key 'players.{name}.folders': {name} is a land, whose library is what "
                f"it fetches; name the folder of its lists by lands.{name}.folder"
            )


def _refuse_overlap(where: str, settings: Settings) -> None:
    """`data_dir` inside a folder that is read would be read; the other way round, overwritten."""
    data = _real(settings.data)
    for key, folder in _read_folders(settings):
        real = _real(folder)
        if real == data or real in data.parents or data in real.parents:
            raise ConfigurationError(
                f"{where}: key 'data_dir' ({settings.data}) and key '{key}' ({folder}) "
                "overlap; neither may lie inside the other"
            )


def _read_folders(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Each folder that is scanned or read, with the key that names it."""
    yield "library.root", settings.library_root
    for name in settings.lands:
        yield f"lands.{name}.folder", settings.land_folder(name)
    for name, player in settings.players.items():
        if name in settings.lands:
            continue
        key = "library.root" if player.folders is None else f"players.{name}.folders"
        for folder in settings.folders(name):
            yield key, folder
    if "directory" in settings.matches.model_fields_set:
        yield "matches.directory", settings.match_directory


def _real(folder: Path) -> Path:
    return Path(os.path.realpath(folder))  # unlike `resolve`, it bears links in a circle
