"""Resources: the platform that the configuration describes, and the shared tables to read."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import duckdb
from dagster_duckdb import DuckDBResource
from pydantic import Field

from media_assets.stages.platform import Platform
from media_assets.store.connect import connect


class PlatformResource(dg.ConfigurableResource):
    """The configuration, read when a step runs, never at import."""

    config_file: str = Field(
        default="",
        description="Path of media_assets.toml. Empty: what MEDIA_ASSETS_CONFIG names, else "
        "media_assets.toml in the current folder, else the defaults.",
    )

    def load(self) -> Platform:
        """The platform; a wrong configuration raises with file, key and remedy."""
        return Platform.load(Path(self.config_file) if self.config_file else None)


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
        file = Path(self.database) if self.database else self.platform.load().shared_database()
        with connect(file, read_only=True) as con:
            yield con
