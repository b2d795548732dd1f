"""Analyse all files of a folder in this very process and write down what it asks of the system.

Run as a program: `recorded_run.py FOLDER`. Prints one JSON object: `asked` has the audit events of
connections and programs, `errors` the class of error by file name, but not that of its sound. Here
no worker process takes sockets and programs away: what counts is that nobody asks for them.
"""

import json
import os
import sys
from pathlib import Path

ASKING = ("socket.", "subprocess.", "os.exec", "os.posix_spawn", "os.spawn", "os.system", "os.fork",
          "urllib.", "http.", "ftplib.", "pty.", "webbrowser.")  # fmt: skip


def main(folder: Path) -> None:
    """Record."""
    from media_assets.library.kinds import KIND_OF
    from media_assets.settings import LimitSettings, ThumbnailSettings
    from media_assets.stages.catalog import STAGES
    from media_assets.stages.products import WorkItem, WorkOptions, make_products, prepare_worker

    prepare_worker()
    asked: list[str] = []
    sys.addaudithook(
        lambda event, values: (
            asked.append(f"{event} {values!r}") if event.startswith(ASKING) else None
        )
    )
    pictures = folder / "pictures"
    pictures.mkdir()
    options = WorkOptions(ThumbnailSettings(), LimitSettings(), pictures, pictures)
    errors = {}
    for path in sorted((folder / "media").iterdir()):
        status, kind = path.stat(), KIND_OF[path.suffix]
        stages = frozenset(stage.name for stage in STAGES if kind in stage.kinds)
        item = WorkItem(
            path.name, str(path), kind, path.suffix, status.st_size, status.st_mtime_ns, stages
        )
        made = make_products(options, item)
        classes = {
            failure.error_class
            for stage, failure in made.failures.items()
            if stage != "audio_features"  # the sound of a file with good tags may be broken
        }
        errors[path.name] = classes.pop() if classes else None
    print(json.dumps({"asked": asked, "errors": errors, "modules": sorted(sys.modules)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
    sys.stdout.flush()
    os._exit(0)
