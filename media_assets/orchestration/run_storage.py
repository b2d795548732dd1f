"""Dagster's SQLite storage of runs, which keeps the index of events open.

A run of one player writes some 400 events and asks the index about assets and partitions hundreds
of times. Dagster opens the file anew for each statement; the last to close an SQLite file in WAL
mode writes all of it back to disk, and a new engine compiles the statement again. Kept open, a run
without news takes three fifths of the time. Files and tables are Dagster's own, and its plain
storage reads them.

The file of each run is opened and closed as before: the UI follows a run by watching it change.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Self

from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, QueuePool, create_engine


def with_open_index(found: InstanceRef) -> InstanceRef:
    """An instance whose runs are recorded by SQLite, with the same files and an index kept open.

    One that records them otherwise, for example by PostgreSQL, is given back as it is.
    """
    plain = found.storage_data
    if plain is None or plain.class_name != DagsterSqliteStorage.__name__:
        return found
    ours = ConfigurableClassData(__name__, OpenIndexStorage.__name__, plain.config_yaml)
    return found._replace(storage_data=ours)


class OpenIndexStorage(DagsterSqliteStorage):
    """For `dagster.yaml`: `storage: custom:`, with a `base_dir` as that of `sqlite`."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data)
        self._event_log_storage = OpenIndexEventLog(str(Path(base_dir, "history", "runs")))

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, object]
    ) -> Self:
        return cls.from_local(str(config_value["base_dir"]), inst_data)


class OpenIndexEventLog(SqliteEventLogStorage):
    """One connection to the index of events, used again by one statement after the other."""

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        if shard != INDEX_SHARD_NAME:
            with super()._connect(shard) as con:
                yield con
            return
        with self._db_lock, self._index.begin() as con:
            yield con

    @cached_property
    def _index(self) -> Engine:
        engine = create_engine(
            self.conn_string_for_shard(INDEX_SHARD_NAME),
            poolclass=QueuePool,
            pool_size=1,
            connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS},
        )
        self._initdb(engine, for_index_shard=True)
        return engine

    @cached_property
    def _known_tables(self) -> set[str]:
        return set()

    def has_table(self, table_name: str) -> bool:
        """A table that is there stays, so the file is asked once for each."""
        if table_name not in self._known_tables and super().has_table(table_name):
            self._known_tables.add(table_name)
        return table_name in self._known_tables

    def dispose(self) -> None:
        """Close the index: SQLite writes back what it kept beside the file."""
        if "_index" in self.__dict__:
            self._index.dispose()
        super().dispose()
