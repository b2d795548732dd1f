"""Resources: the platform that the configuration describes, and the shared tables to read."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import dagster as dg
import duckdb
from dagster_duckdb import DuckDBResource
from pydantic import Field

from media_assets.errors import ConfigurationError
from media_assets.orchestration.abandoned import sign_of_life
from media_assets.stages.platform import SHARED, Platform
from media_assets.store.connect import connect


class PlatformResource(dg.ConfigurableResource):
    """The configuration, read when a step runs, never at import."""

    config_file: str = Field(
        default="",
        description="Path of media_assets.toml. Empty: what MEDIA_ASSETS_CONFIG names, else "
        "media_assets.toml in the current folder, else the defaults.",
    )

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["PlatformResource"]:
        """While the resource lives, so does the process that executes the run."""
        with ExitStack() as stack:
            if context.run is not None:
                with suppress(ConfigurationError):  # the step that loads it says what is wrong
                    stack.enter_context(sign_of_life(self.load(), context.run.run_id))
            yield self

    loopback_port: int = Field(
        default=0,
        description="For tests: the port of a server on 127.0.0.1 that answers in place of the "
        "match API. 0: the API itself.",
    )

    def load(self) -> Platform:
        """The platform; a wrong configuration raises with file, key and remedy."""
        platform = Platform.load(Path(self.config_file) if self.config_file else None)
        if not self.loopback_port:
            return platform
        return replace(platform, route=replace(platform.route, loopback_port=self.loopback_port))


class SharedMatchesResource(DuckDBResource):
    """The shared tables, read-only, in connections that are closed also after an error."""

    platform: dg.ResourceDependency[PlatformResource]
    database: str = Field(
        default="",
        description="Path of shared_matches.duckdb. Empty: the one below data_dir.",
    )

    @contextmanager
    def get_connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A short connection that waits for writers, reads in UTC and cannot write."""
        platform = self.platform.load()
        named = Path(self.database) if self.database else None
        with connect(named, read_only=True) if named else platform.reading(SHARED) as con:
            yield con
