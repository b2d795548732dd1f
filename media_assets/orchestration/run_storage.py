"""Dagster's SQLite storage of runs, whose files of events stay open while a run writes them.

A run of one player writes some 350 events and asks about assets and partitions hundreds of times.
Dagster opens the file anew for each statement; the last to close an SQLite file in WAL mode writes
all of it back to disk, and a new engine compiles the statement again. Kept open, a run without news
takes half of the time. Files and tables are Dagster's own, and its plain storage reads them.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Self

from dagster import EventLogEntry
from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, QueuePool, create_engine


def with_open_files(found: InstanceRef) -> InstanceRef:
    """An instance whose runs are recorded by SQLite, with the same files kept open.

    One that records them otherwise, for example by PostgreSQL, is given back as it is.
    """
    plain = found.storage_data
    if plain is None or plain.class_name != DagsterSqliteStorage.__name__:
        return found
    ours = ConfigurableClassData(__name__, OpenFilesStorage.__name__, plain.config_yaml)
    return found._replace(storage_data=ours)


class OpenFilesStorage(DagsterSqliteStorage):
    """For `dagster.yaml`: `storage: custom:`, with a `base_dir` as that of `sqlite`."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data)
        self._event_log_storage = OpenFilesEventLog(str(Path(base_dir, "history", "runs")))

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, object]
    ) -> Self:
        return cls.from_local(str(config_value["base_dir"]), inst_data)


class OpenFilesEventLog(SqliteEventLogStorage):
    """One connection to the index of events, and one to the run that was asked for last."""

    @cached_property
    def _engines(self) -> dict[str, Engine]:
        return {}

    @cached_property
    def _known_tables(self) -> set[str]:
        return set()

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock, self._engine(shard).begin() as con:
            yield con

    def _engine(self, shard: str) -> Engine:
        if shard not in self._engines:
            self._close(but={INDEX_SHARD_NAME, shard})
            engine = create_engine(
                self.conn_string_for_shard(shard),
                poolclass=QueuePool,
                pool_size=1,
                connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS},
            )
            self._initdb(engine, for_index_shard=shard == INDEX_SHARD_NAME)
            self._engines[shard] = engine
        return self._engines[shard]

    def _close(self, but: set[str]) -> None:
        """Close files; SQLite writes back what it kept beside each."""
        for shard in self._engines.keys() - but:
            self._engines.pop(shard).dispose()

    def store_event(self, event: EventLogEntry) -> None:
        """Store it, and let those know who follow the run: the UI watches its file for changes.

        While the file is open, SQLite writes beside it.
        """
        super().store_event(event)
        os.utime(self.path_for_shard(event.run_id))

    def has_table(self, table_name: str) -> bool:
        """A table that is there stays, so the file is asked once for each."""
        if table_name not in self._known_tables and super().has_table(table_name):
            self._known_tables.add(table_name)
        return table_name in self._known_tables

    def wipe(self) -> None:
        """Remove all events. Files are closed before, for they are removed too."""
        self._close(but=set())
        super().wipe()

    def dispose(self) -> None:
        """Close all files."""
        self._close(but=set())
        super().dispose()
