"""A process that syncs: `sync_child.py BASE PORT PLAYERS OPTIONS`, the last two as JSON.

`whole`: load, name and derive too. `until`: again and again until a file of that name is there.
Prints a line of JSON a sync.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from sync_place import Place

from media_assets.stages.publish import publish_player, publish_shared


def main(base: Path, port: int, players: dict[str, str], options: dict[str, object]) -> None:
    place = Place(base, port, players, **options.get("matches", {}))  # type: ignore[arg-type]
    chosen = options.get("players") or list(players)
    until = options.get("until")
    while True:
        for player in chosen:  # type: ignore[attr-defined]
            whole = bool(options.get("whole"))
            report = place.all(player)[0] if whole else place.sync(player)
            if whole:
                publish_shared(place.platform)
                publish_player(place.platform, player)
            print(json.dumps({"player": player, **asdict(report)}), flush=True)
        if until is None or (base / str(until)).exists():
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3]), json.loads(sys.argv[4]))
