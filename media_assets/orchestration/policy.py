"""What holds for every asset, in one place: owners, groups, schema, code version, retries."""

from datetime import timedelta
from typing import TypedDict

import dagster as dg

from media_assets.orchestration.partitions import players
from media_assets.orchestration.tables import column_schema, describe
from media_assets.store.spec import Table

OWNERS = ["team:media-assets"]


class SpecOptions(TypedDict):
    """What `table_options` fills in of an asset or asset specification."""

    key: dg.AssetKey
    description: str
    group_name: str
    owners: list[str]
    kinds: set[str]
    code_version: str
    metadata: dict[str, dg.TableSchema | str]


def table_options(
    table: Table, group: str, kinds: set[str], code_version: str, more: str = ""
) -> SpecOptions:
    """The options of an asset that is a table."""
    database = (
        "players/<player>/stats.duckdb"
        if table.database == "player"
        else "warehouse/shared_matches.duckdb"
    )
    catalog = "stats" if table.database == "player" else "shared_matches"
    return {
        "key": dg.AssetKey(table.name),
        "description": describe(table, more),
        "group_name": group,
        "owners": OWNERS,
        "kinds": kinds,
        "code_version": code_version,
        "metadata": {
            "dagster/column_schema": column_schema(table.columns, table.key),
            "dagster/table_name": f"{catalog}.main.{table.name}",  # as DuckDB calls it
            "database": database,
        },
    }


def player_spec(
    table: Table,
    group: str,
    kinds: set[str],
    code_version: str,
    deps: list[str],
    more: str = "",
) -> dg.AssetSpec:
    """The specification of one player's table."""
    options = table_options(table, group, kinds, code_version, more)
    return dg.AssetSpec(**options, deps=deps, partitions_def=players)


def shared_spec(
    table: Table, group: str, kinds: set[str], code_version: str, deps: list[str], more: str = ""
) -> dg.AssetSpec:
    """The specification of one shared table."""
    return dg.AssetSpec(**table_options(table, group, kinds, code_version, more), deps=deps)


FRESH = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=24))
"""No rescan has come through for a day, of whichever player: Dagster judges an asset as a whole,
and knows no freshness of a partition."""

LATE = {"dagster/priority": "-1"}
"""Op tags of what takes hours over a large library: it begins when nothing else is ready, so that
what takes minutes is published before it."""
