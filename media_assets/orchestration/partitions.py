"""The one partitioning: by player."""

import dagster as dg

PLAYERS = "players"
players = dg.DynamicPartitionsDefinition(name=PLAYERS)
