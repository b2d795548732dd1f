"""Tables of how much work there was and how fast it went: what is watched from outside."""

from media_assets.store.spec import Column, Table

SCAN_FIGURES = Table(
    "scan_figures",
    "player",
    "the latest scan, or the latest analysis of a kind, that wrote anything",
    ("step",),
    (
        Column("step", "VARCHAR", "`scan`; `analysis`; `hearing`: the analysis of sound alone, "
               "which is slow.", required=True),
        Column("files", "BIGINT", "Media files that the scan saw, or that were analysed.", "files",
               required=True),
        Column("failed", "BIGINT", "Paths that the scan could not look at, or files of which a stage "
               "failed.", "files", required=True),
        Column("rows_written", "BIGINT", "Rows written.", "rows", required=True),
        Column("seconds", "DOUBLE", "How long it took; of an analysis that was ended, until its last "
               "batch.", "s", required=True),
        Column("peak_memory_bytes", "BIGINT", "Largest resident memory of its process and of each of "
               "its workers, added up; NULL where the system does not tell.", "bytes"),
        Column("ended_at", "TIMESTAMP", "When, UTC.", required=True),
    ),
)  # fmt: skip

ANALYSIS_TOTALS = Table(
    "analysis_totals",
    "player",
    "how often media of one kind were analysed, since there is this database",
    ("kind",),
    (
        Column("kind", "VARCHAR", "`image`, `video` or `audio`.", required=True),
        Column("processed", "BIGINT", "Once for each analysis of a medium that came to an end, whatever "
               "its end.", "media", required=True),
        Column("failed", "BIGINT", "Those of them in which a stage failed.", "media", required=True),
    ),
)  # fmt: skip

FIGURE_TABLES = (SCAN_FIGURES, ANALYSIS_TOTALS)
